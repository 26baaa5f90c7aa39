"""Poster files that an operator hands over, to be offered on the site as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import SiteError
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

KINDS = frozenset({".pdf", ".png", ".svg"})
LARGEST = 20 * 1024 * 1024
MOST = 400
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
MORE = "more"
"""Stands in the name of a sheet of many languages, as `haven posters make` writes it."""
FOLDER = "posters"
"""The folder of the site in which they stand."""


@dataclass(frozen=True, slots=True)
class PosterFile:
    """A file to download."""

    name: str
    """Its path below the folder of posters, with `/`."""
    content: bytes

    @property
    def kind(self) -> str:
        """Return the kind of file, e.g. `PDF`."""
        return self.name.rpartition(".")[2].upper()

    @property
    def size(self) -> str:
        """Return the size for a person who pays for data."""
        return f"{max(1, round(len(self.content) / 1024))} KB"

    @property
    def languages(self) -> frozenset[str]:
        """Return the languages its name tells, e.g. `id` and `vi` in `a4-id-vi.pdf`.

        None for a name that tells none, or only the first of many (`a4-id-vi-en-and-more.pdf`).
        """
        parts = set(re.split(r"[^A-Za-z_]+", self.name.rpartition(".")[0]))
        if MORE in parts:
            return frozenset()
        return frozenset(tag for tag in LANGUAGES if {tag, tag.replace("_", "")} & parts)

    def is_for(self, language: str) -> bool:
        """Tell whether readers of a language are offered it."""
        return not self.languages or language in self.languages


def read_posters(folder: Path) -> tuple[PosterFile, ...]:
    """Return the posters of a folder and the folders in it, by name.

    Raises:
        SiteError: a file is no poster, is a link, or is too large; the text names it.
    """
    if not folder.is_dir():
        raise SiteError(f"{folder} is no folder; haven posters make FOLDER makes posters")
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    if not paths:
        raise SiteError(f"{folder} holds no poster; haven posters make FOLDER makes some")
    if len(paths) > MOST:
        raise SiteError(f"{folder} holds {len(paths)} files; keep the {MOST} that people need")
    return tuple(_read(path, folder) for path in paths)


def _read(path: Path, folder: Path) -> PosterFile:
    name = path.relative_to(folder).as_posix()
    if path.is_symlink() or path.suffix.lower() not in KINDS:
        raise SiteError(f"{path} is no PDF, PNG or SVG file; take it out of the folder")
    if not all(NAME.fullmatch(part) for part in name.split("/")):
        raise SiteError(f"{name!a} cannot be an address; use a-z, 0-9, - and . in its name")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SiteError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise SiteError(f"{path} is larger than 20 MB; make it smaller")
    return PosterFile(name, content)
