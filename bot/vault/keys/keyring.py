"""What somebody who has signed in can open: their own key, and through it those of their teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.errors import DecryptionError
from bot.store.compiled import Prepared
from bot.store.tables.keys import team_wraps
from bot.vault.keys.hpke import KeyPair, pad, seal_to, unpad

if TYPE_CHECKING:
    from bot.vault.keys.key_store import KeyStore

TEAM_PREFIX, STAFF_PREFIX, ESCROW_PREFIX = "team/", "staff/", "escrow/"
"""What the name of a holder begins with; its number or id follows."""
_WRAPS = Prepared(
    lambda _: select(team_wraps.c.holder, team_wraps.c.sealed).where(
        team_wraps.c.team == bindparam("of_team")
    ),
    "of_team",
)


class Keyring:
    """The keys of somebody who has signed in."""

    def __init__(self, keys: KeyStore, holder: str, key: KeyPair) -> None:
        self._keys = keys
        self._known_keys: dict[str, KeyPair | None] = {holder: key}
        self.holder = holder

    @property
    def staff_id(self) -> str:
        """Return the caseworker's id; empty where it is no caseworker's."""
        return (
            self.holder.removeprefix(STAFF_PREFIX) if self.holder.startswith(STAFF_PREFIX) else ""
        )

    def seal_own(self, associated_data: bytes, plain: bytes) -> bytes:
        """Return bytes that open with this keyring's own key alone, and for one place.

        Raises:
            DoesNotOpen: it has none.
        """
        return seal_to(
            self._own_key().public, own_associated_data(self.holder, associated_data), pad(plain)
        )

    def open_own(self, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed to this keyring's own key.

        Raises:
            DoesNotOpen: it was altered, moved, or is another's.
        """
        return unpad(
            self._own_key().open(own_associated_data(self.holder, associated_data), sealed)
        )

    def _own_key(self) -> KeyPair:
        key = self.key(self.holder)
        if key is None:
            raise DecryptionError("a keyring without a key of its own")
        return key

    def key(self, holder: str) -> KeyPair | None:
        """Return the key of a holder, if this keyring opens it."""
        return self._find_key(holder, frozenset())

    def _find_key(self, holder: str, on_the_way: frozenset[str]) -> KeyPair | None:
        if holder in self._known_keys:
            return self._known_keys[holder]
        if (
            not holder.startswith(TEAM_PREFIX) or holder in on_the_way
        ):  # whatever leads back leads nowhere
            return None
        found = self._team_key(holder, on_the_way | {holder})
        # Kept once it is known, and not before: a look that failed half-way, or another thread's,
        # must not shut somebody out of what they can open.
        if found is not None or not on_the_way:
            self._known_keys[holder] = found
        return found

    def _team_key(self, team: str, on_the_way: frozenset[str]) -> KeyPair | None:
        number = int(team.removeprefix(TEAM_PREFIX))
        for holder, sealed in self._keys.run(lambda work: work.rows(_WRAPS, number)):
            key = self._find_key(str(holder), on_the_way)
            if key is not None:
                try:
                    return KeyPair.from_private(
                        key.open(team_associated_data(team, holder), bytes(sealed))
                    )
                except DecryptionError:  # altered: another member's may not be
                    continue
        return None


def own_associated_data(holder: str, associated_data: bytes) -> bytes:
    """Return the place of what somebody has sealed to themselves."""
    return f"haven/own/{holder}/".encode() + associated_data


def team_associated_data(team: str, holder: str) -> bytes:
    """Return the place a team's private half is bound to, for one of its members."""
    return f"haven/wrap/{team}/{holder}".encode()
