"""What one shift tells the next: a note to the team of a queue, sealed to it, for three days.

Whoever works in a queue when the note is written opens it, and the supervisors; a colleague who
joins the team later does not, and reads what comes from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select

from bot.clock import DAY
from bot.errors import DoesNotOpen
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.team import shift_notes
from bot.vault.keys.hpke import emptied, filled, seal_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import Audit
    from bot.vault.keys.keyring import Keyring
    from bot.vault.keys.team_keys import Holders

KEPT = 3 * DAY
LONGEST = 2000
"""Characters of one note."""
SHOWN = 50

_NAMES = ("queue", "team", "staff_id", "sealed", "at")
_ADD = Prepared(
    lambda dialect: insert_of(dialect, shift_notes).values({n: bindparam(n) for n in _NAMES}),
    *_NAMES,
)
_LATELY = Prepared(
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
_FORGET = Prepared(
    lambda _: delete(shift_notes).where(shift_notes.c.at <= bindparam("before")), "before"
)


@dataclass(frozen=True, slots=True)
class Note:
    """One note from shift to shift."""

    by: str
    at: int
    queues: tuple[str, ...]
    words: str | None
    """None: this keyring does not open it."""


class Handover:
    """Notes from shift to shift, inside units of work."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def leave(  # noqa: PLR0913, PLR0917 - what is written, to whom, by whom
        self, work: Work, to: Holders, queues: Iterable[str], by: str, words: str, now: int
    ) -> bool:
        """Leave a note for whoever comes next; tell whether there is anybody to open it."""
        said = words.strip()[:LONGEST].encode()
        teams = [(queue, holder) for queue in queues if (holder := to.of_queue(queue)) is not None]
        for queue, holder in teams if said else ():
            sealed = seal_to(holder.public, _place(queue, by, now), filled(said))
            work.run(_ADD, queue, holder.name, by, sealed, now)
            self._audit.note(work, now, by, "handover", queue)
        return bool(said and teams)

    @staticmethod
    def lately(work: Work, queues: Iterable[str], keyring: Keyring | None, now: int) -> list[Note]:
        """Return the notes to these queues, the newest first; one to several stands once."""
        wanted = set(queues)
        found: dict[tuple[str, int], Note] = {}
        for queue, team, by, sealed, at in work.rows(_LATELY, now - KEPT):
            if queue not in wanted:
                continue
            before = found.get((by, at))
            words = before.words if before else None
            if words is None:
                words = _opened(keyring, team, _place(queue, by, at), bytes(sealed))
            known = before.queues if before else ()
            found[by, at] = Note(by, at, (*known, queue), words)
        return list(found.values())[:SHOWN]

    @staticmethod
    def newest(work: Work, queues: Iterable[str], who: str, since: int, now: int) -> int:
        """Return when the newest note of others to these queues was left; 0: none since."""
        wanted = set(queues)
        rows = work.rows(_NEWEST, max(since, now - KEPT), who)
        return max((int(at) for queue, at in rows if queue in wanted), default=0)

    @staticmethod
    def forget(work: Work, now: int) -> None:
        """Forget what the next shift has read by now."""
        work.run(_FORGET, now - KEPT)


def _opened(keyring: Keyring | None, team: str, place: bytes, sealed: bytes) -> str | None:
    key = keyring.key(team) if keyring else None
    if key is None:
        return None
    try:
        return emptied(key.open(place, sealed)).decode()
    except DoesNotOpen:  # altered, or moved to another queue
        return None


def _place(queue: str, by: str, at: int) -> bytes:
    return f"haven/shift/{queue}/{by}/{at}".encode()
