"""Files of a case: a picture drawn anew on request, the original as bytes that do nothing here."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.cases.evidence.custody_log import CustodyAction
from bot.cases.evidence.file_type import detect_type
from bot.cases.evidence.files import EvidenceStore
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.errors import CaseNotReadableError, DecryptionError

if TYPE_CHECKING:
    from bot.cases.evidence.files import EvidenceFile
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work
    from bot.vault.keys.case_keys import Opener

MAX_FILE_BYTES = 24 * 1024 * 1024
"""Bytes of one file that are handed over in one answer; Telegram's bots fetch at most 20 MB."""
_NUMBER = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """One file somebody may read, not read yet."""

    case: str
    item: EvidenceFile
    opener: Opener


async def picture(request: DeskRequest) -> Response:
    """Return a picture without anything but its pixels; that it was looked at is written down."""
    found = await _find_file(request)
    drawn = await request.context.image_sanitizer.sanitize(
        await _read_bytes(request, found, CustodyAction.OPENED)
    )
    if drawn is None:
        raise NotFoundError("no picture")
    await _log_custody(request, found, CustodyAction.CLEANED, drawn)
    return Response(drawn, media_type=f"image/{detect_type(drawn)}", headers=_file_headers())


async def original(request: DeskRequest) -> Response:
    """Return a file as it came, to be saved under a name of ours.

    It says what its sender never meant to say: where a picture was taken, who wrote a document. So
    it leaves like anything else that does, for whoever has just shown a second factor.
    """
    found = await _find_file(request)
    reference, number = request.param("reference"), found.item.number
    if first := require_step_up(request, f"/cases/{reference}#item-{number}"):
        return first
    data = await _read_bytes(request, found, CustodyAction.EXPORTED)
    name = f"{reference}-{number}.bin"  # ours: letters, digits, no sender's
    headers = _file_headers() | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


async def _find_file(request: DeskRequest) -> ReadableFile:
    """Return a file of a case, for whoever may read it.

    Raises:
        NotThere: there is no such file, it is not theirs, or a page of another site asks.
    """
    site = request.http.headers.get("sec-fetch-site", "same-origin")
    number, keyring, front = request.param("number"), request.keyring(), request.context
    if site != "same-origin" or not _NUMBER.fullmatch(number):
        raise NotFoundError("no number")

    def look(work: Work) -> ReadableFile:
        seen = check_case_access(work, request, request.param("reference"))
        if not seen.may_read:
            raise NotFoundError("not theirs")
        evidence = EvidenceStore(front.vault, front.files_dir, keyring)
        try:
            items = [it for it in evidence.list_files(work, seen.case) if it.number == int(number)]
            opener = evidence.opener(seen.case)
        except CaseNotReadableError:
            raise NotFoundError("not theirs") from None
        if not items or not items[0].is_saved or items[0].size > MAX_FILE_BYTES:
            raise NotFoundError("no file")
        return ReadableFile(seen.case, items[0], opener)

    return await front.read_pool.run(look)


async def _read_bytes(request: DeskRequest, found: ReadableFile, deed: CustodyAction) -> bytes:
    """Return the bytes of a file; what is done with it is in the ledger before anybody has them.

    Raises:
        NotThere: its bytes are not there, or were altered.
    """
    await _log_custody(request, found, deed, b"")
    evidence = EvidenceStore(request.context.vault, request.context.files_dir, request.keyring())
    try:
        return await asyncio.to_thread(_join, evidence, found)  # tens of MB take a while
    except (FileNotFoundError, DecryptionError):
        raise NotFoundError("no bytes") from None


def _join(evidence: EvidenceStore, found: ReadableFile) -> bytes:
    return b"".join(evidence.read_chunks(found.opener, found.item))


async def _log_custody(
    request: DeskRequest, found: ReadableFile, deed: CustodyAction, drawn: bytes
) -> None:
    front, keyring, item = request.context, request.keyring(), found.item

    def note(work: Work) -> None:
        EvidenceStore(front.vault, front.files_dir, keyring).custody.record(
            work,
            found.case,
            at=request.now,
            actor=request.caseworker.id,
            action=deed,
            file=item.id,
            digest=sha256(drawn).hexdigest() if drawn else item.digest,
            size=len(drawn) or item.size,
            detail=detect_type(drawn) if drawn else "",
        )

    await front.database.writer.run(note)


def _file_headers() -> dict[str, str]:
    return {
        "content-security-policy": SANDBOX_CSP,
        "cache-control": "no-store",
        "accept-ranges": "none",
    }


ROUTES = (
    Route("/cases/{reference}/files/{number}/picture", picture, Permission.CASE, is_pane=True),
    Route("/cases/{reference}/files/{number}/original", original, Permission.CASE),
)
