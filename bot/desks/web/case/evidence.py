"""Files of a case: re-encoded pictures and sound on request, originals as downloads."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.cases.evidence.audio_sanitizer import MEDIA_TYPE
from bot.cases.evidence.custody_log import CustodyAction, CustodyEvent
from bot.cases.evidence.file_type import detect_type
from bot.cases.evidence.files import EvidenceFile, EvidenceStore
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.request import DeskRequest, NotFoundError, Response, ToldError
from bot.desks.web.routes import Permission, get
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.desks.web.texts import FILE_MISSING, FILE_NOT_AS_RECEIVED
from bot.errors import CaseNotReadableError, DecryptionError

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault.purpose import Opener

MAX_FILE_BYTES = 24 * 1024 * 1024
"""Bytes of one file; Telegram gives bots at most 20 MB."""
_FILE_HEADERS = {
    "content-security-policy": SANDBOX_CSP, "cache-control": "no-store", "accept-ranges": "none",
}  # fmt: skip
_NUMBER = re.compile("[1-9][0-9]{0,5}")


class FileMissingError(ToldError):
    """The bytes of a file are not in the storage; the log names this error."""


class FileAlteredError(ToldError):
    """The bytes of a file are not what was received; the log names this error."""


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """A file the caseworker may read, with the key of its case."""

    case: str
    item: EvidenceFile
    opener: Opener


@get("/cases/{reference}/files/{number}/picture", Permission.CASE, is_pane=True)
async def _picture(request: DeskRequest) -> Response:
    """Return a picture re-encoded without metadata; the custody log records the view."""
    found = await _find_file(request, request.param("number"))
    data = await _read_bytes(request, found, CustodyAction.OPENED)
    clean = await request.context.image_sanitizer.sanitize(data)
    if clean is None:
        raise NotFoundError("no picture")
    await _log_custody(request, found, CustodyAction.CLEANED, clean)
    return Response(clean, media_type=f"image/{detect_type(clean)}", headers=_FILE_HEADERS)


@get("/cases/{reference}/files/{number}/sound", Permission.CASE, is_pane=True)
async def _sound(request: DeskRequest) -> Response:
    """Return a recording re-encoded as sound alone; the custody log records that it was heard."""
    clean = await clean_sound(request, request.param("number"))
    if clean is None:
        raise NotFoundError("no sound")
    return Response(clean, media_type=MEDIA_TYPE, headers=_FILE_HEADERS)


async def clean_sound(request: DeskRequest, number: str) -> bytes | None:
    """Return a recording re-encoded as sound alone; None if it is none, or cannot be decoded here.

    Raises:
        NotFoundError: there is no such file, or it is forbidden.
        ToldError: its bytes are missing, or are not what was received.
    """
    sanitizer = request.context.audio_sanitizer
    if not sanitizer.is_available:
        return None
    found = await _find_file(request, number)
    data = await _read_bytes(request, found, CustodyAction.OPENED)
    clean = await sanitizer.sanitize(data)
    if clean is not None:
        await _log_custody(request, found, CustodyAction.CLEANED, clean)
    return clean


@get("/cases/{reference}/files/{number}/original", Permission.CASE)
async def _original(request: DeskRequest) -> Response:
    """Return a file as it was sent, to be saved.

    Its metadata can reveal more than the sender meant: where a picture was taken, who wrote a
    document. So it needs a step-up like every export.
    """
    found = await _find_file(request, request.param("number"))
    reference, number = request.param("reference"), found.item.number
    if first := require_step_up(request, f"/cases/{reference}#item-{number}"):
        return first
    data = await _read_bytes(request, found, CustodyAction.EXPORTED)
    name = f"{reference}-{number}.bin"  # never a name the sender chose
    headers = _FILE_HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


async def _find_file(request: DeskRequest, number: str) -> ReadableFile:
    """Return a file; raise NotFoundError if it is forbidden, or a page of another site asks."""
    site = request.http.headers.get("sec-fetch-site", "same-origin")
    keyring, context = request.keyring(), request.context
    if site != "same-origin" or not _NUMBER.fullmatch(number):
        raise NotFoundError("no number")

    def look(work: Work) -> ReadableFile:
        seen = check_readable(work, request, request.param("reference"))
        evidence = EvidenceStore(context.vault, context.blobs, keyring)
        try:
            items = [it for it in evidence.list_files(work, seen.case) if it.number == int(number)]
            opener = evidence.opener(seen.case)
        except CaseNotReadableError:
            raise NotFoundError("no access") from None
        if not items or not items[0].is_saved or items[0].size > MAX_FILE_BYTES:
            raise NotFoundError("no file")
        return ReadableFile(seen.case, items[0], opener)

    return await request.read(look)


async def _read_bytes(request: DeskRequest, found: ReadableFile, action: CustodyAction) -> bytes:
    """Record the action, then return the bytes; raise ToldError if missing or altered."""
    await _log_custody(request, found, action, b"")
    evidence = EvidenceStore(request.context.vault, request.context.blobs, request.keyring())
    try:  # in a thread: tens of MB take a while
        return await asyncio.to_thread(
            lambda: b"".join(evidence.read_chunks(found.opener, found.item))
        )
    except FileNotFoundError:
        raise FileMissingError(FILE_MISSING) from None
    except DecryptionError:
        raise FileAlteredError(FILE_NOT_AS_RECEIVED) from None


async def _log_custody(
    request: DeskRequest, found: ReadableFile, action: CustodyAction, clean: bytes
) -> None:
    context, keyring, item = request.context, request.keyring(), found.item

    def record(work: Work) -> None:
        event = CustodyEvent(
            at=request.now, actor=request.caseworker.id, action=action, file=item.id,
            size=len(clean) or item.size,
            digest=sha256(clean).hexdigest() if clean else item.digest,
            detail=detect_type(clean) if clean else "",
        )  # fmt: skip
        store = EvidenceStore(context.vault, context.blobs, keyring)
        store.custody.record(work, found.case, event)

    await request.write(record)
