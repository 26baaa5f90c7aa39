"""The ledger of what was erased, as a file beside the backups: no restore brings any of it back.

A line for each case that is gone: what it is known by to whoever has the host key, when, why. The
last line proves that none was taken out. It tells nobody else anything.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import BackupRefused
from bot.log import log
from bot.vault.backup import Running, remove_old

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bot.vault.erasure import Gone
    from bot.vault.hostkey import HostKey

NAME = "erased.ledger"
FIRST_LINE = "Haven ledger 1: what was erased, and must not come back"


@dataclass(frozen=True, slots=True)
class Line:
    """One case that is gone."""

    case_hash: bytes
    begun_at: int
    why: str


def write_ledger(folder: Path, gone: Iterable[Gone], host: HostKey) -> None:
    """Write down everything that was erased, in place of what was written before."""
    lines = [f"{it.case_hash.hex()} {it.begun_at} {it.why}" for it in gone]
    body = "\n".join([FIRST_LINE, *lines]) + "\n"
    unfinished = folder / f"{NAME}.part"
    with unfinished.open("w", encoding="ascii") as file:
        file.write(f"{body}{_proof(body, host)}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / NAME)


class BackupFolder:
    """The folder in which backups lie, tended by the bot: the ledger is kept there, the old go."""

    def __init__(self, path: Path, host: HostKey) -> None:
        self._path = path
        self._host = host
        self._written: int | None = None

    def tend(self, gone: Sequence[Gone], now: int, *, is_believed: bool) -> None:
        """Write down what was erased since; remove old archives while the clock is believed."""
        if not self._path.is_dir():
            return  # no backup was made yet, or its disk is not there; the doctor says so
        try:
            if len(gone) != self._written:
                write_ledger(self._path, gone, self._host)
                self._written = len(gone)
            if is_believed and (count := remove_old(self._path, now)):
                log.info("backups_removed", count=count)
        except OSError as error:
            log.warning("backups_untended", error=type(error).__name__)


def read_ledger(path: Path, host: HostKey) -> list[Line]:
    """Return what was erased.

    Raises:
        BackupRefused: it cannot be read, something was changed, or it is another deployment's.
    """
    try:
        *lines, proof = path.read_text(encoding="ascii").splitlines(keepends=True)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        lines, proof = [], ""
    body = "".join(lines)
    if not lines or not hmac.compare_digest(proof.strip(), _proof(body, host)):
        raise BackupRefused(
            f"{path}: this is no ledger of this deployment, or something was changed in it"
        )
    return [_line(line) for line in lines[1:]]


def _line(written: str) -> Line:
    case_hash, begun_at, why = written.split()
    return Line(bytes.fromhex(case_hash), int(begun_at), why)


def _proof(body: str, host: HostKey) -> str:
    running = Running(host)
    running.begin("ledger", len(body))
    running.add(body.encode())
    return running.proof().hex()
