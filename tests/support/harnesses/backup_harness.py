"""A deployment with an offline key, its backups, and places to restore them to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import BackupError
from bot.vault import HostKey
from bot.vault.backup.create import Backup
from bot.vault.backup.offline_key import OfflineKey, OfflineKeys
from bot.vault.backup.restore import UNFINISHED_SUFFIX, Restore, RestoreResult, RestoreTarget
from tests.support.database.copied_schema import copied_schemas
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.harnesses.retention_harness import RetentionHarness

HOST = HostKey(bytes(range(32)))
assert VAULT.keys is not None
KEYS = VAULT.keys.database
"""The key store all tests share."""
OFFLINE = OfflineKey.generate()


@dataclass
class BackupHarness:
    """A deployment that is backed up, and the places it is restored to."""

    shelf: RetentionHarness
    folder: Path
    places: int = 0

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    def backs_up(self) -> tuple[Path, ...]:
        made = Backup(self.backups, OFFLINE.public, VAULT.backup_mac)
        return made.create(
            self.shelf.database, self.shelf.keys, self.shelf.blobs, self.shelf.now
        ).paths

    def restores(
        self, paths: Sequence[Path], gone: Sequence[Any] = (), *, key: OfflineKey = OFFLINE,
        host: HostKey = HOST, urls: tuple[str, str] = ("", ""),
    ) -> tuple[RestoreResult, Path]:  # fmt: skip
        self.places += 1
        to = self.folder / f"place{self.places}"
        restore = Restore(OfflineKeys([key]), [host])
        found = restore.inspect(paths, self.shelf.now)
        with copied_schemas():
            done = restore.restore_into(found, RestoreTarget(to, *urls), gone, self.shelf.now)
        return done, to

    def refuses(self, paths: Sequence[Path], why: str, **given: Any) -> None:
        """See that these are refused, with the reason, and that nothing is left of the attempt."""
        with pytest.raises(BackupError, match=why):
            self.restores(paths, **given)
        left = [path.name for path in self.folder.iterdir() if path.name.startswith("place")]
        assert f"place{self.places}" not in left
        assert not [name for name in left if name.endswith(UNFINISHED_SUFFIX)]
