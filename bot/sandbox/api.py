"""The Bot API itself: one HTTP call in, one answer out, troubles in between.

A bare ASGI endpoint: bench and kill loops make hundreds of thousands of calls.
"""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from bot.sandbox.api_errors import Refusal, bad, too_many
from bot.sandbox.fault_injection import Fault, Trouble
from bot.sandbox.json_codec import encode
from bot.sandbox.methods import METHODS, known
from bot.sandbox.request_params import read_call

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from bot.sandbox.call_log import Call
    from bot.sandbox.clocks import MovedClock
    from bot.sandbox.sandbox import Sandbox

LONGEST_POLL = 50
JSON = (b"content-type", b"application/json")
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
STRANGER = {"id": 6_999_999_999, "is_bot": True, "first_name": "Somebody", "username": "other_bot"}


class LineCut(ConnectionError):
    """The connection was cut on purpose and there is no server to cut it for us."""


class BotApi:
    """Answers `/bot<token>/<method>`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        parts, send = scope["path_params"], _dated(send, self._sandbox.clock)
        refusal = self._check_token(parts["token"])
        if refusal is not None:
            await respond(send, refusal.code, refused(refusal))
            return
        try:
            call = await read_call(scope, receive, parts["method"], self._sandbox.clock.now())
        except Refusal as trouble:
            await respond(send, trouble.code, refused(trouble))
            return
        self._sandbox.note(call)
        fault = self._sandbox.faults.strike(call)
        if fault is None:
            await respond(send, *await self._answer(call))
        else:
            call.fault = fault.trouble
            await self._answer_in_trouble(call, fault, scope, receive, send)

    def _check_token(self, token: str) -> Refusal | None:
        if token == self._sandbox.token:
            return None
        number, colon, secret = token.partition(":")
        if number.isdigit() and colon and secret:
            return Refusal(401, "Unauthorized")
        return Refusal(404, "Not Found")

    async def _answer(self, call: Call) -> tuple[int, bytes]:
        try:
            body = await self._result(call)
        except Refusal as refusal:
            call.code, call.description = refusal.code, refusal.description
            return refusal.code, refused(refusal)
        call.code = 200
        return 200, b'{"ok":true,"result":' + body + b"}"

    async def _result(self, call: Call) -> bytes:
        name = call.method.lower()
        if name == "getupdates":
            return await self._updates(call)
        method = METHODS.get(name)
        if method is None:
            raise _unanswered(call.method)
        call.result = method(self._sandbox.world, call)
        return encode(call.result)

    async def _updates(self, call: Call) -> bytes:
        allowed = call.structure("allowed_updates", "allowed_updates")
        if allowed is not None and not isinstance(allowed, list):
            raise bad("allowed_updates must be an Array of String")
        limit = min(max(call.number("limit", 100), 1), 100)
        timeout = min(max(call.number("timeout"), 0), LONGEST_POLL)
        return await self._sandbox.updates.poll(call.number("offset"), limit, timeout, allowed)

    async def _answer_in_trouble(
        self, call: Call, fault: Fault, scope: Scope, receive: Receive, send: Send
    ) -> None:
        match fault.trouble:
            case Trouble.HTML:
                await respond(send, fault.code or 502, PAGE, (b"content-type", b"text/html"))
            case Trouble.FLOOD:
                await _refuse(send, call, too_many(fault.wait(self._sandbox.clock.now())))
            case Trouble.ERROR:
                await _refuse(send, call, Refusal(fault.code or 500, fault.description))
            case Trouble.DROP_BEFORE:
                await _cut(scope, receive)
            case _:
                await self._answer_badly(call, fault, scope, receive, send)

    async def _answer_badly(
        self, call: Call, fault: Fault, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault.trouble is Trouble.STALLED:
            await asyncio.sleep(fault.seconds)
        code, body = await self._answer(call)
        match fault.trouble:
            case Trouble.DROP_AFTER:
                call.code = 0
                await _cut(scope, receive)
            case Trouble.TRUNCATED:
                await respond(send, 200, body[: len(body) // 2])
            case Trouble.STRANGER:
                await respond(send, 200, encode({"ok": True, "result": STRANGER}))
            case _:
                if fault.trouble is Trouble.SLOW:
                    await asyncio.sleep(fault.seconds)
                await respond(send, code, body)


async def _refuse(send: Send, call: Call, refusal: Refusal) -> None:
    call.code, call.description = refusal.code, refusal.description
    await respond(send, refusal.code, refused(refusal))


async def _cut(scope: Scope, receive: Receive) -> None:
    cut = scope.get("state", {}).get("cut")
    if cut is None:
        raise LineCut("the line was cut")
    cut()
    while (await receive())["type"] != "http.disconnect":
        pass


def _unanswered(method: str) -> Refusal:
    if method.lower() in known():
        return Refusal(501, f"Not Implemented: the sandbox does not answer {method}")
    return Refusal(404, f"Not Found: method {method} not found")


def refused(refusal: Refusal) -> bytes:
    """Return a refusal as the Bot API writes it."""
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.parameters is not None:
        body["parameters"] = refusal.parameters
    return msgspec.json.encode(body)


def _dated(send: Send, clock: MovedClock) -> Send:
    """Return what sends an answer with its date, as Telegram does."""

    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"date", _in_http(clock.seconds())))
        await send(message)

    return sends


@lru_cache(maxsize=1)
def _in_http(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


async def respond(send: Send, code: int, body: bytes, kind: tuple[bytes, bytes] = JSON) -> None:
    """Send one whole answer."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": code, "headers": [kind, length]})
    await send({"type": "http.response.body", "body": body})
