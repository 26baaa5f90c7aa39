"""Sign-in of members: name, password and code of a phone; recovery of a lost password; sign-out.

The answer to an unknown name, a wrong password and a wrong code is the same, and takes as long.
"""

from __future__ import annotations

import asyncio
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.partner_room import texts
from bot.desks.partner_room.auth.passwords import password_problem
from bot.desks.partner_room.request import (
    BROWSER_COOKIE,
    SESSION_COOKIE,
    YEAR_SECONDS,
    NothingHereError,
    Response,
    RoomRequest,
)
from bot.desks.partner_room.routes import Access, get, post
from bot.desks.web.auth.throttle import RETRY_SECONDS, Line
from bot.desks.web.auth.totp import SecondFactors
from bot.errors import WrongPasswordError
from bot.partners.member_access import actor_of
from bot.vault.keys.browser_key import secret_digest
from bot.vault.keys.passwords import MIN_LENGTH

if TYPE_CHECKING:
    from bot.partners.members import Member
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.hpke import KeyPair

MAX_PASSWORD_LENGTH = 1024
BROWSERS = ("Firefox", "Edg", "Chromium", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


@get("/signin", Access.PUBLIC)
async def _show_sign_in(request: RoomRequest) -> Response:
    if request.signed_in is not None:
        return request.redirect("/")
    return _sign_in_page(request, None, HTTPStatus.OK)


@post("/signin", "who", "password", "code", access=Access.PUBLIC)
async def _sign_in(request: RoomRequest) -> Response:
    """Start a session, or say that something was wrong without saying what."""
    typed = request.form.get("who", "")[:200]
    member = await _find(request, typed)
    name, browser = _throttled(request, member, typed)
    context = request.context
    if seconds := await _seconds_to_wait(request, name, browser):
        return _wait_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
    async with context.throttle.check_slot(Line.KNOWN if browser else Line.UNKNOWN) as has_turn:
        if not has_turn:
            return _wait_page(request, texts.LOGIN_BUSY, RETRY_SECONDS)
        if seconds := await context.guesses.begin(name, browser, request.now):
            return _wait_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
        pair = await _unlock(request, member, request.form.get("password", ""))
    if member is None or pair is None or not await use_code(request, member):
        await _audit_refusal(request, member)
        return _sign_in_page(request, texts.LOGIN_FAILED, HTTPStatus.UNAUTHORIZED)
    await context.guesses.forgive(name, browser)
    return await start_room_session(request, member, pair)


@post("/signout")
async def _sign_out(request: RoomRequest) -> Response:
    """End the session, and clear what the browser stored."""
    await request.context.sessions.end(request.current_session.token)
    request.session = request.signed_in = None
    response = request.render("signed_out.html")
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"storage"'
    return response


@get("/demo/{link}", Access.PUBLIC)
async def _demo_sign_in(request: RoomRequest) -> Response:
    """Sign a member of a demo in, by a link that works while the demo runs."""
    try:
        digest = secret_digest(bytes.fromhex(request.param("link")))
    except ValueError:
        raise NothingHereError("no link") from None
    number, password = request.context.demo_links.get(digest, (0, ""))
    member = await request.read(lambda work: request.context.members.find(work, number))
    pair = await _unlock(request, member, password) if member is not None and number else None
    if member is None or pair is None:
        raise NothingHereError("no link")
    return await start_room_session(request, member, pair)


# --- A lost password --------------------------------------------------------------------------


@get("/recover", Access.PUBLIC)
async def _show_recovery(request: RoomRequest) -> Response:
    return _recovery_page(request, None, HTTPStatus.OK)


@post("/recover", "who", "recovery", "code", "password", "again", access=Access.PUBLIC)
async def _recover(request: RoomRequest) -> Response:
    """Lock the member's key with a new password, by the printed recovery key and a code."""
    form, typed = request.form, request.form.get("who", "")[:200]
    if problem := password_problem(form.get("password", ""), form.get("again", ""), typed):
        return _recovery_page(request, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
    member = await _find(request, typed)
    name, browser = _throttled(request, member, typed)
    context = request.context
    if seconds := await _seconds_to_wait(request, name, browser):
        return _recovery_wait_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
    async with context.throttle.check_slot(Line.KNOWN if browser else Line.UNKNOWN) as has_turn:
        if not has_turn:
            return _recovery_wait_page(request, texts.LOGIN_BUSY, RETRY_SECONDS)
        if seconds := await context.guesses.begin(name, browser, request.now):
            return _recovery_wait_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
        pair = await _recovered(request, member)
        if member is None or pair is None or not await use_code(request, member):
            await _audit_refusal(request, member)
            return _recovery_page(request, texts.RECOVERY_FAILED, HTTPStatus.UNAUTHORIZED)
        recovery_key = await change_password(request, member, pair, form["password"])
    await context.guesses.forgive(name, browser)
    response = await start_room_session(request, member, pair)
    return show_recovery_key(request, recovery_key, response)


async def change_password(
    request: RoomRequest, member: Member, pair: KeyPair, password: str
) -> str:
    """Lock a member's key with another password; return the new recovery key."""
    access, now = request.context.access, request.now
    chosen = await asyncio.to_thread(access.relock, member, pair, password)
    if not await request.write(lambda work: access.change_password(work, member, chosen, now)):
        raise WrongPasswordError("the key has changed meanwhile")
    return chosen.recovery_key


def show_recovery_key(request: RoomRequest, recovery_key: str, signed_in: Response) -> Response:
    """Return the page that shows a recovery key once, with the cookies of an answer."""
    page = request.render("recovery_key.html", recovery_key=recovery_key)
    page.raw_headers += [it for it in signed_in.raw_headers if it[0] == b"set-cookie"]
    return page


# --- Parts of both ----------------------------------------------------------------------------


async def use_code(request: RoomRequest, member: Member) -> bool:
    """Tell whether the code of the form is right and was not used before; it is used up."""
    code, access = "".join(request.form.get("code", "").split()), request.context.access

    def use(work: Work) -> bool:
        secret = access.code_secret(work, member.id)
        step = SecondFactors.step_of(secret, code, request.now) if secret else 0
        return access.use_code(work, member.id, step)

    return await request.write(use)


async def start_room_session(request: RoomRequest, member: Member, pair: KeyPair) -> Response:
    """Start a session and lead to the first page."""
    context, now = request.context, request.now
    if request.session is not None:  # end the session of an earlier user
        await context.sessions.end(request.session.token)
    actor = actor_of(member.id)
    await request.write(
        lambda work: context.audit.record(work, now, actor, "partner_sign_in", str(member.id), "")
    )
    secret = await context.sessions.start(member.id, pair, browser_name(request), now)
    response = request.redirect("/")
    request.set_cookie(response, SESSION_COOKIE, secret.hex(), None)
    # By this cookie a browser is known as used before; it gives no access.
    number = secrets.token_hex(8)
    known = f"{member.id}.{number}.{_browser_mac(request, member.id, number)}"
    request.set_cookie(response, BROWSER_COOKIE, known, YEAR_SECONDS // 2)
    return response


def browser_name(request: RoomRequest) -> str:
    """Return browser and system of the request in at most 24 characters."""
    agent = request.http.headers.get("user-agent", "")
    browser = next((name for name in BROWSERS if name in agent), "Browser")
    system = next((name for name in SYSTEMS if name in agent), "")
    return f"{'Edge' if browser == 'Edg' else browser} {system}".strip()[:24]


async def _find(request: RoomRequest, typed: str) -> Member | None:
    return await request.read(lambda work: request.context.members.find_by_name(work, typed))


async def _unlock(request: RoomRequest, member: Member | None, password: str) -> KeyPair | None:
    """Return the keys a password unlocks, or None; both take the same time."""
    access = request.context.access
    if len(password) > MAX_PASSWORD_LENGTH:
        return None
    number = member.id if member is not None else 0
    locked = await request.read(lambda work: access.locked(work, number))
    return await asyncio.to_thread(access.unlock, locked, password)


async def _recovered(request: RoomRequest, member: Member | None) -> KeyPair | None:
    access, printed = request.context.access, request.form.get("recovery", "")[:200]
    number = member.id if member is not None else 0
    locked = await request.read(lambda work: access.locked(work, number))
    try:
        return locked.recover(printed) if locked is not None else None
    except WrongPasswordError:
        return None


def _throttled(request: RoomRequest, member: Member | None, typed: str) -> tuple[str, str]:
    """Return the name under which attempts are counted, and the browser if it is known."""
    if member is None:
        return typed, ""
    match request.http.cookies.get(BROWSER_COOKIE, "").split("."):
        case [owner, number, mac] if owner == str(member.id):
            expected = _browser_mac(request, member.id, number)
            is_known = secrets.compare_digest(mac.encode(), expected.encode())
            return f"member {member.id}", number if is_known else ""
    return f"member {member.id}", ""


async def _seconds_to_wait(request: RoomRequest, name: str, browser: str) -> int:
    guesses, now = request.context.guesses, request.now
    return await request.read(lambda work: guesses.seconds_to_wait(work, name, browser, now))


def _browser_mac(request: RoomRequest, member_id: int, number: str) -> str:
    return request.context.prove(f"room browser|{member_id}|{number[:32]}".encode()).hex()


async def _audit_refusal(request: RoomRequest, member: Member | None) -> None:
    if member is not None:
        log, now, subject = request.context.audit, request.now, str(member.id)
        await request.write(
            lambda work: log.record(work, now, "stranger", "partner_sign_in_refused", subject, "")
        )


def _wait_page(request: RoomRequest, text: Text, seconds: int) -> Response:
    return _sign_in_page(request, text, HTTPStatus.TOO_MANY_REQUESTS, str(seconds))


def _recovery_wait_page(request: RoomRequest, text: Text, seconds: int) -> Response:
    return _recovery_page(request, text, HTTPStatus.TOO_MANY_REQUESTS, str(seconds))


def _sign_in_page(
    request: RoomRequest, error: Text | None, status: HTTPStatus, seconds: str = ""
) -> Response:
    return request.render(
        "sign_in.html", status=status, who=request.form.get("who", "")[:200],
        error=request.locale(error, seconds=seconds) if error else "",
    )  # fmt: skip


def _recovery_page(
    request: RoomRequest, error: Text | None, status: HTTPStatus, seconds: str = ""
) -> Response:
    return request.render(
        "recover.html", status=status, who=request.form.get("who", "")[:200],
        min_length=str(MIN_LENGTH),
        error=request.locale(error, seconds=seconds, count=str(MIN_LENGTH)) if error else "",
    )  # fmt: skip
