"""Unsent drafts of a caseworker, kept when their session ends.

Why on the server and not in the browser: browser storage is readable on a shared computer, is lost
with a tab, and remains after a hurried sign-out. Here a draft is sealed to the caseworker's own
key, which only their session unlocks, and is erased with the case.
"""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import bindparam
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.clock import DAY
from bot.desks.web.auth.case_access import check_readable
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, post
from bot.errors import DecryptionError
from bot.hotline.commands.registry import WORDS
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.case_extras import desk_drafts

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

SAY, NOTE = "say", "note"
DRAFT_KINDS = (SAY, NOTE)
MAX_AGE = 7 * DAY

_UPSERT = upsert(
    desk_drafts, "case_id", "staff_id", "kind", "sealed", "at", key=("case_id", "staff_id", "kind")
)
_OF_CASE = select_by(desk_drafts, "kind", "sealed", by=("case_id", "staff_id"))
_DELETE = delete_by(desk_drafts, ("case_id", "staff_id", "kind"))
_DELETE_OLD = delete_by(desk_drafts, desk_drafts.c.at < bindparam("before"))


def load_drafts(work: Work, case: str, keyring: Keyring) -> dict[str, str]:
    """Return the caseworker's drafts in a case, by kind, without those that cannot be decrypted."""
    found = {}
    for kind, sealed in work.rows(_OF_CASE, case, keyring.staff_id):
        with contextlib.suppress(DecryptionError):  # encrypted to an earlier key of the caseworker
            plain = keyring.open_own(_associated_data(case, kind), bytes(sealed))
            found[str(kind)] = plain.decode()
    return found


def delete_draft(work: Work, case: str, who: str, kind: str) -> None:
    """Delete a draft that was sent."""
    work.run(_DELETE, case, who, kind)


def expire_drafts(work: Work, now: int) -> None:
    """Delete old drafts."""
    work.run(_DELETE_OLD, now - MAX_AGE)


@post("/cases/{reference}/drafts/{kind}", Permission.CHANGE, "words")
async def receive_draft(request: DeskRequest) -> Response:
    """Store a draft; an empty one is deleted."""
    kind, words, keyring = request.param("kind"), request.form.get("words", ""), request.keyring()
    if kind not in DRAFT_KINDS or keyring is None:
        raise NotFoundError(kind)
    if len(words) > WORDS.max_length:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    reference = request.param("reference")
    seen = await request.context.read_pool.run(
        lambda work: check_readable(work, request, reference)
    )
    await store_draft(request, seen.case, kind, words, keyring)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def store_draft(
    request: DeskRequest, case: str, kind: str, text: str, keyring: Keyring
) -> None:
    """Replace the draft; raise NotFoundError if the case was erased meanwhile."""
    who, now = request.caseworker.id, request.now
    sealed = keyring.seal_own(_associated_data(case, kind), text.encode()) if text.strip() else b""

    def store(work: Work) -> None:
        check_readable(
            work, request, request.param("reference")
        )  # it may have been erased meanwhile
        if sealed:
            work.run(_UPSERT, case, who, kind, sealed, now)
        else:
            delete_draft(work, case, who, kind)

    await request.context.database.writer.run(store)


def _associated_data(case: str, kind: str) -> bytes:
    return f"{case}/drafts/{kind}".encode()
