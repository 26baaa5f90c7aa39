"""What a caseworker sends besides words: what goes to the person of it, and what must not. Pure.

A photo, a voice note, a round video and a sticker have no name, and Telegram has taken off what
the camera wrote into them: they go by their handle, as the bot's own message. Whatever keeps the
name under which somebody saved it (`NAMED`) is fetched and sent anew under a name that says
nothing: it may name a caseworker, another person or this hotline, and it stays on the phone. A
picture among them is drawn anew, for it may say where it was taken: an office, a shelter. Never
is a message copied or forwarded, and a place that moves is sent once, as it was: nobody follows a
caseworker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.conversation import FileRef
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import EditMessage
from bot.hotline.commands.texts import CANNOT_EDIT, NOTHING_TO_SEND, TOO_LONG
from bot.mailbox.letter import LetterState
from bot.mailbox.outbox_holds import letter_state
from bot.messages import File, SendFile, SendLocation

if TYPE_CHECKING:
    from bot.hotline.chat.messages import CaseMessages
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.commands.types import Command
    from bot.messages import Body


NAMED_KINDS: Final = frozenset({"document", "video", "animation", "audio"})
"""Kinds of files that go along under the name somebody gave them."""
PLAIN_NAME: Final = "file"
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")


def message_content(command: Command) -> tuple[CaseMessageKind, CaseMessageContent]:
    """Return what a command sends, as it is kept with the case."""
    if command.latitude is not None and command.longitude is not None:
        place = CaseMessageContent(
            text=command.text, latitude=command.latitude, longitude=command.longitude
        )
        return CaseMessageKind.LOCATION, place
    files = tuple(
        FileRef(file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime)
        for file in command.files
    )
    return (CaseMessageKind.FILES if files else CaseMessageKind.TEXT), CaseMessageContent(
        text=command.text, files=files
    )


def attachment_bodies(content: CaseMessageContent) -> list[Body]:
    """Return what goes to the person besides words: the words stand under the first file."""
    if content.latitude is not None and content.longitude is not None:
        return [SendLocation(content.latitude, content.longitude)]
    return [
        SendFile(
            File(note.handle, note.unique, note.kind, note.size, note.name, note.mime),
            content.text if place == 0 else "",
            name=plain_name(note),
        )
        for place, note in enumerate(content.files)
    ]


def plain_name(note: FileRef) -> str:
    """Return what a file is called when it is sent anew; empty for one that goes by its handle."""
    if note.kind not in NAMED_KINDS:
        return ""
    found = _EXTENSION.search(note.name)
    return f"{PLAIN_NAME}.{found[1].lower()}" if found else PLAIN_NAME


MAX_MESSAGE, MAX_CAPTION = 4096, 1024
"""What a channel takes in one message, and under a file, in UTF-16 units."""
EDITABLE_KINDS = frozenset({CaseMessageKind.TEXT, CaseMessageKind.FILES})
"""What has words of a caseworker's own in it: sentences of the phrasebook are not theirs."""
EDITABLE_STATES = frozenset({LetterState.QUEUED, LetterState.SENDING, LetterState.SENT})
"""Of letters that ended otherwise nobody has the number, or nobody has the letter."""


def edit_action(order: CommandContext, exchanges: CaseMessages) -> EditMessage | None:
    """Return what changes a letter; None, and refused, where that cannot be."""
    command = order.command
    letter = int(command.code[:18]) if command.code.isdecimal() else 0
    found = exchanges.of_letter(order.work, letter)
    how = letter_state(order.work, letter)
    is_theirs = found is not None and found[:2] == (order.case, order.by.id)
    if found is None or not is_theirs or found[2] not in EDITABLE_KINDS:
        order.refuse(CANNOT_EDIT)
        return None
    is_caption = found[2] is CaseMessageKind.FILES
    most = MAX_CAPTION if is_caption else MAX_MESSAGE
    if how is None or how[0] not in EDITABLE_STATES:
        order.refuse(CANNOT_EDIT)
    elif not command.text.strip():
        order.refuse(NOTHING_TO_SEND)
    elif _utf16_length(command.text) > most:
        order.refuse(TOO_LONG, most=str(most))
    else:
        content = CaseMessageContent(text=command.text, message=letter)
        it = CaseMessage(
            order.case,
            MessageSide.CASEWORKER,
            CaseMessageKind.EDIT,
            content,
            order.now,
            order.by.id,
        )
        return EditMessage(it, how[1], is_caption)
    return None


def _utf16_length(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
