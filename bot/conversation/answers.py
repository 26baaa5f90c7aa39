"""The types of answers. All of them can be stored as MessagePack; None is a skipped question."""

from __future__ import annotations

import msgspec


class FileRef(msgspec.Struct, frozen=True, tag="file", omit_defaults=True):
    """A file the person sent: what is needed to download it later, never the bytes."""

    handle: str
    """The id by which the channel downloads it."""
    kind: str
    """photo, video, voice, audio, document, ..."""
    size: int = 0
    """Bytes, as the sender claims; 0 when unknown."""
    name: str = ""
    caption: str = ""
    """The text sent with it."""
    unique: str = ""
    """The channel's stable id for the same bytes."""
    mime: str = ""
    arrived_at: int = 0
    """When it arrived here, in microseconds since 1970; 0: it was kept by an earlier release."""
    sent_at: int = 0
    """When the channel says that it was sent, in microseconds since 1970."""
    message: int = 0
    """The channel's number of its message: it grows within a chat."""


class PlaceAnswer(msgspec.Struct, frozen=True, tag="where", omit_defaults=True):
    """A place: a county from the list, a point on the map, or text."""

    county: str | None = None
    text: str = ""
    latitude: float | None = None
    longitude: float | None = None


class TimeAnswer(msgspec.Struct, frozen=True, tag="moment", omit_defaults=True):
    """A time: a choice such as "some weeks ago", a day, or text."""

    code: str | None = None
    date: str | None = None
    """ISO 8601; only where the text can mean no other day."""
    text: str = ""


Answer = str | int | PlaceAnswer | TimeAnswer | tuple[str | FileRef, ...] | None
"""The code of a choice, or text; a number; a place; a time; several codes, or files; skipped."""
