"""Back a deployment up and restore it: the same answers, and whatever is not whole is refused.

`python -m tests.fire.drills.restore_drill --cases 20000` writes what it found as one line of JSON;
it ends
with 1 when an answer differs, something erased comes back, or an archive that was cut or altered
passes.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.errors import BackupError
from bot.store.blobs.folder import FolderBlobs
from bot.store.database import Database
from bot.vault import HostKey
from bot.vault.backup.create import Backup
from bot.vault.backup.offline_key import OfflineKey, OfflineKeys
from bot.vault.backup.restore import Restore, RestoreTarget
from bot.vault.erasure.erase import ErasureReason, Erasures
from tests.fire.drill_command import run_command
from tests.support.age_files import piece_borders
from tests.support.database.bulk_cases import case_rows, insert_cases
from tests.support.database_fixtures import database_settings, migrated_url, query
from tests.support.harnesses.hotline_harness import ROOT, VAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OFFLINE = OfflineKey.generate()
NOW = 1_795_060_800_000_000
ASKED = (
    "SELECT count(*), min(waiting_since), max(waiting_since) FROM cases",
    "SELECT queue, language, status, count(*) FROM cases GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "SELECT id, deed, subject, mac FROM audit ORDER BY id",
    "SELECT id, reference, chat_key FROM cases ORDER BY id LIMIT 500",
)


@dataclass
class RestoreFindings:
    """What happened, and what is wrong."""

    cases: int = 0
    files: int = 0
    bytes: int = 0
    backup_seconds: float = 0.0
    restore_seconds: float = 0.0
    other_answers: int = 0
    came_back: int = 0
    """Erased cases that are there again."""
    damaged: int = 0
    """Archives that were cut or altered."""
    passed: int = 0
    """Of those, taken for whole."""
    left: int = 0
    """Folders left by restores that were refused."""

    @property
    def faults(self) -> dict[str, int]:
        """Return what must not be."""
        wrong = ("other_answers", "came_back", "passed", "left")
        return {name: getattr(self, name) for name in wrong if getattr(self, name)}


def _nothing(_done: int) -> None:
    pass


def run(  # noqa: PLR0913 - each is an option of the drill
    folder: Path, cases: int, files: int, damages: int, seed: int, *,
    tell: Callable[[int], None] = _nothing, kind: str = "sqlite",
) -> RestoreFindings:  # fmt: skip
    """Fill, back up, erase, restore, and damage."""
    found, dice = RestoreFindings(cases=cases, files=files), Random(seed)
    here = folder / "files"
    here.mkdir()
    database = Database(migrated_url(kind, folder))
    insert_cases(database, case_rows(cases))
    for _ in range(files):
        (here / dice.randbytes(16).hex()).write_bytes(dice.randbytes(dice.randrange(300_000)))
    keys = VAULT.keys
    assert keys is not None
    began = time.monotonic()
    made = Backup(folder / "backups", OFFLINE.public, VAULT.backup_mac)
    paths = made.create(database, keys.database, FolderBlobs(here), NOW).paths
    found.backup_seconds = round(time.monotonic() - began, 2)
    found.bytes = sum(path.stat().st_size for path in paths)
    before = [query(database, sql) for sql in ASKED]
    began = time.monotonic()
    there = _restore(paths, folder / "first", kind)
    found.restore_seconds = round(time.monotonic() - began, 2)
    found.other_answers = sum(
        query(there, sql) != it for sql, it in zip(ASKED, before, strict=True)
    )
    found.came_back = _erase_and_restore(database, here, paths, folder / "second", kind)
    for number in range(damages):
        _damage(found, paths, folder, dice)
        tell(number + 1)
    database.writer.close()
    return found


def _restore(
    paths: Sequence[Path], to: Path, kind: str = "sqlite", gone: Sequence[Any] = ()
) -> Database:
    """Restore into a new folder, or next to one into two empty databases; return the data."""
    target = RestoreTarget(to, **database_settings(kind))
    restore = Restore(OfflineKeys([OFFLINE]), [HostKey(ROOT.secret)])
    restore.restore_into(restore.inspect(paths, NOW), target, gone, NOW)
    return Database(target.database_url or f"sqlite:///{to / 'haven.db'}")


def _erase_and_restore(
    database: Database, files: Path, paths: Sequence[Path], to: Path, kind: str
) -> int:
    """Erase some cases, restore what was made before, and count those that are there again."""
    from bot.vault import AuditLog  # noqa: PLC0415 - used here alone

    erasures = Erasures(VAULT, AuditLog(VAULT), FolderBlobs(files))
    gone = [case for (case,) in query(database, "SELECT id FROM cases ORDER BY id LIMIT 5")]
    for case in gone:
        assert (
            asyncio.run(erasures.erase(database, case, ErasureReason.WITHDRAWN, "operator", NOW))
            == ()
        )
    restored = _restore(paths, to, kind, database.writer.run_sync(erasures.load_all))
    there = {case for (case,) in query(restored, "SELECT id FROM cases")}
    return len(there & set(gone))


def _damage(found: RestoreFindings, paths: Sequence[Path], folder: Path, dice: Random) -> None:
    """Cut or alter one of the archives somewhere, and try."""
    which = dice.randrange(len(paths))
    data = bytearray(paths[which].read_bytes())
    if dice.random() < 0.5:
        borders = piece_borders(bytes(data))
        del data[dice.choice(borders) :]
    else:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    damaged = folder / "damaged.age"
    damaged.write_bytes(bytes(data))
    found.damaged += 1
    try:
        _restore([damaged if it == which else path for it, path in enumerate(paths)],
                 folder / "third")  # fmt: skip
    except BackupError:
        found.left += (folder / "third").exists() or (folder / "third.restore-unfinished").exists()
    else:
        found.passed += 1


def drill(
    *, cases: int = 2000, files: int = 50, damages: int = 60, seed: int = 1,
    database: str = "sqlite",
    tell: Callable[[int], None] = _nothing,
) -> dict[str, Any]:  # fmt: skip
    """Burn once; return one row of figures, with what is wrong under `faults`."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="haven-restore-") as folder:
        found = run(Path(folder), cases, files, damages, seed, tell=tell, kind=database)
    told = {**asdict(found), "faults": found.faults}
    return told | {"seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    sys.exit(run_command(drill))
