"""The ledger of what was erased, as a file beside the backups: no restore brings any of it back.

Until when it is known that nothing else was erased, and a line for each case that is gone: what it
is known by to whoever has the host key, when, why. The last line proves that none was taken out. It
tells nobody else anything.

What was erased after the ledger was written comes back with an archive from before. So a restore
wants one that is no older than a night's copy of it can be, or somebody's word that there is none.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import HOUR
from bot.errors import BackupRefused
from bot.log import log
from bot.vault.backup.create import Running, remove_old

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bot.vault.erasure.erase import Gone
    from bot.vault.keys.host_key import HostKey

NAME = "erased.ledger"
FIRST_LINE = "Haven ledger 1: what was erased, and must not come back"
UNTIL = "until "
"""What the second line begins with; there is none in a ledger of an older release."""
RENEWED = HOUR
"""How often it is said anew that nothing else was erased."""
OLDEST = 26 * HOUR
"""How old a ledger may be: as old as the copy that was taken a night ago."""


@dataclass(frozen=True, slots=True)
class Line:
    """One case that is gone."""

    case_hash: bytes
    begun_at: int
    why: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was erased."""

    lines: tuple[Line, ...]
    until: int
    """The moment until which nothing else was; 0: nobody knows."""

    def is_old(self, now: int) -> bool:
        """Tell whether more may have been erased since than anybody should bring back unasked."""
        return not -HOUR <= now - self.until <= OLDEST


def write_ledger(folder: Path, gone: Iterable[Gone], host: HostKey, until: int) -> None:
    """Write down everything that was erased until a moment, in place of what was written before."""
    lines = [f"{it.case_hash.hex()} {it.begun_at} {it.why}" for it in gone]
    body = "\n".join([FIRST_LINE, f"{UNTIL}{until}", *lines]) + "\n"
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
        self._until = 0

    def tend(self, gone: Sequence[Gone], now: int, *, is_believed: bool) -> None:
        """Write down what was erased since; remove old archives while the clock is believed.

        Until when the ledger is whole, a clock that is not believed does not say: then it stays as
        it was said before.
        """
        if not self._path.is_dir():
            return  # no backup was made yet, or its disk is not there; the doctor says so
        try:
            if len(gone) != self._written or (is_believed and now - self._until >= RENEWED):
                until = now if is_believed else self._until or self._said_before()
                write_ledger(self._path, gone, self._host, until)
                self._written, self._until = len(gone), until
            if is_believed and (count := remove_old(self._path, now)):
                log.info("backups_removed", count=count)
        except OSError as error:
            log.warning("backups_untended", error=type(error).__name__)

    def _said_before(self) -> int:
        """Return until when the ledger there is whole."""
        try:
            return read_ledger(self._path / NAME, self._host).until
        except BackupRefused:
            return 0


def read_ledger(path: Path, host: HostKey) -> Ledger:
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
    _first, *told = lines
    until = int(told.pop(0).removeprefix(UNTIL)) if told and told[0].startswith(UNTIL) else 0
    return Ledger(tuple(_line(line) for line in told), until)


def _line(written: str) -> Line:
    case_hash, begun_at, why = written.split()
    return Line(bytes.fromhex(case_hash), int(begun_at), why)


def _proof(body: str, host: HostKey) -> str:
    running = Running(host)
    running.begin("ledger", len(body))
    running.add(body.encode())
    return running.proof().hex()
