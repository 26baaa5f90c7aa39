"""What an update has besides words: its files with when each arrived, albums, and a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.conversation import Collect, FileRef, answer, keep_extra
from bot.conversation.inputs import LocationInput

if TYPE_CHECKING:
    from bot.conversation.inputs import FilesInput
    from bot.dispatch.turn.context import TurnContext
    from bot.messages import Update

MAX_ALBUMS = 4
"""Albums that are remembered at a time."""


def received_files(update: Update, now: int) -> tuple[FileRef, ...]:
    """Return the files of an update that arrived now (microseconds), or was stored before."""
    arrived_at = update.arrived_at or now
    return tuple(
        FileRef(
            file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime,
            arrived_at=arrived_at, sent_at=update.sent_at * SECOND, message=update.message,
        )
        for file in update.files
    )  # fmt: skip


def received_location(update: Update) -> LocationInput:
    """Return the place that an update shares."""
    return LocationInput(update.latitude or 0.0, update.longitude or 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Albums:
    """Takes the files of an album, which come in several updates, as one message."""

    turn: TurnContext

    def continues(self, update: Update) -> bool:
        """Tell whether this is a further file of an album. Several albums may come in turns."""
        albums = self.turn.conversation.albums
        if not update.album or update.album in albums:
            return bool(update.album)
        self.turn.conversation.albums = [*albums, update.album][-MAX_ALBUMS:]
        return False

    def keep(self, files: FilesInput) -> None:
        """Take further files of an album that was answered; they must answer nothing else."""
        turn, position = self.turn, self.turn.conversation.position
        if self.is_collecting():
            answer(turn.services.registry, position, files, turn.facts)
        else:
            keep_extra(position, files)

    def is_collecting(self) -> bool:
        """Tell whether the open question takes any number of files."""
        frames, registry = self.turn.frames, self.turn.services.registry
        if not frames:
            return False
        return isinstance(registry.question(frames[-1].flow, frames[-1].step), Collect)
