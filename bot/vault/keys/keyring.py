"""Keyrings: a caseworker's own key and, through it, the keys of their teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DecryptionError
from bot.store.statements import select_by
from bot.store.tables.keys import team_wraps
from bot.vault.keys.hpke import KeyPair, pad, seal_to, unpad

if TYPE_CHECKING:
    from bot.vault.keys.key_store import KeyStore

TEAM_PREFIX, STAFF_PREFIX, ESCROW_PREFIX = "team/", "staff/", "escrow/"
"""Prefixes of the names of key holders; an id follows."""
_WRAPS = select_by(team_wraps, "holder", "sealed", by="team")


class Keyring:
    """The keys that one holder can open."""

    def __init__(self, keys: KeyStore, holder: str, key: KeyPair) -> None:
        self._keys = keys
        self._known_keys: dict[str, KeyPair | None] = {holder: key}
        self.holder = holder

    @property
    def staff_id(self) -> str:
        """Return the caseworker's id; empty if the holder is no caseworker."""
        return self.holder.partition(STAFF_PREFIX)[2]

    def seal_own(self, associated_data: bytes, plain: bytes) -> bytes:
        """Return bytes that only this keyring's own key opens.

        Raises:
            DecryptionError: it has no key of its own.
        """
        context = own_associated_data(self.holder, associated_data)
        return seal_to(self.own_key().public, context, pad(plain))

    def open_own(self, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed to this keyring's own key.

        Raises:
            DecryptionError: altered or moved, or sealed to another key.
        """
        return unpad(self.own_key().open(own_associated_data(self.holder, associated_data), sealed))

    def own_key(self) -> KeyPair:
        """Return the holder's own key; DecryptionError if there is none."""
        key = self.key(self.holder)
        if key is None:
            raise DecryptionError("a keyring without a key of its own")
        return key

    def key(self, holder: str) -> KeyPair | None:
        """Return the key of a holder, or None if this keyring does not open it."""
        return self._find_key(holder, frozenset())

    def _find_key(self, holder: str, visited: frozenset[str]) -> KeyPair | None:
        if holder in self._known_keys:
            return self._known_keys[holder]
        if not holder.startswith(TEAM_PREFIX) or holder in visited:  # teams may form a cycle
            return None
        found = self._team_key(holder, visited | {holder})
        # A failure inside a cycle is not final, so only the outermost search stores one.
        if found is not None or not visited:
            self._known_keys[holder] = found
        return found

    def _team_key(self, team: str, visited: frozenset[str]) -> KeyPair | None:
        number = int(team.removeprefix(TEAM_PREFIX))
        for holder, sealed in self._keys.run(lambda work: work.rows(_WRAPS, number)):
            key = self._find_key(str(holder), visited)
            if key is not None:
                try:
                    raw = key.open(team_associated_data(team, holder), bytes(sealed))
                    return KeyPair.from_private(raw)
                except DecryptionError:  # altered: the wrap of another member may be intact
                    continue
        return None


def own_associated_data(holder: str, associated_data: bytes) -> bytes:
    """Return the associated data of what a holder seals to itself."""
    return f"haven/own/{holder}/".encode() + associated_data


def team_associated_data(team: str, holder: str) -> bytes:
    """Return the associated data of a team's private half, wrapped to a member."""
    return f"haven/wrap/{team}/{holder}".encode()
