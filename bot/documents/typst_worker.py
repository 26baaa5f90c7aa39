"""Sets one document in a process of its own: run as a script, never imported by the bot.

It reads a layout, its content and the folders of fonts from standard input and writes a PDF to
standard output. The layout is ours; the content is data to it. The process has no environment, can
write no file, and has limited memory and time. It reads the fonts and nothing else: its root is an
empty folder, and packages are looked for in that folder.

A sign that no font shows, such as a picture sign, is written as its name in brackets: on paper
nothing is missing unnoticed. Any error ends the process without output.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import unicodedata
from pathlib import Path
from typing import Final

import typst

MEMORY_BYTES = 2 * 1024 * 1024 * 1024
"""Bytes of address space on top of what the interpreter itself uses; fonts are mapped into it."""
CPU_SECONDS = 30
MAX_UNSHOWN = 200
"""Different signs without a glyph in one document."""
STANDARD: Final = "ua-1"
"""PDF/UA: tagged for screen readers; every sign has a glyph."""
_UNSHOWN = re.compile(r'the text [`"]+(.+?)[`"]+ could not be displayed', re.DOTALL)


def limit_resources() -> None:
    """Take away what setting a page does not need."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, used + MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def name_of(sign: str) -> str:
    """Return what is printed instead of signs without a glyph."""
    names = [unicodedata.name(it, f"U+{ord(it):04X}").lower() for it in sign if it.strip()]
    return f"[{', '.join(names)}]" if names else " "


def set_document(layout: bytes, content: str, fonts: list[str], root: str) -> bytes:
    """Return the PDF of a content.

    Raises:
        typst.TypstError: the layout is wrong.
    """
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=fonts)
    compiler = typst.Compiler(
        root=root, font_paths=found, package_path=root, package_cache_path=root
    )
    for _attempt in range(MAX_UNSHOWN):
        try:
            made = compiler.compile(
                layout, format="pdf", sys_inputs={"content": content}, pdf_standards=STANDARD
            )
        except typst.TypstError as error:
            unshown = _UNSHOWN.search(error.message)
            if unshown is None or unshown[1] not in content:
                raise
            content = content.replace(unshown[1], name_of(unshown[1]))
        else:
            if not isinstance(made, bytes):
                raise TypeError("one document is one file")
            return made
    raise ValueError("too many signs without a glyph")


def main() -> None:
    """Read, limit the process, set, write."""
    asked = json.loads(sys.stdin.buffer.read())
    limit_resources()
    content = json.dumps(asked["content"], ensure_ascii=False)
    made = set_document(asked["layout"].encode(), content, asked["fonts"], asked["root"])
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
