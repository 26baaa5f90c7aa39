"""Files of a case: a picture drawn anew on request, anything else as bytes that do nothing here."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.cases.custody import Deed
from bot.cases.evidence import Evidence
from bot.cases.looks import looks_like
from bot.desks.web.doors import Door, May
from bot.desks.web.guard import NOTHING
from bot.desks.web.sight import sight
from bot.desks.web.visit import NotThere
from bot.errors import DoesNotOpen, NotYours

if TYPE_CHECKING:
    from bot.cases.evidence import Item
    from bot.desks.web.visit import Visit
    from bot.store.writer import Work
    from bot.vault.casekeys import Opener

LARGEST = 24 * 1024 * 1024
"""Bytes of one file that are handed over in one answer; Telegram's bots fetch at most 20 MB."""


async def picture(visit: Visit) -> Response:
    """Return a picture without anything but its pixels; that it was looked at is written down."""
    case, item, data = await _read(visit)
    drawn = await visit.front.cleaning.clean(data)
    if drawn is None:
        raise NotThere("no picture")
    await _note(visit, case, item, Deed.CLEANED, drawn)
    return Response(drawn, media_type=f"image/{looks_like(drawn)}", headers=_still())


async def original(visit: Visit) -> Response:
    """Return a file as it came, to be saved under a name of ours."""
    _case, item, data = await _read(visit)
    name = f"{visit.param('reference')}-{item.number}.bin"  # ours: letters, digits, no sender's
    headers = _still() | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


async def _read(visit: Visit) -> tuple[str, Item, bytes]:
    """Return a file of a case; that it is opened is in the ledger before anybody has it.

    Raises:
        NotThere: there is no such file, or it is not theirs.
    """
    site = visit.request.headers.get("sec-fetch-site", "same-origin")
    number, keyring, front = visit.param("number"), visit.keyring(), visit.front
    if site != "same-origin" or not number.isdecimal() or len(number) > 6:  # noqa: PLR2004 - a number
        raise NotThere("no number")

    def look(work: Work) -> tuple[str, Item, Opener]:
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
        return seen.case, items[0], opener

    case, item, opener = await front.reads.run(look)
    await _note(visit, case, item, Deed.OPENED, b"")
    evidence = Evidence(front.vault, front.files, keyring)
    try:
        return case, item, b"".join(evidence.pieces(opener, item))
    except (FileNotFoundError, DoesNotOpen):
        raise NotThere("no bytes") from None


async def _note(visit: Visit, case: str, item: Item, deed: Deed, drawn: bytes) -> None:
    front, keyring = visit.front, visit.keyring()

    def note(work: Work) -> None:
        Evidence(front.vault, front.files, keyring).custody.note(
            work, case, at=visit.now, actor=visit.by.id, deed=deed, file=item.id,
            digest=sha256(drawn).hexdigest() if drawn else item.digest,
            size=len(drawn) or item.size, detail=looks_like(drawn) if drawn else "",
        )  # fmt: skip

    await front.database.writer.run(note)


def _still() -> dict[str, str]:
    return {"content-security-policy": NOTHING, "cache-control": "no-store"}


DOORS = (
    Door("/cases/{reference}/files/{number}/picture", picture, May.CASE, is_pane=True),
    Door("/cases/{reference}/files/{number}/original", original, May.CASE),
)
