"""Services of a directory and proposals to change them, as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from bot.hotline.staff.opening_hours import Week  # noqa: TC001 - msgspec reads the annotation

PARTNER_PREFIX = "partner:"


class Guests(StrEnum):
    """Who may come."""

    ANY = "any"
    WOMEN = "women"
    MEN = "men"
    CHILDREN = "children"
    """Someone under 18 on their own."""
    FAMILIES = "families"
    """A parent with children."""


class ServiceContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is written about a service. Sealed; it is never about a person."""

    name: str
    services: tuple[str, ...]
    """Codes of the services of the law that it offers, in the order of the law."""
    counties: tuple[str, ...] = ()
    """Codes of the counties whose people it serves; empty: all of the country."""
    languages: tuple[str, ...] = ()
    """Tags of the languages spoken there; empty: not known."""
    week: Week | None = None
    """When it is open; None: not known."""
    places: int | None = None
    """How many people can stay there in total; None: no one stays there."""
    guests: tuple[Guests, ...] = (Guests.ANY,)
    contact: str = ""
    """How staff reach it."""
    is_public: bool = False
    """Whether a person may be told of it directly, and not only staff."""
    note: str = ""
    source: str = ""
    """Where this is known from."""
    partner: int = 0
    """The partner whose entry it is; 0: none."""


class ProposalKind(StrEnum):
    """What a proposal asks for."""

    NEW = "new"
    """A service that is not in the directory, or one that had ended."""
    CHANGE = "change"
    END = "end"
    """The service is no longer offered."""


class Decision(StrEnum):
    """What became of a proposal."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """By who proposed it."""


class DirectoryOutcome(StrEnum):
    """What came of an act on the directory."""

    DONE = "done"
    OWN = "own"
    """No one approves what they proposed themselves."""
    DECIDED = "decided"
    """Someone decided about it before."""
    CHANGED = "changed"
    """The service was changed since the page was drawn."""
    ENDED = "ended"
    """The service has ended meanwhile."""
    FAULTY = "faulty"
    """It breaks a rule, perhaps together with what was approved meanwhile."""
    UNKNOWN = "unknown"
    """There is no such service or proposal, or not for this partner."""


class ProposedChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was proposed. Sealed."""

    wanted: ServiceContent
    """What the proposer wants the service to be; for an end, what it was."""
    base: ServiceContent | None = None
    """What the proposer changed; None for a new service."""
    why: str = ""
    verified_at: int = 0
    """When the proposer found this right; 0: not known, as in a spreadsheet without a day."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal and what became of it."""

    number: int
    service: str
    kind: ProposalKind
    change: ProposedChange | None
    """None: it was altered in the database, and can only be refused."""
    by: str
    at: int
    decision: Decision | None = None
    """None while it waits."""
    decided_by: str = ""
    decided_at: int = 0
    answer: str = ""
    """Why it was refused."""

    @property
    def is_waiting(self) -> bool:
        """Whether no one has decided about it."""
        return self.decision is None


@dataclass(frozen=True, slots=True)
class FreePlaces:
    """How many places someone said were free."""

    count: int
    said_at: int
    said_by: str


@dataclass(frozen=True, slots=True)
class DirectoryService:
    """A service as two people approved it."""

    id: str
    content: ServiceContent
    version: int
    """How many changes were approved: a form that names another was drawn before."""
    verified_at: int
    """0: it is not known when."""
    verified_by: str
    free: FreePlaces | None = None
    ended_at: int | None = None


def partner_author(partner: int) -> str:
    """Return what stands for a partner where it is written who did something."""
    return f"{PARTNER_PREFIX}{partner}"


def is_partner(author: str) -> bool:
    """Whether a partner did something, and not staff."""
    return author.startswith(PARTNER_PREFIX)


def changed_fields(base: ServiceContent, wanted: ServiceContent) -> tuple[str, ...]:
    """Return the names of the fields in which two contents differ."""
    return tuple(
        it for it in ServiceContent.__struct_fields__ if getattr(base, it) != getattr(wanted, it)
    )


def apply_change(current: ServiceContent, change: ProposedChange) -> ServiceContent:
    """Return a content with what a proposal changes; what others changed since stays."""
    if change.base is None:
        return change.wanted
    changed = {it: getattr(change.wanted, it) for it in changed_fields(change.base, change.wanted)}
    return msgspec.structs.replace(current, **changed)
