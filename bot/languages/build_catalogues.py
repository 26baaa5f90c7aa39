"""Compiled catalogues and word lists in the wheel: a step of the build, named in `pyproject.toml`.

A checkout compiles them by `./run`; an installed package may lie where nothing can be written, so
its catalogues and lists are compiled when it is built.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools.command.build_py import build_py


class BuildWithCatalogues(build_py):  # type: ignore[misc]  # setuptools says nothing of types
    """Copies the packages and compiles every catalogue and the word lists, next to their source."""

    def run(self) -> None:
        """Copy and compile; an editable install is compiled by `./run`."""
        super().run()
        if not self.editable_mode:
            locales = Path(self.build_lib) / "locales"
            compile_catalogues(locales)
            _compile_for_starts(locales)
            # `haven upgrade --check` prints from it what an operator must know.
            self.copy_file("CHANGELOG.md", str(Path(self.build_lib) / "bot" / "CHANGELOG.md"))


def compile_catalogues(folder: Path) -> None:
    """Write the compiled form of every catalogue in a folder next to it.

    Raises:
        OSError: there is no such folder, or it cannot be written.
    """
    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parts[-3])
        with path.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)


def _compile_for_starts(locales: Path) -> None:
    """Write what a start would compute; a build in isolation does not see our code until then."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    importlib.import_module("bot.languages.compiled_lists").compile_lists(locales)
    importlib.import_module("bot.languages.compiled_catalogues").compile_complete(locales)
