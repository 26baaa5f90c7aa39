"""The endpoints of the Bot API and of file downloads, with injected faults.

They are bare ASGI endpoints, because benchmarks and kill tests make hundreds of thousands of calls.
"""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request

from bot.sandbox.call_log import ApiCall, Upload
from bot.sandbox.fault_injection import FaultKind, InjectedFault
from bot.sandbox.methods import METHODS, bot_api_methods
from bot.sandbox.wire import BotApiError, bad_request, decode, encode, too_many_requests

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from bot.clock import ShiftedClock
    from bot.sandbox.sandbox import Sandbox
    from bot.sandbox.state import SandboxFile

LONGEST_POLL = 50
MAX_BODY_BYTES = 64 << 20
JSON_TYPE = (b"content-type", b"application/json")
HTML_TYPE = (b"content-type", b"text/html")
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
            await _respond(send, refusal.code, _error_body(refusal))
            return
        try:
            call = await _read_call(scope, receive, parts["method"], self._sandbox.clock.now())
        except BotApiError as error:
            await _respond(send, error.code, _error_body(error))
            return
        self._sandbox.record_call(call)
        fault = self._sandbox.faults.next_for(call)
        if fault is None:
            await _respond(send, *await self._answer(call))
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
        except BotApiError as error:
            return _refuse(call, error)
        call.code = 200
        return 200, b'{"ok":true,"result":' + body + b"}"

    async def _result(self, call: ApiCall) -> bytes:
        name = call.method.lower()
        if name == "getupdates":
            return await self._updates(call)
        method = METHODS.get(name)
        if method is None and name in bot_api_methods():
            raise BotApiError(501, f"Not Implemented: the sandbox does not answer {call.method}")
        if method is None:
            raise BotApiError(404, f"Not Found: method {call.method} not found")
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
                await _respond(send, fault.code or 502, BAD_GATEWAY_PAGE, HTML_TYPE)
            case FaultKind.FLOOD:
                wait = fault.retry_seconds(self._sandbox.clock.now())
                await _respond(send, *_refuse(call, too_many_requests(wait)))
            case FaultKind.ERROR:
                error = BotApiError(fault.code or 500, fault.description)
                await _respond(send, *_refuse(call, error))
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
                await _respond(send, 200, body[: len(body) // 2])
            case FaultKind.WRONG_BOT:
                await _respond(send, 200, encode({"ok": True, "result": OTHER_BOT}))
            case _:
                if fault.kind is FaultKind.SLOW:
                    await asyncio.sleep(fault.seconds)
                await _respond(send, code, body)


async def _read_call(scope: Scope, receive: Receive, method: str, at: int) -> ApiCall:
    """Return the call of a request: query, form, multipart or JSON.

    Raises:
        BotApiError: the body cannot be parsed.
    """
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    params = _form_params(scope["query_string"])
    if kind == "multipart/form-data":
        return await _multipart(scope, receive, ApiCall(method, params, at))
    body = await _read_body(receive)
    if body:
        params |= _json_params(body) if kind == "application/json" else _form_params(body)
    return ApiCall(method, params, at)


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise BotApiError(413, "Request Entity Too Large")
    return body


def _form_params(raw: bytes) -> dict[str, Any]:
    if not raw:
        return {}
    return dict(parse_qsl(raw.decode("utf-8", "surrogateescape"), keep_blank_values=True))


def _json_params(body: bytes) -> dict[str, Any]:
    try:
        params = decode(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(params, dict):
        raise bad_request("object expected")
    return {name: value for name, value in params.items() if value is not None}


async def _multipart(scope: Scope, receive: Receive, call: ApiCall) -> ApiCall:
    async with Request(scope, receive).form(max_part_size=MAX_BODY_BYTES) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                data = await value.read()
                mime = value.content_type or "application/octet-stream"
                call.uploads[name] = Upload(value.filename or "file", mime, data)
            else:
                call.params[name] = value
    return call


def _refuse(call: ApiCall, error: BotApiError) -> tuple[int, bytes]:
    call.code, call.description = error.code, error.description
    return error.code, _error_body(error)


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
            await _respond(send, 404, _error_body(BotApiError(404, "Not Found")))
        elif stored.stalls:
            await _stall(stored, receive, send)
        else:
            await _respond(send, 200, _file_bytes(stored), OCTET_STREAM)


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


def _error_body(refusal: BotApiError) -> bytes:
    body = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    more = {} if refusal.parameters is None else {"parameters": refusal.parameters}
    return msgspec.json.encode(body | more)


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


async def _respond(
    send: Send, code: int, body: bytes, content_type: tuple[bytes, bytes] = JSON_TYPE
) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": code, "headers": [content_type, length]})
    await send({"type": "http.response.body", "body": body})
