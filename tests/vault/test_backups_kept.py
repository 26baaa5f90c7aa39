"""How long backups lie, what is said of them, and what is in none."""

from __future__ import annotations

from bot.clock import DAY, HOUR
from bot.hotline.erasure.legal_holds import Reason
from bot.mailbox.letter import Letter
from bot.messages import Say
from bot.vault.backup.create import faults_of, lying_in, remove_old
from bot.vault.backup.export_rows import Part
from bot.vault.erasure.ledger import NAME, BackupFolder, read_ledger
from tests.houses import BOT, VAULT
from tests.stores import ask
from tests.vault.shelf import WORDS, Shelf
from tests.vault.site import HOST, OFFLINE, Site


def test_archives_are_kept_thirty_days_and_keys_seven(site: Site) -> None:
    for _ in range(32):
        site.backs_up()
        site.shelf.now += DAY
    assert remove_old(site.backups, site.shelf.now) == 32 - 29 + 32 - 6
    ages = {(kept.part, (site.shelf.now - kept.made_at) // DAY) for kept in lying_in(site.backups)}
    assert max(age for part, age in ages if part is Part.KEYS) == 6
    assert max(age for part, age in ages if part is Part.MAIN) == 29


def test_the_round_removes_them_and_writes_the_ledger_beside_them(site: Site) -> None:
    site.backs_up()
    site.shelf.retention._backups = BackupFolder(site.backups, HOST)
    case = site.shelf.closed()
    site.shelf.goes_by(HOUR)
    site.shelf.erases(case)
    site.shelf.goes_by(HOUR)
    (line,) = read_ledger(site.backups / NAME, HOST).lines
    assert line.case_hash == VAULT.erased(case)
    site.shelf.now += 100 * DAY  # a clock nobody believes removes nothing
    site.shelf.round()
    assert len(lying_in(site.backups)) == 2
    site.shelf.goes_by(26 * HOUR, rounds_every=HOUR)
    assert lying_in(site.backups) == []


def test_the_ledger_says_anew_every_hour_that_it_is_whole(site: Site) -> None:
    site.backups.mkdir()
    path, now = site.backups / NAME, site.shelf.now
    folder = BackupFolder(site.backups, HOST)
    for hours, is_believed, until in (
        (0, True, 0), (1, True, 1), (2, False, 1), (3, True, 3), (3 + 900, False, 3),
    ):  # fmt: skip
        folder.tend([], now + hours * HOUR, is_believed=is_believed)
        assert read_ledger(path, HOST).until == now + until * HOUR
    beside = BackupFolder(site.backups, HOST)  # of a command: no clock is believed there
    beside.tend([], now + 5 * HOUR, is_believed=False)
    found = read_ledger(path, HOST)
    assert found.until == now + 3 * HOUR
    assert [found.is_old(found.until + it * HOUR) for it in (-2, 0, 26, 27)] == [
        True, False, False, True,
    ]  # fmt: skip


def test_what_is_wrong_with_backups_is_told(site: Site) -> None:
    assert len(list(faults_of(site.backups, site.shelf.now))) == 2
    site.backs_up()
    assert list(faults_of(site.backups, site.shelf.now + DAY)) == []
    told = list(faults_of(site.backups, site.shelf.now + 9 * DAY))
    assert sum("older than a day" in it for it in told) == 2
    assert any("haven-keys-" in it for it in told)


def test_drafts_and_letters_are_in_no_backup(site: Site) -> None:
    from bot.vault.backup.read import Archive  # noqa: PLC0415 - looks into one

    site.shelf.opens()
    sealed = ask(site.shelf.database, "SELECT state FROM conversations")
    sealed += ask(site.shelf.database, "SELECT body FROM outbox")
    keys = ask(site.shelf.database, "SELECT sealed FROM case_keys")
    main, other = site.backs_up()
    inside = {path: b"".join(told for _, told in Archive(path, OFFLINE, HOST).things())
              for path in (main, other)}  # fmt: skip
    assert all(bytes(it) not in text for (it,) in sealed for text in inside.values())
    assert all(it not in inside[main] and it in inside[other] for (it,) in keys)
    assert WORDS.encode() not in b"".join(path.read_bytes() for path in (main, other))


def test_an_archive_has_the_size_of_others(site: Site) -> None:
    site.shelf.closed()
    few = [path.stat().st_size for path in site.backs_up()]
    for _ in range(20):
        site.shelf.closed()
    site.shelf.now += HOUR
    assert [path.stat().st_size for path in site.backs_up()] == few


def test_letters_are_kept_by_nobody_who_could_send_them_twice(site: Site) -> None:
    key = VAULT.chat_key(BOT, 1)
    said = [Letter(900, key, 1, Say("Hello"), created_at=1)]
    site.shelf.run(lambda work: site.shelf.outbox.keep(work, said))
    done, place = site.restores(site.backs_up())
    assert done.cases == 0
    restored = Shelf.reopened(place)
    assert restored.count("outbox") == 0
    restored.close()


def test_holds_are_restored(site: Site) -> None:
    case, shelf = site.shelf.closed(), site.shelf
    until = shelf.now + 9 * DAY
    shelf.run(lambda w: shelf.holds.place(w, case, shelf.mei.id, Reason.COURT, until, shelf.now))
    shelf.run(lambda w: shelf.holds.agree(w, case, shelf.jun.id, shelf.now))
    _, place = site.restores(site.backs_up())
    restored = Shelf.reopened(place)
    assert restored.run(lambda w: restored.erasures.held_until(w, case, shelf.now)) == until
    restored.close()
