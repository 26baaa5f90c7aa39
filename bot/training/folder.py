"""The folder of a training: marked, and never one in which something real lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import WrongSetting
from bot.store.database import PRACTICE

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "Practice only: nobody in here exists. No bot that real people reach starts in this folder.\n"
)


def take(folder: Path) -> None:
    """Make a folder for practice, or take one that is marked.

    Raises:
        WrongSetting: something lies there and no mark says that it is practice.
    """
    mark = folder / PRACTICE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not mark.exists():
            if any(folder.iterdir()):
                raise WrongSetting(
                    f"{folder} holds what is no practice; name an empty folder with --data"
                )
            mark.write_text(WORDS, encoding="utf-8")
    except OSError as error:
        raise WrongSetting(
            f"{folder}: {error.strerror}; name a folder Haven may write to with --data"
        ) from None
