"""Sessions of members: a secret in the browser, its digest in the database, the key in memory.

A session ends after 15 minutes without activity, ten hours after it began, when it is ended, when
its member or their partner loses access, and when the process stops.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.clock import HOUR, MINUTE
from bot.errors import CommitFailedError
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
    from bot.store.writer import Work, Writer
    from bot.vault.keys.hpke import KeyPair

IDLE_TIMEOUT, MAX_LIFETIME = 15 * MINUTE, 10 * HOUR
SEEN_EVERY = MINUTE
MAX_SESSIONS = 5
"""Sessions of one member; one more ends the oldest."""

_COLUMNS = ("token", "member_id", "browser", "begun_at", "seen_at")
_ADD = insert(partner_sessions, *_COLUMNS)
_EXISTS = select_one(partner_sessions, "token", by="token")
_OF = select_by(partner_sessions, *_COLUMNS, by="member_id", order_by="begun_at")
_TOUCH = update_by(partner_sessions, "seen_at", by="token")
_END = delete_by(partner_sessions, "token")
_END_OTHERS = delete_by(
    partner_sessions, ("member_id", partner_sessions.c.token != bindparam("kept"))
)
_END_ALL = delete_by(partner_sessions, ())
_END_OLD = delete_by(
    partner_sessions,
    (partner_sessions.c.begun_at < bindparam("begun"))
    | (partner_sessions.c.seen_at < bindparam("seen")),
)


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

    def has_expired(self, now: int) -> bool:
        """Tell whether it has timed out."""
        age = now - self.begun_at
        return now - self.seen_at > IDLE_TIMEOUT or age > MAX_LIFETIME or age < 0


class RoomSessions:
    """All sessions of one room."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._sessions: dict[bytes, RoomSession] = {}

    async def end_all(self) -> None:
        """End all sessions of an earlier process: their keys are gone."""
        self._sessions.clear()
        await self._writer.run(lambda work: work.run(_END_ALL))

    async def start(self, member_id: int, pair: KeyPair, browser: str, now: int) -> bytes:
        """Start a session; return the secret for the browser."""
        secret = new_session_secret()
        locked = lock_pair_with_secret(pair, _holder(member_id), secret)
        session = RoomSession(secret_digest(secret), member_id, browser, now, now, locked)

        def add(work: Work) -> list[bytes]:
            work.run(_END_OLD, now - MAX_LIFETIME, now - IDLE_TIMEOUT)
            held = [bytes(token) for token, *_rest in work.rows(_OF, member_id)]
            over = held[: max(0, len(held) - MAX_SESSIONS + 1)]
            for token in over:
                work.run(_END, token)
            work.run(_ADD, session.token, member_id, browser, now, now)
            return over

        ended = await self._writer.run(add)
        self._sessions = {
            token: it
            for token, it in self._sessions.items()
            if token not in ended and not it.has_expired(now)
        }
        self._sessions[session.token] = session
        return secret

    def find(self, secret: bytes, now: int) -> RoomSession | None:
        """Return the session of a secret; None if there is none or it has expired."""
        found = self._sessions.get(secret_digest(secret))
        if found is not None and found.has_expired(now):
            del self._sessions[found.token]
            return None
        return found

    @staticmethod
    def exists(work: Work, session: RoomSession) -> bool:
        """Tell whether the session was not ended meanwhile, by any process."""
        return bool(work.rows(_EXISTS, session.token))

    async def touch(self, session: RoomSession, now: int) -> None:
        """Note activity; it is stored once a minute."""
        is_due = now - session.seen_at >= SEEN_EVERY
        session.seen_at = now
        if is_due:
            with contextlib.suppress(CommitFailedError):  # a full disk ends no session
                await self._writer.run(lambda work: work.run(_TOUCH, now, session.token))

    @staticmethod
    def opener(session: RoomSession, secret: bytes) -> MemberOpener:
        """Return what opens that which was sealed to the member, for this request."""
        pair = unlock_pair_with_secret(_holder(session.member_id), session.locked_key, secret)
        return MemberOpener(session.member_id, pair)

    async def end(self, token: bytes) -> None:
        """End a session."""
        self._sessions.pop(token, None)
        with contextlib.suppress(CommitFailedError):  # its key was in memory, and is gone
            await self._writer.run(lambda work: work.run(_END, token))

    async def end_others(self, kept: RoomSession) -> None:
        """End all sessions of a member but one."""
        await self._writer.run(lambda work: work.run(_END_OTHERS, kept.member_id, kept.token))

    @staticmethod
    def of(work: Work, member_id: int) -> list[RoomSession]:
        """Return the sessions of a member as the database has them, without keys."""
        return [
            RoomSession(bytes(token), member, browser, begun, seen)
            for token, member, browser, begun, seen in work.rows(_OF, member_id)
        ]


def _holder(member_id: int) -> str:
    return f"partner/{member_id}"
