"""Files of a case: a picture drawn anew on request, the original as bytes that do nothing here."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.cases.evidence.custody_log import Deed
from bot.cases.evidence.file_type import looks_like
from bot.cases.evidence.files import Evidence
from bot.desks.web.auth.case_access import sight
from bot.desks.web.auth.step_up import ask_first
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May
from bot.desks.web.security_headers import NOTHING
from bot.errors import DoesNotOpen, NotYours

if TYPE_CHECKING:
    from bot.cases.evidence.files import Item
    from bot.desks.web.request import Visit
    from bot.store.writer import Work
    from bot.vault.keys.case_keys import Opener

LARGEST = 24 * 1024 * 1024
"""Bytes of one file that are handed over in one answer; Telegram's bots fetch at most 20 MB."""
_NUMBER = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Found:
    """One file somebody may read, not read yet."""

    case: str
    item: Item
    opener: Opener


async def picture(visit: Visit) -> Response:
    """Return a picture without anything but its pixels; that it was looked at is written down."""
    found = await _found(visit)
    drawn = await visit.front.cleaning.clean(await _read(visit, found, Deed.OPENED))
    if drawn is None:
        raise NotThere("no picture")
    await _note(visit, found, Deed.CLEANED, drawn)
    return Response(drawn, media_type=f"image/{looks_like(drawn)}", headers=_still())


async def original(visit: Visit) -> Response:
    """Return a file as it came, to be saved under a name of ours.

    It says what its sender never meant to say: where a picture was taken, who wrote a document. So
    it leaves like anything else that does, for whoever has just shown a second factor.
    """
    found = await _found(visit)
    reference, number = visit.param("reference"), found.item.number
    if first := ask_first(visit, f"/cases/{reference}#item-{number}"):
        return first
    data = await _read(visit, found, Deed.EXPORTED)
    name = f"{reference}-{number}.bin"  # ours: letters, digits, no sender's
    headers = _still() | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


async def _found(visit: Visit) -> Found:
    """Return a file of a case, for whoever may read it.

    Raises:
        NotThere: there is no such file, it is not theirs, or a page of another site asks.
    """
    site = visit.request.headers.get("sec-fetch-site", "same-origin")
    number, keyring, front = visit.param("number"), visit.keyring(), visit.front
    if site != "same-origin" or not _NUMBER.fullmatch(number):
        raise NotThere("no number")

    def look(work: Work) -> Found:
        seen = sight(work, visit, visit.param("reference"))
        if not seen.may_read:
            raise NotThere("not theirs")
        evidence = Evidence(front.vault, front.files, keyring)
        try:
            items = [it for it in evidence.items(work, seen.case) if it.number == int(number)]
            opener = evidence.opener(work, seen.case)
        except NotYours:
            raise NotThere("not theirs") from None
        if not items or not items[0].is_saved or items[0].size > LARGEST:
            raise NotThere("no file")
        return Found(seen.case, items[0], opener)

    return await front.reads.run(look)


async def _read(visit: Visit, found: Found, deed: Deed) -> bytes:
    """Return the bytes of a file; what is done with it is in the ledger before anybody has them.

    Raises:
        NotThere: its bytes are not there, or were altered.
    """
    await _note(visit, found, deed, b"")
    evidence = Evidence(visit.front.vault, visit.front.files, visit.keyring())
    try:
        return await asyncio.to_thread(_joined, evidence, found)  # tens of MB take a while
    except (FileNotFoundError, DoesNotOpen):
        raise NotThere("no bytes") from None


def _joined(evidence: Evidence, found: Found) -> bytes:
    return b"".join(evidence.pieces(found.opener, found.item))


async def _note(visit: Visit, found: Found, deed: Deed, drawn: bytes) -> None:
    front, keyring, item = visit.front, visit.keyring(), found.item

    def note(work: Work) -> None:
        Evidence(front.vault, front.files, keyring).custody.note(
            work, found.case, at=visit.now, actor=visit.by.id, deed=deed, file=item.id,
            digest=sha256(drawn).hexdigest() if drawn else item.digest,
            size=len(drawn) or item.size, detail=looks_like(drawn) if drawn else "",
        )  # fmt: skip

    await front.database.writer.run(note)


def _still() -> dict[str, str]:
    return {
        "content-security-policy": NOTHING, "cache-control": "no-store", "accept-ranges": "none",
    }  # fmt: skip


DOORS = (
    Door("/cases/{reference}/files/{number}/picture", picture, May.CASE, is_pane=True),
    Door("/cases/{reference}/files/{number}/original", original, May.CASE),
)
