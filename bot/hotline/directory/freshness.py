"""How long a service of the directory counts as verified, and who is asked to look again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.clock import DAY

if TYPE_CHECKING:
    from bot.hotline.directory.model import DirectoryService, ServiceContent
    from bot.settings import Settings

FREE_LASTS = DAY
"""How long it is known how many places are free."""
DUE_BEFORE = 10 * DAY
"""How long before it is hidden a service stands in the work list: a week and two weekends."""
PARTNER_ASKED_EVERY = 7 * DAY


class EntryState(StrEnum):
    """Whether a service is shown to those who choose, and if not, why."""

    SHOWN = "shown"
    DUE = "due"
    """Shown, and soon hidden unless someone finds it still right."""
    OLD = "old"
    """Hidden, because it was not verified in time."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class FreshnessRule:
    """How many days a service counts as verified."""

    contact_days: int = 90
    place_days: int = 30
    """Where people can stay."""

    def days(self, content: ServiceContent) -> int:
        """Return how many days a service counts as verified."""
        return self.contact_days if content.places is None else self.place_days

    def hidden_at(self, service: DirectoryService) -> int:
        """Return from when on a service is hidden, unless it is verified again."""
        return service.verified_at + self.days(service.content) * DAY

    def state(self, service: DirectoryService, now: int) -> EntryState:
        """Return whether a service is shown now."""
        if service.ended_at is not None:
            return EntryState.ENDED
        hidden_at = self.hidden_at(service)
        if now >= hidden_at:
            return EntryState.OLD
        return EntryState.DUE if now >= hidden_at - DUE_BEFORE else EntryState.SHOWN

    def is_shown(self, service: DirectoryService, now: int) -> bool:
        """Return whether those who choose are shown a service now."""
        return self.state(service, now) in {EntryState.SHOWN, EntryState.DUE}

    def needs_look(self, service: DirectoryService, now: int) -> bool:
        """Return whether a service belongs to the work list."""
        return self.state(service, now) in {EntryState.DUE, EntryState.OLD}


def freshness_of(settings: Settings) -> FreshnessRule:
    """Return the rule of a deployment."""
    return FreshnessRule(settings.directory_days, settings.directory_place_days)


def free_today(service: DirectoryService, now: int) -> int | None:
    """Return how many places are free; None if no one said so within a day."""
    said = service.free
    return said.count if said is not None and now - said.said_at < FREE_LASTS else None


def is_asked_for(service: DirectoryService, now: int) -> bool:
    """Return whether a partner is asked to look at its service again: once a week."""
    return service.ended_at is None and now - service.verified_at >= PARTNER_ASKED_EVERY
