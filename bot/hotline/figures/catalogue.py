"""Everything that is counted of a month, in the order in which it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.offices import OfficePlan
from bot.hotline.figures.casework import ServiceSource, TrainingSource
from bot.hotline.figures.sources import (
    AnswerSource,
    CaseSource,
    LegalSource,
    OutcomeSource,
    SessionSource,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.cases.consents import ConsentRecords
    from bot.conversation import FlowRegistry
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.figures.sources import MonthSource
    from bot.hotline.services.store import ServicePlans
    from bot.places.services import LegalService
    from bot.store.writer import Work


@dataclass(frozen=True, slots=True)
class CountedParts:
    """The parts of a deployment of which something is counted."""

    consents: ConsentRecords
    deadlines: CaseDeadlines
    plans: ServicePlans
    services: Sequence[LegalService]
    registry: FlowRegistry
    offices: Callable[[Work], OfficePlan] = lambda _work: OfficePlan()


def all_sources(parts: CountedParts) -> tuple[MonthSource, ...]:
    """Return what is counted of a month; its figures are those of `model.FIGURES`."""
    services = tuple(it.code for it in parts.services)
    return (
        SessionSource(question_steps(parts.registry)),
        CaseSource(parts.offices),
        AnswerSource(),
        OutcomeSource(parts.consents),
        ServiceSource(parts.consents, parts.plans, services),
        LegalSource(parts.consents, parts.deadlines),
        TrainingSource(),
    )


def question_steps(registry: FlowRegistry) -> tuple[str, ...]:
    """Return every question as `flow.step`, in the order of the flows."""
    return tuple(
        f"{name}.{step}" for name, flow in registry.compiled.items() for step in flow.questions
    )
