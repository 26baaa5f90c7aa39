"""A question that waits for its hour makes nobody wait: whoever writes meanwhile is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.mailbox.inbox import Arrival
from tests.dispatch.reminders.test_deadline_reminders import OPENER, with_contact
from tests.hotline.check_ins.test_check_ins import agrees, looks, passes, writes_to_us
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness
from tests.support.people.caseworker_driver import refusals
from tests.support.people.chat_person import update_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

    Waits = Callable[[HotlineHarness], ChatPerson]


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def reminder_waits(home: HotlineHarness) -> ChatPerson:
    """It is half past noon, and may be asked in the evening only."""
    person, _mei, _case = with_contact(home, "At certain hours", "Evening", "Done")
    home.advance_time(24.5 * 3600)
    looks(home)
    return person


def check_in_waits(home: HotlineHarness) -> ChatPerson:
    """It is past five, the hour agreed on; but the person may be asked in the evening only."""
    person, _case = writes_to_us(home, "At certain hours")
    person.presses("Evening", "Done")
    agrees(person, hour=17)
    passes(home, 5.1)
    return person


EITHER = pytest.mark.parametrize(("waits", "hours"), [(reminder_waits, 6.5), (check_in_waits, 1.0)])
"""What waits, and how long it may be until it is asked."""


def writes(home: HotlineHarness, person: ChatPerson, words: str) -> list[str]:
    """Write, and return what is said to it at once: not what is said once all that waits is due."""
    before = len(home.post.texts(person.id))
    arrival = Arrival.of(home.next_update, update_json(home.next_update, person.words(words)))
    home.next_update += 1
    home.run(home.house.dispatcher.receive([arrival]))
    home.run(home.close_writer_idle(3))
    return home.post.texts(person.id)[before:]


def is_asked(home: HotlineHarness, person: ChatPerson, hours: float) -> bool:
    """Tell whether the question comes, once, within so many hours."""
    before = len(home.post.texts(person.id))
    passes(home, hours)
    return home.post.texts(person.id)[before:] == [OPENER]


@EITHER
def test_a_message_is_answered_while_a_delayed_question_waits(
    hotline: HotlineHarness, waits: Waits, hours: float
) -> None:
    person = waits(hotline)
    assert "110" in " ".join(writes(hotline, person, "/danger"))
    assert is_asked(hotline, person, hours)


@EITHER
def test_a_restart_changes_nothing_of_that(
    hotline: HotlineHarness, waits: Waits, hours: float
) -> None:
    person = waits(hotline)
    hotline.restart()
    assert "110" in " ".join(writes(hotline, person, "/danger"))
    hotline.restart()
    assert is_asked(hotline, person, hours)


def test_a_delayed_question_waits_while_the_person_is_writing(hotline: HotlineHarness) -> None:
    person = reminder_waits(hotline)
    hotline.advance_time(5.45 * 3600)  # a few minutes to six
    assert writes(hotline, person, "hello")
    hotline.advance_time(0.1 * 3600)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[-1] != OPENER
    assert is_asked(hotline, person, 0.75)


@EITHER
def test_a_takeover_that_is_over_by_then_takes_no_question_away(
    hotline: HotlineHarness, waits: Waits, hours: float
) -> None:
    person = waits(hotline)
    ((case,),) = hotline.ask("SELECT id FROM cases")
    lin = hotline.colleague("Lin")
    lin.claims(case)
    assert refusals(lin.take_over(case)) == []
    assert refusals(lin.hand_back(case)) == []
    assert is_asked(hotline, person, hours)
