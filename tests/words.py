"""Digests of people's words for tests: as in earnest, and a thousand times cheaper."""

from __future__ import annotations

from bot.vault.passphrase_hash import Cost, digest

CHEAP = Cost(memory=8, passes=1)


class Here:
    """Computes digests at once and in this thread."""

    async def of(self, word: str, salt: bytes, pepper: bytes) -> bytes:
        return digest(word, salt, pepper, CHEAP)
