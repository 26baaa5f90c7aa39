"""Keys that wait for approval: a colleague with access to cases approves or refuses each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.routing import QUEUE_NAMES, Queue
from bot.desks.web import texts
from bot.desks.web.auth.login import rewrap_cases
from bot.desks.web.routes import Permission, get, post
from bot.errors import NotApprovedError
from bot.vault.audit.log import OPERATOR
from bot.vault.keys.key_requests import approvers

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.desks.web.request import DeskRequest, Response
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.key_requests import KeyRequest
    from bot.vault.keys.keyring import Keyring
    from bot.vault.keys.team_keys import TeamMember

APPROVED, REFUSED = "key_approve", "key_refuse"
"""Actions in the audit log, about the colleague whose key it is."""


@get("/key-requests", Permission.QUEUE)
async def _page(request: DeskRequest) -> Response:
    context = request.context

    def look(work: Work) -> tuple[list[KeyRequest], dict[str, TeamMember], dict[str, str]]:
        names = {it.id: it.name or it.id for it in context.staff.all(work)}
        return context.staff_keys.requests(), context.vault.cases.wraps.holders().present, names

    requests, present, names = await request.read(look)
    names[OPERATOR] = request.locale(texts.HOST_OPERATOR)
    return request.render(
        "key_requests.html", requests=requests, names=names, queues=QUEUE_NAMES,
        all_queues=len(Queue), by=request.caseworker.id,
        may_decide={it.staff_id: approvers(present, it.staff_id) for it in requests},
    )  # fmt: skip


@post("/key-requests/approve", Permission.QUEUE, "staff", needs_step_up=True)
async def _approve(request: DeskRequest) -> Response:
    """Approve a key, and wrap to it at once what the approving colleague can open."""
    context, now, who = request.context, request.now, request.form.get("staff", "")[:32]

    def approve(work: Work, keyring: Keyring) -> None:
        # The key store is a database of its own: last, because this transaction can still fail.
        context.audit.record(work, now, keyring.staff_id, APPROVED, who)
        context.staff_keys.approve(keyring, who, now)

    return await _decide(request, approve, texts.KEY_APPROVED, rewraps=True)


@post("/key-requests/refuse", Permission.QUEUE, "staff", needs_step_up=True)
async def _refuse(request: DeskRequest) -> Response:
    context, now, who = request.context, request.now, request.form.get("staff", "")[:32]

    def refuse(work: Work, keyring: Keyring) -> None:
        context.audit.record(work, now, keyring.staff_id, REFUSED, who)
        context.staff_keys.refuse(keyring, who)

    return await _decide(request, refuse, texts.KEY_REFUSED)


async def _decide(
    request: DeskRequest, decide: Callable[[Work, Keyring], None], done: Text, *,
    rewraps: bool = False,
) -> Response:  # fmt: skip
    keyring = request.keyring()
    if keyring is None:
        request.flash(texts.KEY_NEEDS_PASSWORD, is_refused=True)
        return request.redirect("/key-requests")
    try:
        await request.write(lambda work: decide(work, keyring))
    except NotApprovedError:
        request.flash(texts.KEY_NOT_YOURS, is_refused=True)
    else:
        if rewraps:
            await rewrap_cases(request, keyring)
        request.flash(done)
    return request.redirect("/key-requests")
