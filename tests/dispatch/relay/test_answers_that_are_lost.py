"""A case counts as answered once an answer arrived: one that is lost makes a reply due again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import ChatBlockedError
from bot.mailbox.letter import WITHDRAWN, LetterState
from bot.store.statements import update_by
from bot.store.tables.main import outbox
from tests.support.dispatch_inspection import place_at, reachable_positions
from tests.support.telegram.recording_channel import delivery_failure

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson


_SET_FAULT = update_by(outbox, "fault", by="id")


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


def test_a_letter_that_was_withdrawn_is_not_shown_as_one_that_telegram_refuses(
    sqlite_hotline: HotlineHarness,
) -> None:
    person, mei, case = taken_over(sqlite_hotline)
    mei.says(case, "I am here. What do you need?")
    ((letter,),) = sqlite_hotline.ask("SELECT max(letter) FROM exchanges")
    service, now = sqlite_hotline.house.staff.service, sqlite_hotline.loop.now()

    def ends(work: Work, fault: str) -> None:
        work.run(_SET_FAULT, fault, letter)
        service.record_ended(work, [(letter, LetterState.REFUSED)], now)

    for fault, shown in ((WITHDRAWN, "withdrawn"), ("BadRequest", "refused")):
        sqlite_hotline.database.writer.run_sync(lambda work, fault=fault: ends(work, fault))
        assert [it.state for it in mei.reads(case)][-1] == shown
    assert "I am here. What do you need?" not in person.texts
