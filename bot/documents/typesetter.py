"""Files of printed documents, made by `typst` with Noto fonts in a separate process."""

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

from bot.documents.content import PrintFormat
from bot.errors import DocumentError
from bot.optional_imports import pip_install

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEOUT_SECONDS = 60.0
WORKER = Path(__file__).with_name("typst_worker.py")
LAYOUT = Path(__file__).with_name("page.typ")
FONT_FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
"""Folders of Debian's `fonts-noto-core` and `fonts-noto-cjk`: no other font is read."""
FIRST_BYTES = {
    PrintFormat.PDF: b"%PDF-",
    PrintFormat.PNG: b"\x89PNG\r\n",
    PrintFormat.SVG: b"<svg ",
}
"""How a file of each kind begins."""
SCREEN_PPI = 144.0
STRICT_FAULT = "a name in it has a sign that no font shows, or it is too long: change the name"


class Typesetter:
    """Makes files, one at a time."""

    def __init__(
        self, fonts: Sequence[Path] = FONT_FOLDERS, layout: Path = LAYOUT,
        seconds: float = TIMEOUT_SECONDS, *, is_strict: bool = False,
    ) -> None:  # fmt: skip
        """Take a layout; a strict one prints no name instead of a sign that no font shows."""
        self._fonts, self._layout, self._seconds = fonts, layout, seconds
        self._is_strict = is_strict
        self._one_at_a_time = asyncio.Semaphore()

    def check(self) -> None:
        """Check that documents can be made here.

        Raises:
            DocumentError: typst or a font is missing, with how to install it.
        """
        if importlib.util.find_spec("typst") is None:
            raise DocumentError(
                "no document can be made: typst is not installed. Run: "
                + pip_install("typst>=0.15")
            )
        if not all(folder.is_dir() for folder in self._fonts):
            raise DocumentError(
                "no document can be made: fonts are missing. Run: "
                "apt-get install fonts-noto-core fonts-noto-cjk"
            )

    @property
    def is_available(self) -> bool:
        """Whether documents can be made here."""
        try:
            self.check()
        except DocumentError:
            return False
        return True

    async def make_pdf(self, document: msgspec.Struct) -> bytes:
        """Return a document as a PDF; the same document gives the same bytes.

        The document is a struct of the kind that the layout shows.

        Raises:
            DocumentError: typst or a font is missing, or the document cannot be set.
        """
        return await self.make(document)

    async def make(
        self, content: object, form: PrintFormat = PrintFormat.PDF, ppi: float = SCREEN_PPI
    ) -> bytes:
        """Return a file of what the layout reads; the same content gives the same bytes.

        Args:
            content: what `msgspec` can make JSON of, as the layout expects it.
            form: kind of the file; a picture is of one page.
            ppi: pixels of an inch, for PNG.

        Raises:
            DocumentError: typst or a font is missing, or the content cannot be set.
        """
        self.check()
        asked = {
            "layout": self._layout.read_text(), "content": msgspec.to_builtins(content),
            "fonts": [str(folder) for folder in self._fonts],
            "form": form.value, "ppi": ppi, "is_strict": self._is_strict,
        }  # fmt: skip
        async with self._one_at_a_time:
            made = await self._run_worker(asked)
        if not made.startswith(FIRST_BYTES[form]):
            why = STRICT_FAULT if self._is_strict else "it may be too long"
            raise DocumentError(f"no {form.upper()} was made of this document: {why}")
        return made

    async def _run_worker(self, asked: dict[str, object]) -> bytes:
        with tempfile.TemporaryDirectory(prefix="haven-empty-") as root:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(WORKER),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                # An error of typst can quote the text of a person.
                stderr=asyncio.subprocess.DEVNULL, env={}, cwd=root, start_new_session=True,
            )  # fmt: skip
            try:
                async with asyncio.timeout(self._seconds):
                    made, _stderr = await child.communicate(
                        json.dumps({**asked, "root": root}).encode()
                    )
            except TimeoutError:
                return b""
            finally:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        return made if child.returncode == 0 else b""
