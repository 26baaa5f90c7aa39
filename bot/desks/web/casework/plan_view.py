"""The service plan of one case, as its page and an export show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.commands.service_plan import AMOUNTS
from bot.hotline.services.ceilings import ceiling_use, current_ceiling
from bot.hotline.services.limits import format_money, used_text
from bot.hotline.services.model import (
    NO_WORDS,
    OPEN_STATES,
    TRANSITIONS,
    CasePlan,
    NumberedEntry,
    PlanAction,
    PlanWords,
)
from bot.hotline.services.store import ServicePlans
from bot.hotline.services.texts import ACTION_NAMES, ENTRY_NAMES, STATE_NAMES, UNIT_LABELS
from bot.languages.format_date import format_moment
from bot.places.services import CeilingUnit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.desks.web.request import DeskRequest
    from bot.hotline.services.model import Appointment, ServiceState
    from bot.places.place import Place
    from bot.places.services import CeilingRule, LegalService
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

REOPENING = (PlanAction.ASK, PlanAction.OFFER)
"""Actions with which a service enters the plan."""


@dataclass(frozen=True, slots=True)
class PlanEntryView:
    """One line of the history of a service."""

    number: int
    day: str
    what: str
    details: str
    """Who provides it, what was paid, words: as far as they were typed."""
    by: str
    is_struck: bool
    may_strike: bool


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One service of the plan."""

    code: str
    name: str
    state: ServiceState
    state_name: str
    is_open: bool
    provider: str
    used: tuple[str, ...]
    """What was used of each ceiling, e.g. `7 of 10 sessions, NT$14,000 of NT$20,000`."""
    entries: tuple[PlanEntryView, ...]
    actions: tuple[tuple[str, str], ...]
    """What can be recorded now: what the form sends, and its name."""
    ceilings: tuple[tuple[str, str], ...]
    """What can be paid for: code and name; none if no money is counted."""
    may_be_given: bool


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """One appointment."""

    number: int
    service: str
    when: str
    """With the weekday, in the reader's language."""
    is_past: bool
    is_shown: bool
    words: PlanWords


@dataclass(slots=True)
class PlanView:
    """What is shown of a plan."""

    services: list[ServiceView] = field(default_factory=list)
    appointments: list[AppointmentView] = field(default_factory=list)
    """Those that stand; those that are over come last, the newest first."""
    possible: list[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    """By service: what brings it into the plan."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The services of the law, by code."""
    offerable: frozenset[str] = frozenset()
    """Codes of the services that can be offered now."""
    is_altered: bool = False


async def load_plan_view(request: DeskRequest, case: str) -> PlanView:
    """Return the plan of a readable case; one that was altered says so and shows nothing else."""
    keyring = request.keyring()
    return await request.read(lambda work: _load(work, request, case, keyring))


def _load(work: Work, request: DeskRequest, case: str, keyring: Keyring | None) -> PlanView:
    context = request.context
    plans, place = ServicePlans(context.vault, context.audit), context.place
    services = place.services
    found = PlanView(names={it.code: request.locale(it.name) for it in services})
    try:
        plan = plans.of_case(work, case)
        words = ServicePlans.words(work, case, context.vault.cases.opener(case, keyring))
    except (CaseNotReadableError, DecryptionError):
        found.is_altered = True
        return found
    builder = _PlanBuilder(request, place, plan, words)
    found.services = [builder.service(it) for it in services if plan.state(it.code)]
    found.services.sort(key=lambda it: not it.is_open)
    ahead = [builder.appointment(it) for it in plan.appointments]
    found.appointments = [it for it in ahead if not it.is_past]
    found.appointments += [it for it in reversed(ahead) if it.is_past]
    found.possible = [(found.names[it.code], builder.beginnings(it.code)) for it in services]
    found.possible = [it for it in found.possible if it[1]]
    found.offerable = frozenset(
        it.code for it in services if plan.allows(PlanAction.OFFER, it.code)
    )
    return found


@dataclass(frozen=True, slots=True)
class _PlanBuilder:
    request: DeskRequest
    place: Place
    """The country of this deployment; the context puts it together at every call."""
    plan: CasePlan
    words: Mapping[int, PlanWords]

    def service(self, it: LegalService) -> ServiceView:
        state, locale = self.plan.states[it.code], self.request.locale
        entries = [one for one in self.plan.entries if one.entry.service == it.code]
        actions = tuple(
            (f"{action}.{it.code}", locale(ACTION_NAMES[action]))
            for action in TRANSITIONS
            if self.plan.allows(action, it.code)
        )
        providers = [self.words.get(one.number, NO_WORDS).provider for one in entries]
        return ServiceView(
            it.code, locale(it.name), state, locale(STATE_NAMES[state]), state in OPEN_STATES,
            next((name for name in reversed(providers) if name), ""), tuple(self._used(it)),
            tuple(self._entry(one) for one in reversed(entries)), actions,
            tuple((rule.code, locale(rule.text)) for rule in it.ceilings),
            self.plan.allows(PlanAction.GIVE, it.code),
        )  # fmt: skip

    def beginnings(self, code: str) -> tuple[tuple[str, str], ...]:
        """Return what brings a service into the plan, if it is not open there."""
        if self.plan.state(code) in OPEN_STATES:
            return ()
        return tuple(
            (f"{action}.{code}", self.request.locale(ACTION_NAMES[action])) for action in REOPENING
        )

    def appointment(self, it: Appointment) -> AppointmentView:
        names = {one.code: one.name for one in self.place.services}
        service = self.request.locale(names[it.service]) if it.service in names else it.service
        zone = self.request.context.legal_deadlines.law.zone
        at = datetime.fromtimestamp(it.moment / SECOND, zone)
        return AppointmentView(
            it.number, service, format_moment(self.request.locale.language, at),
            it.moment <= self.request.now, it.is_shown,
            self.words.get(it.number, NO_WORDS),
        )  # fmt: skip

    def _used(self, it: LegalService) -> Iterator[str]:
        """Yield what was used of the ceilings against which something was given."""
        place, law = self.place, self.request.context.legal_deadlines.law
        today, catalogue = law.date_of(self.request.now), self.request.locale.staff_catalogue
        for rule in it.ceilings:
            ceiling = current_ceiling(rule, place.chapters.get(AMOUNTS), today)
            is_first_view = len(it.ceilings) == 1 or self.plan.given(rule.code)
            if ceiling is not None and is_first_view:
                use = ceiling_use(self.plan, ceiling, today.isoformat())
                text = used_text(use, rule.unit, catalogue)
                single = len(it.ceilings) == 1
                yield text if single else f"{self.request.locale(rule.text)}: {text}"

    def _entry(self, it: NumberedEntry) -> PlanEntryView:
        locale, entry = self.request.locale, it.entry
        return PlanEntryView(
            it.number, entry.day, locale(ENTRY_NAMES[entry.action]),
            " · ".join(self._details(it)), entry.by, it.is_struck,
            self.plan.may_strike(it.number),
        )  # fmt: skip

    def _details(self, it: NumberedEntry) -> Iterator[str]:
        words, entry = self.words.get(it.number, NO_WORDS), it.entry
        law = self.request.context.legal_deadlines.law
        if entry.moment:
            yield law.format_time(entry.moment)
        rule = self._rule(entry.kind)
        if entry.units:
            unit = rule.unit if rule else CeilingUnit.NONE
            label = self.request.locale(UNIT_LABELS[unit]) if unit in UNIT_LABELS else ""
            yield f"{label}: {entry.units}" if label else str(entry.units)
        if entry.amount:
            yield format_money(entry.amount)
        yield from filter(
            None,
            (words.provider, words.companion, words.place, words.interpreter, words.note),
        )

    def _rule(self, kind: str) -> CeilingRule | None:
        services = self.place.services
        return next((rule for it in services for rule in it.ceilings if rule.code == kind), None)
