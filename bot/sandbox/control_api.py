"""The hands of people and of tests, as JSON: `/sandbox/...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import group_actions, sample_updates
from bot.sandbox.json_codec import decode, encode
from bot.sandbox.person_actions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.phone import Phone
    from bot.sandbox.sandbox import Sandbox

QUEUE_FAULTS = frozenset({"twice", "again", "backwards"})


class ControlApi:
    """Routes through which a person's doings and every trouble can be ordered."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return every route, to be mounted under `/sandbox`."""
        return [
            Route("/state", self.state),
            Route("/events", self.events),
            Route("/phones", self.list_phones, methods=["GET"]),
            Route("/phones", self.add_phone, methods=["POST"]),
            Route("/phones/{phone:int}", self.show_phone, methods=["GET"]),
            Route("/phones/{phone:int}/messages", self.list_messages, methods=["GET"]),
            Route("/phones/{phone:int}/{deed}", self.act_on_phone, methods=["POST"]),
            Route("/groups", self.list_groups, methods=["GET"]),
            Route("/groups/{group}/{deed}", self.act_in_group, methods=["POST"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/restart", self.restart, methods=["POST"]),
            Route("/clock", self.jump, methods=["POST"]),
            Route("/updates", self.list_updates, methods=["GET"]),
            Route("/updates", self.inject, methods=["POST"]),
            Route("/oddities", self.list_samples, methods=["GET"]),
            Route("/oddities", self.send_sample, methods=["POST"]),
            Route("/journal", self.list_calls, methods=["GET"]),
            Route("/files/{file_id}", self.show_file, methods=["GET"]),
        ]

    async def state(self, _: Request) -> Response:
        """Everything the page shows."""
        return json_response(self._sandbox.state())

    async def events(self, _: Request) -> Response:
        """Everything the page shows, and then whatever changes, for as long as one listens."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[bytes]:
        with self._sandbox.events.subscribe() as queue:
            yield b"data: " + encode([0, "state", self._sandbox.state()]) + b"\n\n"
            while (event := await queue.get()) is not None:
                yield b"data: " + encode(event) + b"\n\n"

    async def list_phones(self, _: Request) -> Response:
        """List the phones."""
        return json_response([phone.state() for phone in self._sandbox.phones.values()])

    async def add_phone(self, request: Request) -> Response:
        """Add a phone: `name`, `language`, `user_id`."""
        asked = await _request_fields(request)
        phone = self._sandbox.add_phone(
            asked.get("name", "Sari"),
            language=asked.get("language", "id"),
            user_id=asked.get("user_id"),
        )
        return json_response(phone.state())

    async def show_phone(self, request: Request) -> Response:
        """Show one phone."""
        phone = self._find_phone(request)
        return json_response(phone.state()) if phone else _not_found()

    async def list_messages(self, request: Request) -> Response:
        """List what a phone shows."""
        phone = self._find_phone(request)
        return json_response(phone.messages()) if phone else _not_found()

    async def act_on_phone(self, request: Request) -> Response:
        """Let a person do something."""
        phone = self._find_phone(request)
        deed = ACTIONS.get(request.path_params["deed"])
        if phone is None or deed is None:
            return _not_found()
        asked = await _request_fields(request)
        try:
            return json_response(deed(phone, asked))
        except LookupError as missing:
            return json_response({"error": str(missing)}, 400)

    async def list_groups(self, _: Request) -> Response:
        """List the groups."""
        return json_response([group.state() for group in self._sandbox.groups.values()])

    async def act_in_group(self, request: Request) -> Response:
        """Let somebody do something in a group: `as` names who, by account."""
        asked = await _request_fields(request)
        group = self._sandbox.groups.get(_parse_int(request.path_params["group"]))
        by = self._sandbox.find_account(_parse_int(asked.get("as", 0)))
        deed = group_actions.ACTIONS.get(request.path_params["deed"])
        if group is None or by is None or deed is None:
            return json_response(
                {"error": "there is no such group, or nobody who could do that"}, 404
            )
        try:
            return json_response(deed(group, by, asked))
        except LookupError as missing:
            return json_response({"error": str(missing)}, 400)

    async def list_faults(self, _: Request) -> Response:
        """List the troubles ordered and not yet over."""
        return json_response(self._sandbox.faults.pending())

    async def add_fault(self, request: Request) -> Response:
        """Order a `trouble`, with the fields of `Faults.order`, or one of the queue's own."""
        asked = await _request_fields(request)
        trouble = asked.pop("trouble", "")
        try:
            if trouble in QUEUE_FAULTS:
                times = getattr(self._sandbox.updates, trouble) + asked.get("times", 1)
                setattr(self._sandbox.updates, trouble, times)
            elif trouble == "webhook":
                self._sandbox.updates.webhook = asked.get("url", "https://example.org/hook")
            else:
                self._sandbox.faults.add(trouble, **asked)
        except (TypeError, ValueError) as wrong:
            return json_response({"error": str(wrong)}, 400)
        return json_response(self._sandbox.faults.pending())

    async def clear_faults(self, _: Request) -> Response:
        """Call all troubles off."""
        self._sandbox.faults.clear()
        self._sandbox.updates.clear_faults()
        return json_response([])

    async def restart(self, _: Request) -> Response:
        """End the bot and begin it anew; answers once it is back."""
        if self._sandbox.restart is None:
            return json_response({"error": "the bot runs elsewhere: restart it there"}, 404)
        await self._sandbox.restart()
        return json_response({})

    async def jump(self, request: Request) -> Response:
        """Let `seconds` pass at once."""
        self._sandbox.jump(float((await _request_fields(request))["seconds"]))
        return json_response({"now": self._sandbox.clock.seconds()})

    async def list_updates(self, _: Request) -> Response:
        """List the updates nobody confirmed yet."""
        return json_response(self._sandbox.updates.pending())

    async def inject(self, request: Request) -> Response:
        """Queue the body as an update: JSON objects are numbered, anything else goes as it is."""
        raw = await request.body()
        try:
            thing = decode(raw)
        except ValueError:
            thing = raw
        update = thing if isinstance(thing, dict) else raw
        return json_response({"update_id": self._sandbox.updates.inject(update)})

    async def list_samples(self, _: Request) -> Response:
        """List the odd updates there are, by collection."""
        names = sample_updates.sample_names(
            self._sandbox.first_phone(), self._sandbox.clock.seconds()
        )
        return json_response(names)

    async def send_sample(self, request: Request) -> Response:
        """Queue the odd update `name` of the collection `of`, as from `phone`."""
        asked = await _request_fields(request)
        phone = self._sandbox.phones.get(asked.get("phone", 0)) or self._sandbox.first_phone()
        try:
            update = sample_updates.sample(
                phone, self._sandbox.clock.seconds(), asked["of"], asked["name"]
            )
        except LookupError as missing:
            return json_response({"error": f"there is no {missing}"}, 400)
        return json_response({"update_id": self._sandbox.updates.inject(update)})

    async def list_calls(self, request: Request) -> Response:
        """List the bot's calls, of one `method` when it is named."""
        journal = self._sandbox.calls
        method = request.query_params.get("method")
        calls = journal.of(method) if method else journal
        return json_response([_call_as_json(call) for call in calls])

    async def show_file(self, request: Request) -> Response:
        """Show a file as the person's own app would."""
        stored = self._sandbox.world.files.get(request.path_params["file_id"])
        if stored is None:
            return Response(status_code=404)
        kind = stored.mime if stored.mime.startswith(("image/", "audio/", "video/")) else ""
        if stored.kind == "photo":
            kind = kind or "image/png"
        return Response(stored.data, media_type=kind or "application/octet-stream")

    def _find_phone(self, request: Request) -> Phone | None:
        return self._sandbox.phones.get(request.path_params["phone"])


def json_response(thing: Any, code: int = 200) -> Response:
    """Return anything as JSON."""
    return Response(encode(thing), code, media_type="application/json")


def _not_found() -> Response:
    return json_response({"error": "there is no such phone, or it cannot do that"}, 404)


async def _request_fields(request: Request) -> dict[str, Any]:
    """Return what a request asks for: its query, its JSON, or its bytes as `data`."""
    asked: dict[str, Any] = dict(request.query_params)
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind in {"", "application/json"}:
        return asked | (decode(raw) if raw else {})
    return {"mime": kind, **asked, "data": raw}


def _parse_int(given: object) -> int:
    try:
        return int(str(given))
    except ValueError:
        return 0


def _call_as_json(call: ApiCall) -> dict[str, Any]:
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
