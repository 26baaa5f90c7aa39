"""The hands of people and of tests, as JSON: `/sandbox/...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import group_actions, sample_updates
from bot.sandbox.json_codec import decode, encode
from bot.sandbox.person_actions import DEEDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from bot.sandbox.call_log import Call
    from bot.sandbox.phone import Phone
    from bot.sandbox.sandbox import Sandbox

QUEUE_TROUBLES = frozenset({"twice", "again", "backwards"})


class Control:
    """Routes through which a person's doings and every trouble can be ordered."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return every route, to be mounted under `/sandbox`."""
        return [
            Route("/state", self.state),
            Route("/events", self.events),
            Route("/phones", self.phones, methods=["GET"]),
            Route("/phones", self.add_phone, methods=["POST"]),
            Route("/phones/{phone:int}", self.phone, methods=["GET"]),
            Route("/phones/{phone:int}/messages", self.messages, methods=["GET"]),
            Route("/phones/{phone:int}/{deed}", self.act, methods=["POST"]),
            Route("/groups", self.groups, methods=["GET"]),
            Route("/groups/{group}/{deed}", self.act_together, methods=["POST"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", self.order, methods=["POST"]),
            Route("/faults", self.call_off, methods=["DELETE"]),
            Route("/restart", self.restart, methods=["POST"]),
            Route("/clock", self.jump, methods=["POST"]),
            Route("/updates", self.updates, methods=["GET"]),
            Route("/updates", self.inject, methods=["POST"]),
            Route("/oddities", self.oddities, methods=["GET"]),
            Route("/oddities", self.send_odd, methods=["POST"]),
            Route("/journal", self.journal, methods=["GET"]),
            Route("/files/{file_id}", self.file, methods=["GET"]),
        ]

    async def state(self, _: Request) -> Response:
        """Everything the page shows."""
        return answer(self._sandbox.state())

    async def events(self, _: Request) -> Response:
        """Everything the page shows, and then whatever changes, for as long as one listens."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[bytes]:
        with self._sandbox.events.watch() as queue:
            yield b"data: " + encode([0, "state", self._sandbox.state()]) + b"\n\n"
            while (event := await queue.get()) is not None:
                yield b"data: " + encode(event) + b"\n\n"

    async def phones(self, _: Request) -> Response:
        """List the phones."""
        return answer([phone.state() for phone in self._sandbox.phones.values()])

    async def add_phone(self, request: Request) -> Response:
        """Add a phone: `name`, `language`, `user_id`."""
        asked = await _asked(request)
        phone = self._sandbox.phone(
            asked.get("name", "Sari"),
            language=asked.get("language", "id"),
            user_id=asked.get("user_id"),
        )
        return answer(phone.state())

    async def phone(self, request: Request) -> Response:
        """Show one phone."""
        phone = self._phone(request)
        return answer(phone.state()) if phone else _no_phone()

    async def messages(self, request: Request) -> Response:
        """List what a phone shows."""
        phone = self._phone(request)
        return answer(phone.messages()) if phone else _no_phone()

    async def act(self, request: Request) -> Response:
        """Let a person do something."""
        phone = self._phone(request)
        deed = DEEDS.get(request.path_params["deed"])
        if phone is None or deed is None:
            return _no_phone()
        asked = await _asked(request)
        try:
            return answer(deed(phone, asked))
        except LookupError as missing:
            return answer({"error": str(missing)}, 400)

    async def groups(self, _: Request) -> Response:
        """List the groups."""
        return answer([group.state() for group in self._sandbox.groups.values()])

    async def act_together(self, request: Request) -> Response:
        """Let somebody do something in a group: `as` names who, by account."""
        asked = await _asked(request)
        group = self._sandbox.groups.get(_number(request.path_params["group"]))
        by = self._sandbox.account(_number(asked.get("as", 0)))
        deed = group_actions.DEEDS.get(request.path_params["deed"])
        if group is None or by is None or deed is None:
            return answer({"error": "there is no such group, or nobody who could do that"}, 404)
        try:
            return answer(deed(group, by, asked))
        except LookupError as missing:
            return answer({"error": str(missing)}, 400)

    async def faults(self, _: Request) -> Response:
        """List the troubles ordered and not yet over."""
        return answer(self._sandbox.faults.pending())

    async def order(self, request: Request) -> Response:
        """Order a `trouble`, with the fields of `Faults.order`, or one of the queue's own."""
        asked = await _asked(request)
        trouble = asked.pop("trouble", "")
        try:
            if trouble in QUEUE_TROUBLES:
                times = getattr(self._sandbox.updates, trouble) + asked.get("times", 1)
                setattr(self._sandbox.updates, trouble, times)
            elif trouble == "webhook":
                self._sandbox.updates.webhook = asked.get("url", "https://example.org/hook")
            else:
                self._sandbox.faults.order(trouble, **asked)
        except (TypeError, ValueError) as wrong:
            return answer({"error": str(wrong)}, 400)
        return answer(self._sandbox.faults.pending())

    async def call_off(self, _: Request) -> Response:
        """Call all troubles off."""
        self._sandbox.faults.clear()
        self._sandbox.updates.calm()
        return answer([])

    async def restart(self, _: Request) -> Response:
        """End the bot and begin it anew; answers once it is back."""
        if self._sandbox.restart is None:
            return answer({"error": "the bot runs elsewhere: restart it there"}, 404)
        await self._sandbox.restart()
        return answer({})

    async def jump(self, request: Request) -> Response:
        """Let `seconds` pass at once."""
        self._sandbox.jump(float((await _asked(request))["seconds"]))
        return answer({"now": self._sandbox.clock.seconds()})

    async def updates(self, _: Request) -> Response:
        """List the updates nobody confirmed yet."""
        return answer(self._sandbox.updates.waiting())

    async def inject(self, request: Request) -> Response:
        """Queue the body as an update: JSON objects are numbered, anything else goes as it is."""
        raw = await request.body()
        try:
            thing = decode(raw)
        except ValueError:
            thing = raw
        update = thing if isinstance(thing, dict) else raw
        return answer({"update_id": self._sandbox.updates.inject(update)})

    async def oddities(self, _: Request) -> Response:
        """List the odd updates there are, by collection."""
        names = sample_updates.names(self._sandbox.anybody(), self._sandbox.clock.seconds())
        return answer(names)

    async def send_odd(self, request: Request) -> Response:
        """Queue the odd update `name` of the collection `of`, as from `phone`."""
        asked = await _asked(request)
        phone = self._sandbox.phones.get(asked.get("phone", 0)) or self._sandbox.anybody()
        try:
            update = sample_updates.one(
                phone, self._sandbox.clock.seconds(), asked["of"], asked["name"]
            )
        except LookupError as missing:
            return answer({"error": f"there is no {missing}"}, 400)
        return answer({"update_id": self._sandbox.updates.inject(update)})

    async def journal(self, request: Request) -> Response:
        """List the bot's calls, of one `method` when it is named."""
        journal = self._sandbox.journal
        method = request.query_params.get("method")
        calls = journal.of(method) if method else journal
        return answer([_told(call) for call in calls])

    async def file(self, request: Request) -> Response:
        """Show a file as the person's own app would."""
        stored = self._sandbox.world.files.get(request.path_params["file_id"])
        if stored is None:
            return Response(status_code=404)
        kind = stored.mime if stored.mime.startswith(("image/", "audio/", "video/")) else ""
        if stored.kind == "photo":
            kind = kind or "image/png"
        return Response(stored.data, media_type=kind or "application/octet-stream")

    def _phone(self, request: Request) -> Phone | None:
        return self._sandbox.phones.get(request.path_params["phone"])


def answer(thing: Any, code: int = 200) -> Response:
    """Return anything as JSON."""
    return Response(encode(thing), code, media_type="application/json")


def _no_phone() -> Response:
    return answer({"error": "there is no such phone, or it cannot do that"}, 404)


async def _asked(request: Request) -> dict[str, Any]:
    """Return what a request asks for: its query, its JSON, or its bytes as `data`."""
    asked: dict[str, Any] = dict(request.query_params)
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind in {"", "application/json"}:
        return asked | (decode(raw) if raw else {})
    return {"mime": kind, **asked, "data": raw}


def _number(given: object) -> int:
    try:
        return int(str(given))
    except ValueError:
        return 0


def _told(call: Call) -> dict[str, Any]:
    return {
        "method": call.method,
        "params": call.params,
        "at": call.at,
        "uploads": {name: len(upload.data) for name, upload in call.uploads.items()},
        "code": call.code,
        "description": call.description,
        "result": call.result,
        "fault": call.fault,
    }
