"""What an update has besides words: its files with when each arrived, and where the person is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.conversation import FileRef
from bot.conversation.inputs import LocationInput

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


def received_location(update: Update) -> LocationInput:
    """Return the place that an update shares."""
    return LocationInput(update.latitude or 0.0, update.longitude or 0.0)
