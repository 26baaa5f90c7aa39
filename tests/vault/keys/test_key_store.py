"""The key store: a wrong host key, a missing store and a foreign one are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.storage import open_database, open_vault
from bot.errors import DecryptionError, KeysMissingError, SettingError, WrongHostKeyError
from bot.store.compiled import Prepared
from bot.store.database import Database, DataDirectory
from bot.store.migrate import KEY_MIGRATIONS, LATEST_KEY_REVISION, upgrade_keys
from bot.store.tables.keys import key_metadata, key_stores, roots
from bot.store.tables.main import conversations
from bot.vault import HostKey, KeyStore, Purpose, Vault
from tests.support.database.release_dumps import differences, execute
from tests.support.database_fixtures import empty_url, migrated_url, on_both_databases, query
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from pathlib import Path

HOST, OTHER = HostKey(bytes(32)), HostKey(bytes(31) + b"\1")


class Room:
    """A database and a key store."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.folder, self.kind = folder, kind
        self.database = Database(migrated_url(kind, folder))
        self.keys = self.store("keys")

    def store(self, name: str) -> KeyStore:
        """Return another key store."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return KeyStore(Database(empty_url(self.kind, path)))


@on_both_databases
def test_the_root_is_made_once_and_found_again(kind: str, tmp_path: Path) -> None:
    room = Room(kind, tmp_path)
    root = room.keys.load_root(HOST, room.database, 1)
    assert root != HOST
    assert room.keys.load_root(HOST, room.database, 2) == root
    assert KeyStore(room.keys.database).load_root(HOST, room.database, 2) == root
    (sealed,) = query(room.keys.database, "SELECT sealed FROM roots")
    assert root.secret not in sealed[0]


@on_both_databases
def test_a_wrong_host_key_is_told_with_what_is_lost_and_what_is_not(
    kind: str, tmp_path: Path
) -> None:
    room = Room(kind, tmp_path)
    room.keys.load_root(HOST, room.database, 1)
    with pytest.raises(WrongHostKeyError, match=r"lost.*Not lost: the cases"):
        room.keys.load_root(OTHER, room.database, 2)
    assert query(room.keys.database, "SELECT count(*) FROM roots") == [(1,)]


@on_both_databases
def test_a_database_that_was_used_wants_its_own_key_store(kind: str, tmp_path: Path) -> None:
    room = Room(kind, tmp_path)
    room.keys.load_root(HOST, room.database, 1)
    empty = room.store("empty")
    with pytest.raises(KeysMissingError, match=r"not here.*restore"):
        empty.load_root(HOST, room.database, 2)
    assert query(empty.database, "SELECT count(*) FROM roots") == [(0,)]
    foreign = room.store("foreign")
    (tmp_path / "another").mkdir()
    foreign.load_root(HOST, Database(migrated_url(kind, tmp_path / "another")), 1)
    with pytest.raises(KeysMissingError, match="another deployment"):
        foreign.load_root(HOST, room.database, 2)


@on_both_databases
def test_what_older_releases_sealed_still_opens(kind: str, tmp_path: Path) -> None:
    """Before there was a key store everything was derived from the host key itself."""
    room = Room(kind, tmp_path)
    old = Vault(HOST).seal(Purpose.STAFF, b"here", b"words")
    room.database.writer.run_sync(
        lambda work: work.run(Prepared(lambda _: conversations.insert().values(
            chat_key=bytes(16), state=old, touched_at=0)))
    )  # fmt: skip
    root = room.keys.load_root(HOST, room.database, 1)
    assert root == HOST
    assert Vault(root, room.keys).open(Purpose.STAFF, b"here", old) == b"words"


def test_a_process_that_dies_between_the_two_commits_is_finished_by_the_next(
    tmp_path: Path,
) -> None:
    room = Room("sqlite", tmp_path)
    root = room.keys.load_root(HOST, room.database, 1)
    room.database.writer.run_sync(lambda work: work.run(Prepared(lambda _: key_stores.delete())))
    assert room.keys.load_root(HOST, room.database, 2) == root
    assert len(query(room.database, "SELECT store FROM key_stores")) == 1


def test_a_root_that_was_altered_is_no_other_root(tmp_path: Path) -> None:
    room = Room("sqlite", tmp_path)
    room.keys.load_root(HOST, room.database, 1)
    ((sealed,),) = query(room.keys.database, "SELECT sealed FROM roots")
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        room.keys.run(
            lambda work, it=bytes(altered): work.run(  # type: ignore[misc]
                Prepared(lambda _: roots.update().values(sealed=it))
            )
        )
        with pytest.raises(DecryptionError):
            room.keys.load_root(HOST, room.database, 2)


def test_keys_do_not_lie_with_the_data(tmp_path: Path) -> None:
    url = DataDirectory(tmp_path / "data").database_url
    settings = settings_for(tmp_path, keys_url=url)
    with pytest.raises(SettingError, match="HAVEN_KEYS_URL"):
        open_database(settings)
    assert not (settings.data / "haven.db").exists()


def test_the_key_store_is_in_the_data_folder_or_at_its_own_url(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    open_vault(settings, open_database(settings)).close()
    assert (settings.data / "keys.db").exists()
    settings = settings_for(
        tmp_path, data=tmp_path / "other", keys_url=f"sqlite:///{tmp_path / 'far.db'}"
    )
    open_vault(settings, open_database(settings)).close()
    assert (tmp_path / "far.db").exists()
    assert not (settings.data / "keys.db").exists()


def test_the_newest_migration_is_the_head() -> None:
    names = sorted(path.name for path in KEY_MIGRATIONS.glob("0*.py"))
    assert names[-1].startswith(LATEST_KEY_REVISION)


@on_both_databases
def test_migrating_makes_exactly_the_tables_the_code_knows(kind: str, tmp_path: Path) -> None:
    database = Database(empty_url(kind, tmp_path))
    upgrade_keys(database)
    upgrade_keys(database)
    assert differences(database, key_metadata) == []
    execute(database, "ALTER TABLE epochs DROP COLUMN kind")
    assert differences(database, key_metadata)
