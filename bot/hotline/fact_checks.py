"""Checks of numbers and organisations by staff: one person records, a second one confirms.

Only with the second person does a check count (`bot.places.checks`). Until then the others see who
says what. A check that no one confirms lapses: two people who looked months apart agree on nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.clock import DAY, SECOND
from bot.places.checks import CheckableFact, FactCheck
from bot.store.statements import delete_by, insert, select_by, update_by
from bot.store.tables.desk import fact_checks

if TYPE_CHECKING:
    from typing import Any
    from zoneinfo import ZoneInfo

    from bot.store.writer import Work
    from bot.vault.audit.log import AuditLog

LAPSES_AFTER = 14 * DAY
RECORDED, CONFIRMED = "fact_check", "fact_confirm"
"""Actions in the audit log."""
_IS_CONFIRMED = fact_checks.c.confirmed_at.is_not(None)
_COLUMNS = (
    "id", "kind", "code", "about", "verdict", "method", "checked_by", "checked_at", "confirmed_by",
    "confirmed_at",
)  # fmt: skip
_ALL = select_by(fact_checks, *_COLUMNS, order_by="id")
_IN_FORCE = select_by(fact_checks, *_COLUMNS, by=_IS_CONFIRMED, order_by="id")
_ADD = insert(fact_checks, *_COLUMNS[1:8])
_CONFIRM = update_by(fact_checks, "confirmed_by", "confirmed_at", by="id")
_DELETE_OTHERS = delete_by(fact_checks, by=("kind", "code", fact_checks.c.id != bindparam("kept")))
_DELETE_OWN = delete_by(fact_checks, by=("kind", "code", "checked_by", ~_IS_CONFIRMED))
_DELETE_LAPSED = delete_by(
    fact_checks, by=(~_IS_CONFIRMED, fact_checks.c.checked_at < bindparam("before"))
)


class Verdict(StrEnum):
    """What a person found."""

    RIGHT = "right"
    WRONG = "wrong"


class CheckMethod(StrEnum):
    """How a person checked it."""

    SOURCE = "source"
    """Read in its source, or in a newer public one."""
    CALL = "call"
    """Called, or asked the organisation."""


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """One check, confirmed or not."""

    id: int
    fact: CheckableFact
    verdict: Verdict
    method: CheckMethod
    by: str
    at: int
    confirmed_by: str = ""
    confirmed_at: int = 0


class FactChecks:
    """The checks of a deployment, used inside units of work."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    @staticmethod
    def in_force(work: Work, zone: ZoneInfo) -> tuple[FactCheck, ...]:
        """Return what two people agree about, with the day in a time zone."""
        return tuple(
            FactCheck(
                it.fact, it.verdict is Verdict.RIGHT,
                datetime.fromtimestamp(it.at / SECOND, zone).date(),
            )
            for it in map(_from_row, work.rows(_IN_FORCE))
        )  # fmt: skip

    @staticmethod
    def all(work: Work, now: int) -> list[RecordedCheck]:
        """Return all checks that are confirmed or can still be, the oldest first."""
        found = map(_from_row, work.rows(_ALL))
        return [it for it in found if it.confirmed_by or it.at >= now - LAPSES_AFTER]

    def record(
        self, work: Work, fact: CheckableFact, verdict: Verdict, method: CheckMethod, by: str,
        now: int,
    ) -> bool:  # fmt: skip
        """Record what a person found; return whether it confirms what another person found.

        It replaces what the same person recorded before and no one has confirmed. A confirmed check
        replaces all others of its fact.
        """
        waiting = [it for it in self.all(work, now) if it.fact == fact and not it.confirmed_by]
        first = next((it for it in waiting if it.verdict is verdict and it.by != by), None)
        subject, detail = f"{fact.kind}:{fact.code}", f"{verdict.value}/{method.value}"
        if first is None:
            work.run(_DELETE_OWN, fact.kind, fact.code, by)
            row = (fact.kind, fact.code, fact.about, verdict.value, method.value, by, now)
            work.run(_ADD, *row)
            self._audit.record(work, now, by, RECORDED, subject, detail)
            return False
        work.run(_DELETE_OTHERS, fact.kind, fact.code, first.id)
        work.run(_CONFIRM, by, now, first.id)
        self._audit.record(work, now, by, CONFIRMED, subject, detail)
        return True

    @staticmethod
    def delete_lapsed(work: Work, now: int) -> None:
        """Delete checks that no one confirmed in time."""
        work.run(_DELETE_LAPSED, now - LAPSES_AFTER)


def _from_row(row: tuple[Any, ...]) -> RecordedCheck:
    number, kind, code, about, verdict, method, by, at, confirmed_by, confirmed_at = row
    return RecordedCheck(
        number, CheckableFact(kind, code, about), Verdict(verdict), CheckMethod(method), by, at,
        confirmed_by or "", confirmed_at or 0,
    )  # fmt: skip
