"""Passphrases of people, as slow digests that cannot be guessed without the host key.

A passphrase is short and its digest is in the database, so a guess must be expensive (Argon2id,
19 MiB, two passes) and need a key that is elsewhere. A worker process computes the digests one
after the other: neither the writer thread nor the event loop waits, and a flood delays only other
passphrases.
"""

from __future__ import annotations

import asyncio
import hmac
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Protocol

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.errors import RetryLaterError
from bot.process_hardening import harden_worker
from bot.text import fold_accents
from bot.vault.keys.passwords import PasswordCost

LENGTH = 32
MIN_PASSPHRASE_LENGTH = 4
"""Characters: a person close to the writer would guess fewer."""


DEFAULT_COST = PasswordCost(memory=19 * 1024, passes=2)
RETRY_AFTER = 1.0
"""Seconds after which to ask again for a digest that could not be computed."""


class PassphraseHasher(Protocol):
    """Computes digests of passphrases."""

    async def hash(self, passphrase: str, salt: bytes, pepper: bytes) -> bytes:
        """Return the digest of a passphrase.

        Raises:
            RetryLaterError: it was not computed; ask again later.
        """


def normalize_passphrase(passphrase: str) -> str:
    """Return a passphrase without case, accents and extra spaces, which keyboards vary."""
    return " ".join(fold_accents(passphrase).split())


def hash_passphrase(
    passphrase: str, salt: bytes, pepper: bytes, cost: PasswordCost = DEFAULT_COST
) -> bytes:
    """Return the digest of a passphrase, `LENGTH` bytes; salt of the chat, pepper of the host."""
    made = Argon2id(
        salt=salt, length=LENGTH, iterations=cost.passes, lanes=1, memory_cost=cost.memory,
        secret=pepper,
    )  # fmt: skip
    return made.derive(normalize_passphrase(passphrase).encode())


def is_same_digest(one: bytes | None, other: bytes) -> bool:
    """Compare digests in constant time; None equals no digest."""
    return hmac.compare_digest(one or bytes(LENGTH), other)


class PassphraseHashWorker:
    """A process that computes digests; it starts with the first passphrase."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def hash(self, passphrase: str, salt: bytes, pepper: bytes) -> bytes:
        """Return the digest of a passphrase, computed in the worker.

        Raises:
            RetryLaterError: the worker died.
        """
        if self._pool is None:
            # Spawned, not forked: a copy of this process would hold every key.
            self._pool = ProcessPoolExecutor(
                1, mp_context=get_context("spawn"),
                initializer=harden_worker, initargs=(os.getpid(),),
            )  # fmt: skip
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, hash_passphrase, passphrase, salt, pepper)
        except BrokenProcessPool:
            self.close()
        raise RetryLaterError(RETRY_AFTER)

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
