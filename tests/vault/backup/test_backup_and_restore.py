"""A backup restores (P15): whole or not at all, the same answers, and nothing erased comes back."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import json
from sqlalchemy import inspect

from bot.cases.queries import AnswerRenderer, CaseReader, load_queue
from bot.clock import DAY, HOUR
from bot.errors import BackupError
from bot.places.taiwan.authorities import LAW
from bot.store.blobs.folder import FileBlobReader, FolderBlobs
from bot.store.database import Database
from bot.store.migrate import LATEST_REVISION, schema_engine
from bot.vault import HostKey, Vault
from bot.vault.backup.archive import ArchiveStream
from bot.vault.backup.create import INFO_ENTRY, ArchiveInfo, Backup, list_archives
from bot.vault.backup.offline_key import OfflineKey, OfflineKeys
from bot.vault.backup.restore import UNFINISHED_SUFFIX, Restore, RestoreTarget
from bot.vault.erasure.erase import LedgerEntry
from bot.vault.erasure.ledger import LEDGER_NAME, Ledger, read_ledger, write_ledger
from tests.store.fixtures.make_release_dump import fill
from tests.support.age_files import SEALED_PIECE, body_start, piece_borders
from tests.support.content.catalogue_files import read_in
from tests.support.database.copied_schema import copied_schemas
from tests.support.database.kill_at_line import count_lines, kill_at_line
from tests.support.database_fixtures import DATABASE_KINDS, empty_url, migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.backup_harness import HOST, KEYS, OFFLINE, BackupHarness
from tests.support.harnesses.hotline_harness import KEEPER, VAULT, HotlineHarness
from tests.support.harnesses.retention_harness import WORDS, RetentionHarness
from tests.support.people.flow_answers import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

assert VAULT.keys is not None


# --- The drill -------------------------------------------------------------------------------


async def answers(database: Database) -> dict[str, Any]:
    """Ask everything that is asked of a deployment day by day."""
    reader = CaseReader(
        database, VAULT, AnswerRenderer(BOOK, read_in("en"), read_in("en", "staff")), law=LAW
    )
    waiting = database.read(load_queue)
    opened = [await reader.open(case.reference, KEEPER) for case in waiting]
    plain = {
        sql: query(database, sql)
        for sql in (
            "SELECT * FROM exchanges ORDER BY id", "SELECT * FROM referrals ORDER BY id",
            "SELECT * FROM topics ORDER BY case_id", "SELECT * FROM staff ORDER BY id",
            "SELECT * FROM legal_holds ORDER BY id", "SELECT * FROM audit ORDER BY id",
            "SELECT * FROM files ORDER BY id", "SELECT * FROM case_keys ORDER BY case_id",
            "SELECT * FROM desks", "SELECT * FROM tallies ORDER BY kind, day",
            "SELECT * FROM heartbeats", "SELECT * FROM offsets",
            "SELECT version_num FROM alembic_version",
        )
    }  # fmt: skip
    await database.close()
    assert len(waiting) == 2
    return {"waiting": waiting, "opened": opened, **plain}


@pytest.mark.parametrize("to", DATABASE_KINDS)
@pytest.mark.parametrize("kind", DATABASE_KINDS)
def test_what_was_backed_up_gives_the_same_answers_after_a_restore(
    tmp_path: Path, kind: str, to: str
) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    home.settled = home.close_writer_idle  # type: ignore[method-assign] - one never arrives
    fill(home)
    now = home.loop.now()
    home.crash()
    files = tmp_path / "files"
    files.mkdir()
    names = [str(name) for (name,) in query(Database(home.url), "SELECT id FROM files")]
    for name in names:
        (files / name).write_bytes(b"sealed" * 50_000)
    made = Backup(tmp_path / "backups", OFFLINE.public, VAULT.backup_mac)
    paths = made.create(Database(home.url), KEYS, FolderBlobs(files), now).paths
    url, keys = ("", "") if to == "sqlite" else (empty_url(to, tmp_path), empty_url(to, tmp_path))
    place = tmp_path / "place"
    restore = Restore(OfflineKeys([OFFLINE]), [HOST])
    found = restore.inspect(paths, now)
    done = restore.restore_into(found, RestoreTarget(place, url, keys), (), now)
    assert (done.cases, done.files, done.erased, done.missing) == (2, 1, 0, 0)
    restored = url or f"sqlite:///{place / 'haven.db'}"
    assert asyncio.run(answers(Database(restored))) == asyncio.run(answers(Database(home.url)))
    for name in names:
        assert (place / "files" / name).read_bytes() == b"sealed" * 50_000
    assert not place.with_name(place.name + UNFINISHED_SUFFIX).exists()
    again = HotlineHarness(tmp_path, database=Database(restored))  # and it lives on
    newcomer = again.person()
    newcomer.says("/start")
    assert newcomer.screen
    again.close()


def test_it_is_made_while_others_write(backup_harness: BackupHarness) -> None:
    case = backup_harness.shelf.closed()
    writer = backup_harness.shelf.database.connect()
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM exchanges")
    paths = backup_harness.backs_up()
    writer.execute("COMMIT")
    writer.close()
    _, place = backup_harness.restores(paths)
    restored = RetentionHarness.reopened(place)
    assert restored.says(case) == [WORDS, WORDS]
    restored.close()


@pytest.mark.parametrize("kind", DATABASE_KINDS)
def test_what_was_on_its_way_is_uncertain_and_numbers_go_on(tmp_path: Path, kind: str) -> None:
    shelf = RetentionHarness(migrated_url(kind, tmp_path), tmp_path)
    site = BackupHarness(shelf, tmp_path)
    shelf.closed()
    ((last,),) = query(shelf.database, "SELECT max(letter) FROM exchanges")
    paths = site.backs_up()
    url = "" if kind == "sqlite" else empty_url(kind, tmp_path)
    _, place = site.restores(paths, urls=(url, ""))
    restored = RetentionHarness(url or f"sqlite:///{place / 'haven.db'}", place, is_new=False)
    asked = "SELECT state, arrived_at FROM exchanges WHERE letter IS NOT NULL"
    assert query(restored.database, asked) == [("uncertain", shelf.now)]  # it left then, if it did
    assert restored.count("outbox") == restored.count("conversations") == 0
    assert restored.run(lambda work: list(restored.outbox.new_ids(work, 1))) > [last]
    restored.mei = shelf.mei
    restored.opens()  # every other number goes on as well
    restored.close()
    shelf.close()


# --- What was erased since -------------------------------------------------------------------


def test_what_was_erased_since_does_not_come_back_whatever_ledger_says_so(
    backup_harness: BackupHarness,
) -> None:
    case, other = backup_harness.shelf.closed(), backup_harness.shelf.closed()
    name = backup_harness.shelf.has_file(case)
    kept = backup_harness.shelf.has_file(other)
    paths = backup_harness.backs_up()
    backup_harness.shelf.now += HOUR
    backup_harness.shelf.erases(case)
    shelf = backup_harness.shelf
    write_ledger(backup_harness.backups, shelf.ledger(), VAULT.backup_mac, shelf.now)
    later = backup_harness.backs_up()
    for gone in (
        (backup_harness.shelf.ledger(), paths),
        (read_ledger(backup_harness.backups / LEDGER_NAME, VAULT.backup_mac).entries, paths),
        ((), [paths[0], later[1]]),  # newer keys know it by themselves
    ):
        done, place = backup_harness.restores(gone[1], gone[0])
        assert (done.cases, done.erased, done.files) == (1, 1, 1)
        restored = RetentionHarness.reopened(place)
        assert restored.cases() == {other}
        assert restored.says(other) == [WORDS, WORDS]
        assert [path.name for path in restored.folder.iterdir()] == [kept] != [name]
        assert [it.case_hash for it in restored.ledger()] == [VAULT.erased_case_digest(case)]
        assert case.encode() not in (place / "haven.db").read_bytes().replace(
            _audit_of(restored, case), b""
        )
        restored.close()


def _audit_of(shelf: RetentionHarness, case: str) -> bytes:
    """The audit log goes on naming it by an id that means nothing any more."""
    assert shelf.told(case)
    return case.encode()


def test_a_case_whose_key_is_gone_is_gone_even_without_any_ledger(
    backup_harness: BackupHarness,
) -> None:
    case, other = backup_harness.shelf.closed(), backup_harness.shelf.closed()
    main, _ = backup_harness.backs_up()
    backup_harness.shelf.now += HOUR
    backup_harness.shelf.erases(case)
    backup_harness.shelf.database.writer.run_sync(lambda _work: None)
    connection = backup_harness.shelf.database.connect()
    connection.execute("DELETE FROM erasures")  # even that
    connection.close()
    _, keys = backup_harness.backs_up()
    done, place = backup_harness.restores([main, keys])
    assert done.erased == 1
    restored = RetentionHarness.reopened(place)
    assert restored.cases() == {other}
    restored.close()


def test_without_the_ledger_it_would_come_back(backup_harness: BackupHarness) -> None:
    case = backup_harness.shelf.closed()
    paths = backup_harness.backs_up()
    backup_harness.shelf.erases(case)
    done, _ = backup_harness.restores(paths)
    assert (done.cases, done.erased) == (1, 0)


def test_a_ledger_from_which_a_line_was_taken_is_refused(backup_harness: BackupHarness) -> None:
    gone = [LedgerEntry(bytes([number]) * 16, number, "age") for number in range(3)]
    backup_harness.backups.mkdir()
    path = backup_harness.backups / LEDGER_NAME
    write_ledger(backup_harness.backups, gone, VAULT.backup_mac, 5)
    assert read_ledger(path, VAULT.backup_mac) == Ledger(tuple(gone), 5)
    lines = path.read_text().splitlines()
    for wrong in (lines[:2] + lines[3:], lines[:-1], [], ["", *lines], [*lines[:-1], "0" * 64]):
        path.write_text("\n".join(wrong) + "\n")
        with pytest.raises(BackupError, match="no ledger of this deployment"):
            read_ledger(path, VAULT.backup_mac)
    write_ledger(backup_harness.backups, gone, Vault(HostKey(bytes(32))).backup_mac, 5)
    with pytest.raises(BackupError):
        read_ledger(path, VAULT.backup_mac)
    with pytest.raises(BackupError, match="cannot be read"):
        read_ledger(backup_harness.backups / "none", VAULT.backup_mac)


# --- What is refused -------------------------------------------------------------------------


def test_an_archive_cut_at_any_border_is_refused_and_the_live_data_are_untouched(
    backup_harness: BackupHarness,
) -> None:
    backup_harness.shelf.has_file(backup_harness.shelf.closed(), bytes(200_000))
    before = query(backup_harness.shelf.database, "SELECT * FROM cases")
    whole = [path.read_bytes() for path in backup_harness.backs_up()]
    for which, name in ((0, "haven-main-20261119T040000Z"), (1, "haven-keys-20261119T040000Z")):
        cut = backup_harness.folder / f"{name}.age"
        other = (
            backup_harness.backups
            / f"haven-{'keys' if which == 0 else 'main'}-20261119T040000Z.age"
        )
        header = body_start(whole[which])
        for end in piece_borders(whole[which]):
            cut.write_bytes(whole[which][:end])
            backup_harness.refuses([cut, other], "cut short")
        for end in (0, 5, header - 1, header + 1, len(whole[which]) - 1):
            cut.write_bytes(whole[which][:end])
            backup_harness.refuses([cut, other], "cut short|no backup of Haven|altered")
        cut.write_bytes(whole[which] + bytes(SEALED_PIECE))
        backup_harness.refuses([cut, other], "altered|added|follows")
        altered = bytearray(whole[which])
        altered[len(altered) // 2] ^= 1
        cut.write_bytes(bytes(altered))
        backup_harness.refuses([cut, other], "altered")
    assert query(backup_harness.shelf.database, "SELECT * FROM cases") == before


def test_what_does_not_belong_here_is_refused_with_the_reason(
    backup_harness: BackupHarness,
) -> None:
    backup_harness.shelf.closed()
    main, keys = backup_harness.backs_up()
    backup_harness.refuses([main], "one archive main and one archive keys")
    backup_harness.refuses([main, main], "one archive main and one archive keys")
    backup_harness.refuses([main, keys, keys], "one archive main and one archive keys")
    backup_harness.refuses([main, keys], "another offline key", key=OfflineKey.generate())
    backup_harness.refuses([main, keys], "not made with this host key", host=HostKey(bytes(32)))
    backup_harness.refuses([main, backup_harness.folder / "none"], "cannot be read")
    backup_harness.shelf.now += DAY
    newer, _ = backup_harness.backs_up()
    backup_harness.refuses([newer, keys], "older than the rest")
    backup_harness.shelf.now -= 3 * DAY
    backup_harness.refuses([main, keys], "from the future")
    backup_harness.shelf.now += 3 * DAY
    backup_harness.shelf.now += 7 * DAY
    backup_harness.refuses([main, keys], "older than 7 days")
    backup_harness.shelf.now += 24 * DAY
    fresh = backup_harness.backs_up()[1]
    backup_harness.refuses([main, fresh], "older than 30 days")


def about_it(site: BackupHarness, revision: str) -> ArchiveInfo:
    return ArchiveInfo(part="main", revision=revision, keys_revision="0001", made_at=site.shelf.now)


def write_archive(
    path: Path, about: ArchiveInfo, *files: tuple[str, Path], mac: Any = VAULT.backup_mac
) -> None:
    """Write an archive by hand, of whoever has the root of a MAC."""
    stream = ArchiveStream("haven", 0, mac)
    parts = [stream.add(INFO_ENTRY, json.encode(about))]
    with ExitStack() as stack, path.open("wb") as out:
        parts += [
            stream.add_file(name, stack.enter_context(FileBlobReader(it))) for name, it in files
        ]
        OFFLINE.public.encrypt(chain(*parts, stream.finish()), out)


def test_an_archive_made_with_the_public_key_alone_is_refused(
    backup_harness: BackupHarness,
) -> None:
    _, keys = backup_harness.backs_up()
    forged = backup_harness.folder / "haven-main-20261119T040000Z.age"
    others = Vault(HostKey(bytes(32))).backup_mac
    write_archive(forged, about_it(backup_harness, revision="0001"), mac=others)
    backup_harness.refuses([forged, keys], "not made with this host key")
    write_archive(forged, about_it(backup_harness, revision="0001"))
    backup_harness.restores([forged, keys])  # with the root it would pass


def test_a_backup_of_a_later_release_is_refused(
    backup_harness: BackupHarness, tmp_path: Path
) -> None:
    later = tmp_path / "haven-main-20261119T040000Z.age"
    write_archive(later, about_it(backup_harness, revision="9999"))
    _, keys = backup_harness.backs_up()
    backup_harness.refuses([later, keys], "later release")


def test_a_hostile_file_name_in_an_archive_is_refused(
    backup_harness: BackupHarness, tmp_path: Path
) -> None:
    backup_harness.shelf.closed()
    main, keys = backup_harness.backs_up()
    evil = tmp_path / main.name
    inside = tmp_path / "inside"
    inside.write_bytes(b"x")
    for name in ("../../escaped", "/etc/passwd", "a" * 31, "A" * 32, f"{'a' * 32}/x"):
        about = about_it(backup_harness, revision=LATEST_REVISION)
        write_archive(evil, about, (f"files/{name}", inside))
        backup_harness.refuses([evil, keys], "an invalid name")
    assert not (tmp_path / "escaped").exists()


def test_a_place_that_is_taken_is_left_alone(backup_harness: BackupHarness) -> None:
    paths = backup_harness.backs_up()
    taken = backup_harness.folder / "place1"
    taken.mkdir()
    (taken / "mine").write_text("mine")
    with pytest.raises(BackupError, match="something is there"):
        backup_harness.restores(paths)
    assert [path.name for path in taken.iterdir()] == ["mine"]
    with pytest.raises(BackupError, match="an empty one"):
        backup_harness.restores(
            paths, urls=(backup_harness.shelf.database.url.render_as_string(), "")
        )


@pytest.mark.parametrize("columns", ["id INTEGER PRIMARY KEY", "note TEXT"])
@pytest.mark.parametrize("which", [0, 1], ids=["data", "keys"])
@pytest.mark.parametrize("kind", DATABASE_KINDS)
def test_a_restore_takes_no_database_that_has_tables_of_something_else(
    backup_harness: BackupHarness, tmp_path: Path, kind: str, which: int, columns: str
) -> None:
    (tmp_path / "other").mkdir()
    url = empty_url(kind, tmp_path / "other")
    query(Database(url), f"CREATE TABLE letters ({columns})")
    urls = (url, "") if which == 0 else ("", url)
    paths = backup_harness.backs_up()
    backup_harness.refuses(
        paths, "has tables of something else .letters.: name an empty", urls=urls
    )
    assert tables_in(url) == ["letters"]


def test_a_restore_puts_data_and_keys_into_no_single_database(
    backup_harness: BackupHarness, tmp_path: Path
) -> None:
    url = empty_url("postgresql", tmp_path)
    backup_harness.refuses(backup_harness.backs_up(), "name one database", urls=(url, url))
    assert tables_in(url) == []


def tables_in(url: str) -> list[str]:
    with schema_engine(Database(url)) as engine, engine.connect() as connection:
        return inspect(connection).get_table_names()


# --- Killed ----------------------------------------------------------------------------------


def test_a_restore_killed_anywhere_leaves_nothing_in_its_place_or_all(
    backup_harness: BackupHarness,
) -> None:
    case = backup_harness.shelf.closed()
    backup_harness.shelf.has_file(case)
    paths = backup_harness.backs_up()
    now, to = backup_harness.shelf.now, backup_harness.folder / "place"

    def restore() -> None:
        restore = Restore(OfflineKeys([OFFLINE]), [HOST])
        with copied_schemas():
            restore.restore_into(restore.inspect(paths, now), RestoreTarget(to), (), now)

    restore()  # what the first restore looks up and keeps, the others find
    _throw_away(to)
    points, step = points_and_step(restore, drill_length(5, 12))
    assert RetentionHarness.reopened(to).says(case) == [WORDS, WORDS]
    _throw_away(to)
    for point in range(step, points, step):
        assert kill_at_line(point, restore)
        if to.exists():  # killed after the very last step
            assert point > points - step
            assert RetentionHarness.reopened(to).says(case) == [WORDS, WORDS]
            _throw_away(to)
    restore()  # and the next one throws away what was left
    assert {path.name for path in backup_harness.folder.iterdir() if "place" in path.name} == {
        "place"
    }


def points_and_step(do: Callable[[], None], kills: int) -> tuple[int, int]:
    """Return how many lines there are to be killed at, and how far apart so many kills lie."""
    points = count_lines(do)
    return points, points // kills


def _throw_away(folder: Path) -> None:
    import shutil  # noqa: PLC0415 - used here alone

    shutil.rmtree(folder)


def test_a_backup_killed_anywhere_leaves_only_whole_archives(backup_harness: BackupHarness) -> None:
    backup_harness.shelf.has_file(backup_harness.shelf.closed())
    url, files, now = (
        backup_harness.shelf.database.url.render_as_string(),
        backup_harness.shelf.blobs,
        backup_harness.shelf.now,
    )
    keys = backup_harness.shelf.keys.url.render_as_string()

    def make() -> None:
        Backup(backup_harness.backups, OFFLINE.public, VAULT.backup_mac).create(
            Database(url), Database(keys), files, now
        )

    points, step = points_and_step(make, drill_length(4, 10))
    _throw_away(backup_harness.backups)
    for point in range(step, points, step):
        assert kill_at_line(point, make)
        for kept in list_archives(backup_harness.backups):
            assert kept.path.stat().st_size > 1_000_000
            kept.path.unlink()
    make()
    assert len(list(backup_harness.backups.iterdir())) == 2  # what was left unfinished is gone
    backup_harness.restores([kept.path for kept in list_archives(backup_harness.backups)])
