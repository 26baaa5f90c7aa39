"""A caseworker who writes to one person, at whichever desk of a deployment answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx

from flows.requests.talk import Talk
from flows.start.language import LanguageFlow
from flows.start.welcome import Welcome
from tests.fire.processes.started_deployment import DeskClient, wait_for

if TYPE_CHECKING:
    from bot.conversation import Choose
    from bot.sandbox import Phone
    from tests.fire.processes.started_deployment import DeskAccess, StartedDeployment

BETWEEN_TRIES = 0.2
"""Seconds until the same form is sent again, after a desk ended over it."""
WRITES_EVERY = 300.0
"""Seconds after which the person writes again: after half an hour they may not be written to."""
CASES = "SELECT reference FROM cases"

READING_SECONDS = 4.0
"""How long the person reads a question of consent: words that come sooner do not answer it."""
PATIENCE = 120.0
"""Seconds: at a start a letter may wait until another process leads, most of a minute here."""


class CaseworkerAtTwoDesks:
    """One caseworker in a chat with one person."""

    def __init__(
        self, deployment: StartedDeployment, addresses: list[str], phone: Phone,
        access: DeskAccess | None = None,
    ) -> None:  # fmt: skip
        self.addresses, self.phone, self.reference = addresses, phone, ""
        self.client = DeskClient(deployment, access)
        self.taken: list[str] = []
        """Words that a desk took."""
        self.uncertain: list[str] = []
        """Words that no desk confirmed or refused."""
        self._deployment = deployment
        self._wrote_at = time.monotonic()
        """When the person wrote last, by `time.monotonic`."""

    async def begin(self) -> None:
        """Let the person report, and take the chat over."""
        await self._person_reports()
        self.client.go_to(self.addresses[0])
        await self.client.wait_until_served()
        await self.client.sign_in()
        for verb in ("claim", "take_over"):
            before = len(self.phone.bot_texts())
            said = await self.client.do(self.reference, verb)
            assert not said["refused"], said
        await self._answered(before, "the opener")
        before = len(self.phone.bot_texts())
        self.phone.press(label=self.phone.button_labels()[0])
        await self._answered(before, "that they can write now")

    async def _person_reports(self) -> None:
        known = set(self._deployment.ask(CASES))
        await self.says("/start")
        chosen = str(self.phone.api_user()["language_code"])
        for question, code in (
            (LanguageFlow.language, chosen), (Welcome.menu, "talk"), (Talk.safe, "safe"),
        ):  # fmt: skip
            await self._chooses(question, code)
        await self.says("paspor / passport: 1")
        await asyncio.sleep(READING_SECONDS)
        await self._chooses(Talk.send, "send")
        found = await wait_for(lambda: set(self._deployment.ask(CASES)) - known, "a case")
        ((self.reference,),) = found

    async def _chooses(self, question: Choose, code: str) -> None:
        await self.says(str(question.codes.index(code) + 1))

    async def says(self, words: str) -> None:
        """Let the person write, and see an answer."""
        before = len(self.phone.bot_texts())
        self.phone.say(words)
        await self._answered(before, words)

    async def _answered(self, before: int, to: str) -> None:
        await wait_for(lambda: len(self.phone.bot_texts()) > before, f"an answer to {to}", PATIENCE)

    async def write(self, words: str = "") -> None:
        """Write a letter; where a desk dies, the same form goes to the other one."""
        if time.monotonic() - self._wrote_at > WRITES_EVERY:
            self._wrote_at = time.monotonic()
            self.phone.say("I am here.")
        words = words or f"Letter {secrets.token_hex(4)}: we are here."
        nonce = secrets.token_hex(12)
        for address in self.addresses * 3:
            self.client.go_to(address)
            with suppress(httpx.TransportError, ValueError):
                said = await self.client.do(self.reference, "say", nonce, words=words)
                (self.taken if not said.get("refused") else self.uncertain).append(words)
                return
            await asyncio.sleep(BETWEEN_TRIES)
        self.uncertain.append(words)

    def twice(self) -> int:
        """Return how many letters arrived more than once."""
        counts = Counter(self.phone.bot_texts())
        return sum(counts[it] > 1 for it in (*self.taken, *self.uncertain))

    def lost(self) -> int:
        """Return how many letters never arrived although a desk took them."""
        return sum(it not in self.phone.bot_texts() for it in self.taken)

    def out_of_order(self) -> int:
        """Return how many neighbouring letters changed places."""
        texts = self.phone.bot_texts()
        places = [texts.index(it) for it in self.taken if it in texts]
        return sum(later < earlier for earlier, later in pairwise(places))
