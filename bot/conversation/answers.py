"""What an answer can be. Every kind survives `msgspec.msgpack`; None is a skipped question."""

from __future__ import annotations

import msgspec


class FileRef(msgspec.Struct, frozen=True, tag="file", omit_defaults=True):
    """A file the person sent: what is needed to fetch it later, never the bytes."""

    handle: str
    """What the channel needs to fetch it."""
    kind: str
    """photo, video, voice, audio, document, ..."""
    size: int = 0
    """Bytes, as the sender claims; 0 when it was not said."""
    name: str = ""
    caption: str = ""
    """What the person wrote under it."""
    unique: str = ""
    """The channel's stable name for the same bytes."""
    mime: str = ""


class PlaceAnswer(msgspec.Struct, frozen=True, tag="where", omit_defaults=True):
    """A place: a county of the list, a point on the map, or only words."""

    county: str | None = None
    text: str = ""
    latitude: float | None = None
    longitude: float | None = None


class TimeAnswer(msgspec.Struct, frozen=True, tag="moment", omit_defaults=True):
    """A time: one of "about when", a day, or only words."""

    code: str | None = None
    date: str | None = None
    """ISO 8601, and only where the words can mean no other day."""
    text: str = ""


Answer = str | int | PlaceAnswer | TimeAnswer | tuple[str | FileRef, ...] | None
"""A choice's code, or words; a number; a place; a time; several codes, or files; skipped."""
