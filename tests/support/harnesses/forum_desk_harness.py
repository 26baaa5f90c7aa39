"""A house whose caseworkers sit in a group of the stand-in for Telegram: real in all but Telegram.

Nothing runs by itself but the courier: `settle` takes what the stand-in holds for the bot, as a
poller would, and waits until every letter that follows has gone.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bot.app.build import build
from bot.app.options import BuildOptions
from bot.cases.state_machine import Role
from bot.channels.telegram.aiohttp_request import Timeouts
from bot.channels.telegram.client import build_bot
from bot.channels.telegram.sender import Sender
from bot.hotline.commands.store import submit_command
from bot.hotline.staff.staff import Staff
from bot.mailbox import courier
from bot.mailbox.inbox import Arrival
from bot.mailbox.rate_limit import UNLIMITED
from bot.sandbox import TOKEN, Phone, Sandbox, SandboxGroup, serve
from bot.sandbox.wire import encode
from bot.store.database import Database
from tests.support.database_fixtures import migrated_url, query
from tests.support.harnesses.hotline_harness import VAULT, settings_for
from tests.support.telegram.bot_api_oracle import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from telegram import Bot

    from bot.app.build import App
    from bot.hotline.commands.types import Command
    from bot.sandbox.state import Message

QUEUES = ("trafficking", "labour", "child_protection", "violence_at_home", "fishers", "information")
PATIENCE = 60.0
"""Seconds after which what was waited for does not come."""


def patient_bot(token: str, address: str) -> Bot:
    """Return a bot that takes a busy machine for no lost connection."""
    bot = build_bot(token, address)
    for request in bot._request:
        request._timeouts = Timeouts(*[PATIENCE] * 5)
    return bot


class ForumDeskHarness:
    """One group, the caseworkers in it, and people who write to the bot."""

    def __init__(self, sandbox: Sandbox, group: SandboxGroup, house: App, chair: Phone) -> None:
        self.sandbox = sandbox
        self.group = group
        self.named = group.id
        """As the settings name it."""
        self.house = house
        self.chair = chair
        """Whoever founded the group, and is no caseworker."""

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, folder: Path, *, kind: str = "sqlite", is_small: bool = False, **given: Any
    ) -> AsyncIterator[ForumDeskHarness]:
        """Open an office in mode content, with everything written in English.

        Args:
            folder: where its data lie.
            kind: of database.
            is_small: whether the group is still a plain one, without topics.
            given: settings.
        """
        sandbox = Sandbox(check=check)
        chair = sandbox.add_colleague("Chair")
        group = sandbox.add_group("Night shift", forum=not is_small)
        group.add_member(chair, "creator")
        group.add_bot(chair, "administrator")
        sandbox.updates.clear()
        settings = settings_for(
            folder,
            **{"desk_group": group.id, "desk_mode": "content", "staff_language": "en", **given},
        )
        database = Database(migrated_url(kind, folder))
        async with serve(sandbox) as base, patient_bot(TOKEN, base) as bot:
            house = build(
                settings, database, VAULT, Sender(bot),
                BuildOptions(bot_id=bot.id, username=lambda: bot.known_username, limits=UNLIMITED),
            )  # fmt: skip
            with patch.object(courier, "RESULT_DELAY", 0.0):  # `settle` waits for each result
                jobs = {
                    asyncio.create_task(house.courier.run()),
                    asyncio.create_task(house.passphrase_hashing.run()),
                }
                await asyncio.sleep(0)
                yield cls(sandbox, group, house, chair)
                for job in jobs:
                    job.cancel()
                await asyncio.wait(jobs)
            await database.close()
        assert sandbox.calls.complaints == []

    # --- people ------------------------------------------------------------------------------

    def enrolled(self, name: str, **given: Any) -> ForumCaseworker:
        """Return a caseworker who is in the group and on duty."""
        account = self.sandbox.add_colleague(name)
        self.group.add_member(account)
        staff, now = Staff(VAULT), self.house.clock.now()
        about = {
            "role": Role.CASEWORKER, "title": "caseworker", "languages": ("id", "en", "th"),
            "queues": QUEUES, "most": 9, **given,
        }  # fmt: skip
        writer = self.house.database.writer
        who = writer.run_sync(
            lambda work: staff.add(work, now, name=name, account=account.id, **about)
        ).id
        writer.run_sync(lambda work: staff.set_duty(work, who, on=True))
        return ForumCaseworker(self, account, who)

    async def in_danger(self, language: str = "en") -> tuple[Phone, str]:
        """Return somebody in the middle of a report whose case was opened by danger."""
        phone = self.sandbox.add_phone("Sari", language=language)
        phone.say("/start")
        await self.settle()
        for label in ("English", "Tell what happened", "About me", "I am safe here",
                      "Danger now", "Tell them now"):  # fmt: skip
            await self.presses(phone, label)
        return phone, self.ask("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")[0][0]

    async def presses(self, phone: Phone, label: str) -> None:
        """Press the newest button of a chat whose label holds these words."""
        for message in reversed(phone.messages()):
            for shown in phone.button_labels(message):
                if label in shown:
                    phone.press(message["message_id"], label=shown)
                    await self.settle()
                    return
        raise AssertionError(f"no button says {label!r}")

    async def writes(self, phone: Phone, *lines: str) -> None:
        for line in lines:
            phone.say(line)
            await self.settle()

    async def orders(self, *commands: Command) -> None:
        """Carry out what was done at another desk."""
        for command in commands:
            now = self.house.clock.now()
            store = partial(submit_command, vault=VAULT, command=command, now=now)
            await self.house.database.writer.run(store)
            await self.house.dispatcher.resume()
            await self.house.courier.drain()

    # --- what happens ------------------------------------------------------------------------

    async def settle(self) -> None:
        """Take in what waits, and let every letter go."""
        while waiting := self.sandbox.updates.pending():
            self.sandbox.updates.clear()
            arrivals = [Arrival.of(it["update_id"], encode(it)) for it in waiting]
            await self.house.dispatcher.receive(arrivals, arrivals[-1].update_id + 1)
            await self.house.courier.drain()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for what comes by itself within a second or two."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.settle()
                await asyncio.sleep(0.02)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return query(self.house.database, sql)

    # --- what the group shows ----------------------------------------------------------------

    def threads(self) -> list[int]:
        """The topics there are, oldest first."""
        return list(self.group.chat.topics)

    def thread(self) -> int:
        """The one topic there is."""
        (only,) = self.threads()
        return only

    def shown(self, thread: int | None = None) -> list[Message]:
        """The bot's messages in a topic, or where all look."""
        return [it for it in self.group.messages(thread) if it["from"]["is_bot"]]

    def texts(self, thread: int | None = None) -> list[str]:
        return [str(it.get("text", it.get("caption", ""))) for it in self.shown(thread)]

    def last(self, thread: int | None = None) -> str:
        return self.texts(thread)[-1]

    def card(self, thread: int) -> Message:
        """The card: the first message of the bot with something to press or say."""
        return next(it for it in self.shown(thread) if "text" in it)

    def labels(self, message: Message) -> list[str]:
        rows = message.get("reply_markup", {}).get("inline_keyboard", ())
        return [str(button["text"]) for row in rows for button in row]

    def found(self, thread: int | None, words: str) -> Message:
        """The newest message that holds these words."""
        return next(
            it
            for it in reversed(self.group.messages(thread))
            if words in str(it.get("text", it.get("caption", "")))
        )

    def bot_reaction(self, message: Message) -> str:
        """The reaction the bot left on a message."""
        return self.group.chat.bot_reactions.get(message["message_id"], "")

    def refused(self) -> list[tuple[str, str, str]]:
        """What the audit log says of those who are no caseworkers: subject and detail."""
        return self.ask(
            "SELECT actor, subject, detail FROM audit WHERE deed = 'desk_refused' ORDER BY id"
        )


class ForumCaseworker:
    """One caseworker at the group."""

    def __init__(self, office: ForumDeskHarness, account: Phone, who: str) -> None:
        self.office = office
        self.account = account
        self.id = who

    async def says(
        self, text: str, thread: int | None = None, reply_to: int | None = None
    ) -> Message:
        """Write in the group; return the message."""
        message = self.office.group.say(self.account, text, thread=thread, reply_to=reply_to)
        await self.office.settle()
        return message

    async def presses(self, label: str, message: Message) -> None:
        """Press a button under a message."""
        rows = message["reply_markup"]["inline_keyboard"]
        (data,) = [it["callback_data"] for row in rows for it in row if label in it["text"]]
        self.office.group.press(self.account, message["message_id"], data)
        await self.office.settle()

    def is_disabled(self) -> None:
        writer = self.office.house.database.writer
        writer.run_sync(lambda work: Staff(VAULT).disable(work, self.id))
