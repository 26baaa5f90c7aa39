"""The files of an update as they are kept: with when each arrived, and its place in the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.conversation import FileRef

if TYPE_CHECKING:
    from bot.messages import Update


def received_files(update: Update, now: int) -> tuple[FileRef, ...]:
    """Return the files of an update that arrived now (microseconds)."""
    return tuple(
        FileRef(
            file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime,
            arrived_at=now, sent_at=update.sent_at * SECOND, message=update.message,
        )
        for file in update.files
    )  # fmt: skip
