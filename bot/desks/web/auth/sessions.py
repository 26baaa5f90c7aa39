"""Sessions: a secret in the browser, its digest in the database, the wrapped key in memory.

A session ends after 15 minutes without activity, ten hours after it began, when it is ended, when
its caseworker loses access, and when the process stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.clock import HOUR, MINUTE
from bot.errors import CommitFailedError
from bot.store.statements import delete_by, insert, select_by, select_one, update_by
from bot.store.tables.desk import desk_sessions
from bot.vault.keys.browser_key import (
    lock_with_secret,
    new_session_secret,
    secret_digest,
    unlock_with_secret,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.hotline.directory.find import ServiceQuery
    from bot.hotline.search.job import SearchJob
    from bot.store.writer import Work, Writer
    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.keyring import Keyring

IDLE_TIMEOUT, MAX_LIFETIME = 15 * MINUTE, 10 * HOUR
STEP_UP_LIFETIME = 5 * MINUTE
"""How long a second factor counts for actions that cannot be undone."""
PAUSE_OFFERED_FOR = 30 * MINUTE
NEVER = 0
SEEN_EVERY = MINUTE
MAX_SESSIONS = 5  # sessions of one caseworker; one more ends the oldest

_COLUMNS = ("token", "staff_id", "browser", "begun_at", "seen_at", "proved_at")
_ADD = insert(desk_sessions, *_COLUMNS)
_EXISTS = select_one(desk_sessions, "token", by="token")
_OF = select_by(desk_sessions, *_COLUMNS, by="staff_id", order_by="begun_at")
_TOUCH = update_by(desk_sessions, "seen_at", by="token")
_END = delete_by(desk_sessions, "token")
_END_ALL = delete_by(desk_sessions, ())
_END_OLD = delete_by(
    desk_sessions,
    (desk_sessions.c.begun_at < bindparam("begun")) | (desk_sessions.c.seen_at < bindparam("seen")),
)


@dataclass(frozen=True, slots=True)
class InterruptedExport:
    """An export that waits for a second factor, and goes on once its page is shown again."""

    path: str
    """Of its form, without the prefix of the desk."""
    fields: Mapping[str, str]
    back: str
    """The page it was asked on."""
    asked_at: int
    is_confirmed: bool = False


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
    known_references: set[str] = field(default_factory=set)
    refused_routes: dict[str, int] = field(default_factory=dict)
    """Routes that answered "not found", with the time of the last audit row."""
    csrf_token: str = field(default_factory=lambda: secrets.token_hex(16))
    """It stays when the secret is rotated, so that open pages still work."""
    invitation: str = ""
    """The id of a new colleague and the secret of their link, until it was shown once."""
    streams: int = 0
    hard_case_at: int = 0
    """When a case of danger was closed last; 0 once the offer of a break was answered."""
    search: SearchJob | None = None
    """The newest search for words."""
    service_queries: dict[str, ServiceQuery] = field(default_factory=dict)
    """What was asked of the directory of services last, by page."""
    interrupted: InterruptedExport | None = None

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


class DeskSessions:
    """All sessions of one desk."""

    def __init__(self, writer: Writer, keys: KeyStore) -> None:
        self._writer = writer
        self._keys = keys
        self._sessions: dict[bytes, DeskSession] = {}

    async def end_all(self) -> None:
        """End all sessions of an earlier process: their keys are gone."""
        self._sessions.clear()
        await self._writer.run(lambda work: work.run(_END_ALL))

    async def start(
        self, who: str, keyring: Keyring | None, browser: str, now: int, *,
        has_stepped_up: bool = True,
    ) -> bytes:  # fmt: skip
        """Start a session; return the secret for the browser."""
        secret = new_session_secret()
        key = lock_with_secret(keyring, secret) if keyring else b""
        proved_at = now if has_stepped_up else NEVER
        session = DeskSession(secret_digest(secret), who, browser, now, now, proved_at, key)
        await self._store(session)
        return secret

    async def rotate(self, session: DeskSession, secret: bytes, now: int) -> bytes:
        """Replace the secret of a session after a second factor; return the new one."""
        other = new_session_secret()
        keyring = self.unlock_keyring(session, secret)
        key = lock_with_secret(keyring, other) if keyring else b""
        successor = replace(
            session, token=secret_digest(other), wrapped_key=key, seen_at=now, proved_at=now,
            streams=0,
        )  # fmt: skip
        await self._store(successor, session.token)
        return other

    async def _store(self, session: DeskSession, instead_of: bytes = b"") -> None:
        def add(work: Work) -> list[bytes]:
            work.run(_END_OLD, session.seen_at - MAX_LIFETIME, session.seen_at - IDLE_TIMEOUT)
            work.run(_END, instead_of)  # first, so that it does not count towards the limit
            held = [bytes(token) for token, *_rest in work.rows(_OF, session.who)]
            over = held[: max(0, len(held) - MAX_SESSIONS + 1)]
            for token in over:
                work.run(_END, token)
            work.run(_ADD, session.token, session.who, session.browser, session.begun_at,
                     session.seen_at, session.proved_at)  # fmt: skip
            return [instead_of, *over]

        ended, now = await self._writer.run(add), session.seen_at
        self._sessions = {
            token: it
            for token, it in self._sessions.items()
            if token not in ended and not it.has_expired(now)
        }
        self._sessions[session.token] = session

    def find(self, secret: bytes, now: int) -> DeskSession | None:
        """Return the session of a secret; None if there is none or it has expired."""
        found = self._sessions.get(secret_digest(secret))
        if found is not None and found.has_expired(now):
            del self._sessions[found.token]
            return None
        return found

    @staticmethod
    def exists(work: Work, session: DeskSession) -> bool:
        """Whether the session was not ended meanwhile, by any process."""
        return bool(work.rows(_EXISTS, session.token))

    async def touch(self, session: DeskSession, now: int) -> None:
        """Note activity; it is stored once a minute."""
        is_due = now - session.seen_at >= SEEN_EVERY
        session.seen_at = now
        if is_due:
            with contextlib.suppress(CommitFailedError):  # a full disk ends no session
                await self._writer.run(lambda work: work.run(_TOUCH, now, session.token))

    def unlock_keyring(self, session: DeskSession, secret: bytes) -> Keyring | None:
        """Return the keys of a session, unlocked for this request."""
        if not session.wrapped_key:
            return None
        return unlock_with_secret(self._keys, session.who, session.wrapped_key, secret)

    async def end(self, token: bytes) -> None:
        """End a session."""
        ended = self._sessions.pop(token, None)
        if ended is not None and ended.search is not None:
            ended.search.cancel()
        with contextlib.suppress(CommitFailedError):  # its key was in memory, and is gone
            await self._writer.run(lambda work: work.run(_END, token))

    @staticmethod
    def of(work: Work, who: str) -> list[DeskSession]:
        """Return the sessions of a caseworker as the database has them, without keys."""
        return [
            DeskSession(bytes(token), who_, browser, begun, seen, proved)
            for token, who_, browser, begun, seen, proved in work.rows(_OF, who)
        ]
