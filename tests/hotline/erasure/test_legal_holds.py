"""A case is kept by law only when two people said so, for a reason, and not for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import DAY
from bot.errors import LegalHoldError
from bot.hotline.erasure.legal_holds import MAX_DURATION, HoldReason, LegalHolds
from bot.vault.erasure.erase import Erasures

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from tests.support.harnesses.queue_harness import QueueHarness


class Court:
    """Three people before one case."""

    def __init__(self, line: QueueHarness) -> None:
        self.line = line
        self.holds = LegalHolds(line.staff, line.audit)
        self.mei, self.jun = (
            line.add_caseworker("Mei", role=Role.SUPERVISOR),
            line.add_caseworker("Jun"),
        )
        self.ida = line.add_caseworker("Ida", role=Role.AUDITOR)
        self.case = line.add_waiting_case()

    def asks(self, who: Caseworker, days: int = 30, case: str = "") -> None:
        line, until = self.line, self.line.now + days * DAY
        line.run(
            lambda work: self.holds.request(
                work, case or self.case, who.id, HoldReason.COURT, until, line.now
            )
        )

    def agrees(self, who: Caseworker) -> None:
        self.line.run(lambda work: self.holds.approve(work, self.case, who.id, self.line.now))

    def ends(self, *who: Caseworker) -> int:
        one, two = who
        return self.line.run(
            lambda work: self.holds.end(work, self.case, one.id, two.id, self.line.now)
        )

    @property
    def is_held(self) -> bool:
        line = self.line
        found = line.run(lambda work: Erasures.legal_hold_until(work, self.case, line.now))
        return found is not None


@pytest.fixture
def court(queue_harness: QueueHarness) -> Court:
    return Court(queue_harness)


def test_a_hold_stands_once_another_agreed_and_ends_by_itself(court: Court) -> None:
    court.asks(court.mei)
    assert not court.is_held
    court.agrees(court.jun)
    assert court.is_held
    (hold,) = court.line.run(lambda work: court.holds.current(work, court.line.now))
    assert (hold.asked_by, hold.agreed_by, hold.reason) == (court.mei.id, court.jun.id, "court")
    court.line.now += 30 * DAY
    assert not court.is_held
    assert court.line.run(lambda work: court.holds.current(work, court.line.now)) == []
    assert court.line.told(court.case)[-2:] == [
        ("operator", "hold_ask", f"{court.mei.id}:court"),
        ("operator", "hold_agree", f"{court.jun.id}:court"),
    ]


def test_one_person_alone_can_keep_nothing(court: Court) -> None:
    with pytest.raises(LegalHoldError, match="no one has requested"):
        court.agrees(court.mei)
    court.asks(court.mei)
    with pytest.raises(LegalHoldError, match="takes two people"):
        court.agrees(court.mei)
    assert not court.is_held


def test_neither_an_auditor_nor_a_stranger_nor_one_without_access_keeps_anything(
    court: Court,
) -> None:
    court.asks(court.mei)
    court.line.run(lambda work: court.line.staff.disable(work, court.jun.id))
    for who in (court.ida, court.jun):
        with pytest.raises(LegalHoldError, match="no caseworker with access"):
            court.agrees(who)
        with pytest.raises(LegalHoldError, match="no caseworker with access"):
            court.asks(who)


@pytest.mark.parametrize("days", [0, -1, 181, 100_000])
def test_a_hold_has_an_end_that_is_not_far(court: Court, days: int) -> None:
    with pytest.raises(LegalHoldError, match="180 days"):
        court.asks(court.mei, days)
    court.asks(court.mei, MAX_DURATION // DAY)


def test_a_case_that_is_gone_is_not_kept(court: Court) -> None:
    with pytest.raises(LegalHoldError, match="no such case"):
        court.asks(court.mei, case="0" * 32)


def test_two_people_end_it_and_one_does_not(court: Court) -> None:
    court.asks(court.mei)
    court.agrees(court.jun)
    with pytest.raises(LegalHoldError, match="two different people"):
        court.ends(court.mei, court.mei)
    assert court.is_held
    assert court.ends(court.jun, court.mei) == 1
    assert not court.is_held
    assert court.ends(court.jun, court.mei) == 0


def test_what_was_asked_for_lapses_and_the_last_word_counts(court: Court) -> None:
    court.asks(court.mei, 1)
    court.line.now += DAY
    with pytest.raises(LegalHoldError, match="no one has requested"):
        court.agrees(court.jun)
    court.asks(court.mei, 2)
    court.asks(court.jun, 5)
    court.agrees(court.mei)  # to what Jun asked for
    court.line.now += 4 * DAY
    assert court.is_held
