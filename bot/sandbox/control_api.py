"""The control API: actions of people, faults and state, as JSON under `/sandbox/...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import sample_updates
from bot.sandbox.actions import GROUP_ACTIONS, PHONE_ACTIONS
from bot.sandbox.json_codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.phone import Phone
    from bot.sandbox.sandbox import Sandbox

QUEUE_FAULTS = frozenset({"twice", "again", "backwards"})


class ControlApi:
    """The routes of the control API."""

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
            Route("/phones/{phone:int}/{action}", self.act_on_phone, methods=["POST"]),
            Route("/groups", self.list_groups, methods=["GET"]),
            Route("/groups/{group}/{action}", self.act_in_group, methods=["POST"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/restart", self.restart, methods=["POST"]),
            Route("/clock", self.jump, methods=["POST"]),
            Route("/updates", self.list_updates, methods=["GET"]),
            Route("/updates", self.inject, methods=["POST"]),
            Route("/samples", self.list_samples, methods=["GET"]),
            Route("/samples", self.send_sample, methods=["POST"]),
            Route("/calls", self.list_calls, methods=["GET"]),
            Route("/files/{file_id}", self.show_file, methods=["GET"]),
        ]

    async def state(self, _: Request) -> Response:
        """Return everything the pages show."""
        return json_response(self._sandbox.state())

    async def events(self, _: Request) -> Response:
        """Stream the state, and then every event."""
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
        fields = await _request_fields(request)
        name, language = fields.get("name", "Sari"), fields.get("language", "id")
        phone = self._sandbox.add_phone(name, language=language, user_id=fields.get("user_id"))
        return json_response(phone.state())

    async def show_phone(self, request: Request) -> Response:
        """Show one phone."""
        phone = self._find_phone(request)
        return json_response(phone.state()) if phone else _not_found()

    async def list_messages(self, request: Request) -> Response:
        """List the messages of a phone."""
        phone = self._find_phone(request)
        return json_response(phone.messages()) if phone else _not_found()

    async def act_on_phone(self, request: Request) -> Response:
        """Perform an action of a person."""
        phone = self._find_phone(request)
        action = PHONE_ACTIONS.get(request.path_params["action"])
        if phone is None or action is None:
            return _not_found()
        fields = await _request_fields(request)
        try:
            return json_response(action(phone, fields))
        except LookupError as missing:
            return json_response({"error": str(missing)}, 400)

    async def list_groups(self, _: Request) -> Response:
        """List the groups."""
        return json_response([group.state() for group in self._sandbox.groups.values()])

    async def act_in_group(self, request: Request) -> Response:
        """Perform an action in a group; `as` is the account of the person."""
        fields = await _request_fields(request)
        group = self._sandbox.groups.get(_parse_int(request.path_params["group"]))
        by = self._sandbox.find_account(_parse_int(fields.get("as", 0)))
        action = GROUP_ACTIONS.get(request.path_params["action"])
        if group is None or by is None or action is None:
            return json_response({"error": "there is no such group, person or action"}, 404)
        try:
            return json_response(action(group, by, fields))
        except LookupError as missing:
            return json_response({"error": str(missing)}, 400)

    async def list_faults(self, _: Request) -> Response:
        """List the active faults."""
        return json_response(self._sandbox.faults.pending())

    async def add_fault(self, request: Request) -> Response:
        """Add a fault: a `kind` with options of `FaultInjector.add`, or a fault of the queue."""
        fields = await _request_fields(request)
        kind = fields.pop("kind", "")
        try:
            if kind in QUEUE_FAULTS:
                times = getattr(self._sandbox.updates, kind) + fields.get("times", 1)
                setattr(self._sandbox.updates, kind, times)
            elif kind == "webhook":
                self._sandbox.updates.webhook = fields.get("url", "https://example.org/hook")
            else:
                self._sandbox.faults.add(kind, **fields)
        except (TypeError, ValueError) as wrong:
            return json_response({"error": str(wrong)}, 400)
        return json_response(self._sandbox.faults.pending())

    async def clear_faults(self, _: Request) -> Response:
        """Remove all faults."""
        self._sandbox.faults.clear()
        self._sandbox.updates.clear_faults()
        return json_response([])

    async def restart(self, _: Request) -> Response:
        """Restart the bot; answer once it runs again."""
        if self._sandbox.restart is None:
            return json_response({"error": "the bot runs elsewhere: restart it there"}, 404)
        await self._sandbox.restart()
        return json_response({})

    async def jump(self, request: Request) -> Response:
        """Move time forward by `seconds`."""
        self._sandbox.jump(float((await _request_fields(request))["seconds"]))
        return json_response({"now": self._sandbox.clock.seconds()})

    async def list_updates(self, _: Request) -> Response:
        """List the unconfirmed updates."""
        return json_response(self._sandbox.updates.pending())

    async def inject(self, request: Request) -> Response:
        """Queue the body as an update: a JSON object with an id, anything else unchanged."""
        raw = await request.body()
        try:
            decoded = decode(raw)
        except ValueError:
            decoded = raw
        update = decoded if isinstance(decoded, dict) else raw
        return json_response({"update_id": self._sandbox.updates.inject(update)})

    async def list_samples(self, _: Request) -> Response:
        """List the names of the sample updates, by collection."""
        names = sample_updates.sample_names(
            self._sandbox.first_phone(), self._sandbox.clock.seconds()
        )
        return json_response(names)

    async def send_sample(self, request: Request) -> Response:
        """Queue the sample `name` of a `collection`, as from `phone`."""
        fields = await _request_fields(request)
        phone = self._sandbox.phones.get(fields.get("phone", 0)) or self._sandbox.first_phone()
        try:
            now = self._sandbox.clock.seconds()
            update = sample_updates.sample(phone, now, fields["collection"], fields["name"])
        except LookupError as missing:
            return json_response({"error": f"there is no {missing}"}, 400)
        return json_response({"update_id": self._sandbox.updates.inject(update)})

    async def list_calls(self, request: Request) -> Response:
        """List the call log, or its calls of one `method`."""
        log, method = self._sandbox.calls, request.query_params.get("method")
        calls = log.of(method) if method else log
        return json_response([_call_as_json(call) for call in calls])

    async def show_file(self, request: Request) -> Response:
        """Return a file as an app would show it."""
        stored = self._sandbox.world.files.get(request.path_params["file_id"])
        if stored is None:
            return Response(status_code=404)
        kind = stored.mime if stored.mime.startswith(("image/", "audio/", "video/")) else ""
        if stored.kind == "photo":
            kind = kind or "image/png"
        return Response(stored.data, media_type=kind or "application/octet-stream")

    def _find_phone(self, request: Request) -> Phone | None:
        return self._sandbox.phones.get(request.path_params["phone"])


def json_response(value: Any, code: int = 200) -> Response:
    """Return a value as a JSON response."""
    return Response(encode(value), code, media_type="application/json")


def _not_found() -> Response:
    return json_response({"error": "there is no such phone, or it cannot do that"}, 404)


async def _request_fields(request: Request) -> dict[str, Any]:
    """Return the fields of a request: its query, its JSON, or its bytes as `data`."""
    fields: dict[str, Any] = dict(request.query_params)
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind in {"", "application/json"}:
        return fields | (decode(raw) if raw else {})
    return {"mime": kind, **fields, "data": raw}


def _parse_int(value: object) -> int:
    try:
        return int(str(value))
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
