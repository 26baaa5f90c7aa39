"""A check-in that comes due while a caseworker holds the chat: the person is asked all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, MINUTE
from bot.hotline.chat.messages import AGREED_WORD, CaseMessageKind
from bot.hotline.events import EventKind
from tests.hotline.check_ins.test_check_ins import (
    OPENER,
    RIGHT,
    SECOND,
    agrees,
    passes,
    priority,
    writes_to_us,
)
from tests.support.dispatch_inspection import messages_of_people
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson


def evening(folder: Path) -> HotlineHarness:
    """Return a house at a quarter to eight; nine at night will be agreed on."""
    folder.mkdir(exist_ok=True)
    home = HotlineHarness(folder, hours=ALWAYS, at=MIDDAY + 5 * HOUR + 45 * MINUTE)
    passes(home, 2, step=1)  # so long a new clock is not believed
    return home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = evening(tmp_path)
    yield home
    home.close()


def in_talk(
    home: HotlineHarness, rule: str = "Any time"
) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person who agreed on nine at night and has answered the caseworker's opener."""
    person, case = writes_to_us(home)
    agrees(person)
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    mei.says(case, "Thank you. I am here.")
    return person, mei, case


def test_a_person_who_was_silent_for_an_hour_is_asked_in_a_held_chat(home: HotlineHarness) -> None:
    person, _mei, case = in_talk(home)
    before = len(person.texts)
    assert passes(home, 75 / 60, step=0.25) == []  # 21:00
    passes(home, 2 / 60, step=1 / 60)
    assert person.texts[before:] == [OPENER]
    person.says(RIGHT)
    assert [it for it in home.board.events if it.kind is EventKind.CHECKED_IN]
    assert passes(home, 2) == []
    assert priority(home, case) != 0


def test_silence_in_a_held_chat_is_an_alarm_only_of_a_person_who_was_asked(
    home: HotlineHarness,
) -> None:
    _person, _mei, case = in_talk(home)
    (alarm,) = passes(home, 2.5)
    assert (alarm.case, alarm.code, priority(home, case)) == (case, "", 0)


def talks_until_nine(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person who is asked in the middle of a talk that began an hour before."""
    person, mei, case = in_talk(home)
    for _ in range(4):
        passes(home, 16 / 60, step=16 / 60)
        person.says("I can hear him in the kitchen, and I do not know how long he will be there")
    before = len(person.texts)
    passes(home, 14 / 60, step=2 / 60)  # a few minutes past nine
    assert person.texts[before:] == [OPENER]
    return person, mei, case


def test_the_hour_comes_also_in_the_middle_of_a_talk_and_the_talk_goes_on(
    home: HotlineHarness,
) -> None:
    person, mei, case = talks_until_nine(home)
    assert person.says("he went upstairs") == []
    assert mei.reads(case)[-1].content.text == "he went upstairs"
    mei.says(case, "Good. I read on.")
    assert person.last == "Good. I read on."
    assert person.says(RIGHT) == []
    assert passes(home, 2) == []
    assert priority(home, case) != 0


def test_right_duress_and_wrong_words_in_a_talk_are_answered_alike(tmp_path: Path) -> None:
    said = []
    for place, word in enumerate((RIGHT, SECOND, "mangotree")):
        home = evening(tmp_path / str(place))
        person, _mei, _case = talks_until_nine(home)
        before = len(home.post.arrived)
        person.says(word)
        said.append([it for chat, it in home.post.arrived[before:] if chat == person.id])
        reached = AGREED_WORD if word == RIGHT else word
        assert reached in str(messages_of_people(home))
        home.close()
    assert said == [[], [], []]


def test_a_button_below_the_question_reaches_the_caseworker_in_a_talk(home: HotlineHarness) -> None:
    person, mei, case = talks_until_nine(home)
    assert person.presses("I can write now") == []
    assert mei.reads(case)[-1].kind is CaseMessageKind.REPLY
    assert len(passes(home, 1.2)) == 1  # a button is no word
