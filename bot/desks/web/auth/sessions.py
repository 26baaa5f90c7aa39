"""Sessions: a secret in the browser; its digest, and all that a session keeps, in the database.

Any desk on the same data goes on with a session, also after a restart: what it keeps is sealed
under the browser's secret and under the root (`session_memory`). A process holds the sessions it
has answered as well, and takes over from the row what another process changed. Kept in the memory
of one process alone, because nothing is lost with them: open streams, a running search (another
desk searches again), and the lock that keeps readings of one page to one row of the audit log.

A session ends after 15 minutes without activity, ten hours after it began, when it is ended, and
when its caseworker loses access; each request looks whether the row is still there.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam

from bot.clock import HOUR, MINUTE
from bot.desks.web.auth.session_memory import (
    CSRF,
    FLASH,
    KEY,
    MemoryRows,
    MemorySeal,
    StoredMemory,
    changes_of,
)
from bot.desks.web.live.event_log import EventLog
from bot.errors import DecryptionError, HavenError
from bot.hotline.directory.find import ServiceQuery
from bot.store.faults import ignore_store_errors
from bot.store.statements import delete_by, insert, select_by, select_one, update_by
from bot.store.tables.desk import desk_sessions
from bot.vault.keys.browser_key import (
    lock_with_secret,
    new_session_secret,
    secret_digest,
    unlock_with_secret,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.clock import Clock
    from bot.hotline.search.job import SearchJob
    from bot.store.writer import Work, Writer
    from bot.vault import Vault
    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.keyring import Keyring

    Memory = dict[str, Any]

IDLE_TIMEOUT, MAX_LIFETIME = 15 * MINUTE, 10 * HOUR
STEP_UP_LIFETIME = 5 * MINUTE
"""How long a second factor counts for actions that cannot be undone."""
PAUSE_OFFERED_FOR = 30 * MINUTE
NEVER = 0
SEEN_EVERY = MINUTE
MAX_SESSIONS = 5  # sessions of one caseworker; one more ends the oldest
MAX_REFERENCES = 400
"""Numbers of cases that a session remembers to have shown."""

READ, OPENED, LANGUAGE, REFERENCE, REFUSED, QUERY, DISMISSED = (
    "read|", "opened|", "language|", "reference|", "refused|", "query|", "dismissed|"
)  # fmt: skip
EXPORT, INVITATION, HARD_CASE, WORDS = "export|", "invitation|", "hard_case|", "words|"
TYPED = "typed|"
STORED_LATER = (REFERENCE, REFUSED)
"""Kinds that wait for another change, or for the minute: a desk that does not know them writes one
row more to the audit log, or says less about a case that has gone. Nothing is shown or hidden."""

_COLUMNS = ("token", "staff_id", "browser", "begun_at", "seen_at", "proved_at")
_ADD = insert(desk_sessions, *_COLUMNS, "sealed", "version")
_LOAD = select_one(desk_sessions, *_COLUMNS, "sealed", "version", by="token")
_OF = select_by(desk_sessions, *_COLUMNS, by="staff_id", order_by="begun_at")
_TOUCH = update_by(desk_sessions, "seen_at", by="token")
_END = delete_by(desk_sessions, "token")
_END_OLD = delete_by(
    desk_sessions,
    (desk_sessions.c.begun_at < bindparam("begun"))
    | (desk_sessions.c.seen_at < bindparam("seen"))
    | desk_sessions.c.sealed.is_(None),
)


@dataclass(frozen=True, slots=True)
class InterruptedExport:
    """What waits for a second factor, and goes on once the page of its case is shown again.

    An erasure does not go on by itself: what was typed for it stands in its form again.
    """

    path: str
    """Of its form, without the prefix of the desk."""
    fields: Mapping[str, str]
    back: str
    """The page it was asked on."""
    asked_at: int
    is_confirmed: bool = False
    method: str = "post"


class SessionRow(NamedTuple):
    """A session as the database has it."""

    token: bytes
    who: str
    browser: str
    begun_at: int
    seen_at: int
    proved_at: int
    sealed: bytes
    version: int


@dataclass(slots=True)
class DeskSession:
    """Session of one browser."""

    token: bytes
    who: str
    browser: str
    begun_at: int
    seen_at: int
    proved_at: int
    wrapped_key: bytes = b""
    """The caseworker's key, wrapped under the secret; empty for a session without a key."""
    flashes: list[tuple[str, bool]] = field(default_factory=list)
    read_cases: dict[str, int] = field(default_factory=dict)
    audit_lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while a reading is audited, so that parallel requests make one row."""
    break_glass_cases: set[str] = field(default_factory=set)
    language_confirmed: set[str] = field(default_factory=set)
    """Cases whose person is written to in another language on purpose."""
    dismissed_emergencies: set[str] = field(default_factory=set)
    """Notices that were taken off the pages, by the state of their case."""
    known_references: set[str] = field(default_factory=set)
    refused_routes: dict[str, int] = field(default_factory=dict)
    """Routes that answered "not found", with the time of the last audit row."""
    csrf_token: str = field(default_factory=lambda: secrets.token_hex(16))
    """It stays when the secret is rotated, so that open pages still work."""
    invitation: str = ""
    """The id of a new colleague and the secret of their link, until it was shown once."""
    moved_cases_known: int = -1
    """How many moved cases this session has seen, in this process; -1: it has asked for none."""
    streams: int = 0
    hard_case_at: int = 0
    """When a case of danger was closed last; 0 once the offer of a break was answered."""
    words: str = ""
    """What was searched for last."""
    search: SearchJob | None = None
    """The newest search for words, in this process."""
    service_queries: dict[str, ServiceQuery] = field(default_factory=dict)
    """What was asked of the directory of services last, by page."""
    interrupted: InterruptedExport | None = None
    refused_export: InterruptedExport | None = None
    """The newest export that failed: what was typed for it stands in its form again."""
    touched_at: int = 0
    """The last activity that is stored."""
    stored: StoredMemory = field(default_factory=StoredMemory, repr=False)
    storing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def has_expired(self, now: int) -> bool:
        """Whether it has timed out."""
        age = now - self.begun_at
        return now - self.seen_at > IDLE_TIMEOUT or age > MAX_LIFETIME or age < 0

    def is_offered_pause(self, now: int) -> bool:
        """Whether a case of danger was just closed and the offer of a break is open."""
        return self.hard_case_at > 0 and 0 <= now - self.hard_case_at <= PAUSE_OFFERED_FOR

    def has_stepped_up(self, now: int) -> bool:
        """Whether a second factor was given recently."""
        return 0 <= now - self.proved_at <= STEP_UP_LIFETIME

    @property
    def has_urgent_changes(self) -> bool:
        """Whether something changed that another desk must know for the next request."""
        changed = changes_of(self.stored.values, self.memory())
        return any(not name.startswith(STORED_LATER) for name in changed)

    def memory(self) -> Memory:
        """Return what is kept between requests."""
        references = sorted(self.known_references)[:MAX_REFERENCES]
        found: Memory = {KEY: self.wrapped_key, CSRF: self.csrf_token}
        found |= {f"{FLASH}{text}": is_refused for text, is_refused in self.flashes}
        found |= _named(READ, self.read_cases.items())
        found |= _named(OPENED, dict.fromkeys(self.break_glass_cases, True).items())
        found |= _named(LANGUAGE, dict.fromkeys(self.language_confirmed, True).items())
        found |= _named(DISMISSED, dict.fromkeys(self.dismissed_emergencies, True).items())
        found |= _named(REFERENCE, dict.fromkeys(references, True).items())
        found |= _named(REFUSED, self.refused_routes.items())
        found |= _named(QUERY, ((path, asdict(it)) for path, it in self.service_queries.items()))
        single = {INVITATION: self.invitation, HARD_CASE: self.hard_case_at, WORDS: self.words}
        if self.interrupted is not None:
            single[EXPORT] = asdict(self.interrupted)
        if self.refused_export is not None:
            single[TYPED] = asdict(self.refused_export)
        return found | {name: it for name, it in single.items() if it}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Keep what another process, or this one before a restart, kept."""
        self.wrapped_key, self.csrf_token = memory[KEY], memory[CSRF]
        self.flashes = list(_kept(memory, FLASH))
        self.read_cases = dict(_kept(memory, READ))
        self.break_glass_cases = {case for case, _it in _kept(memory, OPENED)}
        self.language_confirmed = {case for case, _it in _kept(memory, LANGUAGE)}
        self.dismissed_emergencies = {it for it, _it in _kept(memory, DISMISSED)}
        self.known_references = {it for it, _it in _kept(memory, REFERENCE)}
        self.refused_routes = dict(_kept(memory, REFUSED))
        self.service_queries = {path: ServiceQuery(**it) for path, it in _kept(memory, QUERY)}
        self.invitation, self.words = memory.get(INVITATION, ""), memory.get(WORDS, "")
        self.hard_case_at = memory.get(HARD_CASE, 0)
        waits = memory.get(EXPORT)
        self.interrupted = InterruptedExport(**waits) if waits else None
        typed = memory.get(TYPED)
        self.refused_export = InterruptedExport(**typed) if typed else None


def _named(kind: str, values: Iterable[tuple[str, Any]]) -> Memory:
    return {f"{kind}{name}": it for name, it in values}


def _kept(memory: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Any]]:
    for name, it in memory.items():
        if name.startswith(kind):
            yield name.removeprefix(kind), it


class DeskSessions:
    """All sessions of the desks on one database, as one of these desks sees them."""

    def __init__(self, writer: Writer, vault: Vault, keys: KeyStore, clock: Clock) -> None:
        self._writer, self._keys, self._clock = writer, keys, clock
        self._rows = MemoryRows(writer, desk_sessions, MemorySeal(vault, "desk"))
        self._sessions: dict[bytes, DeskSession] = {}
        self._to_delete: set[bytes] = set()
        """Sessions that have ended, and whose rows could not be deleted yet."""

    # --- Beginning ----------------------------------------------------------------------------

    async def start(
        self, who: str, keyring: Keyring | None, browser: str, now: int, *,
        has_stepped_up: bool = True,
    ) -> bytes:  # fmt: skip
        """Start a session; return the secret for the browser."""
        secret = new_session_secret()
        key = lock_with_secret(keyring, secret) if keyring else b""
        proved_at = now if has_stepped_up else NEVER
        session = DeskSession(secret_digest(secret), who, browser, now, now, proved_at, key)
        await self._add(session, secret)
        return secret

    async def rotate(
        self, session: DeskSession, secret: bytes, now: int
    ) -> tuple[DeskSession, bytes]:
        """Replace the secret of a session after a second factor; return the new ones."""
        other = new_session_secret()
        keyring = self.unlock_keyring(session, secret)
        key = lock_with_secret(keyring, other) if keyring else b""
        token = secret_digest(other)
        successor = DeskSession(token, session.who, session.browser, session.begun_at, now, now)
        successor.recall(session.memory() | {KEY: key})
        successor.search = session.search
        await self._add(successor, other, session.token)
        return successor, other

    async def _add(self, session: DeskSession, secret: bytes, instead_of: bytes = b"") -> None:
        now, values = session.seen_at, session.memory()
        sealed = self._rows.seal.seal(session.token, secret, values)
        session.stored, session.touched_at = StoredMemory(1, values), now

        def add(work: Work) -> list[bytes]:
            self.end_old(work, now)
            work.run(_END, instead_of)  # first, so that it does not count towards the limit
            held = [bytes(token) for token, *_rest in work.rows(_OF, session.who)]
            over = held[: max(0, len(held) - MAX_SESSIONS + 1)]
            for token in over:
                self._end(work, token)
            work.run(_ADD, session.token, session.who, session.browser, session.begun_at, now,
                     session.proved_at, sealed, 1)  # fmt: skip
            return [instead_of, *over]

        for token in await self._writer.run(add):
            self._sessions.pop(token, None)
        self._sessions[session.token] = session

    # --- Each request -------------------------------------------------------------------------

    @staticmethod
    def load(work: Work, token: bytes) -> SessionRow | None:
        """Return a session as it is stored; None if it was ended, by any process."""
        rows = work.rows(_LOAD, token)
        if not rows or rows[0][-2] is None:  # of a desk before 0.4.0: its key is gone
            return None
        _token, who, browser, begun, seen, proved, sealed, version = rows[0]
        return SessionRow(token, who, browser, begun, seen, proved, bytes(sealed), version)

    async def resume(self, row: SessionRow, secret: bytes, now: int) -> DeskSession | None:
        """Return the session of a row; None, and no row, if it has expired or does not open."""
        if row.token in self._to_delete:
            return None
        session = self._sessions.get(row.token) or DeskSession(*row[:6], touched_at=row.seen_at)
        self.note_activity(session, row)
        try:
            self._rows.adopt(session, secret, row.sealed, row.version)
        except DecryptionError:
            await self.end(row.token)
            return None
        if session.has_expired(now):
            await self.end(row.token)
            return None
        return self._sessions.setdefault(row.token, session)

    @staticmethod
    def note_activity(session: DeskSession, row: SessionRow) -> None:
        """Take note of activity at another desk."""
        session.touched_at = max(session.touched_at, row.seen_at)
        session.seen_at = max(session.seen_at, row.seen_at)

    async def keep(
        self, session: DeskSession, secret: bytes, unit: Callable[[Work], object] | None = None
    ) -> None:
        """Store what the session keeps, in one transaction with another unit of work.

        Raises:
            sqlite3.OperationalError, CommitFailedError: nothing is stored.
        """
        if await self._rows.keep(session, secret, unit):
            session.touched_at = session.seen_at

    async def keep_if_due(self, session: DeskSession, secret: bytes) -> None:
        """Store what must be known elsewhere at once; the rest, and activity, once a minute.

        A full disk ends no session: this process knows the changes, and tries again.
        """
        is_due = session.seen_at - session.touched_at >= SEEN_EVERY
        with contextlib.suppress(HavenError), ignore_store_errors():
            if session.has_urgent_changes or (is_due and session.memory() != session.stored.values):
                await self.keep(session, secret)
            elif is_due:
                seen_at = session.touched_at = session.seen_at
                await self._writer.run(lambda work: work.run(_TOUCH, seen_at, session.token))

    def unlock_keyring(self, session: DeskSession, secret: bytes) -> Keyring | None:
        """Return the keys of a session, unlocked for this request."""
        if not session.wrapped_key:
            return None
        return unlock_with_secret(self._keys, session.who, session.wrapped_key, secret)

    # --- The end ------------------------------------------------------------------------------

    async def end(self, token: bytes) -> None:
        """End a session, at every desk; at this one also while the disk takes no writes."""
        self.forget(token)
        self._to_delete.add(token)
        with ignore_store_errors():
            await self._writer.run(lambda work: self._end(work, token))
            self._to_delete.discard(token)

    def end_of(self, work: Work, who: str) -> int:
        """End all sessions of a caseworker, at every desk; return how many there were."""
        held = [bytes(token) for token, *_rest in work.rows(_OF, who)]
        for token in held:
            self._end(work, token)
        return len(held)

    def _end(self, work: Work, token: bytes) -> None:
        if work.run(_END, token):
            EventLog.log_session_ended(work, token, self._clock.now())

    def forget(self, token: bytes) -> str:
        """Drop what this process knows of a session; return whose it was, empty if unknown."""
        ended = self._sessions.pop(token, None)
        if ended is not None and ended.search is not None:
            ended.search.cancel()
        return ended.who if ended is not None else ""

    def forget_named(self, name: str) -> str:
        """Drop a session by the name an event gives it; return whose it was."""
        found = next((it for it in self._sessions if EventLog.name_of_session(it) == name), b"")
        return self.forget(found)

    async def clean(self) -> None:
        """Drop sessions that timed out, and delete the rows of those that have ended."""
        now = self._clock.now()
        for token in [it.token for it in self._sessions.values() if it.has_expired(now)]:
            self.forget(token)
        for token in tuple(self._to_delete):
            await self.end(token)
        await self._writer.run(lambda work: self.end_old(work, now))

    @staticmethod
    def end_old(work: Work, now: int) -> None:
        """Delete the rows of sessions that timed out. Activity may be stored a minute late."""
        work.run(_END_OLD, now - MAX_LIFETIME, now - IDLE_TIMEOUT - SEEN_EVERY)

    @staticmethod
    def of(work: Work, who: str) -> list[DeskSession]:
        """Return the sessions of a caseworker as the database has them, without keys."""
        return [
            DeskSession(bytes(token), who_, browser, begun, seen, proved)
            for token, who_, browser, begun, seen, proved in work.rows(_OF, who)
        ]
