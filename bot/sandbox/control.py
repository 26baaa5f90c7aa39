"""The hands of people and of tests, as JSON: `/sandbox/...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.jsons import decode, encode

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.sandbox.phone import Phone
    from bot.sandbox.sandbox import Sandbox


class Control:
    """Routes through which a person's doings and every trouble can be ordered."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[BaseRoute]:
        """Return every route under `/sandbox`."""
        return [
            Route("/sandbox/phones", self.phones, methods=["GET"]),
            Route("/sandbox/phones", self.add_phone, methods=["POST"]),
            Route("/sandbox/phones/{phone:int}/messages", self.messages, methods=["GET"]),
            Route("/sandbox/phones/{phone:int}/{deed}", self.act, methods=["POST"]),
        ]

    async def phones(self, _: Request) -> Response:
        """List the phones."""
        return _json([self._about(phone) for phone in self._sandbox.phones.values()])

    async def add_phone(self, request: Request) -> Response:
        """Add a phone."""
        asked = await _body(request)
        phone = self._sandbox.phone(asked.get("name", "Sari"), language=asked.get("language", "id"))
        return _json(self._about(phone))

    async def messages(self, request: Request) -> Response:
        """List what a phone shows."""
        return _json(self._sandbox.phones[request.path_params["phone"]].messages())

    async def act(self, request: Request) -> Response:
        """Let a person do something."""
        phone = self._sandbox.phones[request.path_params["phone"]]
        asked = await _body(request)
        match request.path_params["deed"]:
            case "text":
                return _json(phone.say(asked["text"], reply_to=asked.get("reply_to")))
            case "press":
                query = phone.press(
                    asked.get("message_id"), label=asked.get("label"), data=asked.get("data")
                )
                return _json({"query": query})
            case "edit":
                return _json(phone.edit(asked["message_id"], asked["text"]))
            case "delete":
                phone.delete(asked["message_id"])
                return _json({})
        return Response(status_code=404)

    def _about(self, phone: Phone) -> dict[str, Any]:
        return {"id": phone.id, "name": phone.names, "language": phone.language}


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    return decode(raw) if raw else {}


def _json(thing: Any) -> Response:
    return Response(encode(thing), media_type="application/json")
