"""What one shift tells the next: a note to the team of a queue, sealed to it, for three days.

Whoever works in a queue when the note is written opens it, and the supervisors; a colleague who
joins the team later does not, and reads what comes from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.team import shift_notes
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
_ADD = Prepared(
    lambda dialect: insert_into(dialect, shift_notes).values({n: bindparam(n) for n in _NAMES}),
    *_NAMES,
)
_RECENT = Prepared(
    lambda _: (
        select(*(shift_notes.c[name] for name in _NAMES))
        .where(shift_notes.c.at > bindparam("since"))
        .order_by(shift_notes.c.at.desc(), shift_notes.c.id.desc())
    ),
    "since",
)
_NEWEST = Prepared(
    lambda _: (
        select(shift_notes.c.queue, func.max(shift_notes.c.at))
        .where(shift_notes.c.at > bindparam("since"), shift_notes.c.staff_id != bindparam("who"))
        .group_by(shift_notes.c.queue)
    ),
    "since",
    "who",
)
_DELETE_OLD = Prepared(
    lambda _: delete(shift_notes).where(shift_notes.c.at <= bindparam("before")), "before"
)


@dataclass(frozen=True, slots=True)
class ShiftNote:
    """One note from shift to shift."""

    by: str
    at: int
    queues: tuple[str, ...]
    text: str | None
    """None: this keyring does not open it."""


class ShiftNotes:
    """Notes from shift to shift, inside units of work."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def add(
        self, work: Work, to: KeyHolders, queues: Iterable[str], by: str, text: str, now: int
    ) -> bool:
        """Leave a note for whoever comes next; tell whether there is anybody to open it."""
        said = text.strip()[:MAX_LENGTH].encode()
        teams = [(queue, holder) for queue in queues if (holder := to.for_queue(queue)) is not None]
        for queue, holder in teams if said else ():
            sealed = seal_to(holder.public, _associated_data(queue, by, now), pad(said))
            work.run(_ADD, queue, holder.name, by, sealed, now)
            self._audit.record(work, now, by, "handover", queue)
        return bool(said and teams)

    @staticmethod
    def recent(
        work: Work, queues: Iterable[str], keyring: Keyring | None, now: int
    ) -> list[ShiftNote]:
        """Return the notes to these queues, the newest first; one to several stands once."""
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
        """Return when the newest note of others to these queues was left; 0: none since."""
        wanted = set(queues)
        rows = work.rows(_NEWEST, max(since, now - KEEP_FOR), who)
        return max((int(at) for queue, at in rows if queue in wanted), default=0)

    @staticmethod
    def delete_old(work: Work, now: int) -> None:
        """Forget what the next shift has read by now."""
        work.run(_DELETE_OLD, now - KEEP_FOR)


def _open(keyring: Keyring | None, team: str, place: bytes, sealed: bytes) -> str | None:
    key = keyring.key(team) if keyring else None
    if key is None:
        return None
    try:
        return unpad(key.open(place, sealed)).decode()
    except DecryptionError:  # altered, or moved to another queue
        return None


def _associated_data(queue: str, by: str, at: int) -> bytes:
    return f"haven/shift/{queue}/{by}/{at}".encode()
