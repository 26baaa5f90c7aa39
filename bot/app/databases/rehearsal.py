"""The rehearsal of an upgrade: on a copy that is deleted; what it took is kept for the check."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.app.databases.upgrade import load_parts
from bot.clock import SystemClock
from bot.errors import UpgradeError
from bot.private_file import read_private_line

if TYPE_CHECKING:
    from bot.settings import Settings

NOTE, FOLDER_PREFIX = "upgrade-rehearsal.json", "rehearsal-"


class RehearsalNote(msgspec.Struct, frozen=True):
    """What the last rehearsal found."""

    revisions: list[str]
    """To which revisions it went: of the data, of the key store."""
    at: int
    rows: int
    copied: float
    """Seconds for the copy, its comparison and its check."""
    upgraded: float
    """Seconds for the upgrade itself."""


def rehearse(settings: Settings) -> RehearsalNote:
    """Upgrade a copy, check that it is complete, delete it; the originals are only read.

    Raises:
        UpgradeError: there is nothing to upgrade, or no copy can be made.
        SchemaIncompleteError: the upgraded copy is incomplete.
    """
    parts = load_parts(settings)
    if not any(part.steps for part in parts):
        raise UpgradeError("there is nothing to rehearse: the data are of this release")
    for left in settings.data.glob(f"{FOLDER_PREFIX}*"):  # of a rehearsal that was killed
        shutil.rmtree(left, ignore_errors=True)
    begun, rows, upgraded = time.monotonic(), 0, 0.0
    # Next to the data, on the same encrypted disk and under the same rights.
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, dir=settings.data) as folder:
        for part in parts:
            if part.steps:
                done = part.copy.rehearse(Path(folder), part.tables, part.latest)
                rows, upgraded = rows + done.rows, upgraded + done.seconds
    copied = time.monotonic() - begun - upgraded
    latest = [part.latest for part in parts]
    note = RehearsalNote(latest, SystemClock().now(), rows, copied, upgraded)
    path = settings.data / NOTE
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(note))
    return note


def last_rehearsal(settings: Settings) -> RehearsalNote | None:
    """Return what the last rehearsal of this upgrade found; None if there was none."""
    path = settings.data / NOTE
    if not path.exists():
        return None
    try:
        note = msgspec.json.decode(read_private_line(path), type=RehearsalNote)
    except msgspec.MsgspecError:
        return None
    return note if note.revisions == [part.latest for part in load_parts(settings)] else None
