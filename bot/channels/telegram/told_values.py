"""What the bot has told Telegram: names of these values in the database, and the files of before.

Until release 0.4.0 they lay in two files of the data folder, which is that of one machine.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from bot.store.shared_values import MAX_VALUE_LENGTH, store_value

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.writer import Work

DIGITS = 24
"""Digits of a SHA-256 in a name: 96 bits tell our recordings apart."""
_read = msgspec.json.Decoder(dict[str, str]).decode


def recording_key(bot: int, digest: str) -> str:
    """Return the name of the id of a recording, by the bot and the SHA-256 of its bytes."""
    return f"recording.{bot}.{digest[:DIGITS]}"


def profile_key(bot: int) -> str:
    """Return the name of the digest of the profile that a bot told last."""
    return f"profile.{bot}"


def adopt_old_files(work: Work, bot: int, recordings: Path, profile: Path) -> None:
    """Store what the two files of before hold, and delete them; what cannot be read is dropped."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        for digest, handle in _read(recordings.read_bytes()).items():
            if len(handle) <= MAX_VALUE_LENGTH:
                store_value(work, recording_key(bot, digest), handle)
    with contextlib.suppress(OSError, UnicodeError):
        store_value(work, profile_key(bot), profile.read_text("ascii")[:MAX_VALUE_LENGTH])
    with contextlib.suppress(OSError):
        recordings.unlink(missing_ok=True)
        profile.unlink(missing_ok=True)
