"""Files with lists of words in one language: `locales/*/someone_near.toml` and others like it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from bot.languages import LOCALES
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def load_words(
    file_name: str, lists: Iterable[str], tag: str, locales: Path = LOCALES
) -> dict[str, list[str]]:
    """Return the words of a language, folded, by list.

    Raises:
        OSError: there is no file for it.
        KeyError: a list is missing.
        tomllib.TOMLDecodeError: the file cannot be read.
    """
    found = tomllib.loads((locales / tag / file_name).read_text(encoding="utf-8"))
    return {name: [fold_accents(word) for word in found[name]] for name in lists}
