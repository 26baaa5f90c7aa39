"""An upgrade of data and key store: announced, locked, copied before, and finished if interrupted.

Each database is upgraded in one transaction, the key store first: a process that is killed leaves
each as it was or as it will be, and the next start goes on.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bot.app.databases.moved import refuse_moved
from bot.app.databases.upgrade_lock import refuse_running_elsewhere, upgrade_lock
from bot.app.keys import require_separate_keys
from bot.clock import DAY
from bot.errors import SettingError
from bot.log import log
from bot.release import installed_release
from bot.store.copies.upgrade_copy import UpgradeCopy, delete_copy, made_at
from bot.store.database import Database, DataDirectory
from bot.store.findings import is_working
from bot.store.migrate import (
    KEY_MIGRATIONS,
    LATEST_KEY_REVISION,
    LATEST_REVISION,
    MIGRATIONS,
    TABLES,
    current_revision,
    has_table,
    upgrade,
    upgrade_keys,
)
from bot.store.releases import SchemaStep, require_known, steps_after
from bot.store.tables.keys import key_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import Table

    from bot.clock import Clock
    from bot.settings import Settings

OTHER = {
    "data": ("HAVEN_DATABASE_URL", "case_wraps", "key store"),
    "key store": ("HAVEN_KEYS_URL", "inbox", "data"),
}
"""By what is to be there: its setting, a table that it never has, and whose table that is."""
CHECK_SECONDS = 3600.0
USUAL_LIFE = DAY
"""After so long an operator should look why the copy of an upgrade is still there: cases, unsent
drafts and their keys that are erased meanwhile stay in it, so it must not last."""


@dataclass(frozen=True)
class UpgradePart:
    """One of the two databases, and what an upgrade would do with it."""

    name: str
    database: Database
    revision: str | None
    """None if it is empty or missing."""
    latest: str
    migrations: Path
    tables: Collection[Table]

    @property
    def steps(self) -> list[SchemaStep]:
        """Return the revisions that are to come."""
        return [] if self.revision is None else steps_after(self.revision, self.migrations)

    @property
    def copy(self) -> UpgradeCopy:
        """Return the copy that is made before."""
        return UpgradeCopy(self.database, self.revision or "", self.migrations)


def load_parts(settings: Settings) -> tuple[UpgradePart, UpgradePart]:
    """Return data and key store, with their revisions.

    Raises:
        SettingError: data and key store were exchanged.
        StoreTooNewError: one is of a newer release.
        UnfinishedCopyError: one is a part of a copy.
    """
    require_separate_keys(settings)
    directory = DataDirectory(settings.data)
    data = Database(settings.database_url or directory.database_url)
    keys = Database(settings.keys_url or directory.keys_url, name="HAVEN_KEYS_URL")
    parts = (
        UpgradePart("data", data, _revision(data), LATEST_REVISION, MIGRATIONS, TABLES.values()),
        UpgradePart(
            "key store", keys, _revision(keys), LATEST_KEY_REVISION, KEY_MIGRATIONS,
            key_metadata.tables.values(),
        ),
    )  # fmt: skip
    for part in parts:
        _refuse_other(part)
        require_known(part.revision, part.migrations)
    return parts


def _refuse_other(part: UpgradePart) -> None:
    """Refuse the data in place of the key store, and the reverse: both count revisions."""
    setting, table, found = OTHER[part.name]
    if part.revision is not None and has_table(part.database, table):
        raise SettingError(
            f"{setting} names the {found} of Haven, not its {part.name}: see whether "
            "HAVEN_DATABASE_URL and HAVEN_KEYS_URL were exchanged. Nothing was changed"
        )


def _revision(database: Database) -> str | None:
    if database.dialect == "sqlite" and not Path(str(database.url.database)).exists():
        return None  # to look would create it
    return current_revision(database)


def needs_upgrade(settings: Settings) -> bool:
    """Tell whether the data or the key store are of an older release."""
    return any(part.steps for part in load_parts(settings))


def upgrade_deployment(
    settings: Settings, announce: Callable[[str], None], *, with_backup: bool = True
) -> None:
    """Upgrade what is of an older release; do nothing if there is none.

    Raises:
        AlreadyRunningError: a bot uses the folder, another process of Haven uses a database, or
            upgrades for too long.
        SettingError: the data or the key store were copied to PostgreSQL.
        StoreTooNewError: the data are of a newer release.
        UpgradeError: no copy could be made before.
    """
    refuse_moved(settings)
    parts = load_parts(settings)
    if not any(part.steps for part in parts):
        return
    with upgrade_lock(settings, parts[0].database, announce):
        parts = load_parts(settings)
        if old := [part for part in parts if part.steps]:
            DataDirectory(settings.data).refuse_running()
            for part in parts:
                refuse_running_elsewhere(part.database)
            _upgrade(old, announce, with_backup=with_backup)


def _upgrade(old: list[UpgradePart], announce: Callable[[str], None], *, with_backup: bool) -> None:
    begun = time.monotonic()
    what = ", ".join(f"{it.name} {it.revision} to {it.latest}" for it in old)
    announce(f"Upgrading to Haven {installed_release()}: {what}. Do not switch the computer off.")
    log.info("upgrade_begun", count=len(old))
    for part in old if with_backup else ():
        part.copy.make()
        announce(f"Copied the {part.name} before, and compared every row: {part.copy.place}")
    for part in reversed(old):  # data of this release never meet keys of an older one
        (upgrade if part.name == "data" else upgrade_keys)(part.database)
    seconds = time.monotonic() - begun
    log.info("upgrade_done", seconds=seconds)
    announce(f"Upgraded in {seconds:.1f} s.")


async def delete_copies_in_time(
    settings: Settings, database: Callable[[], Database], clock: Clock
) -> NoReturn:
    """Delete the copies of an upgrade once this process has run for an hour, and works.

    The hour is counted by the running process alone: a wall clock that is wrong, or a start that
    fails, deletes nothing. `database` returns that of the present App, in which the bot records
    whether messages are fetched and the clock is right.
    """
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        try:
            now = clock.now()
            if await database().writer.run(lambda work, now=now: is_working(work, now)):  # type: ignore[misc]
                await asyncio.to_thread(delete_copies, settings)
        except Exception as error:  # noqa: BLE001 - tried again; nothing depends on it
            log.warning("backup_cleanup_failed", error=type(error).__name__)


def delete_copies(settings: Settings) -> None:
    """Delete the copies of databases that are of this release now."""
    for part in _upgraded_parts(settings):
        if made_at(part.database) is not None:
            delete_copy(part.database)
            log.info("upgrade_copy_deleted")


def remaining_copies(settings: Settings, now: int) -> list[str]:
    """Return where copies are that should have been deleted by now."""
    return [
        part.copy.place
        for part in _upgraded_parts(settings)
        if (made := made_at(part.database)) is not None and now - made > USUAL_LIFE
    ]


def _upgraded_parts(settings: Settings) -> list[UpgradePart]:
    return [it for it in load_parts(settings) if it.revision is not None and not it.steps]
