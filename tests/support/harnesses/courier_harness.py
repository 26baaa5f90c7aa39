"""A courier on a round of its own: real outbox, real database, moved time, a channel that fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.mailbox.courier import Courier, Mailbox
from bot.mailbox.inbox import Inbox
from bot.mailbox.letter import Author, Lane, Letter
from bot.mailbox.outbox import Outbox
from bot.mailbox.passphrase_jobs import PassphraseJobs
from bot.mailbox.rate_limit import UNLIMITED, RateLimits
from bot.messages import Body, SendText
from tests.support.database_fixtures import database_on, migrated_url, query
from tests.support.harnesses.hotline_harness import BOT, VAULT
from tests.support.moved_clock import MIDDAY, ManualTimeLoop
from tests.support.telegram.recording_channel import RecordingChannel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.store.writer import Work

LETTERS = "SELECT id, state, body, fault, message, attempts FROM outbox ORDER BY id"


class CourierHarness:
    """An outbox and the courier that empties it."""

    def __init__(
        self,
        folder: Path,
        *,
        kind: str = "sqlite",
        limits: RateLimits = UNLIMITED,
        courier: type[Courier] = Courier,
    ) -> None:
        self.url = migrated_url(kind, folder)
        self.limits = limits
        self.made = courier
        self.mailbox = Mailbox(Inbox(BOT, VAULT), Outbox(VAULT), PassphraseJobs(VAULT))
        self.outbox = self.mailbox.outbox
        self.post = RecordingChannel()
        self.bodies: dict[int, Body] = {}
        self.at = MIDDAY
        self.open()

    def open(self) -> None:
        """Start a courier."""
        self.loop = ManualTimeLoop(self.at)
        self.database = database_on(self.url, self.loop)
        self.courier = self.made(
            self.mailbox, self.database.writer, self.post, self.loop, self.limits
        )
        self.running = self.loop.create_task(self.courier.run())

    def leave(
        self,
        chat: int,
        *bodies: Body | str,
        author: str = Author.BOT,
        lane: int = Lane.PERSON,
        hand: bool = True,
        not_before: int = 0,
        key: bytes = b"",
    ) -> list[int]:
        """Store letters, and hand them to the courier unless it is to find them by itself."""
        now = self.loop.now()
        key = key or VAULT.chat_key(BOT, chat)
        said = [SendText(body) if isinstance(body, str) else body for body in bodies]

        def keep(work: Work) -> list[Letter]:
            numbers = self.outbox.new_ids(work, len(said))
            letters = [
                Letter(number, key, chat, body, lane, author, 0, not_before, now)
                for number, body in zip(numbers, said, strict=True)
            ]
            self.outbox.store(work, letters)
            return letters

        letters = self.database.writer.run_sync(keep)
        self.bodies |= {letter.id: letter.body for letter in letters}
        if hand:
            self.courier.enqueue(letters)
        return [letter.id for letter in letters]

    def passes(self, seconds: float) -> None:
        """Let time pass, timer by timer."""
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def jumps(self, seconds: float) -> None:
        """Let time pass at once; what fell due meanwhile is due now."""
        self.loop.advance(seconds)
        self.passes(2)

    def settle(self) -> None:
        """Run until no letter waits any more."""
        self.loop.run_until_complete(self.courier.drain())

    def crash(self) -> None:
        """End the process as a power cut would."""
        self.database.writer.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(BaseException):
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.at = self.loop.now()
        self.loop.close()

    def close(self) -> None:
        """End the process in good order."""
        self.running.cancel()
        self.loop.run_until_complete(asyncio.wait({self.running}))
        self.loop.run_until_complete(self.database.close())
        self.at = self.loop.now()
        self.loop.close()

    def letters(self) -> dict[int, tuple[Any, ...]]:
        """Every letter as it stands: state, body, fault, message, attempts."""
        return {row[0]: row[1:] for row in query(self.database, LETTERS)}

    def states(self) -> dict[int, str]:
        return {number: row[0] for number, row in self.letters().items()}

    def arrivals(self, chat: int) -> list[str]:
        """The texts that arrived in a chat, in order, repeats included."""
        return self.post.texts(chat)

    def times(self, chat: int) -> Counter[str]:
        return Counter(self.arrivals(chat))


def first_times(texts: Sequence[str]) -> list[str]:
    """Return texts in the order in which each came first."""
    return list(dict.fromkeys(texts))
