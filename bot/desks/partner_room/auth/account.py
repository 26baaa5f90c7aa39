"""A member's own account: colleagues, sessions, password; the language; stylesheets."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.partner_room import texts
from bot.desks.partner_room.assets import load_room_files
from bot.desks.partner_room.auth.passwords import password_problem
from bot.desks.partner_room.auth.sign_in import change_password, show_recovery_key
from bot.desks.partner_room.request import (
    LANGUAGE_COOKIE,
    YEAR_SECONDS,
    NothingHereError,
    Response,
    RoomRequest,
)
from bot.desks.partner_room.routes import Access, get, post
from bot.desks.web.assets import VERSION
from bot.desks.web.auth.throttle import RETRY_SECONDS, Line
from bot.languages import STAFF_LANGUAGES
from bot.vault.keys.passwords import MIN_LENGTH

if TYPE_CHECKING:
    from bot.desks.partner_room.auth.sessions import RoomSession
    from bot.partners.members import Member
    from bot.store.writer import Work
    from bot.text import Text


@get("/account")
async def _account(request: RoomRequest) -> Response:
    return await _account_page(request)


@post("/account/password", "password", "new", "again")
async def _change_password(request: RoomRequest) -> Response:
    """Lock the key with another password, once the present one has opened it."""
    form, context, member = request.form, request.context, request.member
    if problem := password_problem(form.get("new", ""), form.get("again", ""), member.name):
        return await _account_page(request, problem)
    name, browser = f"member {member.id}", "signed in"
    async with context.throttle.check_slot(Line.KNOWN):
        if seconds := await context.guesses.begin(name, browser, request.now):
            return await _account_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
        locked = await request.read(lambda work: context.access.locked(work, member.id))
        present = form.get("password", "")[:1024]
        pair = await asyncio.to_thread(context.access.unlock, locked, present)
        if pair is None:
            return await _account_page(request, texts.WRONG_PASSWORD)
        await context.guesses.forgive(name, browser)
        recovery_key = await change_password(request, member, pair, form["new"])
    await context.sessions.end_others(request.current_session)
    return show_recovery_key(request, recovery_key, Response())


@post("/account/end")
async def _end_others(request: RoomRequest) -> Response:
    await request.context.sessions.end_others(request.current_session)
    request.flash(texts.OTHERS_SIGNED_OUT)
    return request.redirect("/account")


async def _account_page(
    request: RoomRequest, error: Text | None = None, seconds: int = RETRY_SECONDS
) -> Response:
    context, member = request.context, request.member

    def look(work: Work) -> tuple[list[RoomSession], list[Member]]:
        colleagues = context.members.of_partner(work, request.partner_id)
        return context.sessions.of(work, member.id), colleagues

    sessions, colleagues = await request.read(look)
    values = {"count": str(MIN_LENGTH), "seconds": str(seconds)}
    return request.render(
        "account.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        sessions=sessions, this_session=request.current_session.token, min_length=str(MIN_LENGTH),
        colleagues=[it for it in colleagues if it.state.value != "disabled"],
        error=request.locale(error, **values) if error else "",
    )  # fmt: skip


@get("/static/{name}", Access.PUBLIC)
async def _static_file(request: RoomRequest) -> Response:
    found = load_room_files().get(request.param("name"))
    if found is None:
        raise NothingHereError("no such file")
    is_named = request.http.query_params.get(VERSION) == found.digest
    keeping = f"public, max-age={YEAR_SECONDS}, immutable" if is_named else "no-cache"
    headers = {"cache-control": keeping, "vary": "accept-encoding"}
    data = found.data
    if "gzip" in request.http.headers.get("accept-encoding", ""):
        headers["content-encoding"], data = "gzip", found.compressed
    return Response(data, media_type=found.media_type, headers=headers)


@post("/language", "language", access=Access.PUBLIC)
async def _set_language(request: RoomRequest) -> Response:
    chosen = request.form.get("language", "")
    if chosen not in STAFF_LANGUAGES:
        raise NothingHereError("no such language")
    response = request.redirect("/")
    request.set_cookie(response, LANGUAGE_COOKIE, chosen, YEAR_SECONDS)
    return response
