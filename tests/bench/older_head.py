"""Another head of this repository beside ours, so that both are measured in the same rounds."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOGUES = (("messages",), ("staff",))
"""Domains of `locales/` that a head may have."""


class UnknownHeadError(Exception):
    """git knows no such revision; the text says what to do."""


@contextmanager
def older_head(revision: str) -> Iterator[Path]:
    """Check a revision out in a folder of its own, ready to run with our packages.

    Raises:
        UnknownHeadError: there is none of that name.
    """
    with TemporaryDirectory(prefix="haven-head-") as folder:
        root = Path(folder) / "haven"
        made = _git("worktree", "add", "--detach", str(root), revision)
        if made.returncode:
            said = made.stderr.decode().strip().splitlines()
            why = said[-1] if said else "git failed"
            raise UnknownHeadError(f"--against {revision}: {why}; name a commit, as in HEAD~10")
        try:
            for (domain,) in CATALOGUES:
                _compile(root, domain)
            yield root
        finally:
            _git("worktree", "remove", "--force", str(root))


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(("git", *words), cwd=ROOT, capture_output=True, check=False)  # noqa: S603, S607 - ours


def _compile(root: Path, domain: str) -> None:
    """Compile a domain of the catalogues, if that head has it."""
    if any((root / "locales").glob(f"*/LC_MESSAGES/{domain}.po")):
        command = (Path(sys.executable).with_name("pybabel"), "--quiet", "compile")
        subprocess.run(  # noqa: S603 - ours
            (*command, "-d", "locales", "-D", domain), cwd=root, capture_output=True, check=True
        )
