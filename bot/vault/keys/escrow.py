"""The escrow key: case keys are wrapped to its public half; its private half is on paper.

The private half is split into three parts, of which any two restore it (secret sharing): no single
person opens everything, and a lost part loses nothing. It is never stored. With it a court, or two
holders who conspire, can open every case; without it a small organisation will lose some. People
are told whether there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import WrongPasswordError
from bot.store.statements import insert, select_by
from bot.store.tables.keys import escrows
from bot.vault.keys.hpke import KEY_LENGTH, KeyPair
from bot.vault.keys.keyring import ESCROW_PREFIX, Keyring
from bot.vault.keys.passwords import format_printed_key, parse_printed_key
from bot.vault.keys.shamir import SHARES, THRESHOLD, combine, split
from bot.vault.keys.team_keys import Prove, escrow_proof_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.vault.keys.key_store import KeyStore

_ADD = insert(escrows, "public", "proof", "made_at")
_ALL = select_by(escrows, "id", "public")


class Escrow:
    """The escrow key of a deployment."""

    def __init__(self, keys: KeyStore, prove: Prove) -> None:
        self._keys = keys
        self._prove = prove

    def create(self, now: int) -> dict[int, str]:
        """Create an escrow key in place of an earlier one; return its parts, printed once."""
        pair = KeyPair.generate()
        proof = self._prove(escrow_proof_data(pair.public))
        self._keys.run(lambda work: work.run(_ADD, pair.public, proof, now))
        parts = split(pair.private_bytes).items()
        # Each part includes its number, so that it need not be typed.
        return {number: format_printed_key(bytes([number]) + part) for number, part in parts}

    def exists(self) -> bool:
        """Tell whether there is an escrow key."""
        return bool(self._keys.run(lambda work: work.rows(_ALL)))

    def keyring(self, printed: Sequence[str]) -> Keyring:
        """Return the keyring of two printed parts.

        Raises:
            WrongPasswordError: a digit is wrong, or these are not two parts of one key of this
                deployment.
        """
        read = [parse_printed_key(each, KEY_LENGTH + 1) for each in printed]
        parts = {each[0]: each[1:] for each in read}
        if len(parts) != THRESHOLD or not set(parts) <= set(range(1, SHARES + 1)):
            raise WrongPasswordError("two different parts of the three are needed")
        pair = KeyPair.from_private(combine(parts))
        for number, public in self._keys.run(lambda work: work.rows(_ALL)):
            if bytes(public) == pair.public:
                return Keyring(self._keys, f"{ESCROW_PREFIX}{number}", pair)
        raise WrongPasswordError("these parts are not of one key, or are of another deployment")
