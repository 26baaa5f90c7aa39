"""Words a person chose, as digests that nobody can try out without the host key.

A word is short and a digest lies in the database, so each try has to be dear (Argon2id, 19 MiB,
two passes) and needs a key that does not lie beside it. One worker process computes them, one after
the other: neither the writer thread nor the loop waits, and a flood of tries holds up only tries.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Protocol

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.errors import RetryLaterError
from bot.text import fold_accents

LENGTH = 32
MIN_PASSPHRASE_LENGTH = 4
"""Signs of a word: fewer are guessed by whoever knows the person."""


@dataclass(frozen=True, slots=True)
class PassphraseCost:
    """What one try costs."""

    memory: int = 19 * 1024
    """KiB."""
    passes: int = 2


DEFAULT_COST = PassphraseCost()
RETRY_AFTER = 1.0
"""Seconds after which a digest is asked for again when nobody could compute it."""
MAX_WAITING = 4
"""Words that wait for the worker; whoever brings more comes again, and nobody's letters wait."""


class PassphraseHasher(Protocol):
    """Whoever computes digests of words."""

    async def hash(self, passphrase: str, salt: bytes, pepper: bytes) -> bytes:
        """Return the digest of a word.

        Raises:
            TryLater: nobody computed it; it may be asked for again.
        """


def passphrase_chat_key(chat_key: bytes) -> bytes:
    """Return the key under which words of a chat wait for their digest.

    Whatever stops what is said in a chat, cleared or blocked, goes by the chat's own key: a word
    that somebody has written is nothing that is said there.
    """
    return hashlib.blake2b(chat_key, digest_size=len(chat_key), person=b"words").digest()


def normalize_passphrase(passphrase: str) -> str:
    """Return a word as it is compared: on another keyboard it is spelled a little otherwise."""
    return " ".join(fold_accents(passphrase).split())


def hash_passphrase(
    passphrase: str, salt: bytes, pepper: bytes, cost: PassphraseCost = DEFAULT_COST
) -> bytes:
    """Return the digest of a word.

    Args:
        passphrase: as it was typed.
        salt: of the chat: 16 bytes.
        pepper: what only this host knows.
        cost: what it may cost.
    """
    made = Argon2id(
        salt=salt, length=LENGTH, iterations=cost.passes, lanes=1, memory_cost=cost.memory,
        secret=pepper,
    )  # fmt: skip
    return made.derive(normalize_passphrase(passphrase).encode())


def is_same_digest(one: bytes | None, other: bytes) -> bool:
    """Compare digests in a time that says nothing; none is like no other."""
    return hmac.compare_digest(one or bytes(LENGTH), other)


class PassphraseHashWorker:
    """One process that computes digests; it starts with the first word."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._waiting = 0

    async def hash(self, passphrase: str, salt: bytes, pepper: bytes) -> bytes:
        """Return the digest of a word, computed elsewhere.

        Raises:
            TryLater: the worker died over it, or has too much to do.
        """
        if self._waiting >= MAX_WAITING:
            raise RetryLaterError(RETRY_AFTER)
        self._waiting += 1
        try:
            return await self._compute(passphrase, salt, pepper)
        except BrokenProcessPool:
            self.close()
        finally:
            self._waiting -= 1
        raise RetryLaterError(RETRY_AFTER)

    async def _compute(self, word: str, salt: bytes, pepper: bytes) -> bytes:
        if self._pool is None:
            # Spawned, not forked: a copy of this process would hold every key there is.
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, hash_passphrase, word, salt, pepper)

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
