"""Passkeys: made on one's own page or at the first time, shown at the way in and for what is final.

A page of ours asks for the question, hands it to the browser, and sends what came back as an
ordinary form: the answer, and what the passkey computed where it computes anything.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import browser_name
from bot.desks.web.auth.passkeys import MAX_PASSKEYS, PasskeyRecord
from bot.desks.web.auth.webauthn import PasskeyError, claimed_identity, parse_prf_output
from bot.desks.web.request import SESSION_COOKIE, NotFoundError
from bot.desks.web.routes import NO_FIELDS, Permission, Route, form_fields
from bot.desks.web.static_files import safe_path
from bot.vault.keys.browser_key import lock_with_passkey

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.auth.passkeys import Passkey
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring


def passkeys_available(request: DeskRequest) -> bool:
    """Tell whether passkeys can be bound to where browsers find this desk: to a name they can."""
    return bool(request.context.webauthn.rp_id)


async def load_passkeys(request: DeskRequest, who: str) -> list[Passkey]:
    """Return a caseworker's passkeys."""
    return await request.context.read_pool.run(lambda work: request.context.passkeys.of(work, who))


async def verify_new_passkey(
    request: DeskRequest, keyring: Keyring | None, binding: str
) -> PasskeyRecord | None:
    """Return what is to be kept of a passkey that was just made; None where it was not.

    Args:
        request: what came back from the browser.
        keyring: the keys of whose it is, to be locked under what it computes.
        binding: what the question was bound to.
    """
    try:
        made = request.context.webauthn.verify_registration(
            request.form.get("answer", ""), binding, request.now
        )
    except PasskeyError:
        return None
    output = parse_prf_output(request.form.get("computed", ""))
    locked = lock_with_passkey(keyring, output) if keyring is not None and output else b""
    return PasskeyRecord(made.credential, made.public_key, browser_name(request), locked)


# --- one's own page ---------------------------------------------------------------------------


async def registration_challenge(request: DeskRequest) -> Response:
    """Return the question with which a browser makes another passkey."""
    known = await load_passkeys(request, request.caseworker.id)
    if not passkeys_available(request) or len(known) >= MAX_PASSKEYS:
        return request.json(HTTPStatus.CONFLICT, refused=True)
    name = request.caseworker.name or request.caseworker.id
    asked = request.context.webauthn.registration_options(
        request.caseworker.id, name, known, _session_binding(request), request.now
    )
    return request.json(asked=asked)


async def add_passkey(request: DeskRequest) -> Response:
    """Keep a passkey that was just made."""
    by, now, front = request.caseworker, request.now, request.context
    new = await verify_new_passkey(request, request.keyring(), _session_binding(request))
    if new is None:
        request.flash(texts.PASSKEY_FAILED, is_refused=True)
        return request.redirect("/account")

    def keep(work: Work) -> None:
        front.passkeys.store(work, by.id, new, 0, now)
        front.audit.record(work, now, by.id, "desk_factor", by.id, "passkey")

    await front.database.writer.run(keep)
    request.flash(texts.PASSKEY_ADDED if new.locked else texts.PASSKEY_ADDED_SIGN_IN_ONLY)
    return request.redirect("/account")


async def remove_passkey(request: DeskRequest) -> Response:
    """Take one's own passkey away; the last thing that lets somebody in stays."""
    by, now, front = request.caseworker, request.now, request.context
    wanted = request.form.get("passkey", "")

    def drop(work: Work) -> bool:
        known = [it.id for it in front.passkeys.of(work, by.id)]
        if wanted not in known:
            raise NotFoundError("no such passkey")
        if len(known) == 1 and not front.factors.has_totp(work, by.id):
            return False
        front.audit.record(work, now, by.id, "desk_factor_gone", by.id, "passkey")
        return front.passkeys.delete(work, by.id, wanted)

    is_gone = await front.database.writer.run(drop)
    request.flash(texts.PASSKEY_REMOVED if is_gone else texts.LAST_FACTOR, is_refused=not is_gone)
    return request.redirect("/account")


# --- shown again ------------------------------------------------------------------------------


async def step_up_challenge(request: DeskRequest) -> Response:
    """Return the question with which a browser shows one of somebody's own passkeys."""
    known = await load_passkeys(request, request.caseworker.id)
    if not known:
        return request.json(HTTPStatus.CONFLICT, refused=True)
    return request.json(
        asked=request.context.webauthn.authentication_options(
            known, _session_binding(request), request.now
        )
    )


async def step_up_with_passkey(request: DeskRequest) -> Response:
    """Take a passkey instead of a code; the session goes on under another secret."""
    front, back = request.context, safe_path(request.form.get("back", "/"))
    found = await verify_passkey(request, request.caseworker.id, _session_binding(request))
    if found is None or not await consume_challenge(request, *found):
        return request.render(
            "prove.html",
            status=HTTPStatus.UNAUTHORIZED,
            back=back,
            passkeys=passkeys_available(request),
            told=request.locale(texts.PASSKEY_FAILED),
        )
    secret = await front.sessions.rotate(
        request.current_session, request.session_secret, request.now
    )
    response = request.redirect(back)
    request.set_cookie(response, SESSION_COOKIE, secret.hex(), None)
    return response


async def verify_passkey(
    request: DeskRequest, who: str, binding: str
) -> tuple[Passkey, int] | None:
    """Return which of somebody's passkeys has proved itself, and how often it was used; or None."""
    answer = request.form.get("answer", "")
    try:
        _user, credential = claimed_identity(answer)
        known = await load_passkeys(request, who)
        for passkey in known:
            if passkey.record.credential == credential:
                return passkey, request.context.webauthn.verify_authentication(
                    answer, passkey, binding, request.now
                )
    except PasskeyError:
        pass
    return None


async def consume_challenge(request: DeskRequest, passkey: Passkey, count: int) -> bool:
    """Take the question as answered; tell whether nobody did with this answer before."""
    front = request.context
    front.webauthn.mark_used(request.form.get("answer", ""), request.now)
    return await front.database.writer.run(
        lambda work: front.passkeys.mark_used(work, passkey, count)
    )


def _session_binding(request: DeskRequest) -> str:
    """Return what questions of a session are bound to: no other session's answer is one of its."""
    return f"session|{request.current_session.token.hex()}"


ROUTES = (
    Route(
        "/account/passkeys/ask",
        registration_challenge,
        Permission.SIGNED_IN,
        "POST",
        NO_FIELDS,
        needs_step_up=True,
    ),
    Route(
        "/account/passkeys",
        add_passkey,
        Permission.SIGNED_IN,
        "POST",
        form_fields("answer", "computed"),
        needs_step_up=True,
    ),
    Route(
        "/account/passkeys/end",
        remove_passkey,
        Permission.SIGNED_IN,
        "POST",
        form_fields("passkey"),
        needs_step_up=True,
    ),
    Route("/prove/ask", step_up_challenge, Permission.SIGNED_IN, "POST", NO_FIELDS),
    Route(
        "/prove/passkey",
        step_up_with_passkey,
        Permission.SIGNED_IN,
        "POST",
        form_fields("answer", "computed", "back"),
    ),
)
