"""The key of last resort: cases are wrapped to its public half, and its other half is on paper.

It is split in three parts of which two are needed, so that no one person opens everything, and the
loss of one part loses nothing. It is never stored. With it a court, or two holders who conspire,
can open every case; without it a small organisation will lose some: the choice is told to people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.errors import WrongPasswordError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.keys import escrows
from bot.vault.keys.hpke import KEY_LENGTH, KeyPair
from bot.vault.keys.keyring import ESCROW_PREFIX, Keyring
from bot.vault.keys.passwords import format_printed_key, parse_printed_key
from bot.vault.keys.shamir import SHARES, THRESHOLD, combine, split
from bot.vault.keys.team_keys import escrow_proof_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.team_keys import Prove

_NAMES = ("public", "proof", "made_at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, escrows).values(
        {name: bindparam(name) for name in _NAMES}
    ),
    *_NAMES,
)
_ALL = Prepared(lambda _: select(escrows.c.id, escrows.c.public))


class Escrow:
    """The key of last resort of one deployment."""

    def __init__(self, keys: KeyStore, prove: Prove) -> None:
        self._keys = keys
        self._prove = prove

    def create(self, now: int) -> dict[int, str]:
        """Make it, in the place of an earlier one; return its parts, to be printed once."""
        pair = KeyPair.generate()
        row = (pair.public, self._prove(escrow_proof_data(pair.public)), now)
        self._keys.run(lambda work: work.run(_ADD, *row))
        # The number goes with the part: whoever types one need not know which it is.
        parts = split(pair.private_bytes)
        return {
            number: format_printed_key(bytes([number]) + part) for number, part in parts.items()
        }

    def exists(self) -> bool:
        """Tell whether there is one: people are told, whoever made it."""
        return bool(self._keys.run(lambda work: work.rows(_ALL)))

    def keyring(self, printed: Sequence[str]) -> Keyring:
        """Return what two parts open.

        Raises:
            WrongPassword: a digit is wrong, or they are no two parts of a key of this deployment.
        """
        read = [parse_printed_key(each, KEY_LENGTH + 1) for each in printed]
        parts = {each[0]: each[1:] for each in read}
        if len(parts) != THRESHOLD or not set(parts) <= set(range(1, SHARES + 1)):
            raise WrongPasswordError("two different parts of the three are needed")
        pair = KeyPair.from_private(combine(parts))
        for number, public in self._keys.run(lambda work: work.rows(_ALL)):
            if bytes(public) == pair.public:
                return Keyring(self._keys, f"{ESCROW_PREFIX}{number}", pair)
        raise WrongPasswordError("these parts do not belong together, or to another deployment")
