"""What a person sends to a case that is over is read all the same: the case waits again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from tests.support.dispatch_inspection import place_at, reachable_positions, send_report

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson


def sent_and_closed(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person who is still here, and whoever has closed their case."""
    person = home.person()
    send_report(person)
    mei = home.colleague()
    case = mei.claims()
    mei.run_command(Verb.CLOSE, case, code="helped", text="Safe.")
    assert home.ask("SELECT status, due_at FROM cases") == [("closed", None)]
    return person, mei, case


def takes_back(person: ChatPerson) -> None:
    person.presses("Take it back", "Take it back")


def adds(person: ChatPerson) -> None:
    person.presses("Add something")
    person.says("there is also a second house")
    person.presses("Send")


def writes(person: ChatPerson) -> None:
    person.says("he wants to move me to another factory tomorrow")


def changes(person: ChatPerson) -> None:
    person.send_update(person.edit("come now, he hits me"))


@pytest.mark.parametrize("sends", [writes, changes])
@pytest.mark.parametrize("is_taken_over", [False, True])
def test_a_closed_case_waits_again_once_the_person_writes_in_the_same_session(
    hotline: HotlineHarness, sends: object, *, is_taken_over: bool
) -> None:
    person = hotline.person()
    place_at(person, reachable_positions()["danger", "tell"])
    person.presses("Tell them now")
    mei = hotline.colleague()
    case = mei.claims()
    if is_taken_over:
        mei.take_over(case)
        person.presses("I can write now")
    mei.run_command(Verb.CLOSE, case, code="helped", text="Safe.")
    hotline.advance_time(60)
    sends(person)  # type: ignore[operator]
    ((status, holder, due_at),) = hotline.ask("SELECT status, holder, due_at FROM cases")
    assert (status, holder) == ("reopened", None)
    assert due_at > hotline.loop.now()
    assert mei.claims() == case


@pytest.mark.parametrize("sends", [adds, takes_back])
def test_a_closed_case_to_which_more_comes_waits_again_and_the_desks_hear(
    hotline: HotlineHarness, sends: object
) -> None:
    person, mei, case = sent_and_closed(hotline)
    hotline.advance_time(60)
    shown = len(hotline.board.events)
    sends(person)  # type: ignore[operator]
    ((status, holder, due_at),) = hotline.ask("SELECT status, holder, due_at FROM cases")
    assert (status, holder) == ("reopened", None)
    assert due_at > hotline.loop.now()
    heard = [event.kind for event in hotline.board.events[shown:] if event.case == case]
    written = [] if sends is takes_back else [EventKind.PERSON_WROTE]
    assert sorted(heard) == sorted([*written, EventKind.REPORT_ADDED, EventKind.REOPENED])
    assert mei.claims() == case
