"""What follows for interpreting: new words are shared, and what happens to a case ends sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DecryptionError
from bot.hotline.chat.messages import CaseMessageKind, CaseMessages, MessageSide
from bot.hotline.events import Event, EventKind
from bot.hotline.interpreting.sessions import InterpretingSessions, SessionOutcome
from bot.hotline.interpreting.texts import Direction, NewText, SharedTexts
from bot.log import log
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.cases.consents import ConsentRecords
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.interpreting.sessions import InterpretingSession
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

ENDING_EVENTS = frozenset(
    {
        EventKind.CLOSED,
        EventKind.TRANSFERRED,
        EventKind.PASSED_ON,
        EventKind.RELEASED,
        EventKind.LAPSED,
    }
)
"""Events after which another caseworker, or no one, has the case."""
SHARED_KINDS = frozenset({
    CaseMessageKind.TEXT, CaseMessageKind.GOOD_MOMENT, CaseMessageKind.FILES, CaseMessageKind.EDIT,
})  # fmt: skip
"""Messages of a person with words of their own; of files, only the words are shared unread."""


class InterpretingFollower:
    """Follows messages and events, inside the dispatcher's units of work."""

    def __init__(self, vault: Vault, audit: AuditLog, consents: ConsentRecords) -> None:
        self._texts = SharedTexts(vault)
        self._audit = audit
        self._consents = consents

    def share_new(self, work: Work, messages: Sequence[CaseMessage], now: int) -> list[Event]:
        """Share what people just wrote where a caseworker wanted that; return the events."""
        written = [it for it in messages if _is_shareable(it)]
        sessions = InterpretingSessions.all_open(work, now) if written else []
        found = []
        for session in sessions:
            of_case = [it for it in messages if it.case == session.case]
            if session.shares_new and any(map(_is_shareable, of_case)):
                found += self._share(work, session, of_case, now)
        return found

    def _share(
        self, work: Work, session: InterpretingSession, messages: Sequence[CaseMessage], now: int
    ) -> list[Event]:
        if self._consents.reading_taken_back_at(work, session.case) is not None:
            return []
        numbers = CaseMessages.newest_ids(work, session.case, len(messages))
        for number, message in zip(numbers, messages, strict=True):
            if not _is_shareable(message):
                continue
            new = NewText(
                direction=Direction.FROM_PERSON, text=message.content.text, message=number
            )
            try:
                self._texts.share(work, session, new, now)
            except DecryptionError:
                log.warning("interpreter_without_key")
                return []
        self._audit.record(
            work, now, SYSTEM, "interpreter_share", session.case, session.interpreter
        )
        return [Event(EventKind.INTERPRETED, session.case)]

    @staticmethod
    def end_after(work: Work, events: Iterable[Event], now: int) -> list[Event]:
        """End the sessions of cases that were closed or passed on; return the events."""
        cases = {it.case for it in events if it.kind in ENDING_EVENTS and it.case}
        return [
            Event(EventKind.INTERPRETED, case)
            for case in sorted(cases)
            if InterpretingSessions.end_in(work, case, SessionOutcome.CASE_MOVED, now)
        ]

    @staticmethod
    def end_lapsed(work: Work, now: int) -> list[Event]:
        """End the sessions whose time is over; return the events."""
        return [
            Event(EventKind.INTERPRETED, it.case)
            for it in InterpretingSessions.end_lapsed(work, now)
        ]


def _is_shareable(it: CaseMessage) -> bool:
    is_persons = it.side is MessageSide.PERSON and it.kind in SHARED_KINDS
    return is_persons and bool(it.content.text.strip()) and not it.content.chosen
