"""Undoing what was sent on a page that was left, and reading what was not, from any page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response as HttpResponse

from bot.desks.web import texts
from bot.desks.web.auth.case_access import access_case
from bot.desks.web.case.drafts import RETURNED_KINDS, put_back
from bot.desks.web.live.delayed_letters import UnsentMessages, load_delayed
from bot.desks.web.live.event_log import log_delays_changed
from bot.desks.web.live.own_cases import MAX_DIGITS
from bot.desks.web.live.watcher import OWN
from bot.desks.web.routes import Permission, get, post
from bot.hotline.commands.store import StaffCommands

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.commands.types import Command
    from bot.store.writer import Work


@get("/delayed", Permission.QUEUE, is_pane=True, is_background=True)
async def _pane(request: DeskRequest) -> Response:
    vault, by, now = request.context.vault, request.caseworker.id, request.now
    shown, context = request.http.query_params.get("case", ""), request.context
    unsent = UnsentMessages(vault, context.staff, context.phrasebook, by, request.locale.language)

    def load(work: Work) -> None:
        request.delayed = load_delayed(work, vault, by, now)
        request.unsent = unsent.load(work, shown)

    await request.read(load)
    return request.render("_delayed.html")


@post("/unsent/dismiss", Permission.QUEUE, "letter")
async def _dismiss(request: DeskRequest) -> Response:
    """Dismiss the notice of a message whose case had left its writer; its note stays there."""
    number, who = request.form.get("letter", ""), request.caseworker.id
    if not (number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    commands = StaffCommands(request.context.vault)
    await request.write(lambda work: commands.dismiss_undone(work, int(number), who))
    request.context.streams.tell(frozenset({who}), OWN)
    if request.is_fetched:
        return HttpResponse(status_code=HTTPStatus.NO_CONTENT)
    return request.redirect("/")


@post("/cases/{reference}/undo", Permission.CHANGE)
async def _undo(request: DeskRequest) -> Response:
    """Take back what the caseworker sent in a case and has not gone out; its words are a draft."""
    seen, by, keyring = await access_case(request), request.caseworker.id, request.keyring()
    commands, now = StaffCommands(request.context.vault), request.now

    def take(work: Work) -> list[Command]:
        taken = commands.take_delayed(work, by, seen.case)
        if taken:
            log_delays_changed(work, seen.case, now)
        if keyring is not None:
            put_back(work, seen.case, keyring, _words_of(taken), now)
        return taken

    taken, reference = await request.write(take), seen.summary.reference
    words = "\n".join("\n".join(it) for it in _words_of(taken).values())
    text = texts.NOT_UNDONE if not taken else texts.WORDS_UNDONE if words else texts.UNDONE
    if request.is_fetched:
        told = request.locale(text, reference=reference)
        return request.json(told=told, refused=not taken, words=words, reference=reference)
    request.flash(text, is_refused=not taken, reference=reference)
    return request.redirect(f"/cases/{reference}")


def _words_of(commands: list[Command]) -> dict[str, list[str]]:
    """Return the words of commands that can be drafts, by kind."""
    found: dict[str, list[str]] = {}
    for it in commands:
        if it.verb.value in RETURNED_KINDS and it.text:
            found.setdefault(it.verb.value, []).append(it.text)
    return found
