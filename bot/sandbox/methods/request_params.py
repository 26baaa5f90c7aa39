"""Parsing of a call's parameters: query, form, multipart or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.sandbox.api_errors import BotApiError, bad_request
from bot.sandbox.call_log import ApiCall, Upload
from bot.sandbox.json_codec import decode

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

MAX_BODY_BYTES = 64 << 20


async def read_call(scope: Scope, receive: Receive, method: str, at: int) -> ApiCall:
    """Return the call of a request; raises `BotApiError` for a body that cannot be parsed."""
    kind = _header(scope, b"content-type").partition(b";")[0].strip().lower()
    params = _form_params(scope["query_string"])
    if kind == b"multipart/form-data":
        return await _multipart(scope, receive, ApiCall(method, params, at))
    body = await read_body(receive)
    if body:
        params |= _json_params(body) if kind == b"application/json" else _form_params(body)
    return ApiCall(method, params, at)


async def read_body(receive: Receive) -> bytes:
    """Return a request's whole body."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise BotApiError(413, "Request Entity Too Large")
    return body


def _header(scope: Scope, name: bytes) -> bytes:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


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
