"""What a person, or someone else with the phone, types below the opener."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES, catalogue
from flows.texts.hotline import WHO_MAY_WRITE
from tests.dispatch.relay.test_takeover import (
    GOOD_MOMENT,
    OPENER,
    asked_whether_to_write,
    asked_whether_to_write_by,
)
from tests.languages.test_other_hands import OTHERS, OWN

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

WORDS = "We can come tonight."
DIGITS = {"th": "๑", "km": "១", "my": "၁"}


def typed_yes(tag: str) -> str:
    """Return a yes of a language."""
    return next(text for language, text in GOOD_MOMENT if language == tag)


def label(tag: str, source: str) -> str:
    """Return the label of a button below the opener."""
    return catalogue(tag).pgettext("reply", source)


def says(home: HotlineHarness, person: ChatPerson, text: str) -> list[str]:
    """Write, and return what was shown after it."""
    before = len(person.texts)
    person.says(text)
    home.run(home.close_writer_idle(3))
    return person.texts[before:]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_number_or_the_label_of_a_button_is_its_answer(
    hotline: HotlineHarness, tag: str
) -> None:
    yes = label(tag, "I can write now")
    for typed in ("1", "1.", DIGITS.get(tag, "1"), yes, f"1 {yes}"):
        assert says(hotline, asked_whether_to_write(hotline, tag), typed)[-1] == WORDS, typed
    for typed in ("2", label(tag, "Not now")):
        assert says(hotline, asked_whether_to_write(hotline, tag), typed) == [], typed


def test_another_number_is_no_answer(hotline: HotlineHarness) -> None:
    """The control."""
    for typed in ("4", "11", "1 of them is here"):
        assert says(hotline, asked_whether_to_write(hotline, "en"), typed) == [OPENER], typed


@pytest.mark.parametrize("tag", LANGUAGES)
def test_who_asks_who_this_is_reads_what_is_true_of_every_chat(
    hotline: HotlineHarness, tag: str
) -> None:
    """A button that was answered by silence left people alone with it."""
    answer = [catalogue(tag).gettext(WHO_MAY_WRITE.source)]
    asks = label(tag, "Who is this?")
    for typed in ("3", asks):
        person = asked_whether_to_write(hotline, tag)
        assert says(hotline, person, typed) == answer, typed
        assert says(hotline, person, typed_yes(tag))[-1] == WORDS
    person = asked_whether_to_write(hotline, tag)
    before = len(person.texts)
    person.presses(asks)
    assert person.texts[before:] == answer


@pytest.mark.parametrize("tag", LANGUAGES)
def test_nothing_is_shown_to_someone_else_who_then_says_yes(
    hotline: HotlineHarness, tag: str
) -> None:
    """An employer who had said so read "is your boss near you?" after an "ok yes"."""
    person, mei, case = asked_whether_to_write_by(hotline, tag)
    opener = catalogue(tag).gettext(OPENER)
    assert says(hotline, person, OTHERS[tag][0]) == []
    assert says(hotline, person, typed_yes(tag)) == []
    assert says(hotline, person, "1") == []
    mei.says(case, "Are you there?")  # has read it, and asks once more
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == opener
    assert WORDS not in person.texts
    assert WORDS in says(hotline, person, typed_yes(tag))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_relative_or_the_person_goes_on_being_asked(hotline: HotlineHarness, tag: str) -> None:
    """The control."""
    person = asked_whether_to_write(hotline, tag)
    says(hotline, person, OWN[tag][0])
    assert says(hotline, person, typed_yes(tag))[-1] == WORDS


def test_a_talk_waits_from_when_someone_else_says_that_they_hold_the_phone(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = asked_whether_to_write_by(hotline, "en")
    assert says(hotline, person, "yes")[-1] == WORDS
    assert says(hotline, person, "this is my maid's phone, I am her boss") == []
    mei.says(case, "Which bus stop is it?")
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == OPENER
