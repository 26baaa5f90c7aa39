"""Unsent drafts of a caseworker, kept when their session ends.

Why on the server and not in the browser: browser storage is readable on a shared computer, is lost
with a tab, and remains after a hurried sign-out. Here a draft is sealed to the caseworker's own
key, which only their session unlocks, and is erased with the case.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.hotline.commands.types import Verb
from bot.store.statements import delete_by, select_by, select_in, upsert
from bot.store.tables.case_extras import desk_drafts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.hotline.commands.store import StaffCommands
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

SAY, NOTE, CALL = "say", "note", "call"
DRAFT_KINDS = (SAY, NOTE, CALL)
MAX_AGE = 7 * DAY
MAX_LENGTH = 20_000
"""Characters of a draft: more than can be sent, so that it can be shortened after a reload."""

_UPSERT = upsert(
    desk_drafts, "case_id", "staff_id", "kind", "sealed", "at", key=("case_id", "staff_id", "kind")
)
_OF_CASE = select_by(desk_drafts, "kind", "sealed", by=("case_id", "staff_id"))
_AUTHORS = select_in(desk_drafts, "case_id", "staff_id", among="case_id")
_DELETE = delete_by(desk_drafts, ("case_id", "staff_id", "kind"))
_DELETE_OLD = delete_by(desk_drafts, desk_drafts.c.at < bindparam("before"))


def drafted_cases(work: Work, cases: Sequence[str], who: str) -> frozenset[str]:
    """Return in which of these cases a caseworker has an unsent draft of their own."""
    rows = work.rows_in(_AUTHORS, cases) if cases else ()
    return frozenset(str(case) for case, author in rows if author == who)


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


def delete_sent_draft(work: Work, case: str, keyring: Keyring, kind: str, text: str) -> None:
    """Delete a draft if it is what was sent, or its beginning: newer words stay."""
    if text.startswith(load_drafts(work, case, keyring).get(kind, "")):
        delete_draft(work, case, keyring.staff_id, kind)


def put_back(
    work: Work, case: str, keyring: Keyring, texts: Mapping[str, Sequence[str]], now: int
) -> None:
    """Make drafts of texts that were sent and did not go, before what was written since."""
    known = load_drafts(work, case, keyring) if texts else {}
    for kind, sent in texts.items():
        since = known.get(kind, "")
        kept = [*(it for it in sent if it not in since), since]
        store_draft(work, case, kind, "\n".join(filter(None, kept)), keyring, now)


def expire_drafts(work: Work, now: int) -> None:
    """Delete old drafts."""
    work.run(_DELETE_OLD, now - MAX_AGE)


def store_draft(work: Work, case: str, kind: str, text: str, keyring: Keyring, now: int) -> None:
    """Replace a draft; an empty one is deleted."""
    if not text.strip():
        delete_draft(work, case, keyring.staff_id, kind)
        return
    sealed = keyring.seal_own(_associated_data(case, kind), text.encode())
    work.run(_UPSERT, case, keyring.staff_id, kind, sealed, now)


def take_back(
    work: Work, commands: StaffCommands, case: str, keyring: Keyring, now: int
) -> dict[str, str]:
    """Make drafts of what a caseworker sent that was refused later; return it by kind.

    It stands before what they have written since. Words that were to go with a file become a
    message; the file itself is kept by the page that sent it.
    """
    returned: dict[str, list[str]] = {}
    for command in commands.take_undone(work, case, keyring.staff_id):
        kind = SAY if command.verb is Verb.SEND else command.verb.value
        if kind in DRAFT_KINDS and command.text:
            returned.setdefault(kind, []).append(command.text)
    put_back(work, case, keyring, returned, now)
    return {kind: "\n".join(texts) for kind, texts in returned.items()}


def _associated_data(case: str, kind: str) -> bytes:
    return f"{case}/drafts/{kind}".encode()
