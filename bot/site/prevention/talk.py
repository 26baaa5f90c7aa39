"""Slides, quiz sheet and notes of a talk, as data in one language."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from bot.documents.talk import (
    TalkLanguage,
    TalkNumber,
    TalkSheet,
    TalkSheetEntry,
    TalkSheetPage,
    TalkSlide,
    TalkSlides,
)
from bot.site.numbers import shown_numbers
from bot.site.reading import read_quiz
from bot.site.render import qr_code
from flows.information.my_rights import MyRights
from flows.information.my_situation import MySituation
from flows.information.phone_numbers import PhoneNumbers
from flows.information.quiz import Quiz
from flows.texts import cards, prevention, questions, website

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.site.wording import Wording
    from bot.text import Text

SITUATIONS = ("danger", "work", "home")
"""Whose numbers are shown to a room."""
FONTS = {
    "zh_Hant": "Noto Sans CJK TC", "zh_Hans": "Noto Sans CJK SC", "ja": "Noto Sans CJK JP",
    "th": "Noto Sans Thai", "km": "Noto Sans Khmer", "my": "Noto Sans Myanmar",
}  # fmt: skip
"""The font of a language whose script is not Latin."""
LEADINGS = {"th": 0.9, "km": 1.05, "my": 1.05}
USUAL_LEADING = 0.75
REGIONS = {"zh_Hant": "TW", "zh_Hans": "CN"}


def slides(wording: Wording) -> TalkSlides:
    """Return the slides of a talk of half an hour."""
    made = (_title_slide(wording), *_sign_slides(wording), *_quiz_slides(wording))
    rights = TalkSlide(
        wording.say(MyRights.title),
        wording.say_all([MyRights.lawyer.prompt, MyRights.broken_rules.prompt]),
    )
    end = (*_number_slides(wording), _chat_slide(wording), _genuine_slide(wording))
    return TalkSlides(
        talk_language(wording.language), wording.say(website.TITLE), wording.source.handle,
        _picture(wording), (*made, rights, *end),
    )  # fmt: skip


def quiz_sheet(wording: Wording) -> TalkSheet:
    """Return the quiz on paper: questions in front, what is true on the back."""
    _before, asked, after = read_quiz()
    front = tuple(
        TalkSheetEntry(wording.say(it.question), boxes=wording.say_all(it.choices)) for it in asked
    )
    back = tuple(
        TalkSheetEntry(wording.say(it.question), paragraphs=wording.say_all(it.truth))
        for it in asked
    )
    title = wording.say(Quiz.title)
    pages = (
        TalkSheetPage(title, wording.say(prevention.MARK_ANSWERS), front),
        TalkSheetPage(
            wording.say(prevention.WHAT_IS_TRUE), "", back, note=" ".join(wording.say_all(after))
        ),
    )
    return _sheet(wording, title, pages)


def leader_notes(wording: Wording) -> TalkSheet:
    """Return the hints for the person who gives the talk."""
    texts = [
        prevention.WHO_LISTENS, prevention.ASK_NO_ONE, prevention.DO_THE_QUIZ,
        prevention.SAY_LIMITS, prevention.GIVE_EVERYONE, prevention.COUNT_ONLY, cards.NO_HEROES,
        prevention.CHECK_NUMBERS,
    ]  # fmt: skip
    entries = (TalkSheetEntry(paragraphs=wording.say_all(texts)),)
    title = wording.say(prevention.LEADER_NOTES)
    numbers, note = _numbers(wording)
    return _sheet(wording, title, (TalkSheetPage(title, "", entries, numbers, note),))


def talk_language(language: str) -> TalkLanguage:
    """Return how a language is set."""
    own = FONTS.get(language)
    fonts = ("Noto Sans", *FONTS.values()) if own is None else ("Noto Sans", own, *FONTS.values())
    return TalkLanguage(
        language.partition("_")[0], REGIONS.get(language, ""), tuple(dict.fromkeys(fonts)),
        LEADINGS.get(language, USUAL_LEADING),
    )  # fmt: skip


def _title_slide(wording: Wording) -> TalkSlide:
    return TalkSlide(
        wording.say(website.TITLE), wording.say_all([prevention.NO_ONE_IS_ASKED]),
        note=wording.source.settings.organisation, look="opening",
    )  # fmt: skip


def _sign_slides(wording: Wording) -> tuple[TalkSlide, ...]:
    return (
        TalkSlide(wording.say(MySituation.title), wording.say_all([website.SIGNS])),
        _signs(wording, website.AT_WORK, MySituation.at_work.choices.values()),
        _signs(wording, website.FREEDOM, MySituation.freedom.choices.values()),
    )


def _signs(wording: Wording, heading: Text, signs: Iterable[Text]) -> TalkSlide:
    return TalkSlide(wording.say(heading), items=wording.say_all(signs), look="signs")


def _quiz_slides(wording: Wording) -> tuple[TalkSlide, ...]:
    """Return each question, and after it what is true."""
    truth = wording.say(prevention.WHAT_IS_TRUE)
    _before, asked, _after = read_quiz()
    pairs = (
        (
            TalkSlide(wording.say(it.question), items=wording.say_all(it.choices), look="question"),
            TalkSlide(truth, wording.say_all(it.truth)),
        )
        for it in asked
    )
    return tuple(chain.from_iterable(pairs))


def _number_slides(wording: Wording) -> tuple[TalkSlide, ...]:
    numbers, note = _numbers(wording)
    heading = wording.say(PhoneNumbers.title)
    return (TalkSlide(heading, numbers=numbers, note=note),) if numbers else ()


def _numbers(wording: Wording) -> tuple[tuple[TalkNumber, ...], str]:
    """Return the numbers for a room, each once, and the sentence with the day they were read."""
    source = wording.source
    entries = {
        entry.number: entry
        for situation in SITUATIONS
        for entry in shown_numbers(source.place, situation, source.today, wording.language)
    }
    rows = tuple(
        TalkNumber(it.number, it.answered_by.render(wording.catalogue)) for it in entries.values()
    )
    if not rows:
        return (), ""
    first = min(it.verified_on for it in entries.values())
    return rows, wording.say(website.READ_ON, day=wording.day(first))


def _chat_slide(wording: Wording) -> TalkSlide:
    return TalkSlide(
        wording.say(website.HOME), wording.say_all([*wording.who_answers(), website.SCAN]),
        has_picture=True,
    )  # fmt: skip


def _genuine_slide(wording: Wording) -> TalkSlide:
    return TalkSlide(
        wording.say(website.GENUINE), wording.say_all([website.SAME_ADDRESS, questions.TRUST])
    )


def _sheet(wording: Wording, title: str, pages: tuple[TalkSheetPage, ...]) -> TalkSheet:
    language = talk_language(wording.language)
    return TalkSheet(language, title, wording.source.handle, _picture(wording), pages)


def _picture(wording: Wording) -> str:
    return str(qr_code(wording.source.link(wording.language)))
