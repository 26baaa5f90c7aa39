"""What stands on each page of the site, as data; `render.py` makes HTML of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.app.texts import build_notice
from bot.site.numbers import shown_numbers
from bot.site.reading import read_by_answer, read_flow, read_quiz
from bot.text import Text
from flows.information.after_decision import AfterDecision
from flows.information.being_questioned import BeingQuestioned
from flows.information.going_home import GoingHome
from flows.information.learn import Learn
from flows.information.my_rights import MyRights
from flows.information.my_situation import MySituation
from flows.information.phone_numbers import PhoneNumbers
from flows.information.quiz import Quiz
from flows.information.what_to_keep import WhatToKeep
from flows.own_data.privacy import Privacy
from flows.requests.for_someone import ForSomeone
from flows.start.help import Help
from flows.texts import cards, phrases, questions, website

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation import Flow
    from bot.places.directory import DirectoryEntry
    from bot.site.posters import PosterFile
    from bot.site.wording import Wording

HOME, GENUINE = "home", "genuine"
"""Pages that show the bot's name and its QR code."""
TELEGRAM = "Telegram"
LATER_FLOWS: tuple[type[Flow], ...] = (BeingQuestioned, AfterDecision, GoingHome, WhatToKeep)
"""Flows that are read from beginning to end, and ask nothing."""
NUMBER_HEADINGS: dict[str, Text] = {
    "danger": phrases.DANGER,
    **PhoneNumbers.matter.choices,
    "abroad": ForSomeone.role.choices["abroad"],
    "despair": Learn.topic.choices["despair"],
}
"""By situation, in the order of the page."""

BEFORE_NUMBERS = {"danger": (Text("{danger_line}"),)}
AFTER_NUMBERS = {"danger": (Text("{silent_line}"),), "sea": (cards.CREW,)}
"""What stands next to the numbers for a situation."""


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A telephone number."""

    number: str
    answered_by: str
    during_call: str
    """What happens during a call; empty if that is not known."""
    read_on: str
    """The sentence that says when it was read; empty if the row below says the same."""

    @property
    def dialled(self) -> str:
        """Return what a telephone dials."""
        return "".join(sign for sign in self.number if sign in "+0123456789")


@dataclass(frozen=True, slots=True)
class Fold:
    """A part that is opened by pressing its heading."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageSection:
    """A heading, empty for none, and what stands under it."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    folds: tuple[Fold, ...] = ()
    numbers: tuple[ShownNumber, ...] = ()
    notes: tuple[str, ...] = ()
    """Paragraphs under the numbers."""
    only_one: str = ""
    """A name for folds of which one is open at a time."""


@dataclass(frozen=True, slots=True)
class SitePage:
    """One page of a language."""

    code: str
    heading: str
    sections: tuple[PageSection, ...]
    says_here: bool = False
    """Whether its texts are those of the chat, in which "here" is the chat."""
    downloads: tuple[PosterFile, ...] = ()


def pages_of(wording: Wording, posters: tuple[PosterFile, ...] = ()) -> list[SitePage]:
    """Return the pages of a language in the order of their list, those without content left out."""
    makers: tuple[Callable[[Wording], SitePage], ...] = (
        _home, _rights, _signs, _someone, _numbers, _quiz, _genuine, _traces, _privacy, _later,
    )  # fmt: skip
    pages = [make(wording) for make in makers]
    if posters:
        hang = PageSection(paragraphs=(wording.say(website.HANG_POSTERS),))
        heading = wording.say(website.POSTERS)
        pages.append(SitePage("posters", heading, (hang,), downloads=posters))
    return pages


def _home(wording: Wording) -> SitePage:
    sections = [
        PageSection(
            wording.say(Help.title), wording.say_all([*wording.who_answers(), questions.COST])
        ),
        PageSection(wording.say(Privacy.title), wording.say_all([questions.READERS])),
    ]
    if danger := _number_section(wording, "danger"):
        sections.insert(0, replace(danger, numbers=_brief(danger.numbers)))
    return SitePage(HOME, wording.say(website.HOME), tuple(sections), says_here=True)


def _rights(wording: Wording) -> SitePage:
    return _by_answer(wording, "rights", MyRights, website.BY_SITUATION)


def _someone(wording: Wording) -> SitePage:
    return _by_answer(wording, "someone", ForSomeone, ForSomeone.role.prompt)


def _by_answer(wording: Wording, code: str, flow: type[Flow], heading: Text) -> SitePage:
    question = MyRights.whose if flow is MyRights else ForSomeone.role
    readings, general = read_by_answer(flow, question, wording.facts)
    folds = (
        Fold(" · ".join(wording.say_all(each.labels)), wording.say_all(each.texts))
        for each in readings
    )
    sections = (
        PageSection(wording.say(heading), folds=tuple(it for it in folds if it.paragraphs)),
        PageSection(wording.say(website.FOR_ALL), wording.say_all(general)),
    )
    return SitePage(code, wording.say(flow.title), sections, says_here=True)


def _signs(wording: Wording) -> SitePage:
    lists = (
        (website.AT_WORK, MySituation.at_work.choices),
        (website.FREEDOM, MySituation.freedom.choices),
    )
    sections = (
        PageSection(paragraphs=wording.say_all([website.SIGNS])),
        *(
            PageSection(wording.say(heading), items=wording.say_all(signs.values()))
            for heading, signs in lists
        ),
        PageSection(
            paragraphs=wording.say_all([MySituation.none.prompt, MySituation.people.prompt])
        ),
    )
    return SitePage("signs", wording.say(MySituation.title), sections, says_here=True)


def _numbers(wording: Wording) -> SitePage:
    found = [it for code in NUMBER_HEADINGS if (it := _number_section(wording, code))]
    sections = found or [PageSection(paragraphs=wording.say_all([cards.NO_NUMBERS]))]
    return SitePage("numbers", wording.say(PhoneNumbers.title), tuple(sections), says_here=True)


def _number_section(wording: Wording, situation: str) -> PageSection | None:
    source = wording.source
    entries = shown_numbers(source.place, situation, source.today, wording.language)
    if not entries:
        return None
    return PageSection(
        wording.say(NUMBER_HEADINGS[situation]),
        wording.say_all(BEFORE_NUMBERS.get(situation, ())),
        numbers=tuple(number_row(wording, it) for it in entries),
        notes=wording.say_all(AFTER_NUMBERS.get(situation, ())),
    )


def _brief(rows: tuple[ShownNumber, ...]) -> tuple[ShownNumber, ...]:
    """Return rows without what happens during a call; the same day stands under the last only."""
    following = [*(row.read_on for row in rows[1:]), ""]
    return tuple(
        replace(row, during_call="", read_on="" if row.read_on == after else row.read_on)
        for row, after in zip(rows, following, strict=True)
    )


def number_row(wording: Wording, entry: DirectoryEntry) -> ShownNumber:
    """Return a number as it is shown, with the day on which it was read."""
    during = entry.call_description(wording.catalogue) if entry.call_text else ""
    read_on = wording.say(website.READ_ON, day=wording.day(entry.verified_on))
    return ShownNumber(entry.number, entry.answered_by.render(wording.catalogue), during, read_on)


def _quiz(wording: Wording) -> SitePage:
    before, asked, after = read_quiz()
    intro = PageSection(paragraphs=wording.say_all([*before, website.CHOOSE_ANSWER]))
    parts = (
        PageSection(
            wording.say(each.question),
            folds=tuple(
                Fold(wording.say(choice), wording.say_all(each.truth)) for choice in each.choices
            ),
            only_one=f"quiz-{number}",
        )
        for number, each in enumerate(asked, 1)
    )
    last = PageSection(paragraphs=wording.say_all(after))
    return SitePage("quiz", wording.say(Quiz.title), (intro, *parts, last), says_here=True)


def _genuine(wording: Wording) -> SitePage:
    texts = [website.SAME_ADDRESS, website.YOU_BEGIN, questions.TRUST]
    section = PageSection(paragraphs=wording.say_all(texts))
    return SitePage(GENUINE, wording.say(website.GENUINE), (section,))


def _traces(wording: Wording) -> SitePage:
    page = [website.PAGE_KEEPS, website.HISTORY, website.REMOVE_HISTORY, website.EMPTY_HISTORY]
    chat = PageSection(TELEGRAM, wording.say_all([questions.LOCATION, questions.STOP]))
    sections = (PageSection(paragraphs=wording.say_all(page)), chat)
    return SitePage("traces", wording.say(website.TRACES), sections)


def _privacy(wording: Wording) -> SitePage:
    source = wording.source
    notice = build_notice(source.settings, escrow=lambda: source.escrow)
    sections = (PageSection(paragraphs=tuple(notice.parts(wording.language))),)
    return SitePage("privacy", wording.say(Privacy.title), sections, says_here=True)


def _later(wording: Wording) -> SitePage:
    folds = tuple(
        Fold(wording.say(flow.title), wording.say_all(read_flow(flow, wording.facts)))
        for flow in LATER_FLOWS
    )
    return SitePage("later", wording.say(cards.TOPICS), (PageSection(folds=folds),), says_here=True)
