"""A Telegram on the loopback that says what it is told to say, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "424242:AAsecret-secret-secret-secret-secret1"  # noqa: S105 - of nobody
BOT_ID = 424242
ME = {"id": BOT_ID, "is_bot": True, "first_name": "Haven", "username": "haven_bot"}
MESSAGE = {
    "message_id": 7,
    "date": 1764000000,
    "chat": {"id": 5, "type": "private", "first_name": "A"},
    "text": "x",
}


@dataclass
class Respond:
    """An answer with a status and a body."""

    body: bytes
    status: int = 200
    length: int | None = None
    """What is claimed of the body's length; None for the truth."""


class DropConnection:
    """The connection breaks once the call has arrived."""


class NeverRespond:
    """No answer ever comes."""


@dataclass
class TrickleResponse:
    """The answer begins and never ends."""

    body: bytes
    length: int


def api_success(result: Any) -> Respond:
    return Respond(json.dumps({"ok": True, "result": result}).encode())


def api_error(status: int, description: str, **parameters: Any) -> Respond:
    answer = {"ok": False, "error_code": status, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return Respond(json.dumps(answer).encode(), status)


@dataclass
class ReceivedCall:
    method: str
    """Of the Bot API, e.g. `sendMessage`."""
    verb: str
    parameters: dict[str, Any]
    files: dict[str, bytes]


@dataclass
class TelegramLoopbackServer:
    """What is answered, and what was asked."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    """By method, one after the other; the last one stays."""
    calls: list[ReceivedCall] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with every call."""
    next_for: Callable[[ReceivedCall], Any] | None = None
    """Decides by the call itself, when set; None leaves it to `answers`."""
    connections: int = 0
    dated: str = ""
    """The date answers bear; empty: none."""
    url: str = ""
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._tasks: set[Any] = set()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def respond_with(self, method: str, *answers: Any) -> None:
        self.answers[method] = list(answers)

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [call.parameters for call in self.calls if call.method == method]

    async def until(self, method: str, count: int) -> None:
        """Wait for so many calls of a method."""
        while len(self.asked(method)) < count:
            self.came.clear()
            await self.came.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if re.search(rb"transfer-encoding: *chunked", head, re.IGNORECASE):
            body = await _chunks(reader)
        else:
            body = await reader.readexactly(int(length[1])) if length else b""
        verb, path, _ = head.decode().split(" ", 2)
        call = _call(verb, path, head, body)
        self.calls.append(call)
        self.came.set()
        answer = (self.next_for(call) if self.next_for else None) or self._next(call.method)
        if isinstance(answer, DropConnection):
            return False
        if isinstance(answer, asyncio.Future):
            answer = await answer
        if isinstance(answer, NeverRespond):
            await asyncio.Event().wait()
        writer.write(_bytes(answer, self.dated))
        await writer.drain()
        if isinstance(answer, TrickleResponse):
            await asyncio.Event().wait()
        return answer.length is None

    def _next(self, method: str) -> Any:
        answers = self.answers.get(method)
        if not answers:
            return DEFAULTS.get(method, YES)
        return answers.pop(0) if len(answers) > 1 else answers[0]


YES = api_success(result=True)
DEFAULTS = {
    "getMe": api_success(ME),
    "sendMessage": api_success(MESSAGE),
    "editMessageText": api_success(MESSAGE),
    "getUpdates": NeverRespond(),
    "getWebhookInfo": api_success(
        {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    ),
}


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


def _bytes(answer: Respond | TrickleResponse, dated: str) -> bytes:
    status = answer.status if isinstance(answer, Respond) else 200
    length = len(answer.body) if answer.length is None else answer.length
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    head += f"Date: {dated}\r\n\r\n" if dated else "\r\n"
    return head.encode() + answer.body


def _call(verb: str, path: str, head: bytes, body: bytes) -> ReceivedCall:
    url = urlsplit(path)
    parameters: dict[str, Any] = dict(parse_qsl(url.query))
    files: dict[str, bytes] = {}
    boundary = re.search(rb"boundary=([^\r\n;]+)", head)
    if boundary:
        for part in body.split(b"--" + boundary[1])[1:-1]:
            about, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            name = re.search(rb'name="([^"]*)"', about)
            assert name
            if b"filename=" in about:
                files[name[1].decode()] = content[:-2]
            else:
                parameters[name[1].decode()] = content[:-2].decode()
    elif b"x-www-form-urlencoded" in head:
        parameters.update(parse_qsl(body.decode()))
    elif body:
        parameters.update(json.loads(body))
    return ReceivedCall(url.path.rsplit("/", 1)[-1], verb, parameters, files)
