"""PDF files of printed documents, made by `typst` with Noto fonts in a separate process."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEOUT_SECONDS = 60.0
WORKER = Path(__file__).with_name("typst_worker.py")
LAYOUT = Path(__file__).with_name("page.typ")
FONT_FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
"""Folders of Debian's `fonts-noto-core` and `fonts-noto-cjk`: no other font is read."""


class Typesetter:
    """Makes PDF files, one at a time."""

    def __init__(
        self, fonts: Sequence[Path] = FONT_FOLDERS, layout: Path = LAYOUT,
        seconds: float = TIMEOUT_SECONDS,
    ) -> None:  # fmt: skip
        self._fonts, self._layout, self._seconds = fonts, layout, seconds
        self._one_at_a_time = asyncio.Semaphore()

    def check(self) -> None:
        """Check that documents can be made here.

        Raises:
            DocumentError: typst or a font is missing, with how to install it.
        """
        if importlib.util.find_spec("typst") is None:
            raise DocumentError(
                "no PDF can be made: typst is not installed. In Haven's folder run: "
                ".venv/bin/python -m pip install 'typst>=0.15'"
            )
        if not all(folder.is_dir() for folder in self._fonts):
            raise DocumentError(
                "no PDF can be made: fonts are missing. Run: "
                "apt-get install fonts-noto-core fonts-noto-cjk"
            )

    async def make_pdf(self, document: msgspec.Struct) -> bytes:
        """Return a document as a PDF; the same document gives the same bytes.

        The document is a struct of the kind that the layout shows.

        Raises:
            DocumentError: typst or a font is missing, or the document cannot be set.
        """
        self.check()
        async with self._one_at_a_time:
            made = await self._run_worker(document)
        if not made.startswith(b"%PDF-"):
            raise DocumentError("no PDF was made of this document: it may be too long")
        return made

    async def _run_worker(self, document: msgspec.Struct) -> bytes:
        with tempfile.TemporaryDirectory(prefix="haven-empty-") as root:
            asked = {
                "layout": self._layout.read_text(), "content": msgspec.to_builtins(document),
                "fonts": [str(folder) for folder in self._fonts], "root": root,
            }  # fmt: skip
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(WORKER),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                # An error of typst can quote the text of a person.
                stderr=asyncio.subprocess.DEVNULL, env={}, cwd=root, start_new_session=True,
            )  # fmt: skip
            try:
                async with asyncio.timeout(self._seconds):
                    made, _stderr = await child.communicate(json.dumps(asked).encode())
            except TimeoutError:
                return b""
            finally:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        return made if child.returncode == 0 else b""
