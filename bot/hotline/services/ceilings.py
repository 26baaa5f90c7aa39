"""What was paid against a ceiling, and what is left. Pure.

Nothing is rounded: amounts are whole units of the currency, as receipts in Taiwan are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.places.place import Money
from bot.places.services import Ceiling, CeilingPeriod

if TYPE_CHECKING:
    from datetime import date

    from bot.hotline.services.model import CasePlan, PlanEntry
    from bot.places.place import LawChapter
    from bot.places.services import CeilingRule
    from bot.text import Text


@dataclass(frozen=True, slots=True)
class CeilingUse:
    """How much of a ceiling was used in the period of a day."""

    ceiling: Ceiling
    spent: int = 0
    used: int = 0
    """Units."""

    @property
    def amount_limit(self) -> int | None:
        """Return the most that can be paid in the period; None for no limit."""
        it = self.ceiling
        if it.amount is None and it.each is not None and it.units is not None:
            return it.each * it.units
        return it.amount

    @property
    def amount_left(self) -> int | None:
        """Return what can still be paid, never below 0; None for no limit."""
        limit = self.amount_limit
        return None if limit is None else max(0, limit - self.spent)

    @property
    def units_left(self) -> int | None:
        """Return the units that are left, never below 0; None for no limit."""
        it = self.ceiling
        return None if it.units is None else max(0, it.units - self.used)

    def holds(self, units: int, amount: int) -> bool:
        """Return whether so much more stays within the ceiling."""
        it = self.ceiling
        if it.units is not None and units > (self.units_left or 0):
            return False
        if it.each is not None and amount > it.each * units:
            return False
        return self.amount_left is None or amount <= self.amount_left


def ceiling_use(plan: CasePlan, ceiling: Ceiling, day: str) -> CeilingUse:
    """Return how much of a ceiling was used in the period in which a day lies.

    `day` is in the time zone of the law, e.g. `2026-11-25`.
    """
    counted = [it.entry for it in plan.given(ceiling.code) if _is_in_period(ceiling, it.entry, day)]
    return CeilingUse(ceiling, sum(it.amount for it in counted), sum(it.units for it in counted))


def _is_in_period(ceiling: Ceiling, entry: PlanEntry, day: str) -> bool:
    return ceiling.period is CeilingPeriod.PERSON or entry.day[:4] == day[:4]


def current_ceiling(rule: CeilingRule, chapter: LawChapter | None, today: date) -> Ceiling | None:
    """Return a ceiling in numbers; None once the facts of its chapter are unread or expired."""
    if chapter is None or not chapter.is_shown(today):
        return None
    numbers = {
        name: _number(chapter.facts.get(fact, fact))
        for name, fact in (("amount", rule.amount), ("each", rule.each), ("units", rule.units))
        if fact
    }
    return Ceiling(rule.code, rule.period, **numbers)


def _number(fact: str | Text | Money) -> int:
    return int(fact.amount if isinstance(fact, Money) else str(fact))
