"""The job that hashes stored passphrases and hands the results to the dispatcher.

The worker that hashes is another process, so neither turns nor letters wait for it. The result is
applied in a transaction of its own that also deletes the stored passphrase: it is applied once,
whenever the process ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bot.cases.receipts import salt_and_pepper as receipt_salts
from bot.errors import RetryLaterError
from bot.hotline.check_ins.store import salt_and_pepper as check_in_salts
from bot.log import log
from bot.mailbox.courier import wait_until

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.dispatch.dispatcher import Dispatcher
    from bot.mailbox.passphrase_jobs import PassphraseJob, PassphraseJobs
    from bot.store.writer import Writer
    from bot.vault import Vault
    from bot.vault.passphrase_hash import PassphraseHasher

POLL_INTERVAL = 1.0
"""Seconds between two looks for jobs that are due again or were left by an earlier process."""
LONG_INTERVAL = 30.0
"""The same where jobs of other processes are told: then only what is due later is looked for."""


class PassphraseHashing:
    """Hashes stored passphrases, one after another: there is one worker."""

    def __init__(
        self,
        jobs: PassphraseJobs,
        hasher: PassphraseHasher,
        vault: Vault,
        writer: Writer,
        clock: Clock,
        dispatcher: Dispatcher,
    ) -> None:
        self._jobs = jobs
        self._hasher = hasher
        self._vault = vault
        self._writer = writer
        self._clock = clock
        self._dispatcher = dispatcher
        self._waiting_count: int | None = None
        """Jobs that waited at the last look; None: unknown."""

    async def run(self) -> None:
        """Hash what waits until cancelled."""
        while True:
            self._jobs.added.clear()
            self._waiting_count = None
            due, self._waiting_count = await self._writer.run(
                lambda work: self._jobs.load_due(work, self._clock.now())
            )
            are_done = [await self._hash(job) for job in due]
            if not all(are_done):  # one that fails is tried again, and not without end
                await asyncio.sleep(POLL_INTERVAL)
            if not due:
                longest = LONG_INTERVAL if self._writer.changes.is_listening else POLL_INTERVAL
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._jobs.added.wait(), longest)

    async def drain(self) -> None:
        """Wait until no passphrase waits; for a stopping process and tests."""
        await wait_until(lambda: self._waiting_count == 0 and not self._jobs.added.is_set())

    async def _hash(self, job: PassphraseJob) -> bool:
        """Hash one passphrase and apply the result; return whether that was done."""
        try:
            digest = await self._hasher.hash(job.passphrase.text, *self._salts(job))
            await self._dispatcher.apply_hash(job, digest)
        except RetryLaterError:
            return False  # the worker process ended over it
        except Exception as error:  # noqa: BLE001 - the job is stored, and tried again
            log.error("turn_failed", error=type(error).__name__)
            return False
        return True

    def _salts(self, job: PassphraseJob) -> tuple[bytes, bytes]:
        """Return salt and pepper: those of a receipt, of a check-in, or of the chat."""
        if job.passphrase.receipt:
            return receipt_salts(self._vault, job.passphrase.receipt)
        if job.passphrase.check_in:
            return check_in_salts(self._vault, job.chat_key)
        return self._vault.passphrase_salts(job.chat_key)
