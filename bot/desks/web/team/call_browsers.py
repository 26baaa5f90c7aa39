"""Browsers in which an on-call caseworker is called; each caseworker chooses their own.

A call says that something waits, and nothing about a case. The script that shows it keeps nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import browser_name
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.security_headers import WORKER_CSP
from bot.hotline.on_call.push_services import is_push_service
from bot.hotline.on_call.roster import OnCallRoster, PushSubscription, configured_channels

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.on_call.roster import OnCallPerson, OnCallSettings
    from bot.store.writer import Work

LONGEST_ENDPOINT = 1000
LONGEST_KEY = 200


@get("/account/calls", Permission.SIGNED_IN)
async def _calls_page(request: DeskRequest) -> Response:
    if not request.context.settings.push_contact:
        raise NotFoundError("no push is set up")
    person = await request.read(lambda work: _roster(request).of(work, request.caseworker.id))
    response = request.render(
        "call_browsers.html", browsers=person.settings.browsers if person else (),
        is_on_call=person is not None, push_key=request.context.vault.push_key.public,
    )  # fmt: skip
    response.headers["content-security-policy"] = WORKER_CSP.format(nonce=request.nonce)
    return response


@post("/account/calls", Permission.SIGNED_IN, "endpoint", "p256dh", "auth", needs_step_up=True)
async def _add_browser(request: DeskRequest) -> Response:
    """Call the caseworker in this browser too; its keys come from the browser."""
    endpoint, key, secret = (request.form.get(it, "") for it in ("endpoint", "p256dh", "auth"))
    if not _is_valid(endpoint, key, secret):
        request.flash(texts.BROWSER_NOT_ADDED, is_refused=True)
        return request.redirect("/account/calls")
    added = PushSubscription(endpoint, key, secret, browser_name(request), request.now)
    await _change(request, lambda settings: settings.with_browser(added))
    request.flash(texts.SAVED)
    return request.redirect("/account/calls")


@post("/account/calls/end", Permission.SIGNED_IN, "added", needs_step_up=True)
async def _remove_browser(request: DeskRequest) -> Response:
    """Call no more in a browser, by the moment it was added."""
    added = request.form.get("added", "")

    def without(settings: OnCallSettings) -> OnCallSettings:
        for it in settings.browsers:
            if str(it.added_at) == added:
                return settings.without_browser(it.endpoint)
        return settings

    await _change(request, without)
    request.flash(texts.SAVED)
    return request.redirect("/account/calls")


async def _change(
    request: DeskRequest, changed: Callable[[OnCallSettings], OnCallSettings]
) -> None:
    roster, by, now = _roster(request), request.caseworker, request.now

    def change(work: Work) -> OnCallPerson | None:
        person = roster.of(work, by.id)
        if person is not None:
            roster.set(work, by.id, person.position, changed(person.settings), now)
            request.context.audit.record(work, now, by.id, "on_call_set", by.id, "push")
        return person

    if await request.write(change) is None:
        raise NotFoundError("not on call")


def _is_valid(endpoint: str, key: str, secret: str) -> bool:
    is_short = len(endpoint) <= LONGEST_ENDPOINT and max(len(key), len(secret)) <= LONGEST_KEY
    return bool(key and secret) and is_short and is_push_service(endpoint)


def _roster(request: DeskRequest) -> OnCallRoster:
    context = request.context
    settings = context.settings
    return OnCallRoster(context.vault, settings.zone, configured_channels(settings))
