"""Every page of the public site, in ten languages, as it is read without scripts."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from posixpath import dirname, join, normpath
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bot.app.texts import build_notice
from bot.conversation import Card
from bot.languages import LANGUAGES, catalogue
from bot.languages.style_rules import forbidden_on_lock_screen
from bot.places.directory import SourceQuality
from bot.places.registry import PLACES
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import EXPIRES_ON, SHOWN
from bot.site.build import EXIT_TO, SiteOptions, build_site
from bot.site.content import HOME, LATER_FLOWS
from bot.site.numbers import first_to_expire, place_blanks, shown_numbers
from bot.site.posters import PosterFile
from bot.site.reading import read_quiz
from bot.site.render import ADDRESSES
from bot.site.wording import Wording
from flows.information.my_rights import MyRights
from flows.information.my_situation import MySituation
from flows.requests.for_someone import ForSomeone
from flows.texts import cards
from tests.support.content.expired_place import expired_place
from tests.support.content.site_files import BOT, SETTINGS, ReadPage, site_source

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 50 * 1024
ALL = tuple(LANGUAGES)
POSTERS = (PosterFile("a4/id-vi.pdf", b"%PDF"), PosterFile("card.png", b"png"))
TAIWAN_NUMBER = re.compile(
    r"(?<![\d-])(?:110|112|113|118|119|165|1925|1955|1990|(?:\+?886-)?0?800-085-095)(?![\d-])"
)
HARMS = re.compile(
    r"traffick|police|victim|help|rights|report|danger|number|chat|telegram", re.IGNORECASE
)
BLANK = re.compile(r"\{[a-z_]+\}")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return build_site(site_source(), SiteOptions(ALL, POSTERS))


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, ReadPage]:
    return {
        name: ReadPage(content.decode())
        for name, content in files.items()
        if name.endswith(".html")
    }


def address_of(language: str, page: str) -> str:
    return f"{language.replace('_', '-')}/{ADDRESSES[page]}"


def words_of(pages: dict[str, ReadPage], language: str, page: str) -> str:
    return pages[address_of(language, page)].words


def plain(text: str) -> str:
    """Return a paragraph as it is read: a number that is a link has no telephone sign."""
    return " ".join(re.sub(r"(?m)^☎ (\+?[0-9-]+) - ", r"\1 ", text).split())


def test_every_page_is_made_in_every_language_and_is_small(files: dict[str, bytes]) -> None:
    expected = {address_of(tag, page) for tag in ALL for page in ADDRESSES}
    assert {it for it in files if it.endswith(".html")} == expected | {"index.html"}
    assert [it for it in expected if len(files[it]) >= LARGEST] == []
    assert len(expected) == 110


def test_every_page_names_its_language_and_leaves_no_blank(pages: dict[str, ReadPage]) -> None:
    for name, page in pages.items():
        tag = dirname(name) or "en"
        assert (page.html["lang"], page.html["dir"]) == (tag, "ltr")
        assert not BLANK.search(page.words), name
        assert page.metas["referrer"] == "no-referrer"
        assert "robots" not in page.metas
        assert page.metas["description"]


def shown_in_history(name: str, page: ReadPage) -> list[str]:
    """Return what a list of visited pages says of the matter of a page."""
    tag = (dirname(name) or "en").replace("-", "_")
    return [*HARMS.findall(f"{name} {page.title}"), *forbidden_on_lock_screen(tag, page.title)]


def test_title_and_address_tell_a_history_nothing(pages: dict[str, ReadPage]) -> None:
    assert {name: it for name, page in pages.items() if (it := shown_in_history(name, page))} == {}
    english = [page.title for name, page in pages.items() if name.startswith("en/")]
    assert len(set(english)) == len(english)
    assert shown_in_history("en/rights.html", ReadPage("<title>Help for victims</title>"))


def asks_elsewhere(page: ReadPage) -> list[str]:
    """Return what a page loads, and what it leads to besides itself, the chat and the exit."""
    allowed = (f"https://t.me/{BOT}", EXIT_TO, "tel:")
    outside = [it for it in page.links if ":" in it and not it.startswith(allowed)]
    loaded = [it for it in page.loaded if it != "data:,"]
    return outside + loaded + re.findall(r"url\(|@import", "".join(page.styles))


def test_no_page_loads_anything_or_leads_to_another_host(pages: dict[str, ReadPage]) -> None:
    assert {name: it for name, page in pages.items() if (it := asks_elsewhere(page))} == {}
    for bad in (
        "<img src='https://example.org/x.png'>", "<link rel=stylesheet href='x.css'>",
        "<a href='https://example.org'>x</a>", "<style>a { background: url(x.png) }</style>",
    ):  # fmt: skip
        assert asks_elsewhere(ReadPage(bad))


def test_the_policy_allows_exactly_the_style_and_the_script_of_the_page(
    pages: dict[str, ReadPage],
) -> None:
    for page in pages.values():
        policy = page.metas["Content-Security-Policy"]
        ((style,), (script,)) = page.styles, page.scripts
        for directive, text in (("style-src", style), ("script-src", script)):
            digest = b64encode(sha256(text.encode()).digest()).decode()
            assert f"{directive} 'sha256-{digest}';" in policy
        assert policy.startswith("default-src 'none';")
        assert "cookie" not in script
        assert "storage" not in script.casefold()


def dead_links(files: dict[str, bytes], pages: dict[str, ReadPage]) -> list[str]:
    return [
        f"{name}: {link}"
        for name, page in pages.items()
        for link in page.links
        if ":" not in link and normpath(join(dirname(name), link)) not in files
    ]


def test_every_link_within_the_site_leads_to_a_file(
    files: dict[str, bytes], pages: dict[str, ReadPage]
) -> None:
    assert dead_links(files, pages) == []
    without = {name: it for name, it in files.items() if name != "my/5.html"}
    assert len(dead_links(without, pages)) == len(ADDRESSES) + len(ALL)


def missing_answers(page: ReadPage, wording: Wording) -> list[str]:
    """Return answers of the quiz under which the truth cannot be read."""
    _before, asked, _after = read_quiz()
    wanted = [
        (wording.say(choice), *map(plain, wording.say_all(each.truth)))
        for each in asked
        for choice in each.choices
    ]
    found = [tuple(" ".join(it.split()) for it in fold) for fold in page.folded[1:]]
    return [" / ".join(it) for it in wanted if it not in found]


@pytest.mark.parametrize("tag", ALL)
def test_under_every_answer_of_the_quiz_stands_what_is_true(
    pages: dict[str, ReadPage], tag: str
) -> None:
    page, wording = pages[address_of(tag, "quiz")], Wording(site_source(), tag)
    assert len(page.folded) == 14  # the languages, and thirteen answers
    assert missing_answers(page, wording) == []
    page.folded.pop()
    assert len(missing_answers(page, wording)) in {1, 3}  # "not sure" stands under each question


def said_by(flow: type, wording: Wording) -> Iterator[str]:
    """Yield every card of a flow that can be said today."""
    for step in flow.steps:  # type: ignore[attr-defined]
        if isinstance(step, Card) and (said := wording.say(step.prompt)):
            yield plain(said)


@pytest.mark.parametrize("tag", ALL)
def test_rights_signs_and_notice_stand_there_in_the_words_of_the_chat(
    pages: dict[str, ReadPage], tag: str
) -> None:
    wording = Wording(site_source(), tag)
    read = catalogue(tag)
    shown = {
        "rights": list(said_by(MyRights, wording)),
        "someone": list(said_by(ForSomeone, wording)),
        "later": [it for flow in LATER_FLOWS for it in said_by(flow, wording)],
        "signs": [
            it.render(read)
            for question in (MySituation.at_work, MySituation.freedom)
            for it in question.choices.values()
        ],
        "privacy": [plain(it) for it in build_notice(SETTINGS).parts(tag)],
    }
    assert all(len(texts) > 7 for texts in shown.values())
    missing = [
        text
        for page, texts in shown.items()
        for text in texts
        if " ".join(text.split()) not in words_of(pages, tag, page)
    ]
    assert missing == []


# --- Numbers ---------------------------------------------------------------------------------


def undated(page: ReadPage, day: str) -> list[str]:
    """Return numbers that can be dialled without the day on which they were read below them."""
    blocks = re.findall(r'<ul class="numbers">.*?</ul>', page.page, re.DOTALL)
    dialled = [(it, re.findall(r'href="tel:([0-9+]+)"', it)) for it in blocks]
    return [number for block, numbers in dialled for number in numbers if day not in block]


@pytest.mark.parametrize("tag", ALL)
def test_numbers_are_those_read_in_a_source_with_the_day(
    pages: dict[str, ReadPage], tag: str
) -> None:
    wording = Wording(site_source(), tag)
    page = pages[address_of(tag, "numbers")]
    dialled = {it.removeprefix("tel:") for it in page.links if it.startswith("tel:")}
    wanted = {re.sub(r"[^0-9+]", "", it.number) for it in SHOWN.values()}
    assert dialled == wanted
    day = wording.day(SHOWN["110"].verified_on)
    assert day in page.words
    for name in (HOME, "numbers"):
        assert undated(pages[address_of(tag, name)], day) == []
    assert undated(page, "another day") != []


def test_every_text_of_the_chat_with_a_number_says_when_it_was_read() -> None:
    source = site_source()
    for tag in ALL:
        own = Wording(source, tag)
        day = own.day(SHOWN["110"].verified_on)
        blanks = place_blanks(source.place, source.today, tag, own.catalogue)
        named = {name: it for name, it in blanks.items() if TAIWAN_NUMBER.search(it)}
        assert {"numbers", "numbers_home", "calling_work", "silent_line"} <= named.keys()
        assert {name for name, it in named.items() if day not in it} == set()
        assert len(named["numbers"].split(day)) == 4  # three lines, each with its day


def with_fact(monkeypatch: pytest.MonkeyPatch, place: object) -> dict[str, ReadPage]:
    monkeypatch.setitem(PLACES, "taiwan", place)  # type: ignore[arg-type]
    made = build_site(site_source(), SiteOptions(("en", "my")))
    return {name: ReadPage(content.decode()) for name, content in made.items()}


def test_no_expired_number_stands_on_any_page(
    pages: dict[str, ReadPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TAIWAN_NUMBER.search(words_of(pages, "en", "rights"))
    source = site_source()
    expired = with_fact(monkeypatch, expired_place(TAIWAN, source.today))
    found = {
        name: it for name, page in expired.items() if (it := TAIWAN_NUMBER.findall(page.words))
    }
    assert found == {}
    assert plain(Wording(source, "my").say(cards.NO_NUMBERS)) in words_of(expired, "my", "numbers")
    assert first_to_expire(source.place, source.today) is None


def test_a_number_found_wrong_or_not_read_stands_on_no_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory = {**TAIWAN.directory}
    for entry in ("1955", "113"):
        directory[entry] = replace(directory[entry], is_wrong=True)
    made = with_fact(monkeypatch, replace(TAIWAN, directory=directory))
    dialled = {it for page in made.values() for it in page.links if it.startswith("tel:")}
    assert "tel:110" in dialled
    assert dialled.isdisjoint({"tel:1955", "tel:113"})
    old = replace(directory["110"], quality=SourceQuality.OLD)
    place: Any = SimpleNamespace(
        directory={"110": old, "119": directory["119"]},
        numbers_by_situation={"danger": ("110", "119")},
    )
    assert shown_numbers(place, "danger", site_source().today, "en") == [directory["119"]]


def test_the_day_on_which_the_first_number_expires_is_known() -> None:
    assert first_to_expire(TAIWAN, EXPIRES_ON - timedelta(1)) == EXPIRES_ON
    assert first_to_expire(TAIWAN, EXPIRES_ON) is None


# --- Links and posters -------------------------------------------------------------------------


def test_a_counted_link_stands_on_the_pages_of_its_language_alone() -> None:
    source = site_source(codes=(("vi", "ABCDEFGHIJKLMNOP"),))
    made = build_site(source, SiteOptions(("en", "vi")))
    link = f"https://t.me/{BOT}?start=ABCDEFGHIJKLMNOP".encode()
    assert {name.partition("/")[0] for name, it in made.items() if link in it} == {"vi"}


def test_posters_are_offered_to_readers_of_their_languages(pages: dict[str, ReadPage]) -> None:
    offered = {
        tag: [it for it in pages[address_of(tag, "posters")].links if "posters/" in it]
        for tag in ("id", "en")
    }
    assert offered == {
        "id": ["../posters/a4/id-vi.pdf", "../posters/card.png"],
        "en": ["../posters/card.png"],
    }
    assert PosterFile("a4-zh_Hant.pdf", b"").languages == {"zh_Hant"}
    assert PosterFile("a4-open-id-vi-en-and-more-k7m4q2.pdf", b"").is_for("ja")
    some = build_site(site_source(), SiteOptions(("en", "id"), POSTERS[:1]))
    assert "en/11.html" not in some
    read = {name: ReadPage(it.decode()) for name, it in some.items() if name.endswith("html")}
    assert dead_links(some, read) == []
