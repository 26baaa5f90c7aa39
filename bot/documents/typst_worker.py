"""Sets one document in a process of its own: run as a script, never imported by the bot.

It reads a layout, its content and the folders of fonts from standard input and writes a PDF or a
picture to standard output. The layout is ours; the content is data to it. The process has no
environment, can write no file, and has limited memory and time. It reads the fonts and nothing
else: its root is an empty folder, and packages are looked for in that folder.

A sign that no font shows, such as a picture sign, is written as its name in brackets: on paper
nothing is missing unnoticed. A strict layout has no such sign: then nothing is set. A picture is
made of what was set as a PDF before, because only that tells which sign has no glyph. Any error
ends the process without output.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import unicodedata
from pathlib import Path
from typing import Any, Final

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


def open_compiler(fonts: list[str], root: str) -> typst.Compiler:
    """Return a compiler that reads these fonts and nothing else."""
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=fonts)
    return typst.Compiler(root=root, font_paths=found, package_path=root, package_cache_path=root)


def set_pdf(
    compiler: typst.Compiler, layout: bytes, content: str, attempts: int
) -> tuple[str, bytes]:
    """Return the content with names instead of signs without a glyph, and the PDF of it.

    Raises:
        typst.TypstError: the layout is wrong, or a sign still has no glyph after the last attempt.
    """
    for left in range(attempts, 0, -1):
        try:
            made = compiler.compile(
                layout, format="pdf", sys_inputs={"content": content}, pdf_standards=STANDARD
            )
        except typst.TypstError as error:
            unshown = _UNSHOWN.search(error.message)
            if left == 1 or unshown is None or unshown[1] not in content:
                raise
            content = content.replace(unshown[1], name_of(unshown[1]))
        else:
            return content, one_file(made)
    raise ValueError("no attempt was allowed")


def one_file(made: object) -> bytes:
    """Return what was made; raise TypeError if it is several files, one a page."""
    if not isinstance(made, bytes):
        raise TypeError("one document is one file")
    return made


def set_document(asked: dict[str, Any], compiler: typst.Compiler) -> bytes:
    """Return the file that is asked for."""
    layout = asked["layout"].encode()
    content = json.dumps(asked["content"], ensure_ascii=False)
    shown, made = set_pdf(compiler, layout, content, 1 if asked["is_strict"] else MAX_UNSHOWN)
    if asked["form"] == "pdf":
        return made
    picture = compiler.compile(
        layout, format=asked["form"], ppi=asked["ppi"], sys_inputs={"content": shown}
    )
    return one_file(picture)


def main() -> None:
    """Read, limit the process, set, write."""
    asked = json.loads(sys.stdin.buffer.read())
    limit_resources()
    compiler = open_compiler(asked["fonts"], asked["root"])
    sys.stdout.buffer.write(set_document(asked, compiler))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
