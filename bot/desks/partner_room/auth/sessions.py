"""Sessions of members: a secret in the browser; its digest, and what is kept, in the database.

As at the desk (`bot.desks.web.auth.sessions`) any room on the same data goes on with a session,
also after a restart. A session ends after 15 minutes without activity, ten hours after it began,
when it is ended, and when its member or their partner loses access.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field
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
)
from bot.errors import DecryptionError, HavenError
from bot.store.faults import ignore_store_errors
from bot.store.statements import delete_by, insert, select_by, select_one, update_by
from bot.store.tables.partners import partner_sessions
from bot.vault.keys.browser_key import (
    lock_pair_with_secret,
    new_session_secret,
    secret_digest,
    unlock_pair_with_secret,
)
from bot.vault.keys.member_keys import MemberOpener

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.writer import Work, Writer
    from bot.vault import Vault
    from bot.vault.keys.hpke import KeyPair

IDLE_TIMEOUT, MAX_LIFETIME = 15 * MINUTE, 10 * HOUR
SEEN_EVERY = MINUTE
MAX_SESSIONS = 5
"""Sessions of one member; one more ends the oldest."""

_COLUMNS = ("token", "member_id", "browser", "begun_at", "seen_at")
_ADD = insert(partner_sessions, *_COLUMNS, "sealed", "version")
_LOAD = select_one(partner_sessions, *_COLUMNS, "sealed", "version", by="token")
_OF = select_by(partner_sessions, *_COLUMNS, by="member_id", order_by="begun_at")
_TOUCH = update_by(partner_sessions, "seen_at", by="token")
_END = delete_by(partner_sessions, "token")
_END_OTHERS = delete_by(
    partner_sessions, ("member_id", partner_sessions.c.token != bindparam("kept"))
)
_END_OLD = delete_by(
    partner_sessions,
    (partner_sessions.c.begun_at < bindparam("begun"))
    | (partner_sessions.c.seen_at < bindparam("seen")),
)


class RoomSessionRow(NamedTuple):
    """A session as the database has it."""

    token: bytes
    member_id: int
    browser: str
    begun_at: int
    seen_at: int
    sealed: bytes
    version: int


@dataclass(slots=True)
class RoomSession:
    """Session of one browser."""

    token: bytes
    member_id: int
    browser: str
    begun_at: int
    seen_at: int
    locked_key: bytes = field(default=b"", repr=False)
    """The member's key, locked with the secret."""
    flashes: list[tuple[str, bool]] = field(default_factory=list)
    csrf_token: str = field(default_factory=lambda: secrets.token_hex(16))
    touched_at: int = 0
    """The last activity that is stored."""
    stored: StoredMemory = field(default_factory=StoredMemory, repr=False)
    storing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def has_expired(self, now: int) -> bool:
        """Tell whether it has timed out."""
        age = now - self.begun_at
        return now - self.seen_at > IDLE_TIMEOUT or age > MAX_LIFETIME or age < 0

    def memory(self) -> dict[str, Any]:
        """Return what is kept between requests."""
        flashes = {f"{FLASH}{text}": is_refused for text, is_refused in self.flashes}
        return {KEY: self.locked_key, CSRF: self.csrf_token, **flashes}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Keep what another process, or this one before a restart, kept."""
        self.locked_key, self.csrf_token = memory[KEY], memory[CSRF]
        shown = ((it, memory[it]) for it in memory if it.startswith(FLASH))
        self.flashes = [(name.removeprefix(FLASH), is_refused) for name, is_refused in shown]


class RoomSessions:
    """All sessions of the rooms on one database, as one of these rooms sees them."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._rows = MemoryRows(writer, partner_sessions, MemorySeal(vault, "room"))
        self._sessions: dict[bytes, RoomSession] = {}
        self._to_delete: set[bytes] = set()
        """Sessions that have ended, and whose rows could not be deleted yet."""

    async def start(self, member_id: int, pair: KeyPair, browser: str, now: int) -> bytes:
        """Start a session; return the secret for the browser."""
        secret = new_session_secret()
        locked = lock_pair_with_secret(pair, _holder(member_id), secret)
        session = RoomSession(secret_digest(secret), member_id, browser, now, now, locked)
        values = session.memory()
        session.stored, session.touched_at = StoredMemory(1, values), now
        sealed = self._rows.seal.seal(session.token, secret, values)

        def add(work: Work) -> list[bytes]:
            self._end_old(work, now)
            held = [bytes(token) for token, *_rest in work.rows(_OF, member_id)]
            over = held[: max(0, len(held) - MAX_SESSIONS + 1)]
            for token in over:
                work.run(_END, token)
            work.run(_ADD, session.token, member_id, browser, now, now, sealed, 1)
            return over

        for token in await self._writer.run(add):
            self._sessions.pop(token, None)
        self._forget_expired(now)
        self._sessions[session.token] = session
        return secret

    @staticmethod
    def load(work: Work, token: bytes) -> RoomSessionRow | None:
        """Return a session as it is stored; None if it was ended, by any process."""
        rows = work.rows(_LOAD, token)
        if not rows:
            return None
        _token, member, browser, begun, seen, sealed, version = rows[0]
        return RoomSessionRow(token, member, browser, begun, seen, bytes(sealed), version)

    async def resume(self, row: RoomSessionRow, secret: bytes, now: int) -> RoomSession | None:
        """Return the session of a row; None, and no row, if it has expired or does not open."""
        if row.token in self._to_delete:
            return None
        session = self._sessions.get(row.token) or RoomSession(*row[:5], touched_at=row.seen_at)
        session.touched_at = max(session.touched_at, row.seen_at)
        session.seen_at = max(session.seen_at, row.seen_at)
        try:
            self._rows.adopt(session, secret, row.sealed, row.version)
        except DecryptionError:
            await self.end(row.token)
            return None
        if session.has_expired(now):
            await self.end(row.token)
            return None
        return self._sessions.setdefault(row.token, session)

    async def keep_if_due(self, session: RoomSession, secret: bytes) -> None:
        """Store what the session keeps if it changed, and activity once a minute.

        A full disk ends no session: this process knows the changes, and tries again.
        """
        with contextlib.suppress(HavenError), ignore_store_errors():
            if await self._rows.keep(session, secret):
                session.touched_at = session.seen_at
            elif session.seen_at - session.touched_at >= SEEN_EVERY:
                seen_at = session.touched_at = session.seen_at
                await self._writer.run(lambda work: work.run(_TOUCH, seen_at, session.token))

    @staticmethod
    def opener(session: RoomSession, secret: bytes) -> MemberOpener:
        """Return what opens that which was sealed to the member, for this request."""
        pair = unlock_pair_with_secret(_holder(session.member_id), session.locked_key, secret)
        return MemberOpener(session.member_id, pair)

    async def end(self, token: bytes) -> None:
        """End a session, at every room; at this one also while the disk takes no writes."""
        self._sessions.pop(token, None)
        self._to_delete.add(token)
        with ignore_store_errors():
            await self._writer.run(lambda work: work.run(_END, token))
            self._to_delete.discard(token)

    async def end_others(self, kept: RoomSession) -> None:
        """End all sessions of a member but one."""
        await self._writer.run(lambda work: work.run(_END_OTHERS, kept.member_id, kept.token))

    async def clean(self, now: int) -> None:
        """Drop sessions that timed out, and delete the rows of those that have ended."""
        self._forget_expired(now)
        for token in tuple(self._to_delete):
            await self.end(token)
        await self._writer.run(lambda work: self._end_old(work, now))

    def _forget_expired(self, now: int) -> None:
        self._sessions = {key: it for key, it in self._sessions.items() if not it.has_expired(now)}

    @staticmethod
    def _end_old(work: Work, now: int) -> None:
        """Delete the rows of sessions that timed out. Activity may be stored a minute late."""
        work.run(_END_OLD, now - MAX_LIFETIME, now - IDLE_TIMEOUT - SEEN_EVERY)

    @staticmethod
    def of(work: Work, member_id: int) -> list[RoomSession]:
        """Return the sessions of a member as the database has them, without keys."""
        return [
            RoomSession(bytes(token), member, browser, begun, seen)
            for token, member, browser, begun, seen in work.rows(_OF, member_id)
        ]


def _holder(member_id: int) -> str:
    return f"partner/{member_id}"
