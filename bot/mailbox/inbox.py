"""Updates that arrived: deduplicated, stored while they wait, quarantined if they fail."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, or_, select

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.mailbox.waiting_chats import WaitingChats
from bot.store.compiled import Prepared
from bot.store.statements import (
    insert_rows,
    select_by,
    select_in,
    update_by,
    upsert,
)
from bot.store.tables.main import FOR_WORKERS, NOT_DONE, inbox, offsets, tallies
from bot.vault import Purpose, Vault
from bot.vault.erasure.retention import SET_ASIDE_KEPT, UPDATES_KEPT
from bot.vault.keys.epoch_keys import RESEAL_AFTER, epoch_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.messages import Update
    from bot.store.writer import Work

WAITING, DONE, QUARANTINED = "waiting", "done", "quarantined"
IN_QUEUE = "in_line"
"""Waits while other chats have their turn; after a start it is simply waiting."""
STORED = "stored"
"""Waits for whichever worker locks its chat (`waiting_chats`); only the leader takes what is
`waiting` or in the fair queue, which lasts as long as its process."""
DIGEST_LENGTH = 16
FOREVER = 2**62
"""In place of a moment: none waits."""
MAX_CRASHES, MAX_ATTEMPTS = 8, 11
"""Times a process may end over an update before it is quarantined, and in all.

The update need not be the cause: a full memory, or a computer that starts again and again, ends a
process over what waits first. About one kill in four at a start meets the same update, so that
after three an innocent one in fifty was quarantined, and after eight none. A process that has
lived for a while tries a quarantined update again, alone.
"""
_ENDED_OVER_IT = "the process ended over it"
_MISTAKES = ("turn failed:", "unreadable:")
"""How the reasons begin that another release, or repaired data, may do away with."""
TRIED_AGAIN_WITHIN = DAY
"""How long an update is tried again at a start: as long as Telegram would have kept it."""


@dataclass(slots=True)
class Arrival:
    """One update as it came, identified by its bot, id and content."""

    update_id: int
    raw: bytes
    digest: bytes
    row: int | None = None
    """Its row in the inbox; None before it was stored."""
    is_done: bool = False
    """Whether that row was stored as done, by the unit of work that handles it."""
    update: Update | None = None
    """What it says, once that was read."""
    received_at: int = 0
    """When it was stored, in microseconds; 0 where it is handled as it comes."""

    @classmethod
    def of(cls, update_id: int, raw: bytes) -> Arrival:
        """Return the arrival of these bytes."""
        return cls(update_id, raw, hashlib.sha256(raw).digest()[:DIGEST_LENGTH])


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """An update that waits for a worker."""

    arrival: Arrival
    """Without its content, which is sealed."""
    sealed: bytes
    attempts: int


_KEY = ("update_id", "digest", "bot")
_STORE_DONE = insert_rows(
    inbox, "bot", "update_id", "digest", "received_at",
    unless_exists=_KEY, constants={"state": DONE, "attempts": 0},
)  # fmt: skip
_STORE = insert_rows(
    inbox, "bot", "update_id", "digest", "state", "raw", "received_at", "chat_key",
    unless_exists=_KEY, constants={"attempts": 0},
)  # fmt: skip
_QUEUE = update_by(inbox, "raw", by="id", constants={"state": IN_QUEUE}, as_lists=True)
_SHARE = update_by(inbox, "raw", "chat_key", by="id", constants={"state": STORED}, as_lists=True)
_IS_WAITING = inbox.c.state == WAITING
_WAITING = select_by(
    inbox, "id", "update_id", "digest", "raw", "attempts", "received_at",
    by=(NOT_DONE, _IS_WAITING, "bot", inbox.c.received_at <= bindparam("until")), order_by="id",
    limit=bindparam("most"),
)  # fmt: skip
_WAITING_SINCE = select_by(
    inbox, "received_at", by=(NOT_DONE, _IS_WAITING, "bot"), order_by="id", limit=1
)
_COUNT_ATTEMPT = update_by(inbox, by="id", constants={"attempts": inbox.c.attempts + 1})
_FINISH = update_by(
    inbox, by="id", constants={"state": DONE, "raw": None, "chat_key": None}, as_lists=True
)
_QUARANTINE = update_by(inbox, "fault", by="id", constants={"state": QUARANTINED, "chat_key": None})
_QUARANTINE_NEW = update_by(
    inbox, "fault", "raw", by="id", constants={"state": QUARANTINED, "attempts": 1}
)
_ENDED_OVER = select_by(
    inbox, "id", "update_id", "digest", "raw",
    by=(
        NOT_DONE, inbox.c.state == QUARANTINED, inbox.c.fault == _ENDED_OVER_IT, "bot",
        inbox.c.raw.is_not(None), inbox.c.attempts < MAX_ATTEMPTS,
    ),
    order_by="id", limit=1,
)  # fmt: skip
_COUNT_QUARANTINED = select_by(
    inbox, func.count(), by=(NOT_DONE, inbox.c.state == QUARANTINED, inbox.c.raw.is_not(None))
)
_OPEN_ROWS = select_in(inbox, "id", among="id", by=NOT_DONE, lock=True)
_IN_QUEUE = select_in(
    inbox, "id", "update_id", "digest", "bot", "raw",
    among="update_id", by=inbox.c.state == IN_QUEUE,
)  # fmt: skip
_REQUEUE = update_by(
    inbox, by=(NOT_DONE, inbox.c.state == IN_QUEUE, "bot"), constants={"state": WAITING}
)
_LAST_DONE = (
    select(func.coalesce(func.max(inbox.c.id), 0))
    .where(inbox.c.state == DONE, inbox.c.bot == bindparam("same_bot"))
    .scalar_subquery()
)
_REQUEUE_FAILED = update_by(
    inbox,
    by=(
        NOT_DONE, inbox.c.state == QUARANTINED, "bot", inbox.c.raw.is_not(None),
        or_(*(inbox.c.fault.startswith(it, autoescape=True) for it in _MISTAKES)),
        inbox.c.attempts < MAX_CRASHES, inbox.c.received_at >= bindparam("since"),
        inbox.c.id > _LAST_DONE,
    ),
    constants={"state": WAITING, "fault": None},
)  # fmt: skip
_IS_OLD = inbox.c.received_at < bindparam("before")
_OLD_WAITING = select_by(
    inbox, "id", "update_id", "digest", "raw",
    by=(NOT_DONE, inbox.c.state != QUARANTINED, "bot", _IS_OLD),
)  # fmt: skip
_STORED_OF_CHAT = select_by(
    inbox, "id", "update_id", "digest", "raw", "attempts", "received_at",
    by=(FOR_WORKERS, "chat_key", "bot"), order_by=("update_id", "id"), limit=bindparam("most"),
)  # fmt: skip
_SET_RAW = update_by(inbox, "raw", by=(NOT_DONE, "id"))
_STORE_OFFSET = upsert(offsets, "bot", "next_update_id", "committed_at", key="bot")
_COUNT_KIND = upsert(
    tallies, "kind", "day", "times", key=("kind", "day"), update=(),
    on_conflict={"times": tallies.c.times + bindparam("more")},
)  # fmt: skip
_FIRST_ROWS = select(inbox.c.id).order_by(inbox.c.id).limit(bindparam("most"))
_IS_OVER = or_(inbox.c.state == DONE, inbox.c.state == QUARANTINED)
_EXPIRE = Prepared(
    lambda _: delete(inbox).where(inbox.c.id.in_(_FIRST_ROWS), _IS_OLD, _IS_OVER),
    "most",
    "before",
)
_EXPIRE_QUARANTINED = update_by(
    inbox, by=(NOT_DONE, inbox.c.state == QUARANTINED, inbox.c.raw.is_not(None), _IS_OLD),
    constants={"raw": None},
)  # fmt: skip


class Inbox:
    """The updates of one bot, used inside units of work."""

    def __init__(self, bot: int, vault: Vault) -> None:
        self.bot = bot
        self.chats = WaitingChats(bot)
        """The chats in which updates wait for workers."""
        self._vault = vault
        self._counts: Counter[str] = Counter()
        self._next_update_id: int | None = None

    def insert(
        self, work: Work, arrivals: Sequence[Arrival], now: int
    ) -> Callable[[], list[Arrival]]:
        """Store updates as handled, before they are; return the function that says which are new.

        Only those are handled, in this unit of work. Each is new to one unit alone, in whichever
        process: the unique key decides, and a second unit waits until the first has ended. The
        function returns them in the order they came; nothing is waited for until it is called.
        """
        bot = self.bot
        found = work.insert_rows(
            _STORE_DONE, [(bot, it.update_id, it.digest, now) for it in arrivals]
        )
        return lambda: _new_ones(arrivals, found(), is_done=True)

    def store_handled(self, work: Work, arrivals: Iterable[Arrival], now: int) -> None:
        """Store that updates are handled, in the transaction that handles them."""
        stored = [it for it in arrivals if not it.is_done]
        self.insert(work, [it for it in stored if it.row is None], now)
        work.many(_FINISH, [(it.row,) for it in stored if it.row is not None])

    def store_waiting(
        self, work: Work, arrivals: Sequence[Arrival], now: int, state: str = WAITING
    ) -> list[Arrival]:
        """Store updates to be handled later, sealed; return the new ones."""
        return self._store(work, arrivals, now, state, {})()

    def store_for_workers(
        self, work: Work, keyed: Sequence[tuple[bytes, Arrival]], now: int, not_before: int = 0
    ) -> None:
        """Store updates, sealed, to be handled by the worker that locks their chats."""
        keys = {id(arrival): key for key, arrival in keyed}
        arrivals = [arrival for _, arrival in keyed]
        new = self._store(work, arrivals, now, STORED, keys)()
        self.chats.add(work, [keys[id(arrival)] for arrival in new], now, not_before)

    def _store(
        self, work: Work, arrivals: Sequence[Arrival], now: int, state: str, keys: dict[int, bytes]
    ) -> Callable[[], list[Arrival]]:
        rows = [
            (self.bot, it.update_id, it.digest, state, self._seal(it), now, keys.get(id(it)))
            for it in arrivals
        ]
        found = work.insert_rows(_STORE, rows)
        return lambda: _new_ones(arrivals, found(), is_done=False)

    def queue(self, work: Work, arrivals: Sequence[Arrival]) -> None:
        """Let updates that this unit has inserted wait in the fair queue, sealed."""
        work.many(_QUEUE, [(self._seal(it), it.row) for it in arrivals])

    def hand_to_workers(self, work: Work, keyed: Sequence[tuple[bytes, Arrival]], now: int) -> None:
        """Let updates that this unit has inserted wait for workers, sealed."""
        work.many(_SHARE, [(self._seal(it), key, it.row) for key, it in keyed])
        self.chats.add(work, [key for key, _ in keyed], now, 0)

    @staticmethod
    def lock_stored(work: Work, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Return those that are not done, locked: another process may have handled them."""
        open_rows = {row for (row,) in work.rows_in(_OPEN_ROWS, [it.row for it in arrivals])}
        return [it for it in arrivals if it.row in open_rows]

    def load_queued(self, work: Work, update_ids: Sequence[int]) -> list[Arrival]:
        """Return updates that wait in the fair queue, opened, in this order."""
        found: dict[int, list[tuple[int, bytes, bytes]]] = {}
        for row, number, digest, bot, raw in work.rows_in(_IN_QUEUE, update_ids):
            if bot == self.bot:
                found.setdefault(number, []).append((row, bytes(digest), bytes(raw)))
        return [
            opened
            for number in dict.fromkeys(update_ids)
            for row, digest, raw in sorted(found.get(number, ()))
            for opened in self._open(work, row, number, digest, raw)
        ]

    def requeue_all(self, work: Work, now: int) -> None:
        """Let what an earlier process left in its fair queue simply wait: the order is lost.

        What failed for a mistake in Haven waits again, too, if nothing succeeded since: with broken
        data or a broken release every turn fails, and everyone who wrote meanwhile must be heard
        once that is repaired. Where others were answered, it stays quarantined: the person may have
        written on, or cleared the chat, and a late answer would be seen.
        """
        work.run(_REQUEUE, self.bot)
        work.run(_REQUEUE_FAILED, self.bot, now - TRIED_AGAIN_WITHIN, self.bot)

    def waiting_since(self, work: Work) -> int:
        """Return when the oldest waiting update was stored; a moment far away if none waits."""
        rows = work.rows(_WAITING_SINCE, self.bot)
        return int(rows[0][0]) if rows else FOREVER

    def load_waiting(self, work: Work, most: int, until: int = FOREVER) -> list[Arrival]:
        """Return updates that were stored until a moment and wait, oldest first.

        An attempt is counted for each. No more rows are read than these, so that a batch costs the
        same however many wait. An update over which the process ended too often is quarantined
        instead; one that was attempted before comes alone, so that no other is quarantined with it.
        """
        found: list[Arrival] = []
        while not found and (rows := work.rows(_WAITING, self.bot, until, most)):
            for row, number, digest, raw, attempts, at in rows:
                if attempts and found:
                    break
                if attempts >= MAX_CRASHES:
                    work.run(_QUARANTINE, _ENDED_OVER_IT, row)
                    continue
                found += self._open(work, row, number, bytes(digest), bytes(raw), at)
                if attempts and found:
                    break
        work.many(_COUNT_ATTEMPT, [(arrival.row,) for arrival in found])
        return found

    def expect_of_chat(self, work: Work, key: bytes, most: int) -> None:
        """Let the database look up what `load_of_chat` will ask for."""
        work.expect(_STORED_OF_CHAT, key, self.bot, most)

    def load_of_chat(self, work: Work, key: bytes, most: int) -> list[StoredUpdate]:
        """Return the first updates of a chat that wait for a worker, sealed, in their order.

        That is the order of their ids: fronts that receive them in parallel store them in any.
        """
        rows = work.rows(_STORED_OF_CHAT, key, self.bot, most)
        return [
            StoredUpdate(
                Arrival(number, b"", bytes(digest), row, received_at=at), bytes(raw), attempts
            )
            for row, number, digest, raw, attempts, at in rows
        ]

    def open_stored(self, work: Work, stored: Iterable[StoredUpdate]) -> list[Arrival]:
        """Return updates opened; those that do not open are quarantined."""
        found: list[Arrival] = []
        for it in stored:
            arrival = it.arrival
            found += self._open(
                work, arrival.row or 0, arrival.update_id, arrival.digest, it.sealed,
                arrival.received_at,
            )  # fmt: skip
        return found

    @staticmethod
    def count_attempts(work: Work, stored: Iterable[StoredUpdate]) -> None:
        """Count an attempt for each, before it is handled."""
        work.many(_COUNT_ATTEMPT, [(it.arrival.row,) for it in stored])

    @staticmethod
    def quarantine_crashing(work: Work, stored: Iterable[StoredUpdate]) -> None:
        """Quarantine updates over which processes ended too often."""
        work.many(_QUARANTINE, [(_ENDED_OVER_IT, it.arrival.row) for it in stored])

    def load_crashed(self, work: Work) -> list[Arrival]:
        """Return the oldest update that was quarantined because the process ended over it.

        An attempt is counted; after `MAX_ATTEMPTS` it stays quarantined.
        """
        found = [
            opened
            for row, number, digest, raw in work.rows(_ENDED_OVER, self.bot)
            for opened in self._open(work, row, number, bytes(digest), bytes(raw))
        ]
        work.many(_COUNT_ATTEMPT, [(arrival.row,) for arrival in found])
        return found

    @staticmethod
    def count_quarantined(work: Work) -> int:
        """Return how many updates could not be handled, and are not erased yet."""
        return int(work.rows(_COUNT_QUARANTINED)[0][0])

    def quarantine(self, work: Work, arrival: Arrival, why: str, now: int) -> None:
        """Quarantine an update, sealed, with the reason; everything else goes on."""
        if arrival.row is None:
            self.insert(work, [arrival], now)()
        if arrival.is_done:
            work.run(_QUARANTINE_NEW, why[:80], self._seal(arrival), arrival.row)
        else:
            work.run(_QUARANTINE, why[:80], arrival.row)

    def note_offset(self, next_update_id: int) -> None:
        """Note the end of the last committed batch: to look at, never to poll by."""
        self._next_update_id = next_update_id

    def count_kinds(self, kinds: Mapping[str, int]) -> None:
        """Count what came, by kind; `store_progress` stores it."""
        self._counts.update(kinds)

    def store_progress(self, work: Work, now: int) -> None:
        """Store the counts and the end of the last batch, for operators to look at.

        Not with every batch: nothing is ever decided by either.
        """
        counted, day = self._counts.copy(), now // DAY
        work.after_commit(lambda: self._counts.subtract(counted))
        rows = [(kind, day, times, times) for kind, times in counted.items() if times]
        work.many(_COUNT_KIND, rows)
        if self._next_update_id is not None:
            work.run(_STORE_OFFSET, self.bot, self._next_update_id, now)

    def reencrypt_waiting(self, work: Work, now: int) -> None:
        """Re-encrypt what still waits although its epoch ends: what was stored is handled."""
        dying = self._vault.expiring_epochs(now)
        for row, number, digest, raw in work.rows(_OLD_WAITING, self.bot, now - RESEAL_AFTER):
            sealed = bytes(raw)
            if epoch_number(sealed) in dying:
                for arrival in self._open(work, row, number, bytes(digest), sealed):
                    work.run(_SET_RAW, self._seal(arrival), row)

    def expire(self, work: Work, now: int, most: int = 2000) -> int:
        """Delete updates by age; return how many rows."""
        work.run(_EXPIRE_QUARANTINED, now - SET_ASIDE_KEPT)
        return work.run(_EXPIRE, most, now - UPDATES_KEPT)

    def _associated_data(self, arrival: Arrival) -> bytes:
        return b"%d/%d/%b" % (self.bot, arrival.update_id, arrival.digest)

    def _seal(self, arrival: Arrival) -> bytes:
        return self._vault.seal(Purpose.INBOX, self._associated_data(arrival), arrival.raw)

    def _open(
        self, work: Work, row: int, number: int, digest: bytes, sealed: bytes, received_at: int = 0
    ) -> list[Arrival]:
        arrival = Arrival(number, b"", digest, row, received_at=received_at)
        try:
            arrival.raw = self._vault.open(Purpose.INBOX, self._associated_data(arrival), sealed)
        except DecryptionError:
            work.run(_QUARANTINE, "does not open", row)
            return []
        return [arrival]


def _new_ones(
    arrivals: Sequence[Arrival], stored: Iterable[tuple[int, int, bytes, int]], *, is_done: bool
) -> list[Arrival]:
    """Return the arrivals that were stored, each once and with its row, in the order they came."""
    rows = {(number, bytes(digest)): row for row, number, digest, _bot in stored}
    new: list[Arrival] = []
    for arrival in arrivals:
        arrival.row = rows.pop((arrival.update_id, arrival.digest), None)
        arrival.is_done = is_done
        if arrival.row is not None:
            new.append(arrival)
    return new
