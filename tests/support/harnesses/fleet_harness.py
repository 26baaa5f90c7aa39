"""Several processes of one deployment on one PostgreSQL, each with its own connection and caches.

They share this Python process: what stands between them is the database alone, as in earnest.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg

from bot.app.build import build
from bot.app.options import BuildOptions
from bot.hotline.contact_rule import ClockMonitor
from bot.languages import LANGUAGES
from bot.mailbox.inbox import Arrival
from bot.mailbox.rate_limit import UNLIMITED
from bot.store.database import Database
from bot.store.patience import Patience
from tests.support.database.cheap_passphrase_hash import InlinePassphraseHasher
from tests.support.harnesses.hotline_harness import BOT, VAULT, HotlineHarness, settings_for
from tests.support.moved_clock import ManualClock
from tests.support.people.chat_person import update_json
from tests.support.telegram.recording_channel import RecordingChannel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

IMPATIENT = Patience(first=0.001, longest=0.02)


class FleetProcess:
    """One process: a front, a worker, or both."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database, self.clock = Database(url, IMPATIENT), ManualClock()
        self.app = build(
            settings_for(folder), self.database, VAULT, RecordingChannel(),
            BuildOptions(
                bot_id=BOT, username=lambda: "haven_bot", clock=self.clock, desks=(),
                hasher=InlinePassphraseHasher(), clock_monitor=ClockMonitor(boot=1),
                limits=UNLIMITED, languages=LANGUAGES.keys(),
            ),
        )  # fmt: skip

    @property
    def connection_number(self) -> int:
        """Return the number of its connection at the server."""
        session = self.database.writer._session
        assert session is not None
        return session._server_process


class Fleet:
    """A deployment of a few processes; `home` reads what came of it, and answers nothing."""

    def __init__(self, folder: Path, processes: int) -> None:
        self.home = HotlineHarness(folder, kind="postgresql")
        self.processes = [FleetProcess(self.home.url, folder) for _ in range(processes)]
        self._number = 1000

    def close(self) -> None:
        """End all processes."""
        for process in self.processes:
            asyncio.run(process.database.close())
        self.home.close()

    def write(self, person: ChatPerson, words: str = "", **content: Any) -> Arrival:
        """Return an update with words of a person, or other content; its id is the next one."""
        self._number += 1
        sent = person.words(words) if words else person.message(**content)
        return Arrival.of(self._number, update_json(self._number, sent))

    def cut_connection(self, process: FleetProcess) -> None:
        """End a process's connection at the server, in whatever it is doing."""
        libpq = self.home.url.replace("postgresql://postgres:@/", "postgresql://postgres@/")
        with psycopg.connect(libpq, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", (process.connection_number,))

    async def work_until_done(self, workers: list[FleetProcess]) -> None:
        """Let workers answer until nothing waits."""
        running = [asyncio.create_task(it.app.chat_worker.run()) for it in workers]
        await self.until_done(*running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for it in workers:  # what a cancelled worker had begun is stored, or not, before this
            await it.database.writer.run(lambda _: None)

    async def until_done(self, *running: asyncio.Task[None]) -> None:
        """Wait until nothing waits for workers; raise what ends one of them."""
        chats, writer = self.home.house.inbox.chats, self.home.database.writer
        while (await writer.run(chats.count)).chats:
            for task in running:
                if task.done():
                    task.result()
            await asyncio.sleep(0.01)

    def kept(self, person: ChatPerson) -> list[str]:
        """Return the words kept with a person's conversation at its first question."""
        key = VAULT.chat_key(BOT, person.id)
        conversations = self.home.house.conversations
        rows = self.home.database.writer.run_sync(lambda work: conversations.load(work, [key]))
        extra = rows[key].conversation.position.extra_texts if key in rows else []
        return "\n".join(extra).splitlines()


def again(arrival: Arrival) -> Arrival:
    """Return the same update as another delivery brings it."""
    return Arrival.of(arrival.update_id, arrival.raw)
