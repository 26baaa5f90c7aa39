"""The service plan of a case as a value: entries in order, and what follows from them. Pure.

A plan is a list of entries that is only ever added to. The state of a service, its appointments and
what was spent are computed from those that stand; a mistake is struck out by another entry.

Why a service has one state and not one for each time it is given: caseworkers ask "does she have a
doctor?", not "which of her doctors?". What was given stands in the entries, each with its day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class ServiceState(StrEnum):
    """The state of one service."""

    ASKED = "asked"
    """The person asked for it."""
    OFFERED = "offered"
    ACCEPTED = "accepted"
    GIVEN = "given"
    """At least once; it may be given again."""
    ENDED = "ended"
    REFUSED = "refused"
    """The person does not want it."""
    WITHDRAWN = "withdrawn"
    """It is no longer offered: no provider, or the request was taken back."""


class PlanAction(StrEnum):
    """What an entry records."""

    ASK = "ask"
    OFFER = "offer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    GIVE = "give"
    END = "end"
    WITHDRAW = "withdraw"
    BOOK = "book"
    """An appointment; it changes no state."""
    CANCEL = "cancel"
    """The appointment with the number `about` does not take place."""
    SHOW = "show"
    """The person may read the appointment `about`."""
    HIDE = "hide"
    STRIKE = "strike"
    """The entry `about` was a mistake."""


_S = ServiceState
_BEFORE_OFFER = frozenset({None, _S.ASKED, _S.REFUSED, _S.WITHDRAWN, _S.ENDED})
TRANSITIONS: Mapping[PlanAction, tuple[frozenset[ServiceState | None], ServiceState]] = {
    PlanAction.ASK: (_BEFORE_OFFER - {_S.ASKED}, _S.ASKED),
    PlanAction.OFFER: (_BEFORE_OFFER, _S.OFFERED),
    PlanAction.ACCEPT: (frozenset({_S.ASKED, _S.OFFERED}), _S.ACCEPTED),
    PlanAction.GIVE: (frozenset({_S.ACCEPTED, _S.GIVEN}), _S.GIVEN),
    PlanAction.END: (frozenset({_S.ACCEPTED, _S.GIVEN}), _S.ENDED),
    PlanAction.REFUSE: (frozenset({_S.ASKED, _S.OFFERED, _S.ACCEPTED, _S.GIVEN}), _S.REFUSED),
    PlanAction.WITHDRAW: (frozenset({_S.ASKED, _S.OFFERED, _S.ACCEPTED}), _S.WITHDRAWN),
}
"""By action: the states in which it is possible, None for a service that no one mentioned yet; and
the state that follows."""
OPEN_STATES = frozenset({_S.ASKED, _S.OFFERED, _S.ACCEPTED, _S.GIVEN})


class PlanEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the bot can read of an entry: codes, days and numbers, no words.

    The words are sealed to the case (`PlanWords`).
    """

    action: PlanAction
    service: str
    by: str
    """Who entered it; `person` where the person asked in the chat."""
    day: str = ""
    """The day it happened, in the time zone of the law, e.g. `2026-11-25`."""
    kind: str = ""
    """For GIVE: the ceiling it counts against; empty for none."""
    units: int = 0
    """For GIVE: sessions, months, days or times."""
    amount: int = 0
    """For GIVE: what was paid, in whole units of the currency."""
    is_approved: bool = False
    """For GIVE: an authority approved more than the ceiling."""
    moment: int = 0
    """For BOOK: when it is."""
    about: int = 0


class PlanWords(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only those who may open the case can read of an entry."""

    provider: str = ""
    companion: str = ""
    """Who goes along."""
    place: str = ""
    interpreter: str = ""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to seal."""
        return self == NO_WORDS


NO_WORDS = PlanWords()


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """An entry with its number in the plan, from 1."""

    number: int
    entry: PlanEntry
    entered_at: int
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment that stands."""

    number: int
    service: str
    moment: int
    is_shown: bool
    """Whether the person may read it."""


@dataclass(frozen=True, slots=True)
class CasePlan:
    """A plan, computed from its entries."""

    entries: Sequence[NumberedEntry] = ()
    states: Mapping[str, ServiceState] = field(default_factory=dict)
    """By service, in the order in which they were first mentioned."""
    appointments: Sequence[Appointment] = ()
    """Those that stand, the earliest first, also after they took place."""

    def state(self, service: str) -> ServiceState | None:
        """Return the state of a service; None if no one mentioned it."""
        return self.states.get(service)

    def allows(self, action: PlanAction, service: str) -> bool:
        """Return whether an action on a service is possible now."""
        return self.state(service) in TRANSITIONS[action][0]

    def given(self, kind: str) -> list[NumberedEntry]:
        """Return what was given against a ceiling."""
        return [
            it
            for it in self.entries
            if not it.is_struck and it.entry.action is PlanAction.GIVE and it.entry.kind == kind
        ]

    def appointment(self, number: int) -> Appointment | None:
        """Return an appointment that stands."""
        return next((it for it in self.appointments if it.number == number), None)

    def next_moment(self, now: int) -> int | None:
        """Return when the next appointment is; None if there is none ahead."""
        return next((it.moment for it in self.appointments if it.moment > now), None)

    def may_strike(self, number: int) -> bool:
        """Return whether an entry can be struck out, and all that follows still be possible."""
        found = next((it for it in self.entries if it.number == number), None)
        if found is None or found.is_struck or found.entry.action is PlanAction.STRIKE:
            return False
        rest = [it.entry for it in self.entries if not it.is_struck and it.number != number]
        return is_possible(rest) and not self._is_referred_to(number)

    def _is_referred_to(self, number: int) -> bool:
        return any(it.entry.about == number and not it.is_struck for it in self.entries)


def build_plan(entered: Iterable[tuple[PlanEntry, int]]) -> CasePlan:
    """Return the plan of entries, each with the moment at which it was entered, in order."""
    found = list(entered)
    struck = {it.about for it, _at in found if it.action is PlanAction.STRIKE}
    entries = [
        NumberedEntry(number, it, at, number in struck) for number, (it, at) in enumerate(found, 1)
    ]
    standing = [it for it in entries if not it.is_struck]
    states = {
        it.entry.service: TRANSITIONS[it.entry.action][1]
        for it in standing
        if it.entry.action in TRANSITIONS
    }
    return CasePlan(entries, states, _appointments(standing))


def is_possible(entries: Iterable[PlanEntry]) -> bool:
    """Return whether each entry was possible when it came."""
    states: dict[str, ServiceState] = {}
    for it in entries:
        if it.action in TRANSITIONS:
            before, after = TRANSITIONS[it.action]
            if states.get(it.service) not in before:
                return False
            states[it.service] = after
    return True


def _appointments(standing: Sequence[NumberedEntry]) -> list[Appointment]:
    cancelled = {it.entry.about for it in standing if it.entry.action is PlanAction.CANCEL}
    shown = {
        it.entry.about: it.entry.action is PlanAction.SHOW
        for it in standing
        if it.entry.action in {PlanAction.SHOW, PlanAction.HIDE}
    }
    found = [
        Appointment(it.number, it.entry.service, it.entry.moment, shown.get(it.number, False))
        for it in standing
        if it.entry.action is PlanAction.BOOK and it.number not in cancelled
    ]
    return sorted(found, key=lambda it: (it.moment, it.number))
