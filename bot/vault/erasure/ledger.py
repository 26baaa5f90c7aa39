"""The ledger of erasures, a file next to the backups, so that no restore brings a case back.

It says until when it is complete, and has a line for each erased case: keyed digest of the id,
time, reason. The last line is a MAC under the root, so no line can be removed, and a ledger stays
valid when the host key is rotated. Without the root it says nothing.

A case erased after the ledger was written comes back with an older archive. So a restore needs a
ledger that is no older than a nightly copy, or an operator who confirms that there is none.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING

from bot.clock import HOUR
from bot.errors import BackupError
from bot.log import log
from bot.store.blobs.durable_files import sync_file
from bot.vault.backup.create import delete_expired
from bot.vault.erasure.erase import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Mac = Callable[[bytes], bytes]

LEDGER_NAME = "erased.ledger"
FIRST_LINE = "Haven ledger 2: what was erased, and must not come back"
PROOF_CONTEXT = b"ledger\n"
"""Precedes a ledger in its MAC; archives have a MAC with the same key."""
UNTIL_PREFIX = "until "
"""The beginning of the second line."""
REWRITE_INTERVAL = HOUR
"""How often the file is written again without new erasures."""
MAX_AGE = 26 * HOUR
"""How old a ledger may be: as old as a nightly copy."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger."""

    entries: tuple[LedgerEntry, ...]
    until: int
    """Until when it is complete, in microseconds; 0: unknown."""

    def is_old(self, now: int) -> bool:
        """Tell whether the ledger is too old for a restore without confirmation."""
        return not -HOUR <= now - self.until <= MAX_AGE


def write_ledger(folder: Path, erased: Iterable[LedgerEntry], mac: Mac, until: int) -> None:
    """Write the ledger, complete until a moment, in place of an earlier one.

    `mac` returns a MAC under the root (`Vault.backup_mac`).
    """
    lines = [f"{it.case_hash.hex()} {it.begun_at} {it.why}" for it in erased]
    body = "\n".join([FIRST_LINE, f"{UNTIL_PREFIX}{until}", *lines]) + "\n"
    # A name of its own each time: the bot and a backup may write the ledger at the same moment.
    handle, unfinished = mkstemp(prefix=f"{LEDGER_NAME}.", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{body}{_proof(body, mac)}\n")
            sync_file(file)
        Path(unfinished).replace(folder / LEDGER_NAME)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise


class BackupFolder:
    """The folder of backups: the bot writes the ledger there and deletes old archives."""

    def __init__(self, path: Path, mac: Mac) -> None:
        self._path = path
        self._mac = mac
        self._written_count: int | None = None
        self._until = 0

    def maintain(self, erased: Sequence[LedgerEntry], now: int, *, is_clock_trusted: bool) -> None:
        """Write the ledger if needed, and delete old archives while the clock is trusted.

        While the clock is not trusted, the ledger keeps its earlier time of completeness.
        """
        if not self._path.is_dir():
            return  # no backup yet, or its disk is missing; the doctor reports that
        try:
            if len(erased) != self._written_count or (
                is_clock_trusted and now - self._until >= REWRITE_INTERVAL
            ):
                until = now if is_clock_trusted else self._until or self._previous_until()
                write_ledger(self._path, erased, self._mac, until)
                self._written_count, self._until = len(erased), until
            if is_clock_trusted and (count := delete_expired(self._path, now)):
                log.info("backups_removed", count=count)
        except OSError as error:
            log.warning("backup_cleanup_failed", error=type(error).__name__)

    def _previous_until(self) -> int:
        try:
            return read_ledger(self._path / LEDGER_NAME, self._mac).until
        except BackupError:
            return 0


def read_ledger(path: Path, mac: Mac) -> Ledger:
    """Read a ledger; BackupError if it is unreadable, altered, or of another deployment."""
    try:
        *lines, proof = path.read_text(encoding="ascii").splitlines(keepends=True)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        lines, proof = [], ""
    body = "".join(lines)
    if not lines or not hmac.compare_digest(proof.strip(), _proof(body, mac)):
        raise BackupError(f"{path}: this is no ledger of this deployment, or it was altered")
    _first, until, *entries = lines
    parsed = (line.split() for line in entries)
    erased = tuple(LedgerEntry(bytes.fromhex(case), int(at), why) for case, at, why in parsed)
    return Ledger(erased, int(until.removeprefix(UNTIL_PREFIX)))


def _proof(body: str, mac: Mac) -> str:
    return mac(PROOF_CONTEXT + body.encode()).hex()
