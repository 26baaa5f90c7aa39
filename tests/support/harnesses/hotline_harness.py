"""A whole house for a test: real database, engine and flows; only the channel is make-believe.

`Home` runs everything between the bytes of an update and the letter handed over, on a loop whose
time is moved. It is closed and opened again as often as a test likes: the data stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from bot.app.build import build
from bot.app.options import BuildOptions
from bot.app.run import recover
from bot.clock import SECOND
from bot.dispatch.conversation_store import Conversation
from bot.dispatch.turn.words.typed_text import READING_TIME
from bot.errors import EpochExpiredError
from bot.hotline.commands.store import submit_command
from bot.hotline.contact_rule import ClockMonitor
from bot.languages import LANGUAGES
from bot.mailbox.inbox import Arrival
from bot.mailbox.rate_limit import UNLIMITED, RateLimits
from bot.places.taiwan.recipients import RECIPIENTS
from bot.settings import Settings, load_settings
from bot.store.processes.heartbeat import record_heartbeat
from bot.vault import HostKey, Purpose, Vault
from tests.support.database.cheap_passphrase_hash import InlinePassphraseHasher
from tests.support.database.key_store_fixtures import enrol_keyholder, key_store
from tests.support.database_fixtures import bytes_literal, database_on, migrated_url, rows_of
from tests.support.moved_clock import MIDDAY, ManualTimeLoop
from tests.support.people.caseworker_driver import CaseworkerDriver, RecordingDesk
from tests.support.people.chat_person import ChatPerson, update_json
from tests.support.telegram.recording_channel import RecordingChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Sequence
    from pathlib import Path

    from bot.hotline.commands.types import Command
    from bot.hotline.events import Event
    from bot.languages.voice_files import RecordingNames
    from bot.messages import Update
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault.purpose import Opener

BYTES = re.compile(r"X'([0-9a-f]*)'")
"""How SQLite writes bytes."""
BOT = 7_000_000_001
FIRST_PERSON = 5_000_000_001
ROOT = HostKey(bytes(range(32)))
VAULT = Vault(ROOT, key_store())
"""A vault whose root everybody here knows; its key store lasts as long as the tests."""
VAULT.rotate_epoch(MIDDAY)
KEEPER = enrol_keyholder(VAULT)
"""The keys of a supervisor who is enrolled there."""
AGREED = ",".join(f"{code}=2026-01-01/" for code in RECIPIENTS)
"""Agreements with everybody, as `HAVEN_AGREEMENTS`."""
ALWAYS = "00:00-24:00"
NEVER = ""


def settings_for(folder: Path, **given: Any) -> Settings:
    """Return the settings of a small organisation."""
    key = folder / "key"
    if not key.exists():
        HostKey.create(key)
    environment = tuple(sorted(it for it in os.environ.items() if it[0].startswith("HAVEN_")))
    checked = _settings_anywhere(tuple(sorted(given.items())), environment)
    here = {"data": folder / "data", "host_key_file": key}
    ours = {it: here[it] for it in here.keys() - given.keys()}
    return replace(checked, named=checked.named | ours.keys(), **ours)


@cache
def _settings_anywhere(
    given: tuple[tuple[str, Any], ...], _environment: tuple[tuple[str, str], ...]
) -> Settings:
    """Return settings for no folder: reading and checking them takes longer than many a test."""
    return load_settings(
        **{
            "organisation": "Hope House",
            "contact": "02-1234",
            "hours": ALWAYS,
            "agreements": AGREED,
            **dict(given),
        }
    )


def supervisor_opener(database: Database, case: str) -> Opener:
    """Return what opens in a case, for the supervisor."""
    return VAULT.cases.opener(case, KEEPER)


class HotlineHarness:
    """One deployment: its data, and the process that is running on them now."""

    def __init__(  # noqa: PLR0913 - each is a seam of the house
        self,
        folder: Path,
        *,
        kind: str = "sqlite",
        database: Database | None = None,
        limits: RateLimits = UNLIMITED,
        parse_update: Callable[[bytes], Update] | None = None,
        rehearsal: bool = False,
        vault: Vault = VAULT,
        offered: Collection[str] = LANGUAGES.keys(),
        voices: RecordingNames | None = None,
        at: int = MIDDAY,
        **settings: Any,
    ) -> None:
        self.settings = settings_for(folder, **settings)
        self.url = (
            database.url.render_as_string(hide_password=False)
            if database
            else migrated_url(kind, folder)
        )
        self.vault = vault
        self.post = RecordingChannel()
        self.board = RecordingDesk()
        self.next_update = 1000
        self._made: dict[str, Any] = {
            "limits": limits, "rehearsal": rehearsal, "languages": offered, "voices": voices or {}
        } | ({"parse_update": parse_update} if parse_update else {})  # fmt: skip
        self._people = 0
        self._at = at
        self._jumped = 0
        self._booted_at, self.boot = at, 1
        self._asking: Any = None
        self.open()

    def open(self) -> None:
        """Start the process."""
        self._stop_asking()
        self.loop = ManualTimeLoop(self._at, self._booted_at)
        self.loop.jumped = self._jumped
        self.database = database_on(self.url, self.loop)
        self.house = build(
            self.settings, self.database, self.vault, self.post,
            BuildOptions(
                bot_id=BOT, username=lambda: "haven_bot", clock=self.loop, desks=(self.board,),
                hasher=InlinePassphraseHasher(), clock_monitor=ClockMonitor(boot=self.boot),
                **self._made,
            ),
        )  # fmt: skip
        self.built()
        self.run(recover(self.house))
        self._running = [
            self.loop.create_task(self.house.courier.run()),
            self.loop.create_task(self.house.passphrase_hashing.run()),
        ]
        self.run(self.close_writer_idle(0.1))
        self.settle()

    def built(self) -> None:
        """Change the process before anything happens in it."""

    def close(self) -> None:
        """End the process in good order."""
        self._stop_asking()
        for task in self._running:
            task.cancel()
        self.run(asyncio.wait(self._running))
        self._end()

    def crash(self) -> None:
        """End the process as a power cut would: nothing more is written down."""
        self._stop_asking()
        self.database.writer.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        with contextlib.suppress(BaseException):
            self.run(asyncio.gather(*asyncio.all_tasks(self.loop), return_exceptions=True))
        self._end()

    def _end(self) -> None:
        self.run(self.database.close())
        self._at, self._jumped = self.loop.true(), self.loop.jumped
        self.loop.close()

    def restart(self, seconds_away: float = 0.0) -> None:
        """End the process in good order and start it again, some time later."""
        self.close()
        self._at += int(seconds_away * SECOND)
        self.open()

    def reboot(self, seconds_away: float = 60.0, *, new_start: bool = True) -> None:
        """End the process, start the machine again, and the process on it.

        Without `new_start` only the wall clock was set meanwhile: the machine ran on.
        """
        self.close()
        self._at += int(seconds_away * SECOND)
        self._booted_at, self.boot = self._at, self.boot + new_start
        self.open()

    def run(self, work: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> Any:
        return self.loop.run_until_complete(work)

    def settle(self) -> None:
        """Let everybody have their turn, and every letter that can go now be gone."""
        self.run(self.settled())

    async def settled(self) -> None:
        """Do the same, inside the loop; a test in which something never ends puts less here."""
        await self.close_writer_idle(0.001)  # what became due by a jump of the clock begins
        await self.house.dispatcher.drain()
        await self.house.passphrase_hashing.drain()
        await self.house.courier.drain()

    async def close_writer_idle(self, seconds: float = 0.5) -> None:
        """Let that much time go by, whatever still waits."""
        await asyncio.sleep(seconds)

    def receives(self, *updates: dict[str, Any]) -> None:
        """Take updates in, together in one batch, and let the answers go out."""
        arrivals = []
        for update in updates:
            arrivals.append(Arrival.of(self.next_update, update_json(self.next_update, update)))
            self.next_update += 1
        self.receive_updates(*arrivals)

    def receive_updates(self, *arrivals: Arrival) -> None:
        self.run(self._received(arrivals))

    async def _received(self, arrivals: Sequence[Arrival]) -> None:
        await self.house.dispatcher.receive(arrivals, self.next_update)
        await self.settled()

    def person(self, language: str = "en") -> ChatPerson:
        """Return somebody who has not written yet."""
        self._people += 1
        return ChatPerson(self, FIRST_PERSON + self._people, language)

    def colleague(self, name: str = "Mei", **given: Any) -> CaseworkerDriver:
        """Return a caseworker who is on duty."""
        return CaseworkerDriver(self, name, **given)

    def send_staff_command(self, *commands: Command) -> list[Event]:
        """Carry commands out, together in one batch, and return what desks were shown."""
        before = len(self.board.events)
        self.store_staff_commands(*commands)
        self.run(self.house.dispatcher.resume())
        self.settle()
        return self.board.events[before:]

    def store_staff_commands(self, *commands: Command) -> None:
        """Store commands as a desk does, and leave them waiting."""
        now = self.loop.now()

        def store(work: Work) -> None:
            for command in commands:
                submit_command(work, self.vault, command, now)

        self.database.writer.run_sync(store)

    def advance_time(self, seconds: float) -> None:
        """Let time pass; the bot says that it runs meanwhile."""
        self.loop.advance(seconds)
        now = self.loop.now()
        self.house.vault.rotate_epoch(now)
        self.database.writer.run_sync(lambda work: record_heartbeat(work, BOT, now))

    def let_read(self, chat: int) -> None:
        """Let time pass until a person has read the question of consent on their screen."""
        key = self.house.vault.chat_key(BOT, chat)
        found = self.ask(
            f"SELECT state FROM conversations WHERE chat_key = {bytes_literal(key, self.database)}"  # noqa: S608
        )
        if not found:
            return
        try:
            plain = self.house.vault.open(Purpose.CONVERSATION, key, bytes(found[0][0]))
        except EpochExpiredError:  # nothing is known of that conversation any more
            return
        asked = msgspec.msgpack.decode(plain, type=Conversation).consent_asked_at.values()
        left = max(asked, default=0) + READING_TIME - self.loop.now()
        if left > 0:
            self.advance_time(left / SECOND)

    def seconds(self) -> int:
        return self.loop.now() // SECOND

    def opener(self, case: str) -> Opener:
        """Return what opens in a case, for the supervisor."""
        return supervisor_opener(self.database, case)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a question to the database, in SQLite's words.

        One connection asks as long as the process lives: opening it costs more than most questions.
        """
        if self._asking is None:
            self._asking = self.database.connect()
        if self.database.dialect == "postgresql":
            sql = BYTES.sub(r"'\\x\1'::bytea", sql)
        return rows_of(self._asking, sql)

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking = None
