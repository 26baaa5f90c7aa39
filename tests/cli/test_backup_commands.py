"""What an operator types about backups: made while the bot may run, put back beside, or why not."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cli.backup import NO_FOLDER
from bot.cli.deployment import Deployment
from bot.clock import DAY, HOUR, SECOND, SystemClock
from bot.store.database import Database
from bot.vault import HostKey, Vault
from bot.vault.backup.create import Backup
from bot.vault.backup.folder_lock import folder_lock
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.erasure.ledger import LEDGER_NAME, write_ledger
from bot.vault.keys.key_store import live_root
from tests.support.age_key_files import use_cheap_key_files
from tests.support.cli_runner import CommandResult, command_runner, is_user_message, listed_cases
from tests.support.database_fixtures import empty_url, query

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Haven = Callable[..., CommandResult]

PASSPHRASE = "three words, or four\n" * 2


@pytest.fixture
def haven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Haven:
    """A deployment with one caseworker, and an offline key that is kept elsewhere."""
    use_cheap_key_files(monkeypatch)
    HostKey.create(tmp_path / "host.key")
    made = command_runner(tmp_path)(
        "keys", "backup", str(tmp_path / "offline.key"), "--no-passphrase"
    )
    assert made.returncode == 0, made.stderr
    public = made.stdout.split("HAVEN_BACKUP_KEY=")[1].split()[0]
    assert public not in (tmp_path / "host.key").read_text()
    found = command_runner(tmp_path, HAVEN_BACKUP_KEY=public, HAVEN_BACKUPS=f"{tmp_path}/backups")
    added = found("staff", "add", "Lin Mei-hua", "--language", "id", "--account", "6000000001")
    assert added.returncode == 0, added.stderr
    return found


def private_file(path: Path, line: str) -> str:
    path.write_text(line)
    path.chmod(0o600)
    return str(path)


def backed_up(haven: Haven) -> list[str]:
    made = haven("backup")
    assert made.returncode == 0, made.stderr
    assert "Rows: " in made.stdout
    return [line for line in made.stdout.splitlines() if line.endswith(".age")]


def test_a_deployment_is_backed_up_restored_and_answers_as_before(
    haven: Haven, tmp_path: Path
) -> None:
    (tmp_path / "offline.key").unlink()
    passphrase = private_file(tmp_path / "passphrase", PASSPHRASE)
    made = haven("keys", "backup", str(tmp_path / "offline.key"), "--passphrase-file", passphrase)
    recipient = made.stdout.split("HAVEN_BACKUP_KEY=")[1].split()[0]
    haven = command_runner(
        tmp_path, HAVEN_BACKUP_KEY=recipient, HAVEN_BACKUPS=f"{tmp_path}/backups"
    )
    ran_until(tmp_path / "data", SystemClock().now() - HOUR)
    paths = backed_up(haven)
    assert [re.search(r"haven-(\w+)-", path)[1] for path in paths] == ["main", "keys"]  # type: ignore[index]
    assert (tmp_path / "backups" / LEDGER_NAME).exists()
    head = haven("audit", "head").stdout.strip()
    to, key = str(tmp_path / "new"), str(tmp_path / "offline.key")
    other = haven("restore", *paths, "--to", to, "--key", key, input="wrong\n")
    assert "not its passphrase" in other.stderr
    done = haven("restore", *paths, "--to", to, "--key", key, input="three words, or four\n")
    assert done.returncode == 0, done.stderr
    assert "0 cases, 0 files" in done.stdout
    before = listed_cases(haven)
    there = command_runner(tmp_path, HAVEN_DATA=to)
    assert listed_cases(there) == before
    restored = there("audit", "verify")
    assert restored.returncode == 0, restored.stderr
    assert int(head.split(":")[0]) == 2  # the backup itself is noted, after it was made
    assert "1 rows" in restored.stdout
    assert "fine   database opens" in there("doctor").stdout
    assert "fine   key store opens" in there("doctor").stdout
    fetched = [next(it for it in said("doctor").stdout.splitlines() if "messages are fetched" in it)
               for said in (haven, there)]  # fmt: skip
    assert fetched[0].startswith("wrong"), "the bot of the first has ended"
    assert re.match(r"unknown.*these data were restored at 20", fetched[1])


def ran_until(folder: Path, moment: int) -> None:
    """Let a bot have run with the data in a folder."""
    with closing(sqlite3.connect(folder / "haven.db")) as connection, connection:
        connection.execute("INSERT INTO heartbeats (bot, alive_at) VALUES (1, ?)", (moment,))


def test_nothing_is_restored_over_anything(haven: Haven, tmp_path: Path) -> None:
    paths = backed_up(haven)
    key = ("--key", str(tmp_path / "offline.key"))
    live = haven("restore", *paths, "--to", str(tmp_path / "data"), *key)
    assert "another folder, never over it" in live.stderr
    taken = haven("restore", *paths, "--to", str(tmp_path / "backups"), *key)
    assert "something is there; name a new folder with --to" in taken.stderr
    for done in (live, taken):
        assert done.returncode == 1
        assert is_user_message(done.stderr)
    assert len(json.loads(haven("staff", "list", "--json").stdout)) == 1


@pytest.mark.parametrize("option", ["--database", "--keys"])
def test_a_restore_refuses_a_database_in_use_before_it_reads_an_archive(
    haven: Haven, tmp_path: Path, option: str
) -> None:
    url = empty_url("postgresql", tmp_path)
    query(Database(url), "CREATE TABLE letters (note TEXT)")
    damaged = [private_file(tmp_path / name, "x") for name in ("main.age", "keys.age")]
    to = ("--to", str(tmp_path / "new"), "--key", str(tmp_path / "offline.key"))
    refused = haven("restore", *damaged, *to, option, url)
    name = Database(url).url.database
    said = f"the database {name} has tables of something else (letters): name an empty one\n"
    assert (refused.returncode, refused.stderr) == (1, said)
    assert not list(tmp_path.glob("new*"))


def test_a_changed_ledger_stops_a_restore(haven: Haven, tmp_path: Path) -> None:
    paths = backed_up(haven)
    ledger = tmp_path / "backups" / LEDGER_NAME
    ledger.write_text(ledger.read_text() + "0\n")
    key = ("--key", str(tmp_path / "offline.key"))
    done = haven("restore", *paths, "--to", str(tmp_path / "new"), *key)
    assert "no ledger of this deployment" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.fixture
def elsewhere(haven: Haven, tmp_path: Path) -> tuple[Haven, list[str]]:
    """Another machine, with the keys, and with a copy of the archives and of their ledger."""
    paths = backed_up(haven)
    (tmp_path / "backups").rename(tmp_path / "copies")
    to = ("--to", str(tmp_path / "new"), "--key", str(tmp_path / "offline.key"))
    copied = [path.replace("/backups/", "/copies/") for path in paths]
    return command_runner(tmp_path, HAVEN_DATA=f"{tmp_path}/other"), ["restore", *copied, *to]


def restored(there: tuple[Haven, list[str]], *also: str) -> CommandResult:
    haven, typed = there
    return haven(*typed, *also)


def backup_mac(folder: Path) -> Callable[[bytes], bytes]:
    """Return what proves ledgers of the deployment in a folder."""
    keys = Database(f"sqlite:///{folder}/data/keys.db")
    root = live_root(keys, [HostKey.load(folder / "host.key", folder / "data")])
    assert root is not None
    return Vault(root).backup_mac


def no_ledger(folder: Path) -> None:
    (folder / "copies" / LEDGER_NAME).unlink()


def three_days_old(folder: Path) -> None:
    write_ledger(
        folder / "copies", [], backup_mac(folder), SystemClock().now() - 3 * DAY - HOUR // 2
    )


def data_begun_anew(folder: Path) -> None:
    no_ledger(folder)
    anew = command_runner(folder, HAVEN_DATA=f"{folder}/other")
    assert anew("staff", "add", "Wu", "--language", "id").returncode == 0


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (no_ledger, "no ledger says"),
        (three_days_old, "until 72 hours ago"),
        (data_begun_anew, "no ledger says"),
    ],
)
def test_erased_cases_return_only_on_request_and_are_audited(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path, happens: Callable[[Path], None], said: str
) -> None:
    happens(tmp_path)
    refused = restored(elsewhere)
    assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
    assert is_user_message(refused.stderr)
    assert not (tmp_path / "new").exists()
    done = restored(elsewhere, "--without-ledger")
    assert (done.returncode, said in done.stderr) == (0, True), done.stderr
    (logged,) = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert logged["event"] == "restored_without_ledger"
    with closing(sqlite3.connect(tmp_path / "new" / "haven.db")) as connection:
        (row,) = connection.execute("SELECT actor, subject FROM audit WHERE deed='restored_blind'")
    assert row == ("operator", "all")
    verified = command_runner(tmp_path, HAVEN_DATA=f"{tmp_path}/new")("audit", "verify")
    assert verified.returncode == 0, verified.stderr


def test_a_ledger_of_last_night_is_enough_and_its_age_is_said(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path
) -> None:
    until = SystemClock().now() - 25 * HOUR - HOUR // 2
    write_ledger(tmp_path / "copies", [], backup_mac(tmp_path), until)
    done = restored(elsewhere)
    assert done.returncode == 0, done.stderr
    assert "known until 25 hours ago" in done.stdout
    assert " of 20" in done.stdout.split("They are")[1].partition("what came later is not in")[0]
    with closing(sqlite3.connect(tmp_path / "new" / "haven.db")) as connection:
        assert not connection.execute("SELECT * FROM audit WHERE deed='restored_blind'").fetchall()


def test_the_doctor_says_when_no_backup_is_made(haven: Haven, tmp_path: Path) -> None:
    assert "there is no archive main; haven backup makes one" in haven("doctor").stdout
    backed_up(haven)
    assert "fine   backups are made" in haven("doctor").stdout


def test_without_a_key_or_a_place_nothing_is_made(haven: Haven, tmp_path: Path) -> None:
    bare = command_runner(tmp_path)
    assert bare("backup").stderr == f"{NO_FOLDER}\n"
    refused = bare("backup", str(tmp_path / "backups"))
    assert (refused.returncode, "haven keys backup" in refused.stderr) == (1, True)
    mistyped = command_runner(tmp_path, HAVEN_BACKUP_KEY="age1" + "q" * 58)
    said = mistyped("backup", str(tmp_path / "backups")).stderr
    assert "a character is wrong or missing" in said
    passphrase = private_file(tmp_path / "passphrase", PASSPHRASE)
    again = haven("keys", "backup", str(tmp_path / "offline.key"), "--passphrase-file", passphrase)
    assert "its backups would not open" in again.stderr
    short = private_file(tmp_path / "short", "x")
    for given, said in (
        (("--passphrase-file", short), "a passphrase needs 15 characters"),
        ((), "there is no terminal to ask at"),
    ):
        refused = haven("keys", "backup", str(tmp_path / "short.key"), *given)
        assert said in refused.stderr
        assert not (tmp_path / "short.key").exists()
    plain = haven("keys", "backup", str(tmp_path / "other.key"), "--no-passphrase")
    assert plain.returncode == 0


def test_a_folder_that_takes_no_backup_is_named_before_anything_is_packed(
    haven: Haven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: path != tmp_path / "locked" and may(path, mode)
    )
    begun: list[str] = []
    monkeypatch.setattr("bot.cli.backup.Progress", lambda **_given: begun.append("packed"))
    (tmp_path / "taken").write_text("no folder", encoding="utf-8")
    (tmp_path / "locked").mkdir()
    for folder, why in (("taken", "File exists"), ("locked", "Permission denied")):
        done = haven("backup", str(tmp_path / folder))
        assert done.returncode == 1
        assert f"{tmp_path / folder}: {why}; name a folder" in done.stderr
    assert begun == []


def test_a_backup_next_to_another_ends_with_one_and_names_it(haven: Haven, tmp_path: Path) -> None:
    """A nightly timer and a command that is typed may begin in the same second."""
    (tmp_path / "backups").mkdir()
    with folder_lock(tmp_path / "backups"):
        refused = haven("backup")
    said = f"another backup is being made here (process {os.getpid()})"
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"{tmp_path}/backups: {said}; wait until it ends\n"
    assert not list((tmp_path / "backups").iterdir())
    backed_up(haven)


def test_a_backup_has_a_later_time_than_one_that_ended_before_it_began(
    haven: Haven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its data are newer: by an earlier time, they would go with keys that lack their cases."""
    hold, moments = Backup.hold, iter(range(SystemClock().now(), 1 << 60, SECOND))
    first: list[str] = []

    def held_after_another(packing: Backup) -> AbstractContextManager[None]:
        monkeypatch.setattr(Backup, "hold", hold)
        first.extend(backed_up(haven))
        return hold(packing)

    monkeypatch.setattr(Deployment, "now", staticmethod(lambda: next(moments)))
    monkeypatch.setattr(Backup, "hold", held_after_another)
    assert min(backed_up(haven), key=_moment) > max(first, key=_moment)


def _moment(path: str) -> str:
    return path.rpartition("-")[2]


# --- The folder, and what is missing ------------------------------------------------------------


def test_a_restore_takes_the_newest_of_a_folder_on_every_night(
    elsewhere: tuple[Haven, list[str]], haven: Haven, tmp_path: Path
) -> None:
    there, (_restore, main, keys, *to) = elsewhere
    for name in (main, keys):  # the nights before
        for day in ("20200101", "20210101"):
            (tmp_path / "copies" / re.sub(r"\d{8}", day, name.rsplit("/", 1)[1])).write_bytes(b"x")
    newest = (there, ["restore", str(tmp_path / "copies"), *to])
    done = restored(newest)
    assert done.returncode == 0, done.stderr
    assert f"Restoring {main.rsplit('/', 1)[1]} and {keys.rsplit('/', 1)[1]}." in done.stdout
    again = restored(newest)
    assert "name a new folder with --to" in again.stderr
    every = sorted(str(path) for path in (tmp_path / "copies").glob("*.age"))
    done = restored((there, ["restore", *every, "--to", f"{tmp_path}/other-place", *to[2:]]))
    assert done.returncode == 0, done.stderr  # so is what a shell makes of haven-*.age


def test_a_restore_of_two_nights_says_what_is_missing(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path
) -> None:
    """A folder without the newest archive of data, or without its keys, looks complete."""
    there, (_restore, main, _keys, *to) = elsewhere
    copies, name = tmp_path / "copies", main.rsplit("/", 1)[1]
    assert "Note: haven-main" not in restored((there, ["restore", str(copies), *to])).stderr
    other = ["--to", str(tmp_path / "second"), *to[2:]]
    newer = copies / re.sub(r"\d{8}", "20990101", name)
    newer.write_bytes(b"x")
    said = restored((there, ["restore", str(copies), *other])).stderr
    assert f"Note: {newer.name} is left out: no archive of keys here is as new." in said
    newer.unlink()
    older = Path(main).rename(copies / re.sub(r"\d{8}", "20200101", name))
    said = restored((there, ["restore", str(copies), "--to", f"{tmp_path}/third", *to[2:]])).stderr
    assert f"Note: {older.name} is older than haven-keys-" in said


def test_a_restore_tries_every_offline_key_and_asks_for_none_too_many(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path
) -> None:
    there, typed = elsewhere
    OfflineKey.create(tmp_path / "first.key")
    done = restored((there, [*typed, "--key", str(tmp_path / "first.key")]))
    assert done.returncode == 0, done.stderr
    wrong = there(*typed[:3], "--to", f"{tmp_path}/new2", "--key", str(tmp_path / "first.key"))
    assert "another offline key; name that file with --key" in wrong.stderr


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            ["{0}/copies/haven-main-20200101T000000Z.age", "{2}"],
            "there is no {0}/copies/haven-main",
        ),
        (["{0}/nowhere"], "there is no {0}/nowhere: name a folder"),
        (["{0}/data"], "no archive of keys (haven-keys-....age)"),
        (["{2}"], "no archive of data (haven-main-....age)"),
        (["{1}"], "no archive of keys"),
        (["{1}", "{2}", "--key", "{0}/lost.key"], "no file {0}/lost.key: fetch the offline key"),
        (["{1}", "{2}", "--ledger", "{0}/lost"], "no file {0}/lost: name a copy of erased.ledger"),
        (
            ["{1}", "{2}", "--host-key", "{0}/lost"],
            "no file {0}/lost: name the copy of",
        ),
    ],
)
def test_what_a_restore_lacks_is_named_with_the_fix(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path, typed: list[str], said: str
) -> None:
    there, (_restore, main, keys, *to) = elsewhere
    words = [word.format(tmp_path, main, keys) for word in typed]
    done = restored((there, ["restore", *words, *to]))
    assert (done.returncode, said.format(tmp_path) in done.stderr) == (1, True), done.stderr
    assert is_user_message(done.stderr)
    assert not (tmp_path / "new").exists()


def test_a_restore_names_the_option_whose_key_others_can_read(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path
) -> None:
    """And not a setting that was not used."""
    copy = tmp_path / "copy.key"
    copy.write_text((tmp_path / "host.key").read_text())
    copy.chmod(0o644)
    done = restored(elsewhere, "--host-key", str(copy))
    assert done.stderr.startswith(f"--host-key: others can read it; chmod 0400 {copy}")


def test_without_its_host_key_a_restore_says_which_one_is_needed(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path
) -> None:
    (tmp_path / "host.key").rename(tmp_path / "away.key")
    missing = restored(elsewhere)
    assert "there is no file" in missing.stderr
    assert "the copy kept elsewhere: name it with --host-key; a new one does not" in missing.stderr
    HostKey.create(tmp_path / "host.key")
    fresh = restored(elsewhere)
    assert "not made with this host key, but with one of mark" in fresh.stderr
    done = restored(elsewhere, "--host-key", str(tmp_path / "away.key"))
    assert done.returncode == 0, done.stderr
    assert (
        "fine   key store opens"
        in command_runner(tmp_path, HAVEN_DATA=f"{tmp_path}/new")("doctor").stdout
    )


def test_a_damaged_archive_is_refused_before_anything_is_written(
    elsewhere: tuple[Haven, list[str]], tmp_path: Path
) -> None:
    for place in (1, 2):
        _there, typed = elsewhere
        path = Path(typed[place])
        whole = path.read_bytes()
        for damaged in (whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1])):
            path.write_bytes(damaged)
            done = restored(elsewhere)
            assert "cut short or was altered" in done.stderr
            assert "use another copy" in done.stderr
            assert not list(tmp_path.glob("new*"))
        path.write_bytes(whole)


# --- Settings -----------------------------------------------------------------------------------


def test_a_folder_of_backups_that_the_user_may_not_use_is_named_with_the_remedy(
    haven: Haven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = Path.stat

    def forbidden(path: Path, **given: bool) -> os.stat_result:
        if path == tmp_path / "backups":
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **given)

    monkeypatch.setattr(Path, "stat", forbidden)
    (line,) = [it for it in haven("doctor").stdout.splitlines() if "backups are made" in it]
    assert line.startswith("wrong")
    assert "may not use" in line
    assert "outside /root and /home" in line


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HAVEN_BACKUPS": "/backups"}, "HAVEN_BACKUP_KEY is not, so no backup can be made: set"),
        ({"HAVEN_BACKUP_KEY": OfflineKey.generate().recipient}, "HAVEN_BACKUPS is not, so no"),
        ({"HAVEN_BACKUPS": "/backups", "HAVEN_BACKUP_KEY": "age1nobody"}, "is no age recipient"),
        (
            {"HAVEN_BACKUPS": "/backups", "HAVEN_BACKUP_KEY": "/lost"},
            "/lost is neither a recipient",
        ),
    ],
)
def test_half_a_backup_setting_is_refused_at_start_and_by_the_doctor(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    HostKey.create(tmp_path / "host.key")
    identity = {"HAVEN_ORGANISATION": "Hope House", "HAVEN_CONTACT": "02"}
    half = command_runner(tmp_path, **identity, **settings)
    for only in ((), ("--only", "bot"), ("--only", "desk")):
        refused = half("start", *only)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
        assert len(refused.stderr.splitlines()) == 1
    (line,) = [line for line in half("doctor").stdout.splitlines() if "backups are made" in line]
    assert line.startswith("wrong  backups are made and expire: ")
    assert said in line
