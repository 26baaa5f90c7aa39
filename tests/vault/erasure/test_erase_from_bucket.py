"""P49: a file that is erased is gone from object storage too, or the erasure is not finished."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.store.blobs import bucket
from bot.store.blobs.folder import FolderBlobs
from bot.store.blobs.protocol import store_blob
from bot.vault.backup.create import list_archives
from tests.support.bucket_server import MARK, BucketServer, bucket_server
from tests.support.database_fixtures import migrated_url
from tests.support.harnesses.backup_harness import BackupHarness
from tests.support.harnesses.retention_harness import RetentionHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEALED = b"sealed by the case" * 1000


class BucketShelf:
    """Cases whose files lie in a bucket."""

    def __init__(self, server: BucketServer, folder: Path) -> None:
        self.server, self.bucket = server, server.new_bucket()
        self.shelf = RetentionHarness(migrated_url("sqlite", folder), folder)
        blobs = server.blobs(self.bucket)
        blobs.claim(MARK)
        self.shelf.blobs = blobs
        self.shelf.restarts()

    def has_file(self, case: str) -> str:
        """Give a case a file, as if it had been downloaded into the bucket."""
        name = self.shelf.has_file(case)
        data = (self.shelf.folder / name).read_bytes()
        (self.shelf.folder / name).unlink()
        store_blob(self.shelf.blobs, name, [data])
        return name

    def kept(self) -> set[str]:
        """Return the names of all that the bucket keeps, deleted versions included."""
        found = {it.removeprefix("files/") for it in self.server.kept(self.bucket)}
        return found - {bucket.MARK_NAME, bucket.PROBE_NAME}

    def finishes(self) -> int:
        return asyncio.run(self.shelf.erasures.finish(self.shelf.database, self.shelf.now))

    def unfinished(self) -> list[str]:
        return self.shelf.run(self.shelf.erasures.unfinished)


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    with bucket_server() as made:
        yield made


@pytest.fixture
def site(server: BucketServer, tmp_path: Path) -> Iterator[BucketShelf]:
    made = BucketShelf(server, tmp_path)
    yield made
    made.shelf.close()


def test_an_erased_file_is_gone_with_all_that_no_case_knows(site: BucketShelf) -> None:
    case, other = site.shelf.closed(), site.shelf.closed()
    name, kept, orphan = site.has_file(case), site.has_file(other), "f" * 32
    assert site.shelf.erases(case) == ()
    assert name not in site.kept()
    store_blob(site.shelf.blobs, orphan, [b"of a case erased while it was fetched"])
    assert site.finishes() == 0
    assert site.kept() == {kept}
    assert [entry.files for entry in site.shelf.ledger()] == [1]


@pytest.mark.parametrize("is_checked", [True, False])
def test_a_bucket_that_keeps_versions_leaves_the_erasure_unfinished(
    site: BucketShelf, monkeypatch: pytest.MonkeyPatch, *, is_checked: bool
) -> None:
    case = site.shelf.closed()
    name = site.has_file(case)
    site.server.keep_versions(site.bucket)
    if not is_checked:  # the control: then the erasure claims what is not true
        monkeypatch.setattr(bucket.BucketBlobs, "_refuse_versions", lambda _self: None)
    assert site.shelf.erases(case) == ((name,) if is_checked else ())
    assert site.kept() == {name}
    assert bool(site.unfinished()) is is_checked
    assert site.finishes() == 0


class _KilledError(Exception):
    """The process is killed here."""


@pytest.mark.parametrize("is_deleted", [False, True])
def test_an_erasure_killed_before_or_after_its_objects_go_is_finished(
    site: BucketShelf, monkeypatch: pytest.MonkeyPatch, *, is_deleted: bool
) -> None:
    real, case = bucket.BucketBlobs.delete, site.shelf.closed()
    name = site.has_file(case)

    def killed(blobs: bucket.BucketBlobs, names: list[str]) -> None:
        if is_deleted:
            real(blobs, names)
        raise _KilledError

    with monkeypatch.context() as patch:
        patch.setattr(bucket.BucketBlobs, "delete", killed)
        with pytest.raises(_KilledError):
            site.shelf.erases(case)
    assert (name in site.kept()) is not is_deleted
    assert len(site.unfinished()) == 1
    site.shelf.restarts()
    assert site.finishes() == 1
    assert site.kept() == set()


def test_while_the_bucket_is_away_an_erasure_waits_and_then_ends(
    site: BucketShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "MAX_RETRIES", 0)
    site.shelf.blobs = site.server.blobs(site.bucket)
    site.shelf.restarts()
    case = site.shelf.closed()
    name = site.has_file(case)
    with site.server.away():
        assert site.shelf.erases(case) == (name,)
        assert site.finishes() == 0
        site.shelf.restarts()  # another process, which knows no name of a file
        assert site.finishes() == 0
        assert len(site.unfinished()) == 1
    assert site.kept() == {name}
    assert site.finishes() == 1
    assert (site.kept(), site.unfinished()) == (set(), [])


def test_a_backup_holds_the_objects_and_a_restore_leaves_out_erased_ones(
    site: BucketShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "MAX_RETRIES", 0)
    case, other = site.shelf.closed(), site.shelf.closed()
    name, kept = site.has_file(case), site.has_file(other)
    home = BackupHarness(site.shelf, tmp_path)
    paths = home.backs_up()
    assert site.shelf.erases(case) == ()
    done, place = home.restores(paths, site.shelf.ledger())
    assert (done.cases, done.files, done.erased, done.missing) == (1, 1, 1, 0)
    assert FolderBlobs(place / "files").existing([name, kept]) == [kept]
    with site.server.away(), pytest.raises(bucket.FileStorageAwayError):
        BackupHarness(site.shelf, tmp_path / "later").backs_up()
    assert list_archives(tmp_path / "later" / "backups") == []
    assert not list((tmp_path / "later" / "backups").iterdir())
