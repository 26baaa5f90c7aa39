"""On-call in a running bot: alarms are checked, calls are made, people are told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.dispatch.callback_data import ON_CALL_BUTTON
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.errors import EmailFailedError, PushFailedError
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import SayNobodyComes
from bot.hotline.commands.context import find_contact
from bot.hotline.on_call.roster import CallChannel
from bot.hotline.on_call.texts import SEEN, SOMETHING_WAITS, TEST_CALL
from bot.languages import catalogue
from bot.log import log
from bot.mailbox.letter import Lane, Letter
from bot.messages import Button, SendText
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.dispatch.batch import BatchProcessor
    from bot.dispatch.conversation_store import Conversations
    from bot.hotline.on_call.alarms import Call, NewCall, OnCallAlarms
    from bot.hotline.on_call.roster import OnCallPerson, PushSubscription
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work, Writer
    from bot.text import Catalogue
    from bot.vault import AuditLog, Vault

SEND_POLL_SECONDS = 1.0
LONG_SEND_POLL_SECONDS = 30.0
"""While nothing is stored."""
SEND_TIMEOUT = 12.0
"""Seconds after which an e-mail or push counts as failed; the next channel is tried."""


class Mailer(Protocol):
    """Sends e-mail, and blocks meanwhile."""

    def send(self, to: str, text: str) -> None:
        """Send one sentence.

        Raises:
            EmailFailedError: the server was not reached, or refused.
        """


class Pusher(Protocol):
    """Sends to browsers, and blocks meanwhile."""

    def send(self, subscription: PushSubscription, text: str) -> None:
        """Send one sentence to a browser.

        Raises:
            PushFailedError: it was not taken.
        """


@dataclass(frozen=True)
class CallSenders:
    """What sends calls outside Telegram; None where the deployment has none."""

    mailer: Mailer | None = None
    pusher: Pusher | None = None

    def send(self, person: OnCallPerson, channel: str, text: str) -> None:
        """Send a sentence over e-mail, or to every browser of a caseworker; one is enough.

        Raises:
            EmailFailedError, PushFailedError: it was not taken.
        """
        if channel == CallChannel.EMAIL and self.mailer is not None:
            self.mailer.send(person.settings.email, text)
        elif channel == CallChannel.PUSH and self.pusher is not None:
            self._push(self.pusher, person, text)
        else:
            raise PushFailedError(f"{channel} is not set up")

    @staticmethod
    def _push(pusher: Pusher, person: OnCallPerson, text: str) -> None:
        failures = []
        for browser in person.settings.browsers:
            try:
                pusher.send(browser, text)
            except PushFailedError as failed:
                failures.append(failed)
        if len(failures) == len(person.settings.browsers):
            raise PushFailedError("no browser took it") from (failures[0] if failures else None)


@dataclass(frozen=True)
class CallLetters:
    """Builds and stores the message of a call, for a private chat with the bot."""

    outbox: Outbox
    vault: Vault
    bot: int
    staff_language: str
    """Of the desk, for those who chose no other."""

    def text_for(self, person: OnCallPerson, *, is_test: bool = False) -> str:
        """Return the sentence of a call, in the language of the caseworker."""
        text = TEST_CALL if is_test else SOMETHING_WAITS
        return text.render(self._catalogue(person))

    def send(self, work: Work, person: OnCallPerson, now: int, *, is_test: bool = False) -> Letter:
        """Store the letter of a call and return it."""
        (number,) = self.outbox.new_ids(work, 1)
        button = Button(SEEN.render(self._catalogue(person)), ON_CALL_BUTTON)
        body = SendText(
            self.text_for(person, is_test=is_test), () if is_test else ((button,),), notifies=True
        )
        account = person.by.account  # a private chat has the number of the account
        key = self.vault.chat_key(self.bot, account)
        letter = Letter(number, key, account, body, lane=Lane.STAFF, created_at=now)
        self.outbox.store(work, [letter])
        return letter

    def _catalogue(self, person: OnCallPerson) -> Catalogue:
        return catalogue(person.settings.language or self.staff_language, "staff")


@dataclass(frozen=True)
class OnCallService:
    """Checks alarms and makes calls: two jobs of a running bot."""

    alarms: OnCallAlarms
    letters: CallLetters
    senders: CallSenders
    batches: BatchProcessor
    conversations: Conversations
    audit: AuditLog

    def check(self, work: Work, now: int) -> list[Letter]:
        """Check the alarms once; return the letters of calls over Telegram."""
        result, letters = self.alarms.check(work, now), []
        for call in result.calls:
            letter = self._make(work, call, now)
            letters += [letter] if letter else []
        for case in result.untold:
            self._tell(work, case, now)
        if result.calls:
            log.info("on_call_calls", count=len(result.calls))
        return letters

    async def run_senders(self, writer: Writer, clock: Clock) -> None:
        """Send e-mail and push until cancelled; a slow server must delay no check."""
        while True:
            seen = writer.changes.count
            await self.send_waiting(writer, clock)
            await writer.changes.wait(seen, SEND_POLL_SECONDS, LONG_SEND_POLL_SECONDS)

    async def send_waiting(self, writer: Writer, clock: Clock) -> None:
        """Send the calls by e-mail and push that wait, all at the same time."""
        waiting = await writer.run(lambda work: self._load_waiting(work, clock.now()))
        await asyncio.gather(*(self._send(writer, *each) for each in waiting))

    def _make(self, work: Work, call: NewCall, now: int) -> Letter | None:
        letter = (
            self.letters.send(work, call.person, now)
            if call.channel is CallChannel.TELEGRAM
            else None
        )
        self.alarms.store_call(work, call, letter.id if letter else None, now)
        return letter

    def _load_waiting(self, work: Work, now: int) -> list[tuple[Call, OnCallPerson, str]]:
        """Return the calls outside Telegram that wait, with whom they call and their texts."""
        queued = self.alarms.queued_outside_telegram(work, now)
        people = {it.by.id: it for it in self.alarms.roster.all(work)} if queued else {}
        return [
            (call, person, self.letters.text_for(person))
            for call in queued
            if (person := people.get(call.staff)) is not None
        ]

    async def _send(self, writer: Writer, call: Call, person: OnCallPerson, text: str) -> None:
        is_sent = False
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await asyncio.to_thread(self.senders.send, person, call.channel, text)
            is_sent = True
        except (EmailFailedError, PushFailedError) as failed:
            error = type(failed.__cause__ or failed).__name__
            log.warning("on_call_failed", kind=call.channel, error=error)
        except TimeoutError as late:
            log.warning("on_call_failed", kind=call.channel, error=type(late).__name__)
        await writer.run(lambda work: self.alarms.note_sent(work, call.id, is_sent=is_sent))

    def _tell(self, work: Work, case: str, now: int) -> None:
        """Tell a person who is in their session that no one can come, and which numbers answer.

        A person who had to go is told once they write again: the phone must not light up.
        """
        contact = find_contact(self.letters.vault, work, case)
        if contact is None or not contact.has_chat or Passphrases.is_frozen(work, case):
            return
        row = self.conversations.load(work, [contact.chat_key]).get(contact.chat_key)
        if row is None or row.fault is not None:
            return
        conversation = row.conversation
        if now - conversation.touched_at > SESSION_TIMEOUT or case not in {
            conversation.case, *conversation.cases
        }:  # fmt: skip
            return
        if conversation.has_left:
            self.alarms.tell_later(work, case)
            return
        self.batches.perform(work, contact, SayNobodyComes(case), now)
        self.audit.record(work, now, SYSTEM, "on_call_told", case)
