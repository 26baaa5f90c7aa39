"""What is done with a deployment that has grown: each returns how long it took, each time, in s."""

from __future__ import annotations

import shutil
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.app.keys import load_host_key
from bot.app.retention import build_erasures
from bot.clock import SystemClock
from bot.store.blobs.opening import open_blobs
from bot.vault.audit.log import OPERATOR
from bot.vault.backup.create import Backup, list_archives, newest_pair
from bot.vault.backup.offline_key import OfflineKey, OfflineKeys
from bot.vault.backup.restore import Restore, RestoreTarget
from bot.vault.erasure.erase import ErasureReason
from bot.vault.erasure.retention import Retention
from tests.bench.haven.grown_deployment import grown_deployment, keyring_of, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


ERASED: Final = 20
OFFLINE_KEY: Final = "offline.key"


class Took(NamedTuple):
    """How long an operation took, each time, and what it left on the disk."""

    seconds: list[float]
    disk_bytes: int = 0
    peak_bytes: int = 0
    """Memory of the process that did it, if that is another one; and its processor time."""
    cpu_seconds: float = 0.0


async def sign_in(folder: Path, _count: int, begin: Callable[[], None]) -> Took:
    """Look through the keys of all cases, as a sign-in does in the writer, some at a time."""
    with grown_deployment(folder) as (_settings, database, vault):
        keyring, took, changed, after = keyring_of(vault), list[float](), 0, ""
        begin()
        while after or not took:
            began, now = perf_counter(), SystemClock().now()
            look = partial(vault.cases.wraps.rewrap_next, keyring=keyring, now=now, after=after)
            more, after = await database.writer.run(look)
            changed += more
            took.append(perf_counter() - began)
    if changed:
        raise SystemExit(f"haven: {changed} cases were wrapped to others.")
    return Took(took)


async def backup(folder: Path, _count: int, begin: Callable[[], None]) -> Took:
    """Make a backup, as `haven backup` does."""
    key = OfflineKey.create(folder / OFFLINE_KEY)
    with grown_deployment(folder) as (settings, database, vault):
        assert vault.keys is not None
        packing = Backup(folder / "backups", key.public, vault.backup_mac)
        begin()
        began = perf_counter()
        made = packing.create(
            database, vault.keys.database, open_blobs(settings), SystemClock().now()
        )
        took = perf_counter() - began
    return Took([took], sum(path.stat().st_size for path in made.paths))


async def restore(folder: Path, count: int, begin: Callable[[], None]) -> Took:
    """Restore that backup into a new folder, as `haven restore` does."""
    keys = OfflineKeys.load([folder / OFFLINE_KEY], lambda _: "")
    pair = newest_pair(list_archives(folder / "backups"), "the bench")
    restoring = Restore(keys, [load_host_key(settings_of(folder))])
    target, now = RestoreTarget(folder / "restored"), SystemClock().now()
    begin()
    began = perf_counter()
    done = restoring.restore_into(restoring.inspect(pair, now), target, (), now)
    took = perf_counter() - began
    if done.cases < count:
        raise SystemExit(f"haven: {done.cases} of {count} cases were restored.")
    size = sum(path.stat().st_size for path in target.folder.rglob("*") if path.is_file())
    shutil.rmtree(target.folder)
    return Took([took], size)


async def erase(folder: Path, count: int, begin: Callable[[], None]) -> Took:
    """Erase cases one by one, as `haven cases erase` does."""
    took = []
    with grown_deployment(folder) as (settings, database, vault):
        erasures = build_erasures(settings, vault)
        begin()
        for number in range(count - ERASED, count):
            began, now = perf_counter(), SystemClock().now()
            case, why = f"{number:032x}", ErasureReason.WITHDRAWN
            if await erasures.erase(database, case, why, OPERATOR, now) != ():
                raise SystemExit("haven: a case was not erased.")
            took.append(perf_counter() - began)
    return Took(took)


async def retention(folder: Path, _count: int, begin: Callable[[], None]) -> Took:
    """Erase all cases whose time is over, as `haven retention --yes` does."""
    took, last = list[float](), perf_counter()

    def erased(_gone: int) -> None:
        nonlocal last
        took.append(perf_counter() - last)
        last = perf_counter()

    with grown_deployment(folder) as (settings, database, vault):
        rules, now = Retention(build_erasures(settings, vault), settings.keep_days), SystemClock()
        begin()
        last = perf_counter()
        gone = await rules.erase_due(database, OPERATOR, now.now(), erased)
    if gone != len(took):
        raise SystemExit(f"haven: {gone} of {len(took)} cases were erased.")
    return Took(took)
