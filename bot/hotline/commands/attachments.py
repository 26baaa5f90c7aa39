"""Attachments from caseworkers, and what is stripped before sending. Pure.

Telegram has already removed the metadata of photos, voice notes, round videos and stickers, and
they have no file name: the bot sends them again by their handle. A file that carries a name
(`NAMED_KINDS`) is fetched and sent under a neutral name, because its name may identify a
caseworker, another person or this hotline, and it stays on the phone. A picture among them is
re-encoded, because its metadata may say where it was taken. Messages are never copied or forwarded.
A file from a desk comes with its bytes (`Upload`): the desk has done the same to it.
A live location is sent once, as it was, so that no one can follow a caseworker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.conversation import FileRef
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind
from bot.messages import Body, File, SendFile, SendLocation, SendUpload

if TYPE_CHECKING:
    from bot.hotline.commands.types import Command

NAMED_KINDS: Final = frozenset({"document", "video", "animation", "audio"})
PLAIN_NAME: Final = "file"
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")


def message_content(command: Command) -> tuple[CaseMessageKind, CaseMessageContent]:
    """Return what a command sends, as it is stored with the case."""
    if command.latitude is not None and command.longitude is not None:
        return CaseMessageKind.LOCATION, CaseMessageContent(
            text=command.text, latitude=command.latitude, longitude=command.longitude
        )
    sent = tuple(FileRef("", it.kind, len(it.data), unique=it.id) for it in command.uploads)
    files = sent + tuple(
        FileRef(file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime)
        for file in command.files
    )
    kind = CaseMessageKind.FILES if files else CaseMessageKind.TEXT
    return kind, CaseMessageContent(text=command.text, files=files)


def attachment_bodies(message: CaseMessage) -> list[Body]:
    """Return the messages that carry a location or files; the text is the first file's caption."""
    content = message.content
    if content.latitude is not None and content.longitude is not None:
        return [SendLocation(content.latitude, content.longitude)]
    uploads = {it.id: it for it in message.uploads}
    captions = [content.text] + [""] * len(content.files)
    return [
        SendUpload(uploads[it.unique], caption)
        if it.unique in uploads
        else SendFile(
            File(it.handle, it.unique, it.kind, it.size, it.name, it.mime),
            caption, name=plain_name(it),
        )
        for it, caption in zip(content.files, captions, strict=False)
    ]  # fmt: skip


def plain_name(file: FileRef) -> str:
    """Return the neutral name a file is sent under; empty for a file that goes by its handle."""
    if file.kind not in NAMED_KINDS:
        return ""
    extension = _EXTENSION.search(file.name)
    return f"{PLAIN_NAME}.{extension[1].lower()}" if extension else PLAIN_NAME
