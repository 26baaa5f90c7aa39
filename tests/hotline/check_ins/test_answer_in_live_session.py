"""The agreed word in a live session: it ends the session, whatever word it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, MINUTE
from bot.hotline.chat.messages import AGREED_WORD
from bot.hotline.events import EventKind
from bot.messages import DeleteMessages
from tests.hotline.check_ins.test_check_ins import (
    OPENER,
    RIGHT,
    SECOND,
    agrees,
    alarms,
    looks,
    passes,
    writes_to_us,
)
from tests.support.dispatch_inspection import messages_of_people, stored_conversation
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

STATUS = "Has anyone read it?"
NAMES_A_CASE = ("They have it", "Take it back", STATUS, "secret word", "reads it", "report")
WORDS = (RIGHT, SECOND, "mangotree", "Purple!", "blue rain", "Rumah 7", "\u8292\u679c\u6a39")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = evening(tmp_path)
    yield home
    home.close()


def evening(folder: Path) -> HotlineHarness:
    """Return a house at twenty to nine, shortly before the hour that is agreed on."""
    folder.mkdir(exist_ok=True)
    home = HotlineHarness(folder, hours=ALWAYS, at=MIDDAY + 6 * HOUR + 40 * MINUTE)
    passes(home, 2, step=1)  # so long a new clock is not believed
    return home


def in_session(home: HotlineHarness, minutes: int = 5) -> tuple[ChatPerson, str]:
    """Return a person who agreed on nine at night and is still in the chat, some minutes later."""
    person, case = writes_to_us(home)
    agrees(person, often="Only once")
    person.presses(STATUS)  # that button is from before: the menu is asked again
    passes(home, minutes / 60, step=minutes / 60)
    assert stored_conversation(person).case == case
    return person, case


def shown(person: ChatPerson, since: int) -> list[str]:
    """Return what the person has read since, with the labels of all buttons."""
    said = [it for chat, it in person.home.post.arrived[since:] if chat == person.id]
    return [" ".join([getattr(it, "text", ""), *_labels(it)]) for it in said]


def _labels(message: object) -> list[str]:
    return [button.label for row in getattr(message, "rows", ()) for button in row]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("minutes", [5, 21])
def test_a_word_in_a_live_session_is_answered_as_to_a_newcomer(
    home: HotlineHarness, word: str, minutes: int
) -> None:
    person, case = in_session(home, minutes)
    before = len(home.post.arrived)
    person.says(word)
    read = shown(person, before)
    assert not [name for name in NAMES_A_CASE if any(name in each for each in read)], read
    assert person.last.startswith(("Choose your language", "\u60a8\u60f3")), read
    assert stored_conversation(person).case == ""
    reached = AGREED_WORD if word == RIGHT else word
    assert reached in str(messages_of_people(home))
    gone = {number for _, it in home.post.arrived[before:] if isinstance(it, DeleteMessages)
            for number in it.messages}  # fmt: skip
    assert person._message in gone
    assert case


def test_right_duress_and_wrong_words_in_a_live_session_are_answered_alike(tmp_path: Path) -> None:
    said = []
    for place, word in enumerate((RIGHT, SECOND, "mangotree")):
        home = evening(tmp_path / str(place))
        person, _case = in_session(home)
        before = len(home.post.arrived)
        person.says(word)
        person.presses("English")
        said.append(shown(person, before))
        home.close()
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize(
    "words",
    [
        "Thank you", "ok", "What happens now?", "He hits me, help", "/status", STATUS,
        "The room is on the third floor and he keeps the key",
    ],
)  # fmt: skip
def test_ordinary_words_shortly_before_the_hour_leave_the_session_as_it_is(
    home: HotlineHarness, words: str
) -> None:
    person, case = in_session(home)
    person.says(words)
    assert stored_conversation(person).case == case


def test_any_words_after_the_question_end_the_session(home: HotlineHarness) -> None:
    person, _case = in_session(home, 21)
    assert OPENER in person.texts
    person.says("The room is on the third floor and he keeps the key")
    assert stored_conversation(person).case == ""


def test_a_button_below_the_question_ends_the_session_too(home: HotlineHarness) -> None:
    person, _case = in_session(home, 21)
    before = len(home.post.arrived)
    person.presses("I can write now")
    read = shown(person, before)
    assert not [name for name in NAMES_A_CASE if any(name in each for each in read)], read


def test_the_hour_counts_from_the_agreed_time_in_a_live_session(home: HotlineHarness) -> None:
    person, case = in_session(home, 19)
    person.presses(STATUS)
    passes(home, 2 / 60, step=1 / 60)  # 21:01
    assert person.texts.count(OPENER) == 1
    assert passes(home, 0.95, step=0.19) == []  # 21:58
    (alarm,) = passes(home, 0.1, step=0.05)
    assert (alarm.case, alarm.values["time"]) == (case, "22:00")


def test_the_right_word_in_a_live_session_raises_no_alarm(home: HotlineHarness) -> None:
    person, _case = in_session(home)
    person.says(RIGHT)
    assert [it for it in home.board.events if it.kind is EventKind.CHECKED_IN]
    assert passes(home, 3) == []
    assert OPENER not in person.texts


def test_the_duress_word_in_a_live_session_is_an_alarm_at_once(home: HotlineHarness) -> None:
    person, case = in_session(home)
    before = len(home.board.events)
    person.says(SECOND)
    looks(home)
    (alarm,) = alarms(home.board.events[before:])
    assert alarm.case == case
