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
from bot.errors import BackupError
from bot.log import log
from bot.vault.backup.create import ArchiveDigest, delete_expired

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bot.vault.erasure.erase import ErasedCase
    from bot.vault.keys.host_key import HostKey

LEDGER_NAME = "erased.ledger"
FIRST_LINE = "Haven ledger 1: what was erased, and must not come back"
UNTIL_PREFIX = "until "
"""What the second line begins with; there is none in a ledger of an older release."""
REWRITE_INTERVAL = HOUR
"""How often it is said anew that nothing else was erased."""
MAX_AGE = 26 * HOUR
"""How old a ledger may be: as old as the copy that was taken a night ago."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One case that is gone."""

    case_hash: bytes
    begun_at: int
    why: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was erased."""

    entries: tuple[LedgerEntry, ...]
    until: int
    """The moment until which nothing else was; 0: nobody knows."""

    def is_old(self, now: int) -> bool:
        """Tell whether more may have been erased since than anybody should bring back unasked."""
        return not -HOUR <= now - self.until <= MAX_AGE


def write_ledger(folder: Path, erased: Iterable[ErasedCase], host: HostKey, until: int) -> None:
    """Write down everything that was erased until a moment, in place of what was written before."""
    lines = [f"{it.case_hash.hex()} {it.begun_at} {it.why}" for it in erased]
    body = "\n".join([FIRST_LINE, f"{UNTIL_PREFIX}{until}", *lines]) + "\n"
    unfinished = folder / f"{LEDGER_NAME}.part"
    with unfinished.open("w", encoding="ascii") as file:
        file.write(f"{body}{_proof(body, host)}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / LEDGER_NAME)


class BackupFolder:
    """The folder in which backups lie, tended by the bot: the ledger is kept there, the old go."""

    def __init__(self, path: Path, host: HostKey) -> None:
        self._path = path
        self._host = host
        self._written_count: int | None = None
        self._until = 0

    def maintain(self, erased: Sequence[ErasedCase], now: int, *, is_clock_trusted: bool) -> None:
        """Write down what was erased since; remove old archives while the clock is believed.

        Until when the ledger is whole, a clock that is not believed does not say: then it stays as
        it was said before.
        """
        if not self._path.is_dir():
            return  # no backup was made yet, or its disk is not there; the doctor says so
        try:
            if len(erased) != self._written_count or (
                is_clock_trusted and now - self._until >= REWRITE_INTERVAL
            ):
                until = now if is_clock_trusted else self._until or self._previous_until()
                write_ledger(self._path, erased, self._host, until)
                self._written_count, self._until = len(erased), until
            if is_clock_trusted and (count := delete_expired(self._path, now)):
                log.info("backups_removed", count=count)
        except OSError as error:
            log.warning("backup_cleanup_failed", error=type(error).__name__)

    def _previous_until(self) -> int:
        """Return until when the ledger there is whole."""
        try:
            return read_ledger(self._path / LEDGER_NAME, self._host).until
        except BackupError:
            return 0


def read_ledger(path: Path, host: HostKey) -> Ledger:
    """Return what was erased.

    Raises:
        BackupRefused: it cannot be read, something was changed, or it is another deployment's.
    """
    try:
        *lines, proof = path.read_text(encoding="ascii").splitlines(keepends=True)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        lines, proof = [], ""
    body = "".join(lines)
    if not lines or not hmac.compare_digest(proof.strip(), _proof(body, host)):
        raise BackupError(
            f"{path}: this is no ledger of this deployment, or something was changed in it"
        )
    _first, *told = lines
    until = (
        int(told.pop(0).removeprefix(UNTIL_PREFIX))
        if told and told[0].startswith(UNTIL_PREFIX)
        else 0
    )
    return Ledger(tuple(_parse_entry(line) for line in told), until)


def _parse_entry(written: str) -> LedgerEntry:
    case_hash, begun_at, why = written.split()
    return LedgerEntry(bytes.fromhex(case_hash), int(begun_at), why)


def _proof(body: str, host: HostKey) -> str:
    running = ArchiveDigest(host)
    running.begin_entry("ledger", len(body))
    running.add(body.encode())
    return running.proof().hex()
