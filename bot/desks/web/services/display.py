"""Services and proposals of the directory in words, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.administration.texts import DAY_NAMES
from bot.desks.web.audit_texts import AUDIT_ACTORS
from bot.desks.web.services import texts
from bot.hotline.directory.model import (
    PARTNER_PREFIX,
    ProposalKind,
    apply_change,
    changed_fields,
    is_partner,
)
from bot.hotline.staff.opening_hours import DAY_MINUTES, Span
from bot.partners.partners import Partners

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desks.locale import StaffLocale
    from bot.desks.web.request import DeskRequest
    from bot.hotline.directory.model import DirectoryService, Proposal, ServiceContent
    from bot.hotline.staff.opening_hours import Spans, Week
    from bot.store.writer import Work

WHOLE_DAY = (Span(0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field of a proposal: what stands there now, and what would."""

    name: str
    before: str
    """Empty where nothing stood."""
    after: str
    was_changed_since: bool = False
    """Whether someone else changed it after the proposal was written."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as pages show it."""

    proposal: Proposal
    title: str
    by: str
    decided_by: str
    fields: Sequence[ChangedField]
    version: int
    """The version of the service that the page shows; 0 for a new one."""


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """Puts contents into words for one reader."""

    locale: StaffLocale
    services: Mapping[str, str]
    counties: Mapping[str, str]
    partners: Mapping[int, str]
    staff: Mapping[str, str]

    def value(self, content: ServiceContent, field: str) -> str:
        """Return what a field says; never an empty text."""
        say = self.locale
        values = {
            "services": lambda: self.listed(content.services, self.services),
            "counties": lambda: self.counties_of(content),
            "languages": lambda: self.languages_of(content),
            "week": lambda: self.hours(content.week),
            "places": lambda: say(texts.NO_PLACES) if content.places is None
            else str(content.places),
            "guests": lambda: self.guests_of(content),
            "is_public": lambda: say(texts.FOR_PEOPLE if content.is_public else texts.FOR_STAFF),
            "partner": lambda: self.partners.get(content.partner, "") or say(texts.NONE),
        }  # fmt: skip
        made = values.get(field)
        return made() if made else str(getattr(content, field)) or say(texts.NONE)

    def listed(self, codes: Sequence[str], names: Mapping[str, str]) -> str:
        """Return names in one line."""
        return ", ".join(names.get(it, it) for it in codes)

    def counties_of(self, content: ServiceContent) -> str:
        """Return the counties a service serves."""
        return self.listed(content.counties, self.counties) or self.locale(texts.EVERYWHERE)

    def languages_of(self, content: ServiceContent) -> str:
        """Return the languages spoken at a service."""
        names = [self.locale.language_name(it) for it in content.languages]
        return ", ".join(names) or self.locale(texts.NOT_KNOWN)

    def guests_of(self, content: ServiceContent) -> str:
        """Return who may come."""
        return ", ".join(self.locale(texts.GUESTS[it]) for it in content.guests)

    def hours(self, week: Week | None) -> str:
        """Return the hours of a week: one line if every day is the same."""
        if week is None:
            return self.locale(texts.NOT_KNOWN)
        if set(week) == {WHOLE_DAY}:
            return self.locale(texts.DAY_AND_NIGHT)
        if len(set(week)) == 1:
            return self.locale(texts.EVERY_DAY, hours=self._spans(week[0]))
        return "; ".join(
            self.locale(texts.DAY_HOURS, day=self.locale(DAY_NAMES[day]), hours=self._spans(spans))
            for day, spans in enumerate(week, 1)
            if spans
        )

    def _spans(self, spans: Spans) -> str:
        return ", ".join(map(str, spans)) or self.locale(texts.CLOSED)

    def author(self, by: str) -> str:
        """Return the name of who did something: staff, a partner, or the command line."""
        if is_partner(by):
            number = by.removeprefix(PARTNER_PREFIX)
            return self.partners.get(int(number), by) if number.isdecimal() else by
        actor = AUDIT_ACTORS.get(by)
        return self.locale(actor) if actor else self.staff.get(by, by)

    def proposal(self, proposal: Proposal, current: DirectoryService | None) -> ProposalView:
        """Return a proposal next to the service as it is now."""
        change = proposal.change
        title = change.wanted.name if change else proposal.service
        return ProposalView(
            proposal, title, self.author(proposal.by), self.author(proposal.decided_by),
            self._changed(proposal, current), current.version if current else 0,
        )  # fmt: skip

    def _changed(
        self, proposal: Proposal, current: DirectoryService | None
    ) -> Sequence[ChangedField]:
        change = proposal.change
        if change is None or proposal.kind is ProposalKind.END:
            return ()
        base = change.base
        if base is None:
            return [ChangedField(it, "", self.value(change.wanted, it)) for it in texts.FIELD_NAMES]
        now = current.content if current and proposal.is_waiting else base
        then, changed = apply_change(now, change), changed_fields(base, change.wanted)
        return [
            ChangedField(
                it,
                self.value(now, it) if getattr(now, it) != "" else "",
                self.value(then, it),
                getattr(now, it) != getattr(base, it),
            )
            for it in texts.FIELD_NAMES
            if it in changed
        ]


def load_words(work: Work, request: DeskRequest) -> ServiceWords:
    """Return the words of a request, with the names of staff and partners."""
    context, locale = request.context, request.locale
    return ServiceWords(
        locale,
        {it.code: locale(it.name) for it in context.place.services},
        {code: it.render(locale.flow_catalogue) for code, it in context.counties.items()},
        {it.id: it.name for it in Partners.all(work)},
        {it.id: it.name or it.id for it in context.staff.all(work)},
    )
