"""What a person can do at a question: write, press, send files, share a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from bot.conversation.answers import FileRef


class TextInput(msgspec.Struct, frozen=True):
    """The person wrote something that is no button's label."""

    text: str


class PressInput(msgspec.Struct, frozen=True):
    """The person pressed a choice or a control, or wrote its label."""

    code: str


class FilesInput(msgspec.Struct, frozen=True):
    """The person sent files, together when it was an album."""

    files: tuple[FileRef, ...]
    caption: str = ""


class LocationInput(msgspec.Struct, frozen=True):
    """The person shared a place on the map."""

    latitude: float
    longitude: float


Input = TextInput | PressInput | FilesInput | LocationInput
