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

from bot.conversation import FileNote
from bot.hotline.chat.messages import Content, Exchange, Side, Sort
from bot.hotline.chat.takeover import Reword
from bot.hotline.commands.texts import CANNOT_CHANGE, NOTHING_TO_SAY, TOO_LONG
from bot.mailbox.letter import State
from bot.mailbox.outbox_holds import stands
from bot.messages import Enclose, File, Point

if TYPE_CHECKING:
    from bot.hotline.chat.messages import Exchanges
    from bot.hotline.commands.context import Order
    from bot.hotline.commands.types import Command
    from bot.messages import Body


NAMED: Final = frozenset({"document", "video", "animation", "audio"})
"""Kinds of files that go along under the name somebody gave them."""
PLAIN: Final = "file"
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,5})$")


def carried(command: Command) -> tuple[Sort, Content]:
    """Return what a command sends, as it is kept with the case."""
    if command.latitude is not None and command.longitude is not None:
        place = Content(words=command.words, latitude=command.latitude, longitude=command.longitude)
        return Sort.PLACE, place
    files = tuple(
        FileNote(file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime)
        for file in command.files
    )
    return (Sort.FILES if files else Sort.WORDS), Content(words=command.words, files=files)


def parcels(content: Content) -> list[Body]:
    """Return what goes to the person besides words: the words stand under the first file."""
    if content.latitude is not None and content.longitude is not None:
        return [Point(content.latitude, content.longitude)]
    return [
        Enclose(
            File(note.handle, note.unique, note.kind, note.size, note.name, note.mime),
            content.words if place == 0 else "",
            name=plain_name(note),
        )
        for place, note in enumerate(content.files)
    ]


def plain_name(note: FileNote) -> str:
    """Return what a file is called when it is sent anew; empty for one that goes by its handle."""
    if note.kind not in NAMED:
        return ""
    found = _ENDING.search(note.name)
    return f"{PLAIN}.{found[1].lower()}" if found else PLAIN


LONGEST, LONGEST_BELOW = 4096, 1024
"""What a channel takes in one message, and under a file, in UTF-16 units."""
THEIRS = frozenset({Sort.WORDS, Sort.FILES})
"""What has words of a caseworker's own in it: sentences of the phrasebook are not theirs."""
ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING, State.SENT})
"""Of letters that ended otherwise nobody has the number, or nobody has the letter."""


def rewording(order: Order, exchanges: Exchanges) -> Reword | None:
    """Return what changes a letter; None, and refused, where that cannot be."""
    command = order.command
    letter = int(command.code[:18]) if command.code.isdecimal() else 0
    found = exchanges.of_letter(order.work, letter)
    how = stands(order.work, letter)
    is_theirs = found is not None and found[:2] == (order.case, order.by.id)
    if found is None or not is_theirs or found[2] not in THEIRS:
        order.refuse(CANNOT_CHANGE)
        return None
    is_caption = found[2] is Sort.FILES
    most = LONGEST_BELOW if is_caption else LONGEST
    if how is None or how[0] not in ON_ITS_WAY:
        order.refuse(CANNOT_CHANGE)
    elif not command.words.strip():
        order.refuse(NOTHING_TO_SAY)
    elif _units(command.words) > most:
        order.refuse(TOO_LONG, most=str(most))
    else:
        content = Content(words=command.words, message=letter)
        it = Exchange(order.case, Side.CASEWORKER, Sort.EDIT, content, order.now, order.by.id)
        return Reword(it, how[1], is_caption)
    return None


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
