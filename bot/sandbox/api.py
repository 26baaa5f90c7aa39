"""The endpoints of the Bot API and of file downloads, with injected faults.

They are bare ASGI endpoints, because benchmarks and kill tests make hundreds of thousands of calls.
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
from bot.sandbox.methods.request_params import read_call

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.clocks import ShiftedClock
    from bot.sandbox.files import SandboxFile
    from bot.sandbox.sandbox import Sandbox

LONGEST_POLL = 50
JSON_TYPE = (b"content-type", b"application/json")
BAD_GATEWAY_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
)
OTHER_BOT = {"id": 6_999_999_999, "is_bot": True, "first_name": "Other", "username": "other_bot"}
STALL_DIVISOR = 100
"""A stalling file is a hundredth short when it stops."""
OCTET_STREAM = (b"content-type", b"application/octet-stream")


class ConnectionCutError(ConnectionError):
    """An injected fault cut the connection, and no server is there to do it."""


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
        except BotApiError as error:
            await respond(send, error.code, error_body(error))
            return
        self._sandbox.record_call(call)
        fault = self._sandbox.faults.next_for(call)
        if fault is None:
            await respond(send, *await self._answer(call))
        else:
            call.fault = fault.kind
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
        match fault.kind:
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
        if fault.kind is FaultKind.STALLED:
            await asyncio.sleep(fault.seconds)
        code, body = await self._answer(call)
        match fault.kind:
            case FaultKind.DROP_AFTER:
                call.code = 0
                await _abort_connection(scope, receive)
            case FaultKind.TRUNCATED:
                await respond(send, 200, body[: len(body) // 2])
            case FaultKind.WRONG_BOT:
                await respond(send, 200, encode({"ok": True, "result": OTHER_BOT}))
            case _:
                if fault.kind is FaultKind.SLOW:
                    await asyncio.sleep(fault.seconds)
                await respond(send, code, body)


async def _send_error(send: Send, call: ApiCall, refusal: BotApiError) -> None:
    call.code, call.description = refusal.code, refusal.description
    await respond(send, refusal.code, error_body(refusal))


async def _abort_connection(scope: Scope, receive: Receive) -> None:
    cut = scope.get("state", {}).get("cut")
    if cut is None:
        raise ConnectionCutError("the connection was cut")
    cut()
    await _wait_for_disconnect(receive)


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class FileDownloads:
    """Answers `/file/bot<token>/<path>`, with the path from `getFile`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one download."""
        parts = scope["path_params"]
        stored = self._sandbox.world.files.fetch(parts["path"])
        if parts["token"] != self._sandbox.token or stored is None:
            await respond(send, 404, error_body(BotApiError(404, "Not Found")))
        elif stored.stalls:
            await _stall(stored, receive, send)
        else:
            await respond(send, 200, _file_bytes(stored), OCTET_STREAM)


def _file_bytes(stored: SandboxFile) -> bytes:
    """Return a file's bytes; zeros if only its size was claimed."""
    return stored.data or bytes(stored.size)


async def _stall(stored: SandboxFile, receive: Receive, send: Send) -> None:
    data = _file_bytes(stored)
    head = data[: len(data) - max(1, len(data) // STALL_DIVISOR)]
    length = (b"content-length", b"%d" % len(data))
    await send({"type": "http.response.start", "status": 200, "headers": [OCTET_STREAM, length]})
    await send({"type": "http.response.body", "body": head, "more_body": True})
    await _wait_for_disconnect(receive)


def _unknown_method(method: str) -> BotApiError:
    if method.lower() in bot_api_methods():
        return BotApiError(501, f"Not Implemented: the sandbox does not answer {method}")
    return BotApiError(404, f"Not Found: method {method} not found")


def error_body(refusal: BotApiError) -> bytes:
    """Return an error in the format of the Bot API."""
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.parameters is not None:
        body["parameters"] = refusal.parameters
    return msgspec.json.encode(body)


def _with_date_header(send: Send, clock: ShiftedClock) -> Send:
    """Return a `send` that adds a `Date` header, as Telegram does."""

    async def send_dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"date", _http_date(clock.seconds())))
        await send(message)

    return send_dated


@lru_cache(maxsize=1)
def _http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


async def respond(
    send: Send, code: int, body: bytes, content_type: tuple[bytes, bytes] = JSON_TYPE
) -> None:
    """Send one whole response."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": code, "headers": [content_type, length]})
    await send({"type": "http.response.body", "body": body})
