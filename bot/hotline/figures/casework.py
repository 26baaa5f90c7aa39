"""Services and training of a month, as they are counted when it is frozen.

Both count people, not entries: in how many cases a service was given, how many colleagues took a
course. So a save that was repeated, and the seventh of ten sessions, change nothing. One case can
stand in several rows; how that is kept from giving few people away stands in `suppression`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.hotline.figures.model import Count, Figure
from bot.hotline.figures.sources import OTHER, agreed_cases, code_table
from bot.hotline.services.model import PlanAction
from bot.hotline.staff.training import TrainingKind
from bot.store.statements import select_by
from bot.store.tables.training import training_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.cases.consents import ConsentRecords
    from bot.hotline.figures.sources import CountedMonth
    from bot.hotline.services.store import ServicePlans
    from bot.store.writer import Work

SERVICE_FIGURES: Mapping[str, PlanAction] = {
    "services_asked": PlanAction.ASK,
    "services_offered": PlanAction.OFFER,
    "services_accepted": PlanAction.ACCEPT,
    "services_given": PlanAction.GIVE,
    "services_refused": PlanAction.REFUSE,
    "services_ended": PlanAction.END,
}
"""By figure: the entries of a plan that it counts."""
SERVICES_GIVEN = "services_given"
TRAINING = "training"
EPOCH = date(1970, 1, 1)
_TRAINED = select_by(
    training_records, "staff_id", "kind",
    by=(
        training_records.c.done_on >= bindparam("since"),
        training_records.c.done_on < bindparam("until"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServiceSource:
    """What became of each service of the law, of people who agreed to be counted."""

    consents: ConsentRecords
    plans: ServicePlans
    services: Sequence[str]
    """The codes of the services, in the order of the law."""

    def count(self, work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return in how many cases each service was asked for, offered, given and so on.

        An entry belongs to the month in which it was entered. One that was struck out before the
        month is frozen is not counted, nor is a plan that was altered.
        """
        touched = self.plans.cases_between(work, span.since, span.until)
        agreed = sorted(agreed_cases(work, self.consents, touched))
        entered = self.plans.entered(work, span.since, span.until, agreed)
        found = {(it.action, case, self._code(it.service)) for case, it in entered}
        for name, action in SERVICE_FIGURES.items():
            numbers = Counter(service for of, _case, service in found if of is action)
            yield _shared(name, "service", (*self.services, OTHER), numbers)

    def _code(self, service: str) -> str:
        return service if service in self.services else OTHER


class TrainingSource:
    """How many colleagues took a course, and with how many a supervisor looked along."""

    @staticmethod
    def count(work: Work, span: CountedMonth) -> Iterable[Figure]:
        """Return what was done in the month, as far as it was written down until it is frozen."""
        days = [(_first_day(it) - EPOCH).days for it in (span.month, span.month + 1)]
        trained = {(who, kind) for who, kind in work.rows(_TRAINED, *days)}
        codes = tuple(it.value for it in TrainingKind)
        return [_shared(TRAINING, "training", codes, Counter(kind for _who, kind in trained))]


def _shared(name: str, dimension: str, codes: Sequence[str], found: Counter[str]) -> Figure:
    """Return a figure with one table, in which a person may stand in several rows."""
    table = code_table(dimension, codes, found)
    return Figure(name, Count(found.total()), (table,), is_shared=True)


def _first_day(month: int) -> date:
    year, past = divmod(month, 12)
    return date(year, past + 1, 1)
