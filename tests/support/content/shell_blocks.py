"""The commands that stand in the documentation, as a reader would type them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = "<!-- runs in CI -->"
"""Stands above a block whose lines a test runs, one after the other, in a clean folder."""
BLOCK = re.compile(
    r"(?P<mark><!-- runs in CI -->\s*\n\s*)?"
    r"^[ \t]*```(?:sh|console|bash|shell)\n(?P<body>.*?)^[ \t]*```",
    re.MULTILINE | re.DOTALL,
)
SPAN = re.compile(r"`((?:haven|\./run) [^`]+)`")
ENDS = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>"}
"""Words after which another command or a file stands."""


@dataclass(frozen=True)
class ShellBlock:
    """A block of commands on a page."""

    lines: tuple[str, ...]
    """Commands with comments and continued lines as one."""
    is_run: bool


def shell_blocks(page: str) -> Iterator[ShellBlock]:
    """Yield the blocks of a page that a shell reads."""
    for found in BLOCK.finditer(page):
        text = found["body"].replace("\\\n", " ")
        lines = (line.strip().removeprefix("$ ") for line in text.splitlines())
        yield ShellBlock(
            tuple(line for line in lines if line and not line.startswith("#")),
            is_run=found["mark"] is not None,
        )


def command_words(line: str) -> list[str]:
    """Return the words of the first command of a line, without what a shell takes for itself."""
    words: list[str] = []
    for word in shlex.split(line, comments=True):
        if word in ENDS:
            break
        words.append(word)
    return words


def inline_commands(page: str) -> Iterator[str]:
    """Yield the commands of Haven that stand inside sentences and tables, not usage lines."""
    for typed in SPAN.findall(page):
        if not set("[<*") & set(typed):
            yield typed
