"""What the bot sealed for a day has lost its key after a restore, and meets no other one.

A case of the last day opened for no one: the first epoch of the restored data had the number of the
first epoch of all, and its key was another.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.cases.queries import AnswerRenderer, CaseReader, load_queue
from bot.errors import DecryptionError
from bot.places.taiwan.authorities import LAW
from bot.store.blobs.folder import FolderBlobs
from bot.store.database import Database
from bot.vault import KeyStore, Vault
from bot.vault.backup import restore as restore_module
from bot.vault.backup.create import Backup
from bot.vault.backup.offline_key import OfflineKeys
from bot.vault.backup.restore import Restore, RestoreTarget
from tests.support.content.catalogue_files import read_in
from tests.support.database.key_store_fixtures import enrol_keyholder, key_store
from tests.support.database_fixtures import DATABASE_KINDS, empty_url
from tests.support.harnesses.backup_harness import HOST, OFFLINE
from tests.support.harnesses.hotline_harness import ROOT, HotlineHarness
from tests.support.people.flow_answers import BOOK

if TYPE_CHECKING:
    from pathlib import Path

    from bot.vault.keys.keyring import Keyring


def opened_after_a_restore(folder: Path, kind: str) -> list[str]:
    """Restore a case of today, begin an epoch as a start does, and return what a keeper reads."""
    vault = Vault(ROOT, key_store(folder))
    home = HotlineHarness(folder, vault=vault)
    vault.rotate_epoch(home.loop.now())
    keeper = enrol_keyholder(vault)
    person = home.person()
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("He keeps my passport.")
    person.presses("Send", "Any time")
    now = home.loop.now()
    home.close()
    assert vault.keys is not None
    (folder / "files").mkdir()
    made = Backup(folder / "backups", OFFLINE.public, vault.backup_mac)
    paths = made.create(
        Database(home.url), vault.keys.database, FolderBlobs(folder / "files"), now
    ).paths
    urls = ("", "") if kind == "sqlite" else (empty_url(kind, folder), empty_url(kind, folder))
    target = RestoreTarget(folder / "place", *urls)
    restore = Restore(OfflineKeys([OFFLINE]), [HOST])
    restore.restore_into(restore.inspect(paths, now), target, (), now)
    restored = Vault(ROOT, KeyStore(Database(urls[1] or f"sqlite:///{folder}/place/keys.db")))
    restored.rotate_epoch(now)
    database = Database(urls[0] or f"sqlite:///{folder}/place/haven.db")
    return asyncio.run(read_all(database, restored, keeper))


async def read_all(database: Database, vault: Vault, keeper: Keyring) -> list[str]:
    reader = CaseReader(
        database, vault, AnswerRenderer(BOOK, read_in("en"), read_in("en", "staff")), law=LAW
    )
    try:
        opened = [await reader.open(it.reference, keeper) for it in database.read(load_queue)]
    finally:
        await database.close()
    return [str(it) for it in opened]


@pytest.mark.parametrize("kind", DATABASE_KINDS)
def test_a_case_of_today_opens_after_a_restore_and_a_start(tmp_path: Path, kind: str) -> None:
    (opened,) = opened_after_a_restore(tmp_path, kind)
    assert "He keeps my passport." in opened


def test_a_number_that_is_given_twice_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail."""
    monkeypatch.setattr(restore_module, "_skip_epoch_numbers", lambda *_: None)
    with pytest.raises(DecryptionError):
        opened_after_a_restore(tmp_path, "sqlite")
