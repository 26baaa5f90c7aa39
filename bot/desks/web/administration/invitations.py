"""Invitation links: who approves a new account, and the one time a link is shown.

A new account takes two people, so that no administrator gets to read cases by inventing a
colleague: another supervisor or administrator who can sign in approves it. Until there is one, an
administrator invites alone. The last one keeps access and role: otherwise an administrator could
end theirs and invite alone again. An account that was set up before has a password that the link
does not replace, so a new link for it needs no approval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_

from bot.cases.state_machine import SENIOR_ROLES, Role
from bot.clock import DAY
from bot.desks.web.administration import texts
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.auth.totp import INVITE_LIFETIME
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.errors import NotApprovedError
from bot.hotline.staff.approvals import ApprovalKind, ApprovalRequest, Approvals
from bot.store.statements import select_by
from bot.store.tables.main import staff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

_LOCK_SENIORS = select_by(
    staff, "id", by=or_(*(staff.c.role == it.value for it in sorted(SENIOR_ROLES))),
    order_by="id", lock=True,
)  # fmt: skip
_SEPARATOR = ":"
LOCAL_HOSTS = ("http://127.0.0.1", "http://localhost", "http://[::1]")


@dataclass(frozen=True, slots=True)
class InvitationStatus:
    """What is known about the invitation of an account."""

    is_set_up: bool
    """Whether they chose a password: a link lets them set up a new second factor only."""
    valid_until: int
    """Until when a link that was made can be used; 0 for none."""
    approval: ApprovalRequest | None
    """The newest request for an approval that has not ended."""
    approvers: tuple[Caseworker, ...]
    """The colleagues who can approve."""

    def may_invite(self, by: str, now: int) -> bool:
        """Whether an administrator, by id, may make a link now."""
        is_approved = self.approval is not None and self.approval.may_be_used(by, now)
        return self.is_set_up or is_approved or not self.approvers


def invitation_statuses(
    work: Work, request: DeskRequest, colleagues: Iterable[Caseworker]
) -> dict[str, InvitationStatus]:
    """Return what is known about the invitations of accounts, by id."""
    now, factors = request.now, request.context.factors
    requests = [
        it
        for it in _approvals(request).recent(work, now)
        if it.kind is ApprovalKind.ACCOUNT and it.used_at is None and now < it.until
    ]
    members = request.context.vault.cases.wraps.holders().members
    may_approve = approvers(work, request)
    return {
        it.id: InvitationStatus(
            is_set_up=it.id in members, valid_until=factors.invite_expiry(work, it.id, now),
            approval=next((one for one in requests if one.subject == it.id), None),
            approvers=may_approve,
        )
        for it in colleagues
    }  # fmt: skip


def invitation_status(work: Work, request: DeskRequest, colleague: Caseworker) -> InvitationStatus:
    """Return what is known about the invitation of an account."""
    return invitation_statuses(work, request, [colleague])[colleague.id]


def approvers(work: Work, request: DeskRequest) -> tuple[Caseworker, ...]:
    """Return the other supervisors and administrators who can sign in."""
    context = request.context

    def can_sign_in(who: str) -> bool:
        return context.factors.has_totp(work, who) or bool(context.passkeys.of(work, who))

    return tuple(
        it
        for it in context.staff.all(work)
        if it.is_active and it.role in SENIOR_ROLES and it.id != request.caseworker.id
        and can_sign_in(it.id)
    )  # fmt: skip


def approver_obstacle(work: Work, request: DeskRequest, who: str) -> Text | None:
    """Return why a colleague may not stop being one who approves; None if they may.

    Two who end each other at one moment would leave too few, each counting on the other. So senior
    accounts are locked until the transaction ends, and whose own access has ended ends no other.
    """
    work.rows(_LOCK_SENIORS)
    by = request.find_active(work, request.caseworker.id)
    if by is None or by.role is not Role.ADMINISTRATOR:
        return texts.OWN_ACCESS_ENDED
    is_only_one = [it.id for it in approvers(work, request)] == [who]
    return texts.LAST_APPROVER if is_only_one else None


def request_approval(work: Work, request: DeskRequest, who: str, reason: str) -> None:
    """Ask for the approval of a new account; raise NotApprovedError without a reason."""
    kind, by = ApprovalKind.ACCOUNT, request.caseworker
    _approvals(request).request(work, by, kind, who, reason, request.now)


def make_link(work: Work, request: DeskRequest, colleague: Caseworker) -> str:
    """Return the secret of a new link, using the approval up.

    Raises:
        NotApprovedError: the account is new, and no one has approved it.
    """
    status, by, now = invitation_status(work, request, colleague), request.caseworker, request.now
    if not status.may_invite(by.id, now):
        raise NotApprovedError("a second person has to approve a new account")
    if not status.is_set_up and status.approval is not None:
        _approvals(request).use(work, by, status.approval.id, now)
    request.context.audit.record(work, now, by.id, "desk_invite", colleague.id)
    return request.context.factors.create_invite(work, colleague.id, now)


def show_once(request: DeskRequest, who: str, secret: str) -> Response:
    """Keep a link for one page of this session, and lead there."""
    request.current_session.invitation = f"{who}{_SEPARATOR}{secret}"
    return request.redirect(f"/staff/account/{who}/invitation")


def _approvals(request: DeskRequest) -> Approvals:
    return Approvals(request.context.vault, request.context.audit)


@post("/staff/invite", Permission.STAFF, "staff", needs_step_up=True)
async def _invite(request: DeskRequest) -> Response:
    """Make an invitation link; existing second factors stay until it is used."""
    who = request.form.get("staff", "")

    def make(work: Work) -> str | None:
        found = request.find_active(work, who)
        return make_link(work, request, found) if found is not None else None

    try:
        secret = await request.write(make)
    except NotApprovedError:
        request.flash(texts.INVITATION_NEEDS_APPROVAL, is_refused=True)
        return request.redirect(f"/staff/account/{who}")
    if secret is None:
        raise NotFoundError("no such colleague")
    return show_once(request, who, secret)


@post("/staff/account/{who}/approval", Permission.STAFF, "reason", needs_step_up=True)
async def _ask_again(request: DeskRequest) -> Response:
    """Ask for the approval of an account once more: the last one has expired."""
    who, reason = request.param("who"), request.form.get("reason", "")

    def ask(work: Work) -> bool:
        found = request.find_active(work, who)
        if found is None:
            return False
        if reason.strip() and invitation_status(work, request, found).approval is None:
            request_approval(work, request, who, reason)
        return True

    if not await request.write(ask):
        raise NotFoundError("no such colleague")
    if not reason.strip():
        request.flash(texts.REASON_NEEDED, is_refused=True)
    else:
        request.flash(texts.APPROVAL_ASKED)
    return request.redirect(f"/staff/account/{who}")


@get("/staff/account/{who}/invitation", Permission.STAFF)
async def _invitation_page(request: DeskRequest) -> Response:
    """Show a link that was just made, once; afterwards say that it was shown."""
    who = request.param("who")
    if (answer := require_step_up(request, f"/staff/account/{who}")) is not None:
        return answer
    colleague = await request.read(lambda work: request.find_active(work, who))
    if colleague is None:
        raise NotFoundError("no such colleague")
    owner, _colon, secret = request.current_session.invitation.partition(_SEPARATOR)
    is_theirs = owner == who and bool(secret)
    if is_theirs:
        request.current_session.invitation = ""
    origin = request.context.origin
    status = await request.read(lambda work: invitation_status(work, request, colleague))
    return request.render(
        "staff_invitation.html", colleague=colleague, invitation=status,
        link=f"{origin}{request.url('/welcome/')}{secret}" if is_theirs else "",
        days=str(INVITE_LIFETIME // DAY), is_local=origin.startswith(LOCAL_HOSTS),
    )  # fmt: skip
