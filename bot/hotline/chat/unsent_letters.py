"""Messages that waited while their case left the caseworker who wrote them, kept with the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.chat.messages import (
    LEFT_BEHIND,
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    MessageSide,
)
from bot.hotline.commands.attachments import message_content
from bot.hotline.commands.types import MESSAGE_VERBS, Command, Verb, sanitize_text
from bot.hotline.events import Event, EventKind
from bot.hotline.queue import case_status

if TYPE_CHECKING:
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work


def unsent_note(
    work: Work, staff: Staff, phrasebook: Phrasebook, command: Command, now: int
) -> CaseMessage | None:
    """Return the note that keeps a message which was not sent; None if its writer has the case.

    One rule for each way in which a case leaves its holder: while the message waited to be undone,
    the case became another's or no one's, or its writer has no access any more. The words are
    theirs, and no page of the case opens for them; who answers next has to know of them.
    """
    status = case_status.load(work, command.case) if command.case else None
    if status is None or command.verb not in MESSAGE_VERBS or not command.is_delayed:
        return None
    by = staff.find(work, command.by)
    if by is not None and by.is_active and status.holder == by.id:
        return None
    kind, content = _content(work, phrasebook, sanitize_text(command))
    return CaseMessage(
        command.case, MessageSide.NOTE, kind, content, now, command.by, state=LEFT_BEHIND,
        uploads=command.uploads,
    )  # fmt: skip


def unsent_event(note: CaseMessage) -> Event:
    """Return the event that shows such a note at the desks."""
    return Event(EventKind.NOT_SENT, note.case, note.author, message=note)


def _content(
    work: Work, phrasebook: Phrasebook, command: Command
) -> tuple[CaseMessageKind, CaseMessageContent]:
    if command.verb is not Verb.PHRASE:
        return message_content(command)
    phrasebook.load(work)
    code, _has_changed = phrasebook.parse_chosen(command.code)
    edit = phrasebook.edited.newest
    content = CaseMessageContent(code=code, values=command.values, phrase_edit=edit)
    return CaseMessageKind.PHRASE, content
