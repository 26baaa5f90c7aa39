"""Two backups into one folder at once: one is made whole, the other is refused and names it."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import BackupError
from bot.store.database import Database
from bot.vault.backup import folder_lock as locks
from bot.vault.backup.create import Backup, list_archives
from bot.vault.backup.folder_lock import LOCK_NAME, folder_lock
from tests.support.harnesses.backup_harness import OFFLINE, BackupHarness
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Pause = Callable[[], object]

OTHER = 54321
AT_WORK = "another backup is being made here"


# --- Two processes ---------------------------------------------------------------------------


def before_it_writes(pause: Pause) -> None:
    """Stop a backup when it has the folder, and no file in it."""
    _stop_in(Backup, "_create", pause)


def before_the_keys(pause: Pause) -> None:
    """Stop a backup when its archive of data is written, and has no name yet."""
    _stop_in(Backup, "_write_keys", pause)


def before_the_names(pause: Pause) -> None:
    """Stop a backup when both archives are written."""
    _stop_in(Backup, "_publish", pause)


def between_the_names(pause: Pause) -> None:
    """Stop a backup when its archive of data has its name, and that of keys has none."""
    _stop_in(Path, "rename", lambda *given: pause() if "-keys-" in given[0].name else None)


RACE_POINTS = (before_it_writes, before_the_keys, before_the_names, between_the_names)


def _stop_in(owner: Any, name: str, pause: Callable[..., object]) -> None:
    step = getattr(owner, name)

    def slow(*given: Any) -> Any:
        pause(*(given if owner is Path else ()))
        return step(*given)

    setattr(owner, name, slow)  # in a process of its own


class OtherProcess:
    """A process that makes a backup, and stands still at a point of it."""

    def __init__(self, make: Callable[[], object], stop: Callable[[Pause], None]) -> None:
        reached, self._tells = os.pipe()
        self._goes_on, self._go = os.pipe()
        self.number = os.fork()
        if not self.number:
            self._work(make, stop)
        os.close(self._tells)
        os.close(self._goes_on)
        with os.fdopen(reached, "rb") as told:
            assert told.read(1) == b".", "it came as far as the point"

    def _work(self, make: Callable[[], object], stop: Callable[[Pause], None]) -> None:
        code = 1
        try:
            os.close(self._go)
            stop(lambda: (os.write(self._tells, b"."), os.read(self._goes_on, 1)))
            make()
            code = 0
        finally:
            os._exit(code)

    def goes_on(self) -> int:
        """Let it go on, and return what it ends with."""
        os.write(self._go, b".")
        return self._ended()

    def is_killed(self) -> None:
        os.kill(self.number, signal.SIGKILL)
        assert self._ended() == -signal.SIGKILL

    def _ended(self) -> int:
        _, status = os.waitpid(self.number, 0)
        os.close(self._go)
        return os.waitstatus_to_exitcode(status)


def other_process(site: BackupHarness, stop: Callable[[Pause], None]) -> OtherProcess:
    """Return another process that backs the same deployment up, in the same second."""
    shelf = site.shelf
    data, keys = (it.url.render_as_string() for it in (shelf.database, shelf.keys))

    def make() -> None:
        packing = Backup(site.backups, OFFLINE.public, VAULT.backup_mac)
        packing.create(Database(data), Database(keys), shelf.blobs, shelf.now)

    return OtherProcess(make, stop)


def restores_every_pair(site: BackupHarness, count: int) -> None:
    """See that the folder has so many pairs and nothing else, and that each is restored."""
    assert all(path.suffix == ".age" for path in site.backups.iterdir())
    made = sorted({it.made_at for it in list_archives(site.backups)})
    assert len(made) == count
    for moment in made:
        pair = [it.path for it in list_archives(site.backups) if it.made_at == moment]
        assert site.restores(pair)[0].cases == 1


@pytest.mark.parametrize("stop", RACE_POINTS)
def test_a_second_backup_is_refused_by_name_and_leaves_the_first_whole(
    backup_harness: BackupHarness, stop: Callable[[Pause], None]
) -> None:
    backup_harness.shelf.closed()
    first = other_process(backup_harness, stop)
    with pytest.raises(BackupError, match=re.escape(f"{AT_WORK} (process {first.number})")):
        backup_harness.backs_up()
    assert first.goes_on() == 0
    backup_harness.backs_up()  # still in that second
    restores_every_pair(backup_harness, 2)


@pytest.mark.parametrize("stop", RACE_POINTS)
def test_a_killed_backup_leaves_no_lock_and_the_next_is_whole(
    backup_harness: BackupHarness, stop: Callable[[Pause], None]
) -> None:
    backup_harness.shelf.closed()
    other_process(backup_harness, stop).is_killed()
    assert (backup_harness.backups / LOCK_NAME).exists(), "the file alone is no lock"
    paths = backup_harness.backs_up()
    left = {path.name for path in backup_harness.backups.iterdir()} - {it.name for it in paths}
    half = {name for name in left if "-main-" in name and name.endswith(".age")}
    assert left == half, "no lock, and nothing unfinished"
    assert bool(half) == (stop is between_the_names), "data without keys, under a name of their own"
    assert backup_harness.restores(paths)[0].cases == 1


def test_a_backup_of_keys_alone_is_refused_while_another_is_made(
    backup_harness: BackupHarness,
) -> None:
    backup_harness.shelf.closed()
    first, shelf = other_process(backup_harness, before_the_names), backup_harness.shelf
    packing = Backup(backup_harness.backups, OFFLINE.public, VAULT.backup_mac)
    with pytest.raises(BackupError, match=AT_WORK):
        packing.create_keys(shelf.database, shelf.keys, shelf.now)
    assert first.goes_on() == 0
    packing.create_keys(shelf.database, shelf.keys, shelf.now)
    main, *keys = sorted(it.path for it in list_archives(backup_harness.backups))[::-1]
    for it in keys:  # those of the pair, and those a second later
        assert backup_harness.restores([main, it])[0].cases == 1
    assert len(keys) == 2


# --- The lock --------------------------------------------------------------------------------


def test_the_lock_of_a_backup_that_has_just_ended_keeps_others_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one has opened the file of the first, which deletes it before it is locked."""
    first, flock = folder_lock(tmp_path), fcntl.flock
    first.__enter__()

    def ends_first(handle: int, operation: int) -> None:
        monkeypatch.setattr(locks.fcntl, "flock", flock)
        first.__exit__(None, None, None)
        flock(handle, operation)

    monkeypatch.setattr(locks.fcntl, "flock", ends_first)
    with folder_lock(tmp_path):
        assert f"process {os.getpid()}" in _refusal(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_lock_of_another_machine_is_named_with_the_machine(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        for named, said in (("12 on elsewhere", "12 on elsewhere"), ("", "unknown")):
            (tmp_path / LOCK_NAME).write_text(named)
            assert f"{AT_WORK} (process {said})" in _refusal(tmp_path)


def test_the_lock_cannot_be_held_by_those_who_only_read_the_folder(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        assert (tmp_path / LOCK_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_lock_of_a_killed_process_of_root_is_no_obstacle_to_the_service(tmp_path: Path) -> None:
    """`haven keys rotate` runs as root, and backs the keys up."""
    os.chown(tmp_path, OTHER, OTHER)
    with folder_lock(tmp_path):
        assert (tmp_path / LOCK_NAME).stat().st_uid == OTHER


def test_a_folder_that_takes_no_locks_is_refused_before_anything_is_written(
    backup_harness: BackupHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(_handle: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locks.fcntl, "flock", without)
    with pytest.raises(BackupError, match="takes no locks"):
        backup_harness.backs_up()
    assert not list_archives(backup_harness.backups)


def test_an_unfinished_archive_of_a_living_backup_is_never_deleted(
    backup_harness: BackupHarness,
) -> None:
    with folder_lock_of_another(backup_harness) as unfinished:
        with suppress(BackupError):
            backup_harness.backs_up()
        assert unfinished.read_bytes() == b"half"
    backup_harness.backs_up()
    assert not unfinished.exists(), "once the lock has ended, it is of no living backup"


@contextmanager
def folder_lock_of_another(site: BackupHarness) -> Iterator[Path]:
    site.backups.mkdir()
    unfinished = site.backups / "haven-main-20200101T000000Z.age.part"
    unfinished.write_bytes(b"half")
    with folder_lock(site.backups):
        yield unfinished


def _refusal(folder: Path) -> str:
    with pytest.raises(BackupError) as refused, folder_lock(folder):
        pass
    return str(refused.value)
