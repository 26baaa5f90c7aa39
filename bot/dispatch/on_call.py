"""On-call in a running bot: alarms are checked, calls are made, people are told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.dispatch.callback_data import ON_CALL_BUTTON
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.errors import EmailFailedError
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
    from bot.hotline.on_call.roster import OnCallPerson
    from bot.mailbox.courier import Courier
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work, Writer
    from bot.text import Catalogue
    from bot.vault import AuditLog, Vault

CHECK_SECONDS = 5.0
"""Seconds between two checks; a call has to arrive within 60."""
EMAIL_POLL_SECONDS = 1.0
EMAIL_TIMEOUT = 12.0
"""Seconds after which an e-mail counts as failed; the next channel is tried."""


class Mailer(Protocol):
    """Sends e-mail, and blocks meanwhile."""

    def send(self, to: str, text: str) -> None:
        """Send one sentence.

        Raises:
            EmailFailedError: the server was not reached, or refused.
        """


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
    mailer: Mailer | None
    """None: this deployment sends no e-mail."""
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

    async def run_checks(self, writer: Writer, courier: Courier, clock: Clock) -> None:
        """Check alarms until cancelled."""
        while True:
            courier.enqueue(await writer.run(lambda work: self.check(work, clock.now())))
            await asyncio.sleep(CHECK_SECONDS)

    async def run_emails(self, writer: Writer, clock: Clock) -> None:
        """Send e-mails until cancelled; a job of its own: a slow server must delay no check."""
        while True:
            await self.send_emails(writer, clock)
            await asyncio.sleep(EMAIL_POLL_SECONDS)

    async def send_emails(self, writer: Writer, clock: Clock) -> None:
        """Send the e-mails that wait, all at the same time."""
        waiting = await writer.run(lambda work: self._load_emails(work, clock.now()))
        await asyncio.gather(*(self._send_email(writer, *each) for each in waiting))

    def _make(self, work: Work, call: NewCall, now: int) -> Letter | None:
        letter = (
            self.letters.send(work, call.person, now)
            if call.channel is CallChannel.TELEGRAM
            else None
        )
        self.alarms.store_call(work, call, letter.id if letter else None, now)
        return letter

    def _load_emails(self, work: Work, now: int) -> list[tuple[Call, str, str]]:
        """Return the calls by e-mail that wait, with their addresses and texts."""
        queued = self.alarms.queued_emails(work, now)
        people = {it.by.id: it for it in self.alarms.roster.all(work)} if queued else {}
        return [
            (call, person.settings.email, self.letters.text_for(person))
            for call in queued
            if (person := people.get(call.staff)) is not None
        ]

    async def _send_email(self, writer: Writer, call: Call, to: str, text: str) -> None:
        is_sent = False
        if self.mailer is not None:
            try:
                async with asyncio.timeout(EMAIL_TIMEOUT):
                    await asyncio.to_thread(self.mailer.send, to, text)
                is_sent = True
            except EmailFailedError as failed:
                log.warning("on_call_email_failed", error=type(failed.__cause__).__name__)
            except TimeoutError as late:
                log.warning("on_call_email_failed", error=type(late).__name__)
        await writer.run(lambda work: self.alarms.note_email(work, call.id, is_sent=is_sent))

    def _tell(self, work: Work, case: str, now: int) -> None:
        """Tell a person who is in their session that no one can come, and which numbers answer."""
        contact = find_contact(self.letters.vault, work, case)
        if contact is None or Passphrases.is_frozen(work, case):
            return
        row = self.conversations.load(work, [contact.chat_key]).get(contact.chat_key)
        if row is None or row.fault is not None:
            return
        conversation = row.conversation
        if now - conversation.touched_at > SESSION_TIMEOUT or case not in {
            conversation.case, *conversation.cases
        }:  # fmt: skip
            return
        self.batches.perform(work, contact, SayNobodyComes(case), now)
        self.audit.record(work, now, SYSTEM, "on_call_told", case)
