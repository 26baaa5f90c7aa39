"""Shift notes: what one shift tells the next, sealed to the team of a queue, for three days.

Those who serve the queue when the note is written, and the supervisors, can open it. A colleague
who joins the team later can open only what is written from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.store.compiled import Prepared
from bot.store.statements import delete_by, insert, select_by
from bot.store.tables.desk import shift_notes
from bot.vault.keys.hpke import pad, seal_to, unpad

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import AuditLog
    from bot.vault.keys.keyring import Keyring
    from bot.vault.keys.team_keys import KeyHolders

KEEP_FOR = 3 * DAY
MAX_LENGTH = 2000
"""Characters of one note."""
MAX_SHOWN = 50

_NAMES = ("queue", "team", "staff_id", "sealed", "at")
_ADD = insert(shift_notes, *_NAMES)
_RECENT = select_by(
    shift_notes, *_NAMES, by=shift_notes.c.at > bindparam("since"),
    order_by=(shift_notes.c.at.desc(), shift_notes.c.id.desc()),
)  # fmt: skip
_NEWEST = Prepared(
    lambda _: (
        select(shift_notes.c.queue, func.max(shift_notes.c.at))
        .where(shift_notes.c.at > bindparam("since"), shift_notes.c.staff_id != bindparam("who"))
        .group_by(shift_notes.c.queue)
    ),
    "since",
    "who",
)
_DELETE_OLD = delete_by(shift_notes, by=shift_notes.c.at <= bindparam("before"))


@dataclass(frozen=True, slots=True)
class ShiftNote:
    """One shift note."""

    by: str
    at: int
    queues: tuple[str, ...]
    text: str | None
    """None if this keyring does not open it."""


class ShiftNotes:
    """Shift notes, used inside units of work."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def add(
        self, work: Work, to: KeyHolders, queues: Iterable[str], by: str, text: str, now: int
    ) -> bool:
        """Store a note for the next shift; return whether it has a text and a reader."""
        plain = text.strip()[:MAX_LENGTH].encode()
        teams = [(queue, holder) for queue in queues if (holder := to.for_queue(queue)) is not None]
        for queue, holder in teams if plain else ():
            sealed = seal_to(holder.public, _associated_data(queue, by, now), pad(plain))
            work.run(_ADD, queue, holder.name, by, sealed, now)
            self._audit.record(work, now, by, "handover", queue)
        return bool(plain and teams)

    @staticmethod
    def recent(
        work: Work, queues: Iterable[str], keyring: Keyring | None, now: int
    ) -> list[ShiftNote]:
        """Return the notes to these queues, newest first; a note to several queues once."""
        wanted = set(queues)
        found: dict[tuple[str, int], ShiftNote] = {}
        for queue, team, by, sealed, at in work.rows(_RECENT, now - KEEP_FOR):
            if queue not in wanted:
                continue
            before = found.get((by, at))
            words = before.text if before else None
            if words is None:
                words = _open(keyring, team, _associated_data(queue, by, at), bytes(sealed))
            known = before.queues if before else ()
            found[by, at] = ShiftNote(by, at, (*known, queue), words)
        return list(found.values())[:MAX_SHOWN]

    @staticmethod
    def newest_at(work: Work, queues: Iterable[str], who: str, since: int, now: int) -> int:
        """Return when a colleague last wrote a note to these queues; 0 if none since."""
        wanted = set(queues)
        rows = work.rows(_NEWEST, max(since, now - KEEP_FOR), who)
        return max((int(at) for queue, at in rows if queue in wanted), default=0)

    @staticmethod
    def delete_old(work: Work, now: int) -> None:
        """Delete notes older than three days."""
        work.run(_DELETE_OLD, now - KEEP_FOR)


def _open(keyring: Keyring | None, team: str, data: bytes, sealed: bytes) -> str | None:
    key = keyring.key(team) if keyring else None
    if key is None:
        return None
    try:
        return unpad(key.open(data, sealed)).decode()
    except DecryptionError:  # altered, or moved to another queue
        return None


def _associated_data(queue: str, by: str, at: int) -> bytes:
    return f"haven/shift/{queue}/{by}/{at}".encode()
