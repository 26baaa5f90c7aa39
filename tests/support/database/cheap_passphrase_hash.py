"""Digests of people's words for tests: as in earnest, and a thousand times cheaper."""

from __future__ import annotations

from bot.vault.keys.passwords import PasswordCost
from bot.vault.passphrase_hash import hash_passphrase

CHEAP = PasswordCost(memory=8, passes=1)


class InlinePassphraseHasher:
    """Computes digests at once and in this thread."""

    async def hash(self, word: str, salt: bytes, pepper: bytes) -> bytes:
        return hash_passphrase(word, salt, pepper, CHEAP)
