"""What somebody who has signed in can open: their own key, and through it those of their teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.errors import DoesNotOpen
from bot.store.compiled import Prepared
from bot.store.tables.keys import team_wraps
from bot.vault.keys.hpke import KeyPair, emptied, filled, seal_to

if TYPE_CHECKING:
    from bot.vault.keys.key_store import KeyStore

TEAM, STAFF, ESCROW = "team/", "staff/", "escrow/"
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
        self._held: dict[str, KeyPair | None] = {holder: key}
        self.holder = holder

    @property
    def who(self) -> str:
        """Return the caseworker's id; empty where it is no caseworker's."""
        return self.holder.removeprefix(STAFF) if self.holder.startswith(STAFF) else ""

    def seal_own(self, place: bytes, plain: bytes) -> bytes:
        """Return bytes that open with this keyring's own key alone, and for one place.

        Raises:
            DoesNotOpen: it has none.
        """
        return seal_to(self._own().public, own_place(self.holder, place), filled(plain))

    def open_own(self, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed to this keyring's own key.

        Raises:
            DoesNotOpen: it was altered, moved, or is another's.
        """
        return emptied(self._own().open(own_place(self.holder, place), sealed))

    def _own(self) -> KeyPair:
        key = self.key(self.holder)
        if key is None:
            raise DoesNotOpen("a keyring without a key of its own")
        return key

    def key(self, holder: str) -> KeyPair | None:
        """Return the key of a holder, if this keyring opens it."""
        return self._found(holder, frozenset())

    def _found(self, holder: str, on_the_way: frozenset[str]) -> KeyPair | None:
        if holder in self._held:
            return self._held[holder]
        if not holder.startswith(TEAM) or holder in on_the_way:  # whatever leads back leads nowhere
            return None
        found = self._of_team(holder, on_the_way | {holder})
        # Kept once it is known, and not before: a look that failed half-way, or another thread's,
        # must not shut somebody out of what they can open.
        if found is not None or not on_the_way:
            self._held[holder] = found
        return found

    def _of_team(self, team: str, on_the_way: frozenset[str]) -> KeyPair | None:
        number = int(team.removeprefix(TEAM))
        for holder, sealed in self._keys.run(lambda work: work.rows(_WRAPS, number)):
            key = self._found(str(holder), on_the_way)
            if key is not None:
                try:
                    return KeyPair.of(key.open(team_place(team, holder), bytes(sealed)))
                except DoesNotOpen:  # altered: another member's may not be
                    continue
        return None


def own_place(holder: str, place: bytes) -> bytes:
    """Return the place of what somebody has sealed to themselves."""
    return f"haven/own/{holder}/".encode() + place


def team_place(team: str, holder: str) -> bytes:
    """Return the place a team's private half is bound to, for one of its members."""
    return f"haven/wrap/{team}/{holder}".encode()
