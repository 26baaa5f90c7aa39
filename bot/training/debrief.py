"""What to talk about afterwards: how long each person waited, and which signs there were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.indicators import ILO_INDICATORS
from bot.clock import MINUTE
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.store.writer import Work
    from bot.training.scenarios import Scenario

SIGN_ORDER = tuple(ILO_INDICATORS)
"""The eleven signs in their own order: number one is the first."""


@dataclass(frozen=True, slots=True)
class Debrief:
    """How it went with one person; times in minutes, None where it did not happen."""

    scenario: Scenario
    reference: str = ""
    """Empty: they never came as far as the queue."""
    priority: int = 0
    claimed_after: float | None = None
    answered_after: float | None = None
    response_minutes: int = 0
    """Minutes to the first answer, as urgent as they are."""
    waited: float = 0.0
    """Until now, or until they were answered."""

    @property
    def is_in_time(self) -> bool:
        """Whether what is promised was kept, or can still be kept."""
        return self.waited <= self.response_minutes

    @property
    def is_underrated(self) -> bool:
        """Whether the case stands lower than it should."""
        return self.priority > self.scenario.urgency

    def missed(self, named: Collection[str]) -> list[str]:
        """Return the signs that were there and were not named."""
        return [sign for sign in self.scenario.signs if sign not in named]

    def unfounded(self, named: Collection[str]) -> list[str]:
        """Return the signs that were named and that nothing pointed to."""
        return [sign for sign in SIGN_ORDER if sign in named and sign not in self.scenario.signs]


_CASE = Prepared(
    lambda _: (
        select(
            cases.c.reference, cases.c.priority, cases.c.opened_at, cases.c.claimed_at,
            cases.c.answered_at,
        )
        .where(cases.c.chat_key == bindparam("key"))
        .order_by(cases.c.opened_at)
        .limit(1)
    ),
    "key",
)  # fmt: skip


def make_debrief(
    work: Work, scenario: Scenario, chat_key: bytes, response_minutes: Sequence[int], now: int
) -> Debrief:
    """Return how it went with the person of a chat."""
    found = work.rows(_CASE, chat_key)
    if not found:
        return Debrief(scenario)
    reference, priority, opened, claimed, answered = found[0]
    return Debrief(
        scenario,
        str(reference),
        int(priority),
        _minutes(opened, claimed),
        _minutes(opened, answered),
        response_minutes[priority],
        _minutes(opened, answered or now) or 0.0,
    )


def parse_signs(numbers: str) -> list[str]:
    """Return the signs of these numbers.

    Raises:
        ValueError: one is no number of a sign.
    """
    found = []
    for each in numbers.replace(",", " ").split():
        if not (each.isdecimal() and 1 <= int(each) <= len(SIGN_ORDER)):
            raise ValueError(f"{each} is none of 1 to {len(SIGN_ORDER)}")
        found.append(SIGN_ORDER[int(each) - 1])
    return found


def _minutes(since: int, until: int | None) -> float | None:
    return None if until is None else (until - since) / MINUTE
