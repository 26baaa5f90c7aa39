"""A yes behind a goodbye agrees to nothing: it may only say "I have read it", or be another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import catalogue
from tests.support.dispatch_inspection import current_step, place_at, reachable_positions

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

ASKS_CONSENT = (("story", "give"), ("danger", "tell"))
GOODBYES = {
    "id": (("saya pergi dulu", "iya"), ("majikan lagi liat hp saya", "iya")),
    "vi": (("em phải đi rồi", "vâng"), ("ong chu dang nhin dien thoai em", "vâng")),
    "en": (
        ("i have to go now bye", "yes"),
        ("he is looking at my phone", "yes"),
        ("my boss is coming bye", "yes"),
    ),
    "fil": (("aalis na po ako", "opo"), ("aalis na po ako", "oo")),
    "th": (("ไปก่อนนะ", "ค่ะ ได้ค่ะ"),),
    "my": (("သွားတော့မယ်", "ဟုတ်ကဲ့"), ("သူဌေး လာနေပြီ သွားပြီ", "ဟုတ်ကဲ့")),
    "ja": (("もう行きます", "はい"),),
}


def at(home: HotlineHarness, position: tuple[str, str], tag: str) -> ChatPerson:
    person = home.person(tag)
    place_at(person, reachable_positions()[position], language=tag)
    home.advance_time(60)
    return person


@pytest.mark.parametrize("tag", GOODBYES)
@pytest.mark.parametrize("position", ASKS_CONSENT)
def test_a_yes_behind_a_goodbye_tells_no_one_and_the_question_is_asked_again(
    sqlite_hotline: HotlineHarness, position: tuple[str, str], tag: str
) -> None:
    for goodbye, yes in GOODBYES[tag]:
        person = at(sqlite_hotline, position, tag)
        person.says(goodbye)
        sqlite_hotline.advance_time(60)
        person.says(yes)
        assert current_step(person) == position, (goodbye, yes)


@pytest.mark.parametrize("position", ASKS_CONSENT)
def test_the_next_yes_agrees(sqlite_hotline: HotlineHarness, position: tuple[str, str]) -> None:
    """Who meant it is asked once more, and heard."""
    person = at(sqlite_hotline, position, "id")
    for typed in ("saya pergi dulu", "iya"):
        person.says(typed)
        sqlite_hotline.advance_time(60)
    person.says("iya")
    assert current_step(person) != position


def test_yeses_that_are_not_answered_add_up_to_none(sqlite_hotline: HotlineHarness) -> None:
    """Within seconds of the goodbye no reply is shown, so that nothing was asked again."""
    person = at(sqlite_hotline, ("danger", "tell"), "id")
    person.says("majikan lagi lihat hp saya")
    for typed in ("iya", "iya kak"):
        sqlite_hotline.advance_time(1)
        assert person.says(typed) == [], "the control: no reply is shown"
        assert current_step(person) == ("danger", "tell")
    sqlite_hotline.advance_time(60)
    person.says("iya")
    assert current_step(person) == ("danger", "tell")
    sqlite_hotline.advance_time(60)
    person.says("iya")
    assert current_step(person) != ("danger", "tell")


def test_the_words_of_the_button_agree_at_once(sqlite_hotline: HotlineHarness) -> None:
    """They are said by no one who only is polite."""
    person = at(sqlite_hotline, ("danger", "tell"), "id")
    person.says("saya pergi dulu")
    person.says(catalogue("id").pgettext("button", "Tell them now"))
    assert current_step(person) != ("danger", "tell")


@pytest.mark.parametrize("tag", GOODBYES)
def test_without_a_goodbye_the_same_yes_agrees(sqlite_hotline: HotlineHarness, tag: str) -> None:
    """A negative control."""
    for _goodbye, yes in GOODBYES[tag]:
        person = at(sqlite_hotline, ("danger", "tell"), tag)
        person.says(yes)
        assert current_step(person) != ("danger", "tell"), yes


def test_a_no_behind_a_goodbye_stays_a_no(sqlite_hotline: HotlineHarness) -> None:
    """What protects the person needs no second question."""
    person = at(sqlite_hotline, ("danger", "tell"), "en")
    person.says("i have to go now bye")
    sqlite_hotline.advance_time(60)
    person.says("no")
    assert current_step(person) != ("danger", "tell")
