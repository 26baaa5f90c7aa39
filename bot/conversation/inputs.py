"""What a person can do at a question: write, press a button, send files, share a location."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from bot.conversation.answers import FileRef


class TextInput(msgspec.Struct, frozen=True):
    """Text that is not the label of a button."""

    text: str


class PressInput(msgspec.Struct, frozen=True):
    """A choice or a control, pressed or written as its label."""

    code: str


class FilesInput(msgspec.Struct, frozen=True):
    """Files; several if they were sent as an album."""

    files: tuple[FileRef, ...]
    caption: str = ""


class LocationInput(msgspec.Struct, frozen=True):
    """A point on the map."""

    latitude: float
    longitude: float


Input = TextInput | PressInput | FilesInput | LocationInput
