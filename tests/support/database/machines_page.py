"""The blocks of the page about several machines that tests follow on servers of their own."""

from __future__ import annotations

import re
import shlex
from textwrap import dedent

from tests.support.paths import ROOT

PAGE = ROOT / "bot/setup/MACHINES.md"
_BLOCK = re.compile(r"<!-- followed: (.+?) -->\n\n( *)```\w+\n(.*?)```", re.DOTALL)


def followed(title: str) -> list[str]:
    """Return the lines of a block."""
    found = {name: dedent(text) for name, _indent, text in _BLOCK.findall(PAGE.read_text("utf-8"))}
    return found[title].splitlines()


def base_backup(host: str, folder: str, name: str) -> list[str]:
    """Return the words after `pg_basebackup` that copy a host into a folder."""
    (line,) = followed("basebackup on b")
    words = shlex.split(line)[1:]
    words[words.index("-D") + 1] = folder
    words[words.index("-d") + 1] = place(words[words.index("-d") + 1], "a", host, name)
    return words


def place(text: str, host: str, found: str, name: str) -> str:
    """Return a text of the page in which a host is where it is here, and the standby has a name."""
    named = re.sub(r"machine_[bc]\b", name, text)
    return named.replace(f"host={host} ", f"host={found} ")
