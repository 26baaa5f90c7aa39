"""The Bot API itself: one HTTP call in, one answer out, troubles in between.

A bare ASGI endpoint: bench and kill loops make hundreds of thousands of calls.
"""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from bot.sandbox.api_errors import BotApiError, bad_request, too_many_requests
from bot.sandbox.fault_injection import FaultKind, InjectedFault
from bot.sandbox.json_codec import encode
from bot.sandbox.methods import METHODS, bot_api_methods
from bot.sandbox.request_params import read_call

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.clocks import ShiftedClock
    from bot.sandbox.sandbox import Sandbox

LONGEST_POLL = 50
JSON_TYPE = (b"content-type", b"application/json")
BAD_GATEWAY_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
)
OTHER_BOT = {"id": 6_999_999_999, "is_bot": True, "first_name": "Somebody", "username": "other_bot"}


class ConnectionCutError(ConnectionError):
    """The connection was cut on purpose and there is no server to cut it for us."""


class BotApi:
    """Answers `/bot<token>/<method>`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        parts, send = scope["path_params"], _with_date_header(send, self._sandbox.clock)
        refusal = self._check_token(parts["token"])
        if refusal is not None:
            await respond(send, refusal.code, error_body(refusal))
            return
        try:
            call = await read_call(scope, receive, parts["method"], self._sandbox.clock.now())
        except BotApiError as trouble:
            await respond(send, trouble.code, error_body(trouble))
            return
        self._sandbox.record_call(call)
        fault = self._sandbox.faults.next_for(call)
        if fault is None:
            await respond(send, *await self._answer(call))
        else:
            call.fault = fault.trouble
            await self._answer_with_fault(call, fault, scope, receive, send)

    def _check_token(self, token: str) -> BotApiError | None:
        if token == self._sandbox.token:
            return None
        number, colon, secret = token.partition(":")
        if number.isdigit() and colon and secret:
            return BotApiError(401, "Unauthorized")
        return BotApiError(404, "Not Found")

    async def _answer(self, call: ApiCall) -> tuple[int, bytes]:
        try:
            body = await self._result(call)
        except BotApiError as refusal:
            call.code, call.description = refusal.code, refusal.description
            return refusal.code, error_body(refusal)
        call.code = 200
        return 200, b'{"ok":true,"result":' + body + b"}"

    async def _result(self, call: ApiCall) -> bytes:
        name = call.method.lower()
        if name == "getupdates":
            return await self._updates(call)
        method = METHODS.get(name)
        if method is None:
            raise _unknown_method(call.method)
        call.result = method(self._sandbox.world, call)
        return encode(call.result)

    async def _updates(self, call: ApiCall) -> bytes:
        allowed = call.json_value("allowed_updates", "allowed_updates")
        if allowed is not None and not isinstance(allowed, list):
            raise bad_request("allowed_updates must be an Array of String")
        limit = min(max(call.number("limit", 100), 1), 100)
        timeout = min(max(call.number("timeout"), 0), LONGEST_POLL)
        return await self._sandbox.updates.poll(call.number("offset"), limit, timeout, allowed)

    async def _answer_with_fault(
        self, call: ApiCall, fault: InjectedFault, scope: Scope, receive: Receive, send: Send
    ) -> None:
        match fault.trouble:
            case FaultKind.HTML:
                await respond(
                    send, fault.code or 502, BAD_GATEWAY_PAGE, (b"content-type", b"text/html")
                )
            case FaultKind.FLOOD:
                await _send_error(
                    send, call, too_many_requests(fault.retry_seconds(self._sandbox.clock.now()))
                )
            case FaultKind.ERROR:
                await _send_error(send, call, BotApiError(fault.code or 500, fault.description))
            case FaultKind.DROP_BEFORE:
                await _abort_connection(scope, receive)
            case _:
                await self._run_with_fault(call, fault, scope, receive, send)

    async def _run_with_fault(
        self, call: ApiCall, fault: InjectedFault, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault.trouble is FaultKind.STALLED:
            await asyncio.sleep(fault.seconds)
        code, body = await self._answer(call)
        match fault.trouble:
            case FaultKind.DROP_AFTER:
                call.code = 0
                await _abort_connection(scope, receive)
            case FaultKind.TRUNCATED:
                await respond(send, 200, body[: len(body) // 2])
            case FaultKind.WRONG_BOT:
                await respond(send, 200, encode({"ok": True, "result": OTHER_BOT}))
            case _:
                if fault.trouble is FaultKind.SLOW:
                    await asyncio.sleep(fault.seconds)
                await respond(send, code, body)


async def _send_error(send: Send, call: ApiCall, refusal: BotApiError) -> None:
    call.code, call.description = refusal.code, refusal.description
    await respond(send, refusal.code, error_body(refusal))


async def _abort_connection(scope: Scope, receive: Receive) -> None:
    cut = scope.get("state", {}).get("cut")
    if cut is None:
        raise ConnectionCutError("the line was cut")
    cut()
    while (await receive())["type"] != "http.disconnect":
        pass


def _unknown_method(method: str) -> BotApiError:
    if method.lower() in bot_api_methods():
        return BotApiError(501, f"Not Implemented: the sandbox does not answer {method}")
    return BotApiError(404, f"Not Found: method {method} not found")


def error_body(refusal: BotApiError) -> bytes:
    """Return a refusal as the Bot API writes it."""
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.parameters is not None:
        body["parameters"] = refusal.parameters
    return msgspec.json.encode(body)


def _with_date_header(send: Send, clock: ShiftedClock) -> Send:
    """Return what sends an answer with its date, as Telegram does."""

    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"date", _http_date(clock.seconds())))
        await send(message)

    return sends


@lru_cache(maxsize=1)
def _http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


async def respond(
    send: Send, code: int, body: bytes, kind: tuple[bytes, bytes] = JSON_TYPE
) -> None:
    """Send one whole answer."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": code, "headers": [kind, length]})
    await send({"type": "http.response.body", "body": body})
