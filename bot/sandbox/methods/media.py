"""Methods that send files, and return those that people sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import BotApiError, bad_request
from bot.sandbox.limits import check_caption
from bot.sandbox.methods.markup import parse_formatting
from bot.sandbox.methods.sending import send
from bot.sandbox.phone import file_fields, photo_fields

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.chats import Message
    from bot.sandbox.files import SandboxFile
    from bot.sandbox.state import World

MAX_UPLOAD_BYTES = {"photo": 10 << 20}
MAX_ANY_UPLOAD_BYTES = 50 << 20
WITH_DURATION = frozenset({"voice", "video", "audio", "animation", "video_note"})
EXTRA_FIELDS: dict[str, dict[str, Any]] = {
    "video": {"width": 640, "height": 480},
    "animation": {"width": 320, "height": 240},
    "video_note": {"length": 240},
    "sticker": {
        "width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False,
    },
}  # fmt: skip
WITHOUT_FILE_NAME = frozenset({"voice", "video_note", "sticker"})
WITHOUT_CAPTION = frozenset({"video_note", "sticker"})


def get_file(world: World, call: ApiCall) -> dict[str, Any]:
    """Return a file with the path to download it."""
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    return world.files.file_info(call.text("file_id"))


def send_photo(world: World, call: ApiCall) -> Message:
    """Send a photo."""
    content = photo_fields(_find_file(world, call, "photo"))
    return send(world, call, content | _spoiler_fields(call) | _caption_fields(call))


def _send_media(world: World, call: ApiCall, *, kind: str) -> Message:
    about = file_fields(_find_file(world, call, kind)) | EXTRA_FIELDS.get(kind, {})
    if kind in WITH_DURATION:
        about["duration"] = call.number("duration")
    if kind in WITHOUT_FILE_NAME:
        about.pop("file_name", None)
    content: dict[str, Any] = {kind: about} | _spoiler_fields(call)
    caption = {} if kind in WITHOUT_CAPTION else _caption_fields(call)
    return send(world, call, content | caption)


def _spoiler_fields(call: ApiCall) -> dict[str, Any]:
    return {"has_media_spoiler": True} if call.flag("has_spoiler") else {}


def _caption_fields(call: ApiCall) -> dict[str, Any]:
    caption = call.text("caption")
    if not caption:
        return {}
    content = parse_formatting(call, caption, "caption", "caption_entities")
    check_caption(content.get("caption", ""))
    return content


def _find_file(world: World, call: ApiCall, kind: str) -> SandboxFile:
    given = call.text(kind)
    upload = call.uploads.get(kind)
    if upload is None and given.startswith("attach://"):
        upload = call.uploads.get(given.removeprefix("attach://"))
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > MAX_UPLOAD_BYTES.get(kind, MAX_ANY_UPLOAD_BYTES):
            raise BotApiError(413, "Request Entity Too Large")
        return world.files.store(kind, upload.data, name=upload.name, mime=upload.mime)
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    stored = world.files.get(given)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return stored


METHODS = (get_file, send_photo)
SENDERS = {
    f"send{kind.replace('_', '')}": partial(_send_media, kind=kind)
    for kind in ("document", "voice", "video", "audio", "animation", "video_note", "sticker")
}
