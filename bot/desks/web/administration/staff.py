"""Staff pages for administrators: the list, one account, a new one, and the end of access."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.cases.routing import QUEUE_NAMES, Queue
from bot.cases.state_machine import SENIOR_ROLES, Role
from bot.desks.web import texts as desk_texts
from bot.desks.web.administration import texts
from bot.desks.web.administration.account_form import (
    LANGUAGE_PREFIX,
    NEW_FIELDS,
    OFFICE_PREFIX,
    QUEUE_PREFIX,
    TERM_FIELDS,
    AccountForm,
    empty_form,
    form_of,
    has_languages,
    parse_account,
    roles_of,
)
from bot.desks.web.administration.invitations import (
    InvitationStatus,
    approver_obstacle,
    approvers,
    invitation_status,
    invitation_statuses,
    make_link,
    request_approval,
    show_once,
)
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.queue import queries
from bot.desks.web.queue.office_names import OfficeNames, offices_of
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.hotline.case_links import reference_of
from bot.hotline.commands.texts import OPENS_ONLY_FOR
from bot.hotline.queue.sealed_cases import names_of, who_has_to_open
from bot.hotline.staff.enrolment import reads_cases
from bot.languages import LANGUAGES
from bot.text import Text
from bot.vault.keys.staff_keys import may_open

if TYPE_CHECKING:
    from bot.desks.web.auth.sessions import DeskSession
    from bot.hotline.staff.staff import AccountTerms, Caseworker
    from bot.store.writer import Work

SESSIONS_ENDED = "sessions_ended"


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One account on the list."""

    colleague: Caseworker
    held: int
    """Assigned cases, snoozed or not."""
    status: InvitationStatus


@get("/staff", Permission.STAFF)
async def _list_page(request: DeskRequest) -> Response:
    def look(work: Work) -> tuple[list[StaffRow], OfficeNames]:
        everyone, now = request.context.staff.all(work), request.now
        statuses = invitation_statuses(work, request, everyone)
        rows = [
            StaffRow(it, queries.queue_counts(work, it, now).held, statuses[it.id])
            for it in everyone
        ]
        return rows, offices_of(work, request)

    rows, offices = await request.read(look)
    return request.render(
        "staff.html", rows=[it for it in rows if it.colleague.is_active],
        former=[it.colleague for it in rows if not it.colleague.is_active],
        queues=QUEUE_NAMES, all_queues=len(Queue), all_languages=len(LANGUAGES),
        reads_cases=reads_cases, offices=offices.own,
    )  # fmt: skip


# --- A new account ----------------------------------------------------------------------------


@get("/staff/new", Permission.STAFF)
async def _new_page(request: DeskRequest) -> Response:
    if (answer := require_step_up(request, "/staff/new")) is not None:
        return answer
    return await _form_page(request, empty_form())


@post("/staff/new", Permission.STAFF, *NEW_FIELDS)
async def _create(request: DeskRequest) -> Response:
    """Create an account, and make its link, or ask for the approval it needs."""
    has_approvers = bool(await request.read(lambda work: approvers(work, request)))
    form = parse_account(request.form, needs_reason=has_approvers)
    terms = form.terms
    if terms is None or not request.current_session.has_stepped_up(request.now):
        return await _form_page(request, form)
    await _check_offices(request, terms)

    def create(work: Work) -> tuple[str, str]:
        new = request.context.accounts.enrol(
            work, request.now, by=request.caseworker.id, name=form.name, **asdict(terms)
        )
        if not approvers(work, request):
            return new.id, make_link(work, request, new)
        request_approval(work, request, new.id, form.reason)
        return new.id, ""

    who, secret = await request.write(create)
    if secret:
        return show_once(request, who, secret)
    request.flash(texts.APPROVAL_ASKED)
    return request.redirect(f"/staff/account/{who}")


# --- One account ------------------------------------------------------------------------------


@get("/staff/account/{who}", Permission.STAFF)
async def _account_page(request: DeskRequest) -> Response:
    colleague = await _colleague(request)
    if (answer := require_step_up(request, f"/staff/account/{colleague.id}")) is not None:
        return answer
    return await _form_page(request, form_of(colleague), colleague)


@post("/staff/account/{who}/change", Permission.STAFF, *TERM_FIELDS)
async def _change(request: DeskRequest) -> Response:
    colleague = await _colleague(request)
    form = parse_account(request.form, colleague)
    terms = form.terms
    if colleague.id == request.caseworker.id:
        return _refuse(request, colleague, texts.OWN_ACCOUNT)
    if terms is None or not request.current_session.has_stepped_up(request.now):
        return await _form_page(request, form, colleague)
    await _check_offices(request, terms)
    who, by, now = colleague.id, request.caseworker.id, request.now
    keys = request.context.staff_keys

    ended_duty = False

    def change(work: Work) -> Text | None:
        nonlocal ended_duty
        if terms.role not in SENIOR_ROLES and (why := approver_obstacle(work, request, who)):
            return why
        accounts = request.context.accounts
        changed = accounts.change(work, now, who, terms, by=by)
        # Last: the key store is a database of its own, and this transaction can still fail.
        if {"role", "queues"} & set(changed):
            queues = terms.queues if may_open(terms.role.value) else ()
            keys.change_member(who, terms.role.value, queues, now, by)
            ended_duty = accounts.end_duty_until_approved(work, now, who, by=by)
        return None

    if why := await request.write(change):
        return _refuse(request, colleague, why)
    if ended_duty:
        request.flash(texts.OFF_DUTY_UNTIL_APPROVED, name=colleague.name or who)
    request.flash(desk_texts.SAVED)
    return request.redirect(f"/staff/account/{who}")


@post("/staff/account/{who}/disable", Permission.STAFF, "sure", needs_step_up=True)
async def _disable(request: DeskRequest) -> Response:
    """End the access of a colleague; their cases wait again."""
    colleague = await _colleague(request)
    who, by, now = colleague.id, request.caseworker.id, request.now
    if who == by:
        return _refuse(request, colleague, texts.OWN_ACCOUNT)
    if not request.form.get("sure"):
        return _refuse(request, colleague, texts.NOT_SURE)
    wraps = request.context.vault.cases.wraps
    loses_cases = await request.read(
        lambda work: bool(wraps.unopened(work, who) - wraps.unopened(work))
    )
    if loses_cases or await asyncio.to_thread(_is_last_key_holder, request, who):
        return _refuse(request, colleague, texts.LAST_KEY)

    def disable(work: Work) -> list[str] | Text:
        if why := approver_obstacle(work, request, who):
            return why
        request.context.sessions.end_of(work, who)  # their open pages close at once
        return request.context.accounts.disable(work, now, who, by=by) or []

    returned = await request.write(disable)
    if isinstance(returned, Text):
        return _refuse(request, colleague, returned)
    request.context.command_client.wake()  # it ends the talks of these cases
    await asyncio.to_thread(request.context.staff_keys.remove, who, now)
    request.flash(texts.ACCESS_ENDED, name=colleague.name or who, count=str(len(returned)))
    for reference, names in await request.read(lambda work: _sealed(work, request, returned)):
        request.flash(OPENS_ONLY_FOR, is_refused=True, reference=reference, names=names)
    return request.redirect("/staff")


def _sealed(work: Work, request: DeskRequest, returned: list[str]) -> list[tuple[str, str]]:
    """Return the numbers of cases that their queues cannot open, and the names of who can."""
    staff, wraps = request.context.staff.all(work), request.context.vault.cases.wraps
    found = [(it, who_has_to_open(work, wraps, staff, it, request.now)) for it in returned]
    return [(reference_of(work, case), names_of(needed)) for case, needed in found if needed]


@post("/staff/end", Permission.STAFF, "staff", needs_step_up=True)
async def _end_sessions(request: DeskRequest) -> Response:
    """Sign a colleague out everywhere: a device was lost or taken."""
    who, sessions = request.form.get("staff", ""), request.context.sessions

    def look(work: Work) -> list[DeskSession] | None:
        found = request.context.staff.find(work, who) if who.isalnum() else None
        return sessions.of(work, who) if found is not None else None

    known = await request.read(look)
    if known is None:
        raise NotFoundError("no such colleague")
    await request.audit(SESSIONS_ENDED, who, str(len(known)))
    for it in known:
        await sessions.end(it.token)
    request.flash(desk_texts.ENDED)
    return request.redirect("/staff")


async def _check_offices(request: DeskRequest, terms: AccountTerms) -> None:
    """Raise NotFoundError for an office that there is not."""
    plan = await request.read(request.context.offices.plan)
    if any(plan.find_open(it) is None for it in terms.offices):
        raise NotFoundError("no such office")


def _is_last_key_holder(request: DeskRequest, who: str) -> bool:
    members = request.context.vault.cases.wraps.holders().members.values()
    holders = {it.id for it in members if may_open(it.role)}
    return holders == {who}


async def _colleague(request: DeskRequest) -> Caseworker:
    found = await request.read(lambda work: request.find_active(work, request.param("who")))
    if found is None:
        raise NotFoundError("no such colleague")
    return found


def _refuse(request: DeskRequest, colleague: Caseworker, why: Text) -> Response:
    request.flash(why, is_refused=True)
    return request.redirect(f"/staff/account/{colleague.id}")


async def _form_page(
    request: DeskRequest, form: AccountForm, colleague: Caseworker | None = None
) -> Response:
    def look(work: Work) -> tuple[InvitationStatus | None, bool, int]:
        has_approvers = bool(approvers(work, request))
        if colleague is None:
            return None, has_approvers, 0
        held = queries.queue_counts(work, colleague, request.now).held
        return invitation_status(work, request, colleague), has_approvers, held

    status, has_approvers, held = await request.read(look)
    offices = (await request.read(lambda work: offices_of(work, request))).own
    has_lapsed = not request.current_session.has_stepped_up(request.now)
    errors = {name: request.locale(text, **blanks) for name, (text, blanks) in form.faults.items()}
    return request.render(
        "staff_account.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors or has_lapsed else HTTPStatus.OK,
        form=form, errors=errors, has_lapsed=has_lapsed, colleague=colleague, invitation=status,
        held=held, needs_reason=colleague is None and has_approvers, queues=QUEUE_NAMES,
        is_own=colleague is not None and colleague.id == request.caseworker.id,
        roles=roles_of(colleague), meanings=texts.ROLE_MEANINGS, titles=texts.TITLES,
        languages=list(LANGUAGES), language_prefix=LANGUAGE_PREFIX, queue_prefix=QUEUE_PREFIX,
        offices=offices, office_prefix=OFFICE_PREFIX,
        asks_terms=colleague is None or has_languages(colleague.role),
        asks_work=colleague is None or reads_cases(colleague.role),
        languages_only=[it.value for it in Role if has_languages(it) and not reads_cases(it)],
        no_terms=[it.value for it in Role if not has_languages(it)],
    )  # fmt: skip
