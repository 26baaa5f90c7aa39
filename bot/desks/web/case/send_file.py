"""Files from a caseworker to the person: cleaned and sent; and what was sent, shown again.

A picture goes out as pixels alone and a recording as sound alone, so that neither says where or
with what it was made. A PDF goes out as it is. No file keeps its name, which may name a person or
this hotline on a phone that others read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.cases.evidence.audio_sanitizer import AUDIO_TYPES, CLEAN_TYPE
from bot.cases.evidence.file_type import IMAGE_TYPES, detect_type
from bot.desks.web import texts
from bot.desks.web.auth.case_access import access_case
from bot.desks.web.case.actions import (
    DELAY_FIELD,
    ActionInput,
    ask_confirmation,
    respond,
    send_command,
)
from bot.desks.web.case.send_checks import failed_send_checks
from bot.desks.web.casework.sealed_file import FILE_HEADERS, open_file, upload_id
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.hotline.chat import sent_files
from bot.hotline.commands.types import Verb
from bot.messages import OutgoingFile

if TYPE_CHECKING:
    from bot.text import Text

PDF = "pdf"
NAME = "file"
_SUFFIXES = {"jpeg": "jpg"}
_MEDIA_TYPES = {PDF: "application/pdf", "mp3": "audio/mpeg"}
MAX_LATITUDE, MAX_LONGITUDE = 90, 180
_POINT = re.compile(r"(-?\d{1,3}\.\d{2,})(?:\s*,\s*|%2C|\s+)(-?\d{1,3}\.\d{2,})")


@post(
    "/cases/{reference}/send-file",
    Permission.CHANGE,
    "words",
    "sure",
    takes_file=True,
    repetition=Repetition.SAME_RESULT,
)
async def _send_file(request: DeskRequest) -> Response:
    """Send one file to the person, with words or without."""
    seen = await access_case(request)
    path = f"/cases/{seen.summary.reference}"
    words = request.form.get("words", "").replace("\r\n", "\n")
    sure = frozenset(request.form.get("sure", "").split())
    if seen.may_read and (asked := await failed_send_checks(request, seen, words, sure)):
        if request.is_fetched:
            return await ask_confirmation(request, seen, Verb.SEND, asked)
        question = " ".join(it.text for it in asked)  # a page cannot keep a file
        request.flash(texts.ATTACH_AGAIN, is_refused=True, question=question)
        return request.redirect(path)
    upload = await _clean(request)
    if not isinstance(upload, OutgoingFile):
        return _refuse(request, upload, path)
    given = ActionInput(text=words, uploads=(upload,))
    return respond(request, await send_command(request, seen.case, Verb.SEND, given), path)


@post(
    "/cases/{reference}/send-place", Permission.CHANGE, "place", DELAY_FIELD,
    repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _send_place(request: DeskRequest) -> Response:
    """Send a point on the map to the person."""
    seen = await access_case(request)
    path = f"/cases/{seen.summary.reference}"
    point = parse_point(request.form.get("place", ""))
    if point is None:
        return _refuse(request, texts.NO_POINT, path)
    given = ActionInput(point=point)
    return respond(request, await send_command(request, seen.case, Verb.SEND, given), path)


def parse_point(written: str) -> tuple[float, float] | None:
    """Return latitude and longitude from what was typed or pasted, an address of a map too."""
    found = _POINT.search(written)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    is_on_earth = abs(latitude) <= MAX_LATITUDE and abs(longitude) <= MAX_LONGITUDE
    return (latitude, longitude) if is_on_earth else None


def _refuse(request: DeskRequest, reason: Text, path: str) -> Response:
    if request.is_fetched:
        return request.json(told=request.locale(reason), refused=True, go="")
    request.flash(reason, is_refused=True)
    return request.redirect(path)


async def _clean(request: DeskRequest) -> OutgoingFile | Text:
    """Return the file as it may go out, or why it may not."""
    data, context = request.uploaded, request.context
    if not data:
        return texts.NO_FILE
    detected = detect_type(data)
    if detected == PDF:
        return _upload(request, "document", detected, data)
    if detected in IMAGE_TYPES:
        clean = await context.image_sanitizer.sanitize(data)
        return _upload(request, "photo", detected, clean) if clean else texts.FILE_NOT_READABLE
    if detected in AUDIO_TYPES:
        if not context.audio_sanitizer.is_available:
            return texts.NO_SOUND_HERE
        clean = await context.audio_sanitizer.sanitize(data)
        return _upload(request, "voice", CLEAN_TYPE, clean) if clean else texts.FILE_NOT_READABLE
    return texts.FILE_TYPE_REFUSED


def _upload(request: DeskRequest, kind: str, detected: str, data: bytes) -> OutgoingFile:
    """Return a file under an id that is the same when the same form arrives again."""
    suffix = _SUFFIXES.get(detected, detected)
    return OutgoingFile(upload_id(request), kind, f"{NAME}.{suffix}", data)


@get("/cases/{reference}/sent/{file}/picture", Permission.CASE, is_pane=True)
async def _sent_picture(request: DeskRequest) -> Response:
    data = await open_file(request, sent_files.load)
    detected = detect_type(data)
    if detected not in IMAGE_TYPES:
        raise NotFoundError("no picture")
    return Response(data, media_type=f"image/{detected}", headers=FILE_HEADERS)


@get("/cases/{reference}/sent/{file}/sound", Permission.CASE, is_pane=True)
async def _sent_sound(request: DeskRequest) -> Response:
    data = await open_file(request, sent_files.load)
    if detect_type(data) != CLEAN_TYPE:
        raise NotFoundError("no sound")
    return Response(data, media_type=_MEDIA_TYPES[CLEAN_TYPE], headers=FILE_HEADERS)


@get("/cases/{reference}/sent/{file}/original", Permission.CASE)
async def _sent_original(request: DeskRequest) -> Response:
    data = await open_file(request, sent_files.load)
    name = f"{request.param('reference')}-sent.bin"
    headers = {**FILE_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
