"""What a session keeps between requests, in its row: any desk can go on with it.

It is sealed twice: under the secret that only the browser holds, and under the root. So a copy of
the database opens nothing, nor does it together with the host key.

Two requests of one session may be answered at a time, by two processes. Each stores what it
changed, and not the whole; the version of the row says whether another was faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from bot.errors import DecryptionError, HavenError
from bot.store.statements import select_one, update_by
from bot.vault import Purpose
from bot.vault.keys.browser_key import open_with_secret, seal_with_secret

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from sqlalchemy import Table

    from bot.store.writer import Work, Writer
    from bot.vault import Vault

    Memory = dict[str, Any]
    """Values that msgpack can hold, by kind and name: `read|` and the id of a case."""

KEY, CSRF, FLASH = "key|", "csrf|", "flash|"
"""The locked key; the CSRF token; a message for the next page, by its text."""
GONE = None
"""In a change: the value is not kept any more."""
TRIES = 20
"""How often a change is put on top of another's. Each try fails only if another was stored."""


@dataclass(slots=True)
class StoredMemory:
    """What a session keeps, as this process last read or stored it."""

    version: int = 0
    values: Memory = field(default_factory=dict)


class KeepingSession(Protocol):
    """A session that keeps something."""

    token: bytes
    seen_at: int
    stored: StoredMemory
    storing: asyncio.Lock
    """Held while a change is on its way, so that each begins where the last one ended."""

    def memory(self) -> Memory:
        """Return what it keeps now."""

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Keep this from now on."""


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Memory:
    """Return what leads from one memory to another."""
    gone = dict.fromkeys(before.keys() - after.keys(), GONE)
    return gone | {name: it for name, it in after.items() if before.get(name, GONE) != it}


def apply_changes(memory: Mapping[str, Any], changes: Mapping[str, Any]) -> Memory:
    """Return a memory after a change."""
    both = {**memory, **changes}
    return {name: it for name, it in both.items() if it is not GONE}


class MemorySeal:
    """Seals what the sessions of one kind of desk keep."""

    def __init__(self, vault: Vault, place: str) -> None:
        """Seal for a place, `desk` or `room`: what was sealed for another does not open."""
        self._vault, self._place = vault, place

    def seal(self, token: bytes, secret: bytes, memory: Memory) -> bytes:
        """Return what a session keeps, for its row."""
        about = self._about(token)
        inner = seal_with_secret(secret, about, msgspec.msgpack.encode(memory))
        return self._vault.seal(Purpose.SESSION, about, inner)

    def open(self, token: bytes, secret: bytes, sealed: bytes) -> Memory:
        """Return what a session keeps.

        Raises:
            DecryptionError: another secret or root sealed it, or it is another row's.
        """
        about = self._about(token)
        inner = self._vault.open(Purpose.SESSION, about, sealed)
        try:
            return msgspec.msgpack.decode(open_with_secret(secret, about, inner), type=dict)
        except msgspec.MsgspecError:
            raise DecryptionError("a session has another form") from None

    def _about(self, token: bytes) -> bytes:
        return f"{self._place}/session/{token.hex()}".encode()


class MemoryRows:
    """Stores what sessions keep in the rows of their table."""

    def __init__(self, writer: Writer, table: Table, seal: MemorySeal) -> None:
        self._writer, self.seal = writer, seal
        self._load = select_one(table, "sealed", "version", by="token")
        self._store = update_by(table, "sealed", "version", "seen_at", by=("token", "version"))

    async def keep(
        self, session: KeepingSession, secret: bytes, unit: Callable[[Work], object] | None = None
    ) -> bool:
        """Store what changed, if anything did, in one transaction with another unit of work.

        Return whether a change, and with it the last activity, was stored.

        Raises:
            sqlite3.OperationalError, CommitFailedError: nothing is stored; what changed is tried
                again with the next change.
        """
        async with session.storing:
            wanted, base = session.memory(), session.stored
            changes = changes_of(base.values, wanted)
            if not changes and unit is None:
                return False

            def store(work: Work) -> StoredMemory | None:
                if unit is not None:
                    unit(work)
                return self._merge(work, session, secret, changes) if changes else None

            result = await self._writer.run(store)
            if result is not None:
                later = changes_of(wanted, session.memory())
                session.stored = result
                session.recall(apply_changes(result.values, later))
            return result is not None

    def _merge(
        self, work: Work, session: KeepingSession, secret: bytes, changes: Memory
    ) -> StoredMemory | None:
        """Store changes on top of what is stored; return nothing if the session has ended."""
        token, base = session.token, session.stored
        for _try in range(TRIES):
            new = StoredMemory(base.version + 1, apply_changes(base.values, changes))
            sealed = self.seal.seal(token, secret, new.values)
            row = (sealed, new.version, session.seen_at, token, base.version)
            if work.run(self._store, *row):
                return new
            found = work.rows(self._load, token)
            if not found or found[0][0] is None:
                return None
            values = self.seal.open(token, secret, bytes(found[0][0]))
            base = StoredMemory(int(found[0][1]), values)
        raise HavenError("other requests of this session are always faster")

    def adopt(self, session: KeepingSession, secret: bytes, sealed: bytes, version: int) -> None:
        """Keep what another process stored, and on top of it what was not stored yet.

        Raises:
            DecryptionError: the row was altered, or another release keeps other values.
        """
        if version <= session.stored.version or session.storing.locked():
            return  # in the second case the change that is on its way takes note of it
        found = self.seal.open(session.token, secret, sealed)
        is_new_here = session.stored.version == 0
        unstored = {} if is_new_here else changes_of(session.stored.values, session.memory())
        session.stored = StoredMemory(version, found)
        try:
            session.recall(apply_changes(found, unstored))
        except (KeyError, TypeError):
            raise DecryptionError("another release stored this session") from None
