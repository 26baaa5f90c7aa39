"""A case counts as answered once an answer arrived: one that is lost makes a reply due again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import ChatBlockedError
from tests.support.dispatch_inspection import place_at, reachable_positions
from tests.support.telegram.recording_channel import delivery_failure

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson


def taken_over(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person in danger who was asked for a good moment, who asks, and the case."""
    person = home.person()
    place_at(person, reachable_positions()["danger", "tell"])
    person.presses("Tell them now")
    mei = home.colleague()
    case = mei.claims()
    mei.take_over(case)
    return person, mei, case


def due_at(home: HotlineHarness) -> int | None:
    ((due,),) = home.ask("SELECT due_at FROM cases")
    return due  # type: ignore[no-any-return]


def leaves(home: HotlineHarness, person: ChatPerson, mei: CaseworkerDriver, case: str) -> None:
    mei.says(case, "I am here. What do you need?")
    assert due_at(home) is None  # it waits until the person says that this is a good moment
    person.says("/bye")


def blocks(home: HotlineHarness, person: ChatPerson, mei: CaseworkerDriver, case: str) -> None:
    person.presses("I can write now")
    home.post.fate = lambda _chat, _body: delivery_failure(ChatBlockedError("blocked"))
    mei.says(case, "I am here. What do you need?")
    home.run(home.close_writer_idle(1))


@pytest.mark.parametrize("loses", [leaves, blocks])
def test_an_answer_that_did_not_arrive_makes_a_reply_due_again(
    sqlite_hotline: HotlineHarness, loses: object
) -> None:
    person, mei, case = taken_over(sqlite_hotline)
    sqlite_hotline.advance_time(60)
    loses(sqlite_hotline, person, mei, case)  # type: ignore[operator]
    due = due_at(sqlite_hotline)
    assert due is not None
    assert due > sqlite_hotline.loop.now()


def test_an_answer_that_arrived_is_one_although_a_later_letter_did_not(
    sqlite_hotline: HotlineHarness,
) -> None:
    person, mei, case = taken_over(sqlite_hotline)
    person.presses("I can write now")
    mei.says(case, "I am here. What do you need?")
    assert due_at(sqlite_hotline) is None
    sqlite_hotline.advance_time(60)
    sqlite_hotline.post.fate = lambda _chat, _body: delivery_failure(ChatBlockedError("blocked"))
    mei.says(case, "One more thing.")
    sqlite_hotline.run(sqlite_hotline.close_writer_idle(1))
    assert due_at(sqlite_hotline) is None
