"""A whole evening: people with phones, a Telegram of one's own, and the bot as it really runs."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bot.app.run import RunOptions, run_bot
from bot.app.storage import database_url, open_vault
from bot.cases.queries import AnswerRenderer, CaseReader, load_queue
from bot.conversation import CONTROLS
from bot.languages import LANGUAGES
from bot.mailbox import courier
from bot.mailbox.rate_limit import UNLIMITED
from bot.monitoring.canary import CanaryTimes
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED_ON
from bot.sandbox import TOKEN, Phone, Sandbox, serve
from bot.store.database import Database
from bot.store.disk_space import DiskSpace
from bot.store.patience import Patience
from bot.text import fold
from flows import ALL_FLOWS
from flows.texts import phrases
from tests.support.content.catalogue_files import read_in
from tests.support.content.offered_languages import offered_languages
from tests.support.database.key_store_fixtures import empty_keyring
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.people.flow_answers import BOOK
from tests.support.telegram.bot_api_oracle import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from bot.app.build import RunningApp
    from bot.cases.queries import CaseDetails, QueuedCase
    from bot.clock import Clock
    from bot.sandbox.state import Message
    from bot.text import Text

PATIENCE = 60.0
"""Real seconds after which what should have happened has not."""
START_PATIENCE = 60.0
"""The same for a start: whatever is imported late is imported then."""
LOOK = 0.004
QUICK_PATIENCE = Patience(first=0.01, longest=0.1, reopen=0.05, silence=0.3)
"""As in a deployment, without its waits."""
LABELS: dict[str, list[Text]] = {}
"""English labels to the phrases they come from."""
for _text in [
    *(text for flow in ALL_FLOWS for step in flow.steps for text in step.phrases()),
    *CONTROLS.values(),
    phrases.DANGER,
    phrases.CLEAR_CHAT,
]:
    LABELS.setdefault(_text.source, []).append(_text)


class LiveDeployment:
    """One deployment and everybody around it. `start` and `stop` are its process."""

    def __init__(self, folder: Path, sandbox: Sandbox, address: str, **given: Any) -> None:
        self.sandbox = sandbox
        self.settings = settings_for(folder, telegram_token=TOKEN, telegram_api=address, **given)
        self.clock = sandbox.clock
        self.store_patience = QUICK_PATIENCE
        self.database = Database(database_url(self.settings), self.store_patience)
        self.bot: asyncio.Task[None] | None = None
        self.patience = PATIENCE
        self.canary = CanaryTimes()
        self.extra_job: Callable[[RunningApp], Coroutine[None, None, None]] | None = None
        self._reading: Any = None

    async def start(self) -> None:
        """Start the process, and wait until it asks for updates, or for posts of them."""
        method = "setWebhook" if self.settings.webhook_url else "getUpdates"
        ready, asked = asyncio.Event(), len(self.sandbox.calls.of(method))
        self.bot = asyncio.create_task(self.run(ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self.bot, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if self.bot.done():
            waiting.cancel()
            self.bot.result()
        await self.until(lambda: len(self.sandbox.calls.of(method)) > asked, method, START_PATIENCE)

    def run(self, ready: asyncio.Event | None = None) -> Any:
        room = DiskSpace.unlimited(self.settings.data)
        offer = offered_languages(self.settings.languages)
        options = RunOptions(
            clock=self.clock,
            limits=UNLIMITED,
            ready=ready,
            disk=room,
            offer=offer,
            canary=self.canary,
            patience=self.store_patience,
            extra_job=self.extra_job,
        )
        return run_bot(self.settings, options)

    async def stop(self) -> None:
        if self.bot is not None:
            self.bot.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.bot
            self.bot = None

    async def restart(self, away: float = 0.0) -> None:
        await self.stop()
        self.sandbox.jump(away)
        await self.start()

    async def until(
        self, true: Callable[[], Any], what: str = "it", patience: float | None = None
    ) -> Any:
        """Wait until something is so, and return it; the bot must go on meanwhile."""
        end = asyncio.get_running_loop().time() + (patience or self.patience)
        while not (found := true()):
            if self.bot is not None and self.bot.done():
                self.bot.result()
            assert asyncio.get_running_loop().time() < end, f"waits for {what}: {self.shown()}"
            await asyncio.sleep(LOOK)
        return found

    def shown(self) -> list[list[str]]:
        """Return the newest texts on every phone."""
        return [phone.bot_texts()[-3:] for phone in self.sandbox.phones.values()]

    def sql(self, sql: str) -> list[tuple[Any, ...]]:
        if self.database.dialect == "postgresql":  # whose connections a test may have ended
            return query(self.database, sql)
        if self._reading is None:
            self._reading = self.database.connect()
        return list(self._reading.execute(sql).fetchall())

    async def close(self) -> None:
        await self.stop()
        if self._reading is not None:
            self._reading.close()
        await self.database.close()

    def quarantined(self) -> list[str]:
        return [why for (why,) in self.sql("SELECT fault FROM inbox WHERE state = 'quarantined'")]

    async def queue(self) -> list[QueuedCase]:
        return self.database.read(load_queue)

    async def opened(self, reference: str, language: str = "en") -> CaseDetails:
        words, staff = read_in(language), read_in(language, "staff")
        vault = open_vault(self.settings, self.database)
        opened = await CaseReader(self.database, vault, AnswerRenderer(BOOK, words, staff)).open(
            reference, empty_keyring(vault)
        )
        vault.close()
        assert opened is not None
        return opened

    def add_person(self, name: str = "Sari", language: str = "id") -> LivePerson:
        return LivePerson(self, self.sandbox.add_phone(name, language=language), language)

    async def settled(self) -> None:
        """Wait until nothing is on its way in either direction."""
        await self.until(lambda: not len(self.sandbox.updates), "updates confirmed")
        open_letters = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
        await self.until(lambda: self.sql(open_letters)[0][0] == 0, "letters gone")


@contextlib.asynccontextmanager
async def evening(
    folder: Path, clock: Clock | None = None, *, checks_calls: bool = True, **given: Any
) -> AsyncIterator[LiveDeployment]:
    """Serve a Telegram and a deployment that has not started yet.

    Without `checks_calls` its calls are not compared with aiogram's, which takes seconds to import.
    """
    sandbox = Sandbox(check=check if checks_calls else None, clock=clock)
    # Every press waits for the end of the letter before it: see `LiveDeployment.settled`.
    with patch.object(courier, "RESULT_DELAY", 0.0):
        async with _served(sandbox, folder, **given) as made:
            yield made
    assert sandbox.calls.complaints == []


@contextlib.asynccontextmanager
async def _served(sandbox: Sandbox, folder: Path, **given: Any) -> AsyncIterator[LiveDeployment]:
    async with serve(sandbox) as address:
        made = LiveDeployment(folder, sandbox, address, **given)
        try:
            yield made
        finally:
            await made.close()


class LivePerson:
    """One person, who names buttons in English whatever language they read."""

    def __init__(self, evening: LiveDeployment, phone: Phone, language: str) -> None:
        self.evening = evening
        self.phone = phone
        self.language = language if language in LANGUAGES else "en"

    def words_of(self, english: str) -> set[str]:
        """Return what an English phrase is in this person's language."""
        catalogue = read_in(self.language)
        blanks = TAIWAN.blanks(catalogue, VERIFIED_ON)
        return {text.render(catalogue, blanks) for text in LABELS.get(english, ())} | {english}

    def asked(self) -> Message | None:
        """Return the newest message with buttons."""
        return next(
            (m for m in reversed(self.phone.messages()) if m.get("reply_markup")), None
        )  # fmt: skip

    def token(self, english: str) -> str | None:
        """Return what stands behind a button of the newest question; None where there is none."""
        asked = self.asked()
        wanted = {fold(words) for words in self.words_of(english)}
        for row in (asked or {}).get("reply_markup", {}).get("inline_keyboard", ()):
            for button in row:
                if fold(button["text"].lstrip("✓ 0123456789")) in wanted:
                    return str(button["callback_data"])
        return None

    async def press(self, *english: str) -> None:
        """Press buttons one after the other, each as soon as it is there, and see the answer."""
        for label in english:
            await self.evening.settled()
            token = await self.evening.until(partial(self.token, label), label)
            before = self._look()
            self.phone.press(before[1].get("message_id"), data=token)
            await self.evening.until(partial(self._sees_other_than, before), label)

    def _look(self) -> tuple[list[str], Message]:
        return self.said(), dict(self.asked() or {})

    def _sees_other_than(self, before: tuple[list[str], Message]) -> bool:
        return self._look() != before

    async def say(self, words: str) -> None:
        """Write something and see the answer."""
        await self.evening.settled()
        before = self.said()
        self.phone.say(words)
        await self.sees_more_than(before)

    async def sees_more_than(self, before: list[str]) -> None:
        await self.evening.until(lambda: self.said() != before, "an answer")

    async def asks(self, english: str) -> None:
        """Wait until this question is the newest, under whatever words."""
        await self.evening.until(
            lambda: self.asked() and self.is_about(english), f"asked: {english}"
        )

    def is_about(self, english: str) -> bool:
        asked = self.asked()
        return asked is not None and str(asked["text"]) in self.words_of(english)

    def said(self) -> list[str]:
        return self.phone.bot_texts()

    async def arrives(self) -> None:
        """Say hello, choose the language, and come to the menu."""
        await self.say("/start")
        await self.press(LANGUAGES[self.language].own_name)

    async def reference(self) -> str:
        """Return the number of the case this person was given."""
        rows = await self.evening.until(
            lambda: [
                reference
                for (reference,) in self.evening.sql("SELECT reference FROM cases")
                if any(reference in text for text in self.said())
            ],
            "a reference",
        )
        return str(rows[-1])


SHORT_REPORT = (
    "Tell what happened", "About me", "I am safe here", "Papers back", "Done",
    "You may keep them", "Age 18 or over",
)  # fmt: skip
"""From the menu to what happened."""
TO_HURT = (*SHORT_REPORT, "Skip", "More questions first")
AFTER_HURT = (
    "Nobody hurt or ill", "Not allowed out", "No sign of that", "Taoyuan", "Working in Taiwan",
    "Factory", "None of these", "Done", *["Skip"] * 4,
)  # fmt: skip
"""From the first of a few more questions to the last one."""
TO_SENDING = ("Go on", "Send")


async def reports(
    guest: LivePerson, what: str = "Mereka ambil paspor saya.", name: str = "Ani"
) -> str:
    """Tell everything from the menu on, and return the reference."""
    await guest.press(*SHORT_REPORT)
    await guest.say(what)
    await guest.press("More questions first", *AFTER_HURT, "Skip", *TO_SENDING)
    reference = await guest.reference()
    await guest.press("Only when I write", "Skip", "More choices")
    await guest.asks("You do not have to give your name. What may we call you? Any name is fine.")
    await guest.say(name)
    await guest.press("Ask me first", "Skip")
    return reference
