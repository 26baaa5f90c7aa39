"""The debrief: how long each person waited, and which indicators were missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.indicators import ILO_INDICATORS
from bot.clock import MINUTE
from bot.store.statements import select_by
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.store.writer import Work
    from bot.training.scenarios import Scenario

SIGN_ORDER = tuple(ILO_INDICATORS)
"""The eleven ILO indicators; trainees name them by number, from 1."""


@dataclass(frozen=True, slots=True)
class Debrief:
    """The result for one person; times in minutes, None where it did not happen."""

    scenario: Scenario
    reference: str = ""
    priority: int = 0
    claimed_after: float | None = None
    answered_after: float | None = None
    response_minutes: int = 0
    waited: float = 0.0  # until the first reply, or until now

    @property
    def is_in_time(self) -> bool:
        """Whether the response time was met, or can still be met."""
        return self.waited <= self.response_minutes

    @property
    def is_underrated(self) -> bool:
        """Whether the case has a lower priority than it should."""
        return self.priority > self.scenario.urgency

    def missed(self, named: Collection[str]) -> list[str]:
        """Return the indicators that were present and not named."""
        return [sign for sign in self.scenario.signs if sign not in named]

    def unfounded(self, named: Collection[str]) -> list[str]:
        """Return the indicators that were named and not present."""
        return [sign for sign in SIGN_ORDER if sign in named and sign not in self.scenario.signs]


_CASE = select_by(
    cases, "reference", "priority", "opened_at", "claimed_at", "first_answer_at",
    by="chat_key", order_by="opened_at", limit=1,
)  # fmt: skip


def make_debrief(
    work: Work, scenario: Scenario, chat_key: bytes, response_minutes: Sequence[int], now: int
) -> Debrief:
    """Return the result for the person of a chat."""
    found = work.rows(_CASE, chat_key)
    if not found:
        return Debrief(scenario)
    reference, priority, opened, claimed, answered = found[0]
    return Debrief(
        scenario, str(reference), int(priority), _minutes(opened, claimed),
        _minutes(opened, answered), response_minutes[priority],
        _minutes(opened, answered or now) or 0.0,
    )  # fmt: skip


def parse_signs(numbers: str) -> list[str]:
    """Return the indicators with these numbers; raise ValueError for an unknown one."""
    found = []
    for each in numbers.replace(",", " ").split():
        if not (each.isdecimal() and 1 <= int(each) <= len(SIGN_ORDER)):
            raise ValueError(f"{each} is none of 1 to {len(SIGN_ORDER)}")
        found.append(SIGN_ORDER[int(each) - 1])
    return found


def _minutes(since: int, until: int | None) -> float | None:
    return None if until is None else (until - since) / MINUTE
