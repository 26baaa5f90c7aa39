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
from bot.hotline.exchanges import Content, Sort
from bot.messages import Enclose, File, Point

if TYPE_CHECKING:
    from bot.hotline.commands import Command
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
