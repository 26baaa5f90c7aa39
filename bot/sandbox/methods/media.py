"""Sending files, and handing out those people sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import Refusal, bad
from bot.sandbox.limits import check_caption
from bot.sandbox.markup import formatted
from bot.sandbox.methods.sending import send
from bot.sandbox.phone import described, photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.call_log import Call
    from bot.sandbox.chats import Message
    from bot.sandbox.files import Stored
    from bot.sandbox.state import World

    Method = Callable[[World, Call], Message]

LARGEST = {"photo": 10 << 20}
LARGEST_ANY = 50 << 20
TIMED = frozenset({"voice", "video", "audio", "animation", "video_note"})
SHAPES: dict[str, dict[str, Any]] = {
    "video": {"width": 640, "height": 480},
    "animation": {"width": 320, "height": 240},
    "video_note": {"length": 240},
    "sticker": {
        "width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False,
    },
}  # fmt: skip
"""What such a file has besides, whatever was sent."""
NAMELESS = frozenset({"voice", "video_note", "sticker"})
WORDLESS = frozenset({"video_note", "sticker"})


def get_file(world: World, call: Call) -> dict[str, Any]:
    """Name the path under which a file can be fetched."""
    if not call.text("file_id"):
        raise bad("file_id not specified")
    return world.files.announce(call.text("file_id"))


def send_photo(world: World, call: Call) -> Message:
    """Show a photo."""
    return send(world, call, photo(_file(world, call, "photo")) | _veil(call) | _caption(call))


def _sends(kind: str) -> Method:
    def method(world: World, call: Call) -> Message:
        about = described(_file(world, call, kind))
        about |= SHAPES.get(kind, {})
        if kind in TIMED:
            about["duration"] = call.number("duration")
        if kind in NAMELESS:
            about.pop("file_name", None)
        content: dict[str, Any] = {kind: about} | _veil(call)
        return send(world, call, content | ({} if kind in WORDLESS else _caption(call)))

    return method


def _veil(call: Call) -> dict[str, Any]:
    return {"has_media_spoiler": True} if call.flag("has_spoiler") else {}


def _caption(call: Call) -> dict[str, Any]:
    caption = call.text("caption")
    if not caption:
        return {}
    content = formatted(call, caption, "caption", "caption_entities")
    check_caption(content.get("caption", ""))
    return content


def _file(world: World, call: Call, kind: str) -> Stored:
    given = call.text(kind)
    upload = call.uploads.get(kind)
    if upload is None and given.startswith("attach://"):
        upload = call.uploads.get(given.removeprefix("attach://"))
    if upload is not None:
        if not upload.data:
            raise bad("file must be non-empty")
        if len(upload.data) > LARGEST.get(kind, LARGEST_ANY):
            raise Refusal(413, "Request Entity Too Large")
        return world.files.keep(kind, upload.data, name=upload.name, mime=upload.mime)
    if not given:
        raise bad(f"there is no {kind} in the request")
    stored = world.files.get(given)
    if stored is None:
        raise bad("wrong file identifier/HTTP URL specified")
    return stored


METHODS = {
    "getFile": get_file,
    "sendPhoto": send_photo,
    "sendDocument": _sends("document"),
    "sendVoice": _sends("voice"),
    "sendVideo": _sends("video"),
    "sendAudio": _sends("audio"),
    "sendAnimation": _sends("animation"),
    "sendVideoNote": _sends("video_note"),
    "sendSticker": _sends("sticker"),
}
