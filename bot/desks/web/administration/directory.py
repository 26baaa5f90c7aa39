"""Page of phone numbers and recipients: what people are shown, its source, and what is due.

The facts are part of a release (`bot.places`), and the page changes none. Staff record here what
they found when they read a source or called: with a second person it counts (`bot.places.checks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from bot.cases.state_machine import SENIOR_ROLES, Role
from bot.clock import SECOND
from bot.desks.web.administration import texts
from bot.desks.web.live.watcher import ALL
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.fact_checks import CheckMethod, FactChecks, RecordedCheck, Verdict
from bot.partners.partners import Partners
from bot.places.checks import (
    NUMBER,
    RECIPIENT,
    CheckableFact,
    checkable_facts,
    sentences_still_naming,
)
from bot.places.directory import RECHECK_AFTER, DirectoryEntry, Recipient, SourceQuality

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.desks.web.request import DeskRequest, Response
    from bot.places.directory import SourcedFact
    from bot.places.place import Place
    from bot.store.writer import Work


class FactState(StrEnum):
    """Whether people are told a fact, and if not, why."""

    SHOWN = "shown"
    DUE = "due"
    """Shown, and last read so long ago that it should be read again."""
    EXPIRED = "expired"
    UNREAD = "unread"
    """Not read in a public source of this year."""
    INCOMPLETE = "incomplete"
    NO_AGREEMENT = "agreement"
    """An organisation without an agreement in force."""
    WRONG = "wrong"
    """Two people found it wrong."""


SHOWN_STATES = frozenset({FactState.SHOWN, FactState.DUE})
NOTHING_TO_DO = frozenset({FactState.SHOWN, FactState.NO_AGREEMENT})


@dataclass(frozen=True, slots=True)
class FactReview:
    """What staff found about one number or organisation."""

    fact: CheckableFact
    in_force: RecordedCheck | None = None
    """What two people agree about, unless the release states it otherwise since."""
    waiting: tuple[RecordedCheck, ...] = ()
    """What one person found and no one has confirmed."""


Reviews: TypeAlias = "Mapping[tuple[str, str], FactReview]"
"""What staff found, by the kind and the code of a fact."""


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A phone number, and whether people are told it."""

    entry: DirectoryEntry
    state: FactState
    situations: tuple[str, ...]
    """The situations in which people see it."""
    still_named: tuple[str, ...] = ()
    """Sentences of the release that name it even if two people found it wrong."""
    review: FactReview | None = None
    """What staff found about it; None if there is nothing to check yet."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """A sentence or a chapter of the law, and whether people are told it."""

    code: str
    fact: SourcedFact
    state: FactState


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """An organisation, and whether a case can be referred to it."""

    code: str
    recipient: Recipient
    state: FactState
    review: FactReview | None = None


@get("/administration/directory", Permission.QUEUE)
async def _directory_page(request: DeskRequest) -> Response:
    context = request.context
    place, today = context.place, _today(request)
    checks, staff = await request.read(
        lambda work: (FactChecks.all(work, request.now), context.staff.all(work))
    )
    linked, partners = await request.read(
        lambda work: (RecipientPartners.all(work), Partners.all(work))
    )
    reviews = fact_reviews(place, checks)
    numbers, facts = number_rows(place, today, reviews), fact_rows(place, today)
    recipients = recipient_rows(place, today, reviews)
    states = [it.state for rows in (numbers, facts, recipients) for it in rows]
    return request.render(
        "directory.html", place=place.name, facts=facts, recipients=recipients,
        shown=[it for it in numbers if it.state in SHOWN_STATES and it.situations],
        hidden=[it for it in numbers if it.state not in SHOWN_STATES or not it.situations],
        due=sum(it not in NOTHING_TO_DO for it in states), states=texts.FACT_STATES,
        situations=texts.SITUATIONS, notes=texts.DIRECTORY_NOTES,
        recheck_days=str(RECHECK_AFTER.days),
        names={it.id: it.name or it.id for it in staff},
        verdicts=texts.VERDICTS, methods=texts.CHECK_METHODS, linked=linked,
        partners=[(it.id, it.name) for it in partners if it.is_active],
        may_link=request.caseworker.role is Role.ADMINISTRATOR,
    )  # fmt: skip


@post("/administration/directory/link", Permission.STAFF, "code", "partner")
async def _link_recipient(request: DeskRequest) -> Response:
    """Say which partner an organisation is, or that it has no room."""
    form, context, by, now = request.form, request.context, request.caseworker.id, request.now
    code, typed = form.get("code", ""), form.get("partner", "")
    if code not in context.place.recipients or not (typed.isdecimal() or not typed):
        raise NotFoundError("no such organisation or partner")
    links = RecipientPartners(context.audit)

    def change(work: Work) -> bool:
        if typed:
            return links.link(work, code, int(typed), by, now)
        return links.unlink(work, code, by, now)

    if not await request.write(change) and typed:
        raise NotFoundError("no such partner")
    request.flash(texts.LINK_CHANGED)
    return request.redirect(f"/administration/directory#recipient-{code}")


@post("/administration/directory/check", Permission.QUEUE, "kind", "code", "method", "verdict")
async def _record_check(request: DeskRequest) -> Response:
    """Record what this person found; with a second person it counts at once."""
    form, context = request.form, request.context
    asked = (form.get("kind", ""), form.get("code", ""))
    known = {(it.kind, it.code): it for it in checkable_facts(context.place)}
    fact, method, verdict = known.get(asked), form.get("method", ""), form.get("verdict", "")
    if fact is None or method not in list(CheckMethod) or verdict not in list(Verdict):
        raise NotFoundError("no such fact, or an unknown answer")
    who, now = request.caseworker.id, request.now
    is_confirmed = await request.write(
        lambda work: context.fact_checks.record(
            work, fact, Verdict(verdict), CheckMethod(method), who, now
        )
    )
    if is_confirmed:
        await request.read(context.follow_fact_checks)
    context.streams.tell(await _seniors(request), ALL)
    request.flash(texts.CHECK_CONFIRMED if is_confirmed else texts.CHECK_RECORDED)
    return request.redirect(f"/administration/directory#{fact.kind}-{fact.code}")


@get("/administration/directory/wrong", Permission.TEAM, is_pane=True, is_background=True)
async def _wrong_pane(request: DeskRequest) -> Response:
    """Return the banner that says which facts a colleague found wrong."""
    request.wrong_facts = await request.read(lambda work: load_wrong_facts(work, request))
    return request.render("_wrong_facts.html")


def load_wrong_facts(work: Work, request: DeskRequest) -> list[CheckableFact]:
    """Return what one person found wrong and no one has confirmed yet."""
    now = {(it.kind, it.code): it for it in checkable_facts(request.context.place)}
    found = [
        it.fact
        for it in FactChecks.all(work, request.now)
        if it.verdict is Verdict.WRONG and not it.confirmed_by
    ]
    return [it for it in dict.fromkeys(found) if now.get((it.kind, it.code)) == it]


def fact_reviews(place: Place, checks: Iterable[RecordedCheck]) -> Reviews:
    """Return what staff found, by kind and code, of each fact as the release states it now."""
    by_fact: dict[CheckableFact, list[RecordedCheck]] = {}
    for it in checks:
        by_fact.setdefault(it.fact, []).append(it)
    return {
        (fact.kind, fact.code): FactReview(
            fact,
            next((it for it in by_fact.get(fact, ()) if it.confirmed_by), None),
            tuple(it for it in by_fact.get(fact, ()) if not it.confirmed_by),
        )
        for fact in checkable_facts(place)
    }


async def _seniors(request: DeskRequest) -> frozenset[str]:
    staff = await request.read(request.context.staff.all)
    return frozenset(it.id for it in staff if it.role in SENIOR_ROLES)


def _today(request: DeskRequest) -> date:
    return datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()


def number_rows(place: Place, today: date, reviews: Reviews) -> list[NumberRow]:
    """Return every phone number of a place, in its order."""
    return [
        NumberRow(
            entry, fact_state(entry, today),
            tuple(name for name, codes in place.numbers_by_situation.items() if code in codes),
            tuple(sentences_still_naming(place, entry.number)) if entry.is_wrong else (),
            reviews.get((NUMBER, code)),
        )
        for code, entry in place.directory.items()
    ]  # fmt: skip


def recipient_rows(place: Place, today: date, reviews: Reviews) -> list[RecipientRow]:
    """Return every organisation of a place, in its order."""
    return [
        RecipientRow(code, it, _recipient_state(it, today), reviews.get((RECIPIENT, code)))
        for code, it in place.recipients.items()
        if not it.is_abroad  # they have a page of their own
    ]


def fact_rows(place: Place, today: date) -> list[FactRow]:
    """Return every other fact of a place."""
    return [
        FactRow(code, fact, fact_state(fact, today))
        for code, fact in place.facts()
        if not isinstance(fact, DirectoryEntry)
    ]


def fact_state(fact: SourcedFact, today: date) -> FactState:
    """Return whether people are told a fact today, and if not, why."""
    if fact.is_wrong:
        return FactState.WRONG
    if fact.missing:
        return FactState.INCOMPLETE
    if fact.quality is not SourceQuality.READ:
        return FactState.UNREAD
    if today >= fact.expires_on:
        return FactState.EXPIRED
    return FactState.DUE if today - fact.verified_on > RECHECK_AFTER else FactState.SHOWN


def _recipient_state(recipient: Recipient, today: date) -> FactState:
    if recipient.is_wrong:
        return FactState.WRONG
    if not recipient.is_verified(today):
        return FactState.EXPIRED
    if not recipient.is_offered(today):
        return FactState.NO_AGREEMENT
    return FactState.DUE if today - recipient.read_on > RECHECK_AFTER else FactState.SHOWN
