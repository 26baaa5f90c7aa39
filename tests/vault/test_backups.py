"""A backup restores (P15): whole or not at all, the same answers, and nothing erased comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import msgpack

from bot.cases.queries import Reader, queue
from bot.clock import DAY, HOUR
from bot.errors import BackupRefused
from bot.places.taiwan.authorities import TAIWAN
from bot.store.database import Database
from bot.vault import HostKey
from bot.vault.backup.archive import HEAD as HEADER
from bot.vault.backup.archive import PIECE, TAG, Sealer
from bot.vault.backup.create import About, Backup, lying_in
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.backup.restore import OURS, Restore
from bot.vault.erasure.ledger import NAME, Ledger, Line, read_ledger, write_ledger
from tests.cases.answered import BOOK
from tests.house.catalogues import read_in
from tests.houses import KEEPER, VAULT, Home
from tests.store.fixtures.make import fill
from tests.stores import KINDS, ask, empty_url, migrated_url
from tests.vault.killed import kill_at, lines_of
from tests.vault.shelf import WORDS, Shelf
from tests.vault.site import HOST, KEYS, OFFLINE, Site

if TYPE_CHECKING:
    from pathlib import Path

assert VAULT.keys is not None


# --- The drill -------------------------------------------------------------------------------


async def answers(database: Database) -> dict[str, Any]:
    """Ask everything that is asked of a deployment day by day."""
    reader = Reader(database, VAULT, BOOK, read_in("en"), read_in("en", "staff"), law=TAIWAN)
    waiting = await queue(database)
    opened = [await reader.open(case.reference, KEEPER) for case in waiting]
    plain = {
        sql: ask(database, sql)
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


@pytest.mark.parametrize("to", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_backed_up_gives_the_same_answers_after_a_restore(
    tmp_path: Path, kind: str, to: str
) -> None:
    home = Home(tmp_path, kind=kind)
    home.settle = lambda: home.run(home.rest())  # type: ignore[method-assign] - one never arrives
    fill(home)
    now = home.loop.now()
    home.crash()
    files = tmp_path / "files"
    files.mkdir()
    ((name,),) = ask(Database(home.url), "SELECT id FROM files")
    (files / name).write_bytes(b"sealed" * 50_000)
    made = Backup(tmp_path / "backups", OFFLINE.public, HOST)
    paths = made.make(Database(home.url), KEYS, files, now).paths
    url, keys = ("", "") if to == "sqlite" else (empty_url(to, tmp_path), empty_url(to, tmp_path))
    place = tmp_path / "place"
    done = Restore(OFFLINE, HOST).into(paths, place, (), now, (url, keys))
    assert (done.cases, done.files, done.forgotten, done.missing) == (2, 1, 0, 0)
    restored = url or f"sqlite:///{place / 'haven.db'}"
    assert asyncio.run(answers(Database(restored))) == asyncio.run(answers(Database(home.url)))
    assert (place / "files" / name).read_bytes() == b"sealed" * 50_000
    assert not place.with_name(place.name + OURS).exists()
    again = Home(tmp_path, database=Database(restored))  # and it lives on
    newcomer = again.person()
    newcomer.says("/start")
    assert newcomer.screen
    again.close()


def test_it_is_made_while_others_write(site: Site) -> None:
    case = site.shelf.closed()
    writer = site.shelf.database.connect()
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM exchanges")
    paths = site.backs_up()
    writer.execute("COMMIT")
    writer.close()
    _, place = site.restores(paths)
    restored = Shelf.reopened(place)
    assert restored.says(case) == [WORDS, WORDS]
    restored.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_on_its_way_is_uncertain_and_numbers_go_on(tmp_path: Path, kind: str) -> None:
    shelf = Shelf(migrated_url(kind, tmp_path), tmp_path)
    site = Site(shelf, tmp_path)
    shelf.closed()
    ((last,),) = ask(shelf.database, "SELECT max(letter) FROM exchanges")
    paths = site.backs_up()
    url = "" if kind == "sqlite" else empty_url(kind, tmp_path)
    _, place = site.restores(paths, urls=(url, ""))
    restored = Shelf(url or f"sqlite:///{place / 'haven.db'}", place, is_new=False)
    asked = "SELECT state FROM exchanges WHERE letter IS NOT NULL"
    assert ask(restored.database, asked) == [("uncertain",)]
    assert restored.count("outbox") == restored.count("conversations") == 0
    assert restored.run(lambda work: list(restored.outbox.numbers(work, 1))) > [last]
    restored.mei = shelf.mei
    restored.opens()  # every other number goes on as well
    restored.close()
    shelf.close()


# --- What was erased since -------------------------------------------------------------------


def test_what_was_erased_since_does_not_come_back_whatever_ledger_says_so(site: Site) -> None:
    case, other = site.shelf.closed(), site.shelf.closed()
    name = site.shelf.has_file(case)
    kept = site.shelf.has_file(other)
    paths = site.backs_up()
    site.shelf.now += HOUR
    site.shelf.erases(case)
    write_ledger(site.backups, site.shelf.ledger(), HOST, site.shelf.now)
    later = site.backs_up()
    for gone in (
        (site.shelf.ledger(), paths),
        (read_ledger(site.backups / NAME, HOST).lines, paths),
        ((), [paths[0], later[1]]),  # newer keys know it by themselves
    ):
        done, place = site.restores(gone[1], gone[0])
        assert (done.cases, done.forgotten, done.files) == (1, 1, 1)
        restored = Shelf.reopened(place)
        assert restored.cases() == {other}
        assert restored.says(other) == [WORDS, WORDS]
        assert [path.name for path in restored.folder.iterdir()] == [kept] != [name]
        assert [it.case_hash for it in restored.ledger()] == [VAULT.erased(case)]
        assert case.encode() not in (place / "haven.db").read_bytes().replace(
            _audit_of(restored, case), b""
        )
        restored.close()


def _audit_of(shelf: Shelf, case: str) -> bytes:
    """The audit log goes on naming it by an id that means nothing any more."""
    assert shelf.told(case)
    return case.encode()


def test_a_case_whose_key_is_gone_is_gone_even_without_any_ledger(site: Site) -> None:
    case, other = site.shelf.closed(), site.shelf.closed()
    main, _ = site.backs_up()
    site.shelf.now += HOUR
    site.shelf.erases(case)
    site.shelf.database.writer.run_now(lambda _work: None)
    connection = site.shelf.database.connect()
    connection.execute("DELETE FROM erasures")  # even that
    connection.close()
    _, keys = site.backs_up()
    done, place = site.restores([main, keys])
    assert done.forgotten == 1
    restored = Shelf.reopened(place)
    assert restored.cases() == {other}
    restored.close()


def test_without_the_ledger_it_would_come_back(site: Site) -> None:
    case = site.shelf.closed()
    paths = site.backs_up()
    site.shelf.erases(case)
    done, _ = site.restores(paths)
    assert (done.cases, done.forgotten) == (1, 0)


def test_a_ledger_from_which_a_line_was_taken_is_refused(site: Site) -> None:
    gone = [Line(bytes([number]) * 16, number, "age") for number in range(3)]
    site.backups.mkdir()
    path = site.backups / NAME
    write_ledger(site.backups, gone, HOST, 5)
    assert read_ledger(path, HOST) == Ledger(tuple(gone), 5)
    lines = path.read_text().splitlines()
    for wrong in (lines[:2] + lines[3:], lines[:-1], [], ["", *lines], [*lines[:-1], "0" * 64]):
        path.write_text("\n".join(wrong) + "\n")
        with pytest.raises(BackupRefused, match="no ledger of this deployment"):
            read_ledger(path, HOST)
    write_ledger(site.backups, gone, HostKey(bytes(32)), 5)
    with pytest.raises(BackupRefused):
        read_ledger(path, HOST)
    with pytest.raises(BackupRefused, match="cannot be read"):
        read_ledger(site.backups / "none", HOST)


# --- What is refused -------------------------------------------------------------------------


def test_an_archive_cut_at_any_border_is_refused_and_the_live_data_are_untouched(
    site: Site,
) -> None:
    site.shelf.has_file(site.shelf.closed(), bytes(200_000))
    before = ask(site.shelf.database, "SELECT * FROM cases")
    whole = [path.read_bytes() for path in site.backs_up()]
    for which, name in ((0, "haven-main-20261119T040000Z"), (1, "haven-keys-20261119T040000Z")):
        cut = site.folder / f"{name}.sealed"
        other = site.backups / f"haven-{'keys' if which == 0 else 'main'}-20261119T040000Z.sealed"
        for end in range(HEADER, len(whole[which]), PIECE + TAG):
            cut.write_bytes(whole[which][:end])
            site.refuses([cut, other], "cut short")
        for end in (0, 5, HEADER - 1, HEADER + 1, len(whole[which]) - 1):
            cut.write_bytes(whole[which][:end])
            site.refuses([cut, other], "cut short|no backup of Haven|altered")
        cut.write_bytes(whole[which] + bytes(PIECE + TAG))
        site.refuses([cut, other], "altered|added|follows")
        altered = bytearray(whole[which])
        altered[len(altered) // 2] ^= 1
        cut.write_bytes(bytes(altered))
        site.refuses([cut, other], "altered")
    assert ask(site.shelf.database, "SELECT * FROM cases") == before


def test_what_does_not_belong_here_is_refused_with_the_reason(site: Site) -> None:
    site.shelf.closed()
    main, keys = site.backs_up()
    site.refuses([main], "one archive main and one archive keys")
    site.refuses([main, main], "one archive main and one archive keys")
    site.refuses([main, keys, keys], "one archive main and one archive keys")
    site.refuses([main, keys], "another offline key", key=OfflineKey(bytes(31) + b"\1"))
    site.refuses([main, keys], "not made with this host key", host=HostKey(bytes(32)))
    site.refuses([main, site.folder / "none"], "cannot be read")
    site.shelf.now += DAY
    newer, _ = site.backs_up()
    site.refuses([newer, keys], "older than the rest")
    site.shelf.now -= 3 * DAY
    site.refuses([main, keys], "from the future")
    site.shelf.now += 3 * DAY
    site.shelf.now += 7 * DAY
    site.refuses([main, keys], "older than 7 days")
    site.shelf.now += 24 * DAY
    fresh = site.backs_up()[1]
    site.refuses([main, fresh], "older than 30 days")


def about_it(site: Site, revision: str) -> About:
    return About(part="main", revision=revision, keys_revision="0001", made_at=site.shelf.now)


def test_whoever_knows_only_where_to_seal_to_makes_no_archive(site: Site) -> None:
    _, keys = site.backs_up()
    forged = site.folder / "haven-main-20261119T040000Z.sealed"
    with forged.open("wb") as out:
        sealer = Sealer(out, OFFLINE.public)
        sealer.add("about", msgpack.encode(about_it(site, revision="0001")))
        sealer.finish()
    site.refuses([forged, keys], "nothing proves")


def test_a_backup_of_a_later_release_is_refused(site: Site, tmp_path: Path) -> None:
    from bot.vault.backup import create  # noqa: PLC0415 - its own clockwork, wound by hand

    later = tmp_path / "haven-main-20261119T040000Z.sealed"
    with later.open("wb") as out:
        archive = create._Archive(out, OFFLINE.public, HOST)
        about = create.About(
            part="main", revision="9999", keys_revision="0001", made_at=site.shelf.now
        )
        archive.add(create.ABOUT, create._encode(about))
        archive.finish()
    _, keys = site.backs_up()
    site.refuses([later, keys], "later release")


def test_a_file_with_a_name_of_somebody_elses_choosing_goes_nowhere(
    site: Site, tmp_path: Path
) -> None:
    from bot.vault.backup import create  # noqa: PLC0415 - its own clockwork, wound by hand

    site.shelf.closed()
    main, keys = site.backs_up()
    evil = tmp_path / main.name
    inside = tmp_path / "inside"
    inside.write_bytes(b"x")
    for name in ("../../escaped", "/etc/passwd", "a" * 31, "A" * 32, f"{'a' * 32}/x"):
        with evil.open("wb") as out, inside.open("rb") as file:
            archive = create._Archive(out, OFFLINE.public, HOST)
            about = create.About(
                part="main", revision=create.HEAD, keys_revision="0001", made_at=site.shelf.now
            )
            archive.add(create.ABOUT, create._encode(about))
            archive.add_file(f"file/{name}", file)
            archive.finish()
        site.refuses([evil, keys], "a name none of ours has")
    assert not (tmp_path / "escaped").exists()


def test_a_place_that_is_taken_is_left_alone(site: Site) -> None:
    paths = site.backs_up()
    taken = site.folder / "place1"
    taken.mkdir()
    (taken / "mine").write_text("mine")
    with pytest.raises(BackupRefused, match="something is there"):
        site.restores(paths)
    assert [path.name for path in taken.iterdir()] == ["mine"]
    with pytest.raises(BackupRefused, match="an empty one"):
        site.restores(paths, urls=(site.shelf.database.url.render_as_string(), ""))


# --- Killed ----------------------------------------------------------------------------------


def test_a_restore_killed_anywhere_leaves_nothing_in_its_place_or_all(site: Site) -> None:
    case = site.shelf.closed()
    site.shelf.has_file(case)
    paths = site.backs_up()
    now, to = site.shelf.now, site.folder / "place"

    def restore() -> None:
        Restore(OFFLINE, HOST).into(paths, to, (), now)

    points = lines_of(restore)
    assert Shelf.reopened(to).says(case) == [WORDS, WORDS]
    _throw_away(to)
    for point in range(points // 12, points, points // 12):
        assert kill_at(point, restore)
        if to.exists():  # killed after the very last step
            assert point > points - points // 12
            assert Shelf.reopened(to).says(case) == [WORDS, WORDS]
            _throw_away(to)
    restore()  # and the next one throws away what was left
    assert {path.name for path in site.folder.iterdir() if "place" in path.name} == {"place"}


def _throw_away(folder: Path) -> None:
    import shutil  # noqa: PLC0415 - used here alone

    shutil.rmtree(folder)


def test_a_backup_killed_anywhere_leaves_only_whole_archives(site: Site) -> None:
    site.shelf.has_file(site.shelf.closed())
    url, files, now = site.shelf.database.url.render_as_string(), site.shelf.folder, site.shelf.now
    keys = site.shelf.keys.url.render_as_string()

    def make() -> None:
        Backup(site.backups, OFFLINE.public, HOST).make(Database(url), Database(keys), files, now)

    points = lines_of(make)
    _throw_away(site.backups)
    for point in range(points // 10, points, points // 10):
        assert kill_at(point, make)
        for kept in lying_in(site.backups):
            assert kept.path.stat().st_size > 1_000_000
            kept.path.unlink()
    make()
    assert len(list(site.backups.iterdir())) == 2  # what was left unfinished is gone
    site.restores([kept.path for kept in lying_in(site.backups)])
