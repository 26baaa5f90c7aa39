"""The control API: actions of people, faults and state, as JSON under `/sandbox/...`.

An action takes the phone (in a group also the group) and the fields of a JSON body or a query; the
bytes of any other body are in the field `data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import sample_updates
from bot.sandbox.sample_updates import sample_photo, sample_wav
from bot.sandbox.wire import decode, encode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

    from bot.sandbox.people import Phone, SandboxGroup
    from bot.sandbox.sandbox import Sandbox

    Fields = dict[str, Any]
    Handler = Callable[[Fields], Any]
    PhoneAction = Callable[[Phone, Fields], Any]
    GroupAction = Callable[[SandboxGroup, Phone, Fields], Any]

QUEUE_FAULTS = frozenset({"twice", "again", "backwards"})


def _photo(phone: Phone, fields: Fields) -> Any:
    """Send the body as a photo, or a sample."""
    data = fields.get("data") or sample_photo(len(phone.chat.messages))
    return phone.send_photo(data, caption=fields.get("caption", ""))


def _album(phone: Phone, fields: Fields) -> Any:
    """Send `count` sample photos together."""
    photos = [sample_photo(place) for place in range(int(fields.get("count", 3)))]
    return phone.send_album(photos, caption=fields.get("caption", ""))


def _voice(phone: Phone, fields: Fields) -> Any:
    """Send the body as a voice note of `seconds`, or a sample."""
    seconds = int(fields.get("seconds", 2))
    if fields.get("data"):
        mime = fields.get("mime") or "audio/ogg"
        return phone.send_voice(fields["data"], seconds=seconds, mime=mime)
    return phone.send_voice(sample_wav(seconds), seconds=seconds, mime="audio/wav")


def _file(phone: Phone, fields: Fields) -> Any:
    """Send the body as a file called `name`; `size` may claim another size."""
    claims = {"size": int(fields["size"])} if "size" in fields else {}
    return phone.send_file(
        fields.get("data", b""), name=fields.get("name", "file"),
        caption=fields.get("caption", ""), mime=fields.get("mime", ""), **claims,
    )  # fmt: skip


def _contact(phone: Phone, fields: Fields) -> Any:
    """Send `number` and `name`; by default the person's own."""
    number = fields.get("number", "+886900000000")
    return phone.send_contact(number, fields.get("name", phone.names["first_name"]))


PHONE_ACTIONS: dict[str, PhoneAction] = {
    "text": lambda phone, it: phone.say(it["text"], reply_to=it.get("reply_to")),
    "press": lambda phone, it: {
        "query": phone.press(it.get("message_id"), label=it.get("label"), data=it.get("data"))
    },
    "edit": lambda phone, it: phone.edit(it["message_id"], it["text"]),
    "delete": lambda phone, it: phone.delete(it["message_id"]),
    "block": lambda phone, _: phone.block(),
    "unblock": lambda phone, _: phone.unblock(),
    "delete_account": lambda phone, _: phone.delete_account(),
    "photo": _photo,
    "album": _album,
    "voice": _voice,
    "file": _file,
    "location": lambda phone, it: phone.send_location(it["latitude"], it["longitude"]),
    "contact": _contact,
    "forward": lambda phone, it: phone.forward(it["text"], origin=it.get("origin")),
    "react": lambda phone, it: phone.react(it["message_id"], *it.get("emoji", [])),
    "send": lambda phone, it: phone.send(it["content"], reply_to=it.get("reply_to")),
}


def _group_file(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a file called `name`."""
    claims = {"name": fields.get("name", "file"), "mime": fields.get("mime", "")}
    return group.send_file(by, "document", fields.get("data", b""), **_about(fields), **claims)


def _group_voice(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a voice note, or a sample."""
    data = fields.get("data") or sample_wav(2)
    return group.send_file(by, "voice", data, mime="audio/wav", **_about(fields))


def _group_photo(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a photo, or a sample."""
    data = fields.get("data") or sample_photo(len(group.chat.messages))
    return group.send_file(by, "photo", data, **_about(fields))


def _group_location(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    location = {name: float(fields[name]) for name in ("latitude", "longitude")}
    return group.send(by, {"location": location}, **_place(fields))


def _about(fields: Fields) -> dict[str, Any]:
    return {"caption": fields.get("caption", ""), **_place(fields)}


def _place(fields: Fields) -> dict[str, Any]:
    """Return the topic of a message and the message it replies to."""
    return {name: int(fields.get(name, 0)) or None for name in ("thread", "reply_to")}


GROUP_ACTIONS: dict[str, GroupAction] = {
    "text": lambda group, by, it: group.say(
        by, it["text"], thread=it.get("thread"), reply_to=it.get("reply_to")
    ),
    "press": lambda group, by, it: {"query": group.press(by, it["message_id"], it["data"])},
    "edit": lambda group, by, it: group.edit(by, it["message_id"], it["text"]),
    "photo": _group_photo,
    "voice": _group_voice,
    "file": _group_file,
    "location": _group_location,
    "close": lambda group, by, it: group.set_closed(by, it["thread"], closed=True),
    "reopen": lambda group, by, it: group.set_closed(by, it["thread"], closed=False),
    "delete": lambda group, _, it: group.delete_topic(it["thread"]),
    "add_bot": lambda group, by, it: group.add_bot(by, it.get("status", "administrator")),
    "kick": lambda group, by, _: group.kick_bot(by),
}


class ControlApi:
    """The routes of the control API."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return every route, to be mounted under `/sandbox`."""
        box = self._sandbox
        handlers: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "/state", lambda _: box.state()),
            ("GET", "/phones", lambda _: [phone.state() for phone in box.phones.values()]),
            ("POST", "/phones", self._add_phone),
            ("GET", "/phones/{phone:int}", self._show_phone),
            ("GET", "/phones/{phone:int}/messages", self._list_messages),
            ("POST", "/phones/{phone:int}/{action}", self._act_on_phone),
            ("GET", "/groups", lambda _: [group.state() for group in box.groups.values()]),
            ("POST", "/groups/{group}/{action}", self._act_in_group),
            ("GET", "/faults", lambda _: box.faults.pending()),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("POST", "/clock", self._jump),
            ("GET", "/updates", lambda _: box.updates.pending()),
            ("GET", "/samples", lambda _: self._sample_names()),
            ("POST", "/samples", self._send_sample),
            ("GET", "/calls", self._list_calls),
            ("GET", "/files/{file_id}", self._show_file),
        )
        return [
            Route("/events", self._events),
            Route("/restart", self._restart, methods=["POST"]),
            Route("/updates", self._inject, methods=["POST"]),
            *(Route(path, _endpoint(do), methods=[method]) for method, path, do in handlers),
        ]

    async def _events(self, _: Request) -> Response:
        """Stream the state, and then every event."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[bytes]:
        with self._sandbox.events.subscribe() as queue:
            yield b"data: " + encode([0, "state", self._sandbox.state()]) + b"\n\n"
            while (event := await queue.get()) is not None:
                yield b"data: " + encode(event) + b"\n\n"

    def _add_phone(self, fields: Fields) -> Any:
        name, language = fields.get("name", "Sari"), fields.get("language", "id")
        account = fields.get("user_id")
        return self._sandbox.add_phone(name, language=language, user_id=account).state()

    def _show_phone(self, fields: Fields) -> Any:
        phone = self._sandbox.phones.get(fields["phone"])
        return phone.state() if phone else _no_phone()

    def _list_messages(self, fields: Fields) -> Any:
        phone = self._sandbox.phones.get(fields["phone"])
        return phone.messages() if phone else _no_phone()

    def _act_on_phone(self, fields: Fields) -> Any:
        phone = self._sandbox.phones.get(fields["phone"])
        action = PHONE_ACTIONS.get(fields["action"])
        return _no_phone() if phone is None or action is None else action(phone, fields)

    def _act_in_group(self, fields: Fields) -> Any:
        """Perform an action in a group; `as` is the account of the person."""
        group = self._sandbox.groups.get(_parse_int(fields["group"]))
        by = self._sandbox.find_account(_parse_int(fields.get("as", 0)))
        action = GROUP_ACTIONS.get(fields["action"])
        if group is None or by is None or action is None:
            return _error("there is no such group, person or action", 404)
        return action(group, by, fields)

    def _add_fault(self, fields: Fields) -> Any:
        """Add a fault: a `kind` with options of `FaultInjector.add`, or a fault of the queue."""
        kind = fields.pop("kind", "")
        try:
            if kind in QUEUE_FAULTS:
                times = getattr(self._sandbox.updates, kind) + fields.get("times", 1)
                setattr(self._sandbox.updates, kind, times)
            elif kind == "webhook":
                self._sandbox.updates.webhook = fields.get("url", "https://example.org/hook")
            elif kind == "scrambled":
                self._sandbox.webhook.is_scrambled = True
            elif kind == "lost_answers":
                self._sandbox.webhook.lost_answers += fields.get("times", 1)
            else:
                self._sandbox.faults.add(kind, **fields)
        except (TypeError, ValueError) as wrong:
            return _error(str(wrong), 400)
        return self._sandbox.faults.pending()

    def _clear_faults(self, _: Fields) -> Any:
        self._sandbox.faults.clear()
        self._sandbox.updates.clear_faults()
        self._sandbox.webhook.clear_faults()
        return []

    async def _restart(self, _: Request) -> Response:
        """Restart the bot; answer once it runs again."""
        if self._sandbox.restart is None:
            return _error("the bot runs elsewhere: restart it there", 404)
        await self._sandbox.restart()
        return _json_response({})

    def _jump(self, fields: Fields) -> Any:
        """Move time forward by `seconds`."""
        self._sandbox.jump(float(fields["seconds"]))
        return {"now": self._sandbox.clock.seconds()}

    async def _inject(self, request: Request) -> Response:
        """Queue the body as an update: a JSON object with an id, anything else unchanged."""
        raw = await request.body()
        try:
            decoded = decode(raw)
        except ValueError:
            decoded = raw
        update = decoded if isinstance(decoded, dict) else raw
        return _json_response({"update_id": self._sandbox.updates.inject(update)})

    def _sample_names(self) -> Any:
        samples = sample_updates.all_samples(
            self._sandbox.first_phone(), self._sandbox.clock.seconds()
        )
        return {name: list(updates) for name, updates in samples.items()}

    def _send_sample(self, fields: Fields) -> Any:
        """Queue the sample `name` of a `collection`, as from `phone`."""
        phone = self._sandbox.phones.get(fields.get("phone", 0)) or self._sandbox.first_phone()
        samples = sample_updates.all_samples(phone, self._sandbox.clock.seconds())
        try:
            update = samples[fields["collection"]][fields["name"]]
        except LookupError as missing:
            return _error(f"there is no {missing}", 400)
        return {"update_id": self._sandbox.updates.inject(update)}

    def _list_calls(self, fields: Fields) -> Any:
        """List the call log, or its calls of one `method`."""
        calls = self._sandbox.calls
        return [
            {
                name: getattr(call, name)
                for name in ("method", "params", "at", "code", "description", "result", "fault")
            }
            | {"uploads": {name: len(upload.data) for name, upload in call.uploads.items()}}
            for call in (calls.of(fields["method"]) if fields.get("method") else calls)
        ]

    def _show_file(self, fields: Fields) -> Any:
        """Return a file as an app would show it."""
        stored = self._sandbox.world.files.get(fields["file_id"])
        if stored is None:
            return Response(status_code=404)
        kind = stored.mime if stored.mime.startswith(("image/", "audio/", "video/")) else ""
        if stored.kind == "photo":
            kind = kind or "image/jpeg"
        return Response(stored.data, media_type=kind or "application/octet-stream")


def _endpoint(handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that passes on a request's fields, and answers with JSON."""

    async def endpoint(request: Request) -> Response:
        try:
            answer = handle(await _request_fields(request))
        except LookupError as missing:
            return _error(str(missing), 400)
        return answer if isinstance(answer, Response) else _json_response(answer)

    return endpoint


def _json_response(value: Any, code: int = 200) -> Response:
    return Response(encode(value), code, media_type="application/json")


def _error(reason: str, code: int) -> Response:
    return _json_response({"error": reason}, code)


def _no_phone() -> Response:
    return _error("there is no such phone, or it cannot do that", 404)


async def _request_fields(request: Request) -> Fields:
    """Return the fields of a request: its path and query, its JSON, or its bytes as `data`."""
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind in {"", "application/json"}:
        return {**request.query_params, **(decode(raw) if raw else {}), **request.path_params}
    return {"mime": kind, **request.query_params, "data": raw, **request.path_params}


def _parse_int(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
