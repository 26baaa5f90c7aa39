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
    from bot.hotline.commands.types import Command
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

SAY, NOTE, CALL = "say", "note", "call"
TOLD, SHARE = "told", "share"
"""What was told in a call; what is written for an interpreter."""
DRAFT_KINDS = (SAY, NOTE, CALL, TOLD, SHARE)
RETURNED_KINDS = (SAY, NOTE, CALL)
"""Kinds of which a command that was not carried out gives the words back."""
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


def sent_words(command: Command) -> dict[str, str]:
    """Return the words that a command sends, by the kind of their draft."""
    text = command.text
    if command.verb is Verb.LOG_CALL:
        return {CALL: text, TOLD: command.values.get(TOLD, "")}
    kinds = {Verb.SEND: SAY, Verb.NOTE: NOTE, Verb.SHARE_TEXT: SHARE}
    return {kinds[command.verb]: text} if command.verb in kinds else {}


def delete_sent_drafts(work: Work, command: Command, keyring: Keyring, now: int) -> None:
    """Delete of the drafts what a command sent: words that were written since stay."""
    known = load_drafts(work, command.case, keyring)
    for kind, text in sent_words(command).items():
        draft = known.get(kind, "")
        if text.startswith(draft):  # saved before the last words were typed
            delete_draft(work, command.case, keyring.staff_id, kind)
        elif text and draft.startswith(f"{text}\n"):
            since = draft.removeprefix(f"{text}\n")
            store_draft(work, command.case, kind, since, keyring, now)


def put_back(
    work: Work, case: str, keyring: Keyring, texts: Mapping[str, Sequence[str]], now: int
) -> None:
    """Make drafts of texts that were sent and did not go, before what was written since."""
    known = load_drafts(work, case, keyring) if texts else {}
    for kind, sent in texts.items():
        since = known.get(kind, "")
        kept = [*(it for it in sent if it not in since), since]
        store_draft(work, case, kind, "\n".join(filter(None, kept)), keyring, now)


def put_before(
    work: Work, case: str, keyring: Keyring, words: str, since: str | None, now: int
) -> None:
    """Make a message a draft that was not sent after all, before what was written since.

    Args:
        work: the unit of work.
        case: its id.
        keyring: of the caseworker.
        words: the message.
        since: what its field holds now; None where that is not known: then the draft is.
        now: the moment.
    """
    if since is None:
        draft = load_drafts(work, case, keyring).get(SAY, "")
        since = "" if words.startswith(draft) else draft.removeprefix(f"{words}\n")
    store_draft(work, case, SAY, "\n".join(filter(None, (words, since))), keyring, now)


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
        if kind in RETURNED_KINDS and command.text:
            returned.setdefault(kind, []).append(command.text)
    put_back(work, case, keyring, returned, now)
    return {kind: "\n".join(texts) for kind, texts in returned.items()}


def _associated_data(case: str, kind: str) -> bytes:
    return f"{case}/drafts/{kind}".encode()
