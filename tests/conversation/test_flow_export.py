"""Flows as diagrams and pages."""

from __future__ import annotations

from gettext import NullTranslations
from html.parser import HTMLParser

from bot.conversation import Choose, End, Flow, Say
from bot.conversation.tools.export_html import render_page
from bot.conversation.tools.export_mermaid import draw_mermaid
from bot.text import Text
from flows import ALL_FLOWS
from tests.support.content.small_flows import WHY, Kinds, MenuFlow, Small

ENGLISH = NullTranslations()


class Hostile(Flow):
    """A flow with <b>signs</b>."""

    title = Text("<title>")
    hello = Say(Text('A "quoted" #1 <script>alert(1)</script>\nsecond line'))
    about = Choose(Text("<i>?"), why=WHY, a=Text("<a>"), b=Text("&b"))
    only = Say(Text("x"), when=about.was("a"))
    end = End(Text("bye"))


class Reads(HTMLParser):
    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_picture_has_an_arrow_for_every_way_a_conversation_can_take() -> None:
    assert draw_mermaid(Small).splitlines()[1:] == [
        '    warning["Others may read this."]',
        '    about{{"About whom?"}}',
        '    safe{{"Safe now?"}}',
        '    urgent[["danger"]]',
        '    thanks["Thank you."]',
        '    what{{"What happened?"}}',
        '    sent(["Sent.<br/>= report_submitted"])',
        "    warning --> about",
        '    about -->|"about is me"| safe',
        "    about --> thanks",
        '    safe -->|"safe is no"| urgent',
        "    safe --> thanks",
        "    urgent --> thanks",
        "    thanks --> what",
        "    what --> sent",
    ]


def test_a_picture_keeps_clear_of_the_words_of_its_language() -> None:
    assert '    end_(["Goodbye.<br/>= finished"])' in draw_mermaid(MenuFlow).splitlines()


def test_signs_in_a_phrase_do_not_break_a_picture() -> None:
    assert '["A #quot;quoted#quot; #35;1 #lt;script#gt;' in draw_mermaid(Hostile)


def test_every_flow_is_drawn_and_printed() -> None:
    assert len(ALL_FLOWS) > 30
    for flow in ALL_FLOWS:
        drawn = draw_mermaid(flow)
        assert drawn.count("-->") >= len(flow.steps) - 1 - drawn.count("(["), flow.name
        reads = Reads()
        reads.feed(render_page(flow, ENGLISH))
        assert reads.open == [], flow.name
        assert reads.seen.count("style") == 1, flow.name
        assert all(step.name in reads.words for step in flow.steps), flow.name


def test_a_page_reads_words_buttons_reasons_and_guards_aloud() -> None:
    reads = Reads()
    reads.feed(render_page(Small, ENGLISH))
    for words in ("About whom?", "1 Me", "2 Another", WHY.source, "= report_submitted"):
        assert words in reads.words
    assert "Only if “About whom?” is “Me”." in reads.words


def test_a_page_names_what_is_special_about_a_question() -> None:
    words = render_page(Kinds, ENGLISH)
    assert "Any number of them." in words
    assert "Cannot be skipped." in words
    assert "Of needs, people, where, since, files, what." in words


def test_a_page_takes_phrases_for_words_and_nothing_else() -> None:
    reads = Reads()
    reads.feed(render_page(Hostile, ENGLISH, 'x"><script>'))
    assert "script" not in reads.seen
    assert "<script>alert(1)</script>" in reads.words


def test_a_page_is_read_in_its_language() -> None:
    class Upper(NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    assert "ABOUT WHOM?" in render_page(Small, Upper(), "zh_Hant")
    assert '<html lang="zh-Hant">' in render_page(Small, Upper(), "zh_Hant")
