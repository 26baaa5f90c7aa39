"""How long backups lie, what is said of them, and what is in none."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR
from bot.hotline.erasure.legal_holds import HoldReason
from bot.mailbox.letter import Letter
from bot.messages import SendText
from bot.vault.backup.create import delete_expired, find_faults, list_archives
from bot.vault.backup.export_rows import ArchivePart
from bot.vault.backup.offline_key import OfflineKeys
from bot.vault.backup.read import BackupArchive
from bot.vault.erasure import ledger
from bot.vault.erasure.erase import LedgerEntry
from bot.vault.erasure.ledger import LEDGER_NAME, BackupFolder, read_ledger, write_ledger
from tests.support.age_files import PIECE
from tests.support.database_fixtures import query
from tests.support.harnesses.backup_harness import OFFLINE, BackupHarness
from tests.support.harnesses.hotline_harness import BOT, VAULT
from tests.support.harnesses.retention_harness import WORDS, RetentionHarness

if TYPE_CHECKING:
    from typing import IO


def test_archives_are_kept_thirty_days_and_keys_seven(backup_harness: BackupHarness) -> None:
    for _ in range(32):
        backup_harness.backs_up()
        backup_harness.shelf.now += DAY
    assert delete_expired(backup_harness.backups, backup_harness.shelf.now) == 32 - 29 + 32 - 6
    ages = {
        (kept.part, (backup_harness.shelf.now - kept.made_at) // DAY)
        for kept in list_archives(backup_harness.backups)
    }
    assert max(age for part, age in ages if part is ArchivePart.KEYS) == 6
    assert max(age for part, age in ages if part is ArchivePart.MAIN) == 29


def test_the_retention_job_deletes_old_archives_and_writes_the_ledger(
    backup_harness: BackupHarness,
) -> None:
    backup_harness.backs_up()
    backup_harness.shelf.retention._backups = BackupFolder(backup_harness.backups, VAULT.backup_mac)
    case = backup_harness.shelf.closed()
    backup_harness.shelf.goes_by(HOUR)
    backup_harness.shelf.erases(case)
    backup_harness.shelf.goes_by(HOUR)
    (line,) = read_ledger(backup_harness.backups / LEDGER_NAME, VAULT.backup_mac).entries
    assert line.case_hash == VAULT.erased_case_digest(case)
    backup_harness.shelf.now += 100 * DAY  # a clock nobody believes removes nothing
    backup_harness.shelf.round()
    assert len(list_archives(backup_harness.backups)) == 2
    backup_harness.shelf.goes_by(26 * HOUR, rounds_every=HOUR)
    assert list_archives(backup_harness.backups) == []


def test_the_ledger_is_renewed_every_hour_while_the_clock_is_trusted(
    backup_harness: BackupHarness,
) -> None:
    backup_harness.backups.mkdir()
    path, now = backup_harness.backups / LEDGER_NAME, backup_harness.shelf.now
    folder = BackupFolder(backup_harness.backups, VAULT.backup_mac)
    for hours, is_believed, until in (
        (0, True, 0), (1, True, 1), (2, False, 1), (3, True, 3), (3 + 900, False, 3),
    ):  # fmt: skip
        folder.maintain([], now + hours * HOUR, is_clock_trusted=is_believed)
        assert read_ledger(path, VAULT.backup_mac).until == now + until * HOUR
    beside = BackupFolder(
        backup_harness.backups, VAULT.backup_mac
    )  # of a command: no clock is believed there
    beside.maintain([], now + 5 * HOUR, is_clock_trusted=False)
    found = read_ledger(path, VAULT.backup_mac)
    assert found.until == now + 3 * HOUR
    assert [found.is_old(found.until + it * HOUR) for it in (-2, 0, 26, 27)] == [
        True, False, False, True,
    ]  # fmt: skip


def test_the_ledger_is_whole_when_the_bot_and_a_backup_write_it_at_once(
    backup_harness: BackupHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, now, sync = backup_harness.backups, backup_harness.shelf.now, ledger.sync_file
    folder.mkdir()
    many = [LedgerEntry(bytes([it]) * 16, it, "age") for it in range(9)]

    def sync_after_the_bot(file: IO[str]) -> None:
        monkeypatch.setattr(ledger, "sync_file", sync)
        BackupFolder(folder, VAULT.backup_mac).maintain(many[:1], now, is_clock_trusted=True)
        sync(file)

    monkeypatch.setattr(ledger, "sync_file", sync_after_the_bot)
    write_ledger(folder, many, VAULT.backup_mac, now)
    assert read_ledger(folder / LEDGER_NAME, VAULT.backup_mac).entries == tuple(many)
    assert [path.name for path in folder.iterdir()] == [LEDGER_NAME]


def test_a_ledger_that_finds_no_room_leaves_nothing_behind(
    backup_harness: BackupHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_file: IO[str]) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    backup_harness.backups.mkdir()
    monkeypatch.setattr(ledger, "sync_file", fails)
    with pytest.raises(OSError, match="No space"):
        write_ledger(backup_harness.backups, [], VAULT.backup_mac, backup_harness.shelf.now)
    assert not list(backup_harness.backups.iterdir())


def test_what_is_wrong_with_backups_is_told(backup_harness: BackupHarness) -> None:
    assert len(list(find_faults(backup_harness.backups, backup_harness.shelf.now))) == 2
    backup_harness.backs_up()
    assert list(find_faults(backup_harness.backups, backup_harness.shelf.now + DAY)) == []
    for archive in list_archives(backup_harness.backups):
        if archive.part is ArchivePart.MAIN:
            archive.path.rename(backup_harness.backups / "away")
            (told,) = find_faults(backup_harness.backups, backup_harness.shelf.now)
            (backup_harness.backups / "away").rename(archive.path)
    assert told.startswith("there is no archive main;")
    told = list(find_faults(backup_harness.backups, backup_harness.shelf.now + 9 * DAY))
    assert sum("older than a day" in it for it in told) == 2
    assert any("haven-keys-" in it for it in told)


def test_drafts_and_letters_are_in_no_backup(backup_harness: BackupHarness) -> None:
    backup_harness.shelf.opens()
    sealed = query(backup_harness.shelf.database, "SELECT state FROM conversations")
    sealed += query(backup_harness.shelf.database, "SELECT body FROM outbox")
    keys = query(backup_harness.shelf.database, "SELECT sealed FROM case_keys")
    main, other = backup_harness.backs_up()
    keyed = OfflineKeys([OFFLINE])
    inside = {path: [value for rows in BackupArchive(path, keyed, VAULT.backup_mac).rows()
                     for row in rows.rows for value in row]
              for path in (main, other)}  # fmt: skip
    assert all(bytes(it) not in values for (it,) in sealed for values in inside.values())
    assert all(it not in inside[main] and it in inside[other] for (it,) in keys)
    assert WORDS.encode() not in b"".join(path.read_bytes() for path in (main, other))


def test_an_archive_has_the_size_of_others(backup_harness: BackupHarness) -> None:
    backup_harness.shelf.closed()
    few = [path.stat().st_size // PIECE for path in backup_harness.backs_up()]
    for _ in range(20):
        backup_harness.shelf.closed()
    backup_harness.shelf.now += HOUR
    assert [path.stat().st_size // PIECE for path in backup_harness.backs_up()] == few


def test_a_restore_brings_back_no_letters(
    backup_harness: BackupHarness,
) -> None:
    key = VAULT.chat_key(BOT, 1)
    said = [Letter(900, key, 1, SendText("Hello"), created_at=1)]
    backup_harness.shelf.run(lambda work: backup_harness.shelf.outbox.store(work, said))
    done, place = backup_harness.restores(backup_harness.backs_up())
    assert done.cases == 0
    restored = RetentionHarness.reopened(place)
    assert restored.count("outbox") == 0
    restored.close()


def test_holds_are_restored(backup_harness: BackupHarness) -> None:
    case, shelf = backup_harness.shelf.closed(), backup_harness.shelf
    until = shelf.now + 9 * DAY
    shelf.run(
        lambda w: shelf.holds.request(w, case, shelf.mei.id, HoldReason.COURT, until, shelf.now)
    )
    shelf.run(lambda w: shelf.holds.approve(w, case, shelf.jun.id, shelf.now))
    _, place = backup_harness.restores(backup_harness.backs_up())
    restored = RetentionHarness.reopened(place)
    assert restored.run(lambda w: restored.erasures.legal_hold_until(w, case, shelf.now)) == until
    restored.close()
