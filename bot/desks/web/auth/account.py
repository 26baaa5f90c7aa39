"""Own account page: sessions, alerts, passkeys; and step-up with a code or a passkey.

Sound and notification are off until chosen. A browser gets only the name of an event, and a
notification never says what is waiting, or whose case it is.

For a passkey a script fetches the options, passes them to the browser, and sends the result as an
ordinary form: the answer, and the secret the passkey computed, if it computes one.
"""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import browser_name
from bot.desks.web.auth.passkeys import MAX_PASSKEYS, Passkey, PasskeyRecord
from bot.desks.web.auth.sessions import DeskSession, DeskSessions
from bot.desks.web.auth.step_up import complete_step_up, step_up_form
from bot.desks.web.auth.totp import parse_secret
from bot.desks.web.auth.webauthn import PasskeyError, claimed_identity, use_challenge
from bot.desks.web.preferences import (
    ALERTS,
    DENSITY,
    MAPS,
    NOTICE,
    ROOMY,
    SOUND,
    store_preference,
)
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.desks.web.static_files import safe_path
from bot.vault.keys.browser_key import lock_with_passkey

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

SESSION_ID_DIGITS = 16
"""Digits of the token digest that name a session on a page; they reveal nothing of its secret."""


@get("/account", Permission.SIGNED_IN)
async def _account_page(request: DeskRequest) -> Response:
    return request.render(
        "account.html", sessions=await _own_sessions(request),
        this_session=request.current_session.token, may_add=passkeys_available(request),
        passkeys=await load_passkeys(request, request.caseworker.id), session_id=_session_id,
        may_be_called=bool(request.context.settings.push_contact),
    )  # fmt: skip


@post("/account/alerts", Permission.SIGNED_IN, SOUND, NOTICE)
async def _store_alerts(request: DeskRequest) -> Response:
    chosen = " ".join(kind for kind in (SOUND, NOTICE) if request.form.get(kind))
    await request.write(lambda work: store_preference(work, request.caseworker.id, ALERTS, chosen))
    request.flash(texts.SAVED)
    return request.redirect("/account")


@post("/account/places", Permission.SIGNED_IN, MAPS)
async def _store_maps(request: DeskRequest) -> Response:
    chosen = "link" if request.form.get(MAPS) else ""
    await request.write(lambda work: store_preference(work, request.caseworker.id, MAPS, chosen))
    request.flash(texts.SAVED)
    return request.redirect("/account")


@post("/account/density", Permission.SIGNED_IN, DENSITY)
async def _store_density(request: DeskRequest) -> Response:
    chosen = ROOMY if request.form.get(DENSITY) == ROOMY else ""
    await request.write(lambda work: store_preference(work, request.caseworker.id, DENSITY, chosen))
    request.flash(texts.SAVED)
    return request.redirect("/account")


@post("/account/end", Permission.SIGNED_IN, "session", needs_step_up=True)
async def _end_own_sessions(request: DeskRequest) -> Response:
    """End one of the caseworker's other sessions, or all of them."""
    wanted = request.form.get("session", "")
    found = [
        it.token
        for it in await _own_sessions(request)
        if it.token != request.current_session.token and wanted in {"others", _session_id(it)}
    ]
    if not found and wanted != "others":
        raise NotFoundError("no such session")
    for token in found:
        await request.context.sessions.end(token)
    request.flash(texts.ENDED)
    return request.redirect("/account")


async def _own_sessions(request: DeskRequest) -> list[DeskSession]:
    who = request.caseworker.id
    return await request.read(lambda work: DeskSessions.of(work, who))


def _session_id(session: DeskSession) -> str:
    return session.token.hex()[:SESSION_ID_DIGITS]


@get("/step-up", Permission.SIGNED_IN)
async def _step_up_page(request: DeskRequest) -> Response:
    return step_up_form(request, safe_path(request.http.query_params.get("back", "/")))


@post("/step-up", Permission.SIGNED_IN, "code", "back")
async def _check_step_up(request: DeskRequest) -> Response:
    """Check the second factor; the session continues under a new secret."""
    context, by, now = request.context, request.caseworker, request.now
    back = safe_path(request.form.get("back", "/"))
    name = f"{by.id}/prove"
    if seconds := await context.guesses.begin(name, "", now):
        error = request.locale(texts.TOO_MANY_ATTEMPTS, seconds=str(seconds))
        return step_up_form(request, back, error)
    code = "".join(request.form.get("code", "").split())
    if not await request.write(lambda work: context.factors.use_code(work, by.id, code, now)):
        return step_up_form(request, back, request.locale(texts.WRONG_CODE))
    await context.guesses.forgive(name, "")
    return await complete_step_up(request, back)


def passkeys_available(request: DeskRequest) -> bool:
    """Whether the desk has a host name that passkeys can be bound to."""
    return bool(request.context.webauthn.rp_id)


async def load_passkeys(request: DeskRequest, who: str) -> list[Passkey]:
    """Return the passkeys of a caseworker."""
    return await request.read(lambda work: request.context.passkeys.of(work, who))


async def verify_new_passkey(
    request: DeskRequest, keyring: Keyring | None, binding: str
) -> PasskeyRecord | None:
    """Return a new passkey, the keyring wrapped under its secret; None for an invalid answer."""
    answer = request.form.get("answer", "")
    try:
        made = request.context.webauthn.verify_registration(answer, binding, request.now)
    except PasskeyError:
        return None
    if not await request.write(lambda work: use_challenge(work, answer, request.now)):
        return None
    output = parse_secret(request.form.get("computed", ""))
    locked = lock_with_passkey(keyring, output) if keyring is not None and output else b""
    return PasskeyRecord(made.credential, made.public_key, browser_name(request), locked)


# --- Account page ---------------------------------------------------------------------------


@post(
    "/account/passkeys/ask", Permission.SIGNED_IN, needs_step_up=True,
    repetition=Repetition.ALLOWED,
)  # fmt: skip
async def _registration_challenge(request: DeskRequest) -> Response:
    """Return the options with which a browser registers another passkey."""
    known = await load_passkeys(request, request.caseworker.id)
    if not passkeys_available(request) or len(known) >= MAX_PASSKEYS:
        return request.json(HTTPStatus.CONFLICT, refused=True)
    name = request.caseworker.name or request.caseworker.id
    options = request.context.webauthn.registration_options(
        request.caseworker.id, name, known, _session_binding(request), request.now
    )
    return request.json(options=options)


@post("/account/passkeys", Permission.SIGNED_IN, "answer", "computed", needs_step_up=True)
async def _add_passkey(request: DeskRequest) -> Response:
    by, now, context = request.caseworker, request.now, request.context
    new = await verify_new_passkey(request, request.keyring(), _session_binding(request))
    if new is None:
        request.flash(texts.PASSKEY_FAILED, is_refused=True)
        return request.redirect("/account")

    def store(work: Work) -> None:
        context.passkeys.store(work, by.id, new, 0, now)
        context.audit.record(work, now, by.id, "desk_factor", by.id, "passkey")

    await request.write(store)
    request.flash(texts.PASSKEY_ADDED if new.locked else texts.PASSKEY_ADDED_SIGN_IN_ONLY)
    return request.redirect("/account")


@post("/account/passkeys/end", Permission.SIGNED_IN, "passkey", needs_step_up=True)
async def _remove_passkey(request: DeskRequest) -> Response:
    """Remove a passkey, unless it is the last second factor."""
    by, now, context = request.caseworker, request.now, request.context
    wanted = request.form.get("passkey", "")

    def remove(work: Work) -> bool:
        known = [it.id for it in context.passkeys.of(work, by.id)]
        if wanted not in known:
            raise NotFoundError("no such passkey")
        if len(known) == 1 and not context.factors.has_totp(work, by.id):
            return False
        context.audit.record(work, now, by.id, "desk_factor_gone", by.id, "passkey")
        return context.passkeys.delete(work, by.id, wanted)

    is_removed = await request.write(remove)
    said = texts.PASSKEY_REMOVED if is_removed else texts.LAST_FACTOR
    request.flash(said, is_refused=not is_removed)
    return request.redirect("/account")


# --- Step-up ------------------------------------------------------------------------------


@post("/step-up/ask", Permission.SIGNED_IN, repetition=Repetition.ALLOWED)
async def _step_up_challenge(request: DeskRequest) -> Response:
    """Return the options with which a browser shows one of the caseworker's passkeys."""
    known = await load_passkeys(request, request.caseworker.id)
    if not known:
        return request.json(HTTPStatus.CONFLICT, refused=True)
    return request.json(
        options=request.context.webauthn.authentication_options(
            known, _session_binding(request), request.now
        )
    )


@post("/step-up/passkey", Permission.SIGNED_IN, "answer", "computed", "back")
async def _step_up_with_passkey(request: DeskRequest) -> Response:
    """Check a passkey as the second factor; the session continues under a new secret."""
    back = safe_path(request.form.get("back", "/"))
    found = await verify_passkey(request, request.caseworker.id, _session_binding(request))
    if found is None or not await consume_challenge(request, *found):
        return step_up_form(request, back, request.locale(texts.PASSKEY_FAILED))
    return await complete_step_up(request, back)


async def verify_passkey(
    request: DeskRequest, who: str, binding: str
) -> tuple[Passkey, int] | None:
    """Return which of the caseworker's passkeys gave a valid answer, and its new use count."""
    answer = request.form.get("answer", "")
    with contextlib.suppress(PasskeyError):
        _user, credential = claimed_identity(answer)
        for passkey in await load_passkeys(request, who):
            if passkey.record.credential == credential:
                return passkey, request.context.webauthn.verify_authentication(
                    answer, passkey, binding, request.now
                )
    return None


async def consume_challenge(request: DeskRequest, passkey: Passkey, count: int) -> bool:
    """Mark the challenge and the use count as used; false if this answer was used before."""
    passkeys, answer = request.context.passkeys, request.form.get("answer", "")

    def use(work: Work) -> bool:
        is_new = use_challenge(work, answer, request.now)
        return is_new and passkeys.mark_used(work, passkey, count)

    return await request.write(use)


def _session_binding(request: DeskRequest) -> str:
    """Return what challenges of a session are bound to, so that an answer counts for it only."""
    return f"session|{request.current_session.token.hex()}"
