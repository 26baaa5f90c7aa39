"""The service plan as the person meets it: what they asked for, and what a caseworker released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.intake import PERSON
from bot.clock import SECOND
from bot.errors import DecryptionError
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.services.model import PlanAction, PlanEntry
from bot.hotline.services.store import ServicePlans
from bot.vault import AuditLog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from bot.conversation import Answer
    from bot.places.services import LegalService
    from bot.store.writer import Work
    from bot.vault import Vault

NEEDS = "needs"
"""The question in which a person chooses what is needed."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """The services a person asked for."""

    case: str
    services: tuple[str, ...]
    now: int
    zone: ZoneInfo

    @property
    def day(self) -> str:
        """Return the day of the request, in the time zone of the deployment."""
        return datetime.fromtimestamp(self.now / SECOND, self.zone).date().isoformat()


def services_asked_for(
    services: tuple[LegalService, ...], answers: Mapping[str, Answer]
) -> tuple[str, ...]:
    """Return the codes of the services that answers ask for, in the order of the law."""
    needs = answers.get(NEEDS)
    asked = frozenset(map(str, needs)) if isinstance(needs, tuple | list) else frozenset()
    return tuple(it.code for it in services if not it.asked_by.isdisjoint(asked))


def note_request(vault: Vault, request: PlanRequest, work: Work) -> None:
    """Put what a person asked for into the plan of the case, which is stored already.

    A service that is asked for, offered or given already stays as it is. A plan that was altered
    takes no entry: staff read that at the desk.
    """
    plans = ServicePlans(vault, AuditLog(vault))
    try:
        plan = plans.of_case(work, request.case)
    except DecryptionError:
        return
    for code in request.services:
        if plan.allows(PlanAction.ASK, code):
            entry = PlanEntry(action=PlanAction.ASK, service=code, by=PERSON, day=request.day)
            plans.add(work, request.case, entry, request.now)


def shown_appointments(
    vault: Vault, work: Work, case: str, now: int
) -> tuple[tuple[str, int], ...]:
    """Return the services and moments of a case that its person may read, the next one first.

    Nothing once the person took back that staff read the case, or was forced to open the chat.
    """
    is_withdrawn = ConsentRecords(vault).reading_taken_back_at(work, case) is not None
    if is_withdrawn or Passphrases.is_frozen(work, case):
        return ()
    appointments = ServicePlans(vault, AuditLog(vault)).if_readable(work, case).appointments
    return tuple((it.service, it.moment) for it in appointments if it.is_shown and it.moment > now)
