"""What arrived: kept, told apart from what came before, and set aside when it cannot be handled."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.main import NOT_DONE, inbox, offsets, tallies
from bot.vault import Purpose
from bot.vault.erasure.retention import SET_ASIDE_KEPT, UPDATES_KEPT
from bot.vault.keys.epoch_keys import RESEAL_AFTER, epoch_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.store.writer import Work
    from bot.vault import Vault

WAITING, DONE, QUARANTINED = "waiting", "done", "quarantined"
IN_QUEUE = "in_line"
"""Waits while others have their turn; after a start it is waiting like all else."""
DIGEST_LENGTH = 16
MAX_CRASHES = 3
"""Times a process may die over an update before it is set aside."""


@dataclass(slots=True)
class Arrival:
    """One update as it came, told apart by its bot, number and content."""

    update_id: int
    raw: bytes
    digest: bytes
    row: int | None = None
    """Its row in the inbox, once it was stored on its own."""

    @classmethod
    def of(cls, update_id: int, raw: bytes) -> Arrival:
        """Return the arrival of these bytes."""
        return cls(update_id, raw, hashlib.sha256(raw).digest()[:DIGEST_LENGTH])


_SEEN = PreparedList(
    lambda values: select(inbox.c.bot, inbox.c.update_id, inbox.c.digest).where(
        inbox.c.update_id.in_(values)
    )
)
_COLUMNS = ("bot", "update_id", "digest", "state", "raw", "fault", "attempts", "received_at")
_INSERT = Prepared(
    lambda dialect: (
        insert_into(dialect, inbox)
        .values({name: bindparam(name) for name in _COLUMNS})
        .on_conflict_do_nothing(index_elements=["update_id", "digest", "bot"])
    ),
    *_COLUMNS,
)
_WAITING = Prepared(
    lambda _: (
        select(inbox.c.id, inbox.c.update_id, inbox.c.digest, inbox.c.raw, inbox.c.attempts)
        .where(NOT_DONE, inbox.c.state == WAITING, inbox.c.bot == bindparam("of_bot"))
        .order_by(inbox.c.id)
        .limit(bindparam("most"))
    ),
    "of_bot",
    "most",
)
_ATTEMPT = Prepared(
    lambda _: (
        update(inbox).where(inbox.c.id == bindparam("row")).values(attempts=inbox.c.attempts + 1)
    ),
    "row",
)
_FINISH = Prepared(
    lambda _: update(inbox).where(inbox.c.id == bindparam("row")).values(state=DONE, raw=None),
    "row",
)
_QUARANTINE = Prepared(
    lambda _: (
        update(inbox)
        .where(inbox.c.id == bindparam("row"))
        .values(state=QUARANTINED, fault=bindparam("why"))
    ),
    "why",
    "row",
)
_QUARANTINE_CRASHING = Prepared(
    lambda _: (
        update(inbox)
        .where(
            NOT_DONE,
            inbox.c.state == WAITING,
            inbox.c.bot == bindparam("of_bot"),
            inbox.c.attempts >= bindparam("deaths"),
        )
        .values(state=QUARANTINED, fault="the process ended over it")
    ),
    "of_bot",
    "deaths",
)
_OFFSET = Prepared(
    lambda dialect: (put := insert_into(dialect, offsets).values(
        bot=bindparam("bot"),
        next_update_id=bindparam("next_update_id"),
        committed_at=bindparam("committed_at"),
    )).on_conflict_do_update(
        index_elements=["bot"],
        set_={
            "next_update_id": put.excluded.next_update_id,
            "committed_at": put.excluded.committed_at,
        },
    ),
    "bot",
    "next_update_id",
    "committed_at",
)  # fmt: skip
_TALLY = Prepared(
    lambda dialect: (
        insert_into(dialect, tallies)
        .values(kind=bindparam("kind"), day=bindparam("day"), times=bindparam("times"))
        .on_conflict_do_update(
            index_elements=["kind", "day"], set_={"times": tallies.c.times + bindparam("more")}
        )
    ),
    "kind",
    "day",
    "times",
    "more",
)
_EXPIRE = Prepared(
    lambda _: delete(inbox).where(
        inbox.c.id.in_(select(inbox.c.id).order_by(inbox.c.id).limit(bindparam("most"))),
        inbox.c.received_at < bindparam("before"),
        inbox.c.state != WAITING,
        inbox.c.state != IN_QUEUE,
    ),
    "most",
    "before",
)
_EXPIRE_QUARANTINED = Prepared(
    lambda _: (
        update(inbox)
        .where(
            NOT_DONE,
            inbox.c.state == QUARANTINED,
            inbox.c.raw.is_not(None),
            inbox.c.received_at < bindparam("before"),
        )
        .values(raw=None)
    ),
    "before",
)


_OLD_WAITING = Prepared(
    lambda _: select(inbox.c.id, inbox.c.update_id, inbox.c.digest, inbox.c.raw).where(
        NOT_DONE,
        inbox.c.state != QUARANTINED,
        inbox.c.bot == bindparam("of_bot"),
        inbox.c.received_at < bindparam("before"),
    ),
    "of_bot",
    "before",
)
_IN_QUEUE = PreparedList(
    lambda values: select(
        inbox.c.id, inbox.c.update_id, inbox.c.digest, inbox.c.bot, inbox.c.raw
    ).where(inbox.c.update_id.in_(values), inbox.c.state == IN_QUEUE)
)
_REQUEUE = Prepared(
    lambda _: (
        update(inbox)
        .where(NOT_DONE, inbox.c.state == IN_QUEUE, inbox.c.bot == bindparam("of_bot"))
        .values(state=WAITING)
    ),
    "of_bot",
)
_RESEAL = Prepared(
    lambda _: update(inbox).where(inbox.c.id == bindparam("row")).values(raw=bindparam("raw")),
    "raw",
    "row",
)


class Inbox:
    """The inbox of one bot, used inside units of work."""

    def __init__(self, bot: int, vault: Vault) -> None:
        self.bot = bot
        self._vault = vault
        self._counts: Counter[str] = Counter()
        self._next_update_id: int | None = None

    def unseen(self, work: Work, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Return those that never came before, each once, in the order they came."""
        if not arrivals:
            return []
        seen = {
            (number, bytes(digest))
            for bot, number, digest in work.rows_in(_SEEN, [a.update_id for a in arrivals])
            if bot == self.bot
        }
        fresh: list[Arrival] = []
        for arrival in arrivals:
            known = (arrival.update_id, arrival.digest)
            if known not in seen:
                seen.add(known)
                fresh.append(arrival)
        return fresh

    def store_handled(self, work: Work, arrivals: Iterable[Arrival], now: int) -> None:
        """Remember updates that are handled in this very transaction."""
        rows = []
        stored = []
        for arrival in arrivals:
            if arrival.row is None:
                rows.append((self.bot, arrival.update_id, arrival.digest, DONE, None, None, 0, now))
            else:
                stored.append((arrival.row,))
        work.many(_INSERT, rows)
        work.many(_FINISH, stored)

    def store_waiting(
        self, work: Work, arrivals: Sequence[Arrival], now: int, state: str = WAITING
    ) -> None:
        """Store updates that are to be handled later, sealed."""
        work.many(
            _INSERT,
            [
                (self.bot, a.update_id, a.digest, state, self._seal(a), None, 0, now)
                for a in arrivals
            ],
        )

    def load_queued(self, work: Work, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Return updates that wait in the line as they came, in this order."""
        found = {
            (number, bytes(digest)): (row, bytes(raw))
            for row, number, digest, bot, raw in work.rows_in(
                _IN_QUEUE, [arrival.update_id for arrival in arrivals]
            )
            if bot == self.bot
        }
        return [
            opened
            for arrival in arrivals
            if (it := found.get((arrival.update_id, arrival.digest))) is not None
            for opened in self._open(work, it[0], arrival.update_id, arrival.digest, it[1])
        ]

    def requeue_all(self, work: Work) -> None:
        """Let what an earlier process left in its line wait like all else: its order is gone."""
        work.run(_REQUEUE, self.bot)

    def load_waiting(self, work: Work, most: int) -> list[Arrival]:
        """Return stored updates that wait, oldest first, one more attempt counted for each.

        One over which the process died too often is set aside instead. One that was attempted
        before comes alone, so that its neighbours do not share its fate.
        """
        work.run(_QUARANTINE_CRASHING, self.bot, MAX_CRASHES)
        found: list[Arrival] = []
        while not found and (rows := work.rows(_WAITING, self.bot, most)):
            for row, number, digest, raw, attempts in rows:
                if attempts and found:
                    break
                found += self._open(work, row, number, bytes(digest), bytes(raw))
                if attempts and found:
                    break
        work.many(_ATTEMPT, [(arrival.row,) for arrival in found])
        return found

    def quarantine(self, work: Work, arrival: Arrival, why: str, now: int) -> None:
        """Set an update aside, sealed, with the reason; everything else goes on."""
        if arrival.row is not None:
            work.run(_QUARANTINE, why[:80], arrival.row)
            return
        work.run(
            _INSERT, self.bot, arrival.update_id, arrival.digest, QUARANTINED,
            self._seal(arrival), why[:80], 1, now,
        )  # fmt: skip

    def note_offset(self, next_update_id: int) -> None:
        """Remember the end of the last committed batch: to look at, never to poll by."""
        self._next_update_id = next_update_id

    def count_kinds(self, kinds: Mapping[str, int]) -> None:
        """Count what came, by kind; written down by `note_progress`."""
        self._counts.update(kinds)

    def store_progress(self, work: Work, now: int) -> None:
        """Write down what was counted, and the end of the last batch, for people to look at.

        Not with every batch: nothing is ever decided by either.
        """
        counted, self._counts = self._counts, Counter()
        day = now // DAY
        work.many(_TALLY, [(kind, day, times, times) for kind, times in counted.items()])
        if self._next_update_id is not None:
            work.run(_OFFSET, self.bot, self._next_update_id, now)

    def reencrypt_waiting(self, work: Work, now: int) -> None:
        """Seal anew what still waits although its epoch ends: it was stored, so it is handled."""
        dying = self._vault.expiring_epochs(now)
        for row, number, digest, raw in work.rows(_OLD_WAITING, self.bot, now - RESEAL_AFTER):
            sealed = bytes(raw)
            if epoch_number(sealed) in dying:
                for arrival in self._open(work, row, number, bytes(digest), sealed):
                    work.run(_RESEAL, self._seal(arrival), row)

    def expire(self, work: Work, now: int, most: int = 2000) -> int:
        """Forget what is old enough; return how many rows went."""
        work.run(_EXPIRE_QUARANTINED, now - SET_ASIDE_KEPT)
        return work.run(_EXPIRE, most, now - UPDATES_KEPT)

    def _associated_data(self, arrival: Arrival) -> bytes:
        return b"%d/%d/%b" % (self.bot, arrival.update_id, arrival.digest)

    def _seal(self, arrival: Arrival) -> bytes:
        return self._vault.seal(Purpose.INBOX, self._associated_data(arrival), arrival.raw)

    def _open(
        self, work: Work, row: int, number: int, digest: bytes, sealed: bytes
    ) -> list[Arrival]:
        arrival = Arrival(number, b"", digest, row)
        try:
            arrival.raw = self._vault.open(Purpose.INBOX, self._associated_data(arrival), sealed)
        except DecryptionError:
            work.run(_QUARANTINE, "does not open", row)
            return []
        return [arrival]
