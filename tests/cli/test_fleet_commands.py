"""Several deployments from one control file: two in SQLite, one in PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli.fleet import children
from bot.cli.fleet.children import ChildResult, child_environment
from bot.cli.fleet.commands import run_child, span
from bot.cli.fleet.control_file import load_fleet
from bot.errors import SettingError
from bot.store.database import Database, DataDirectory
from bot.store.migrate import LATEST_KEY_REVISION, LATEST_REVISION
from bot.vault.backup.offline_key import OfflineKey
from bot.vault.keys.host_key import HostKey
from bot.vault.keys.key_store import _ADD_ROOT, sealed_root
from tests.support.cli_runner import command_runner, is_user_message
from tests.support.database import postgres_server
from tests.support.database.dump_deployment import SECRET, dump_deployment
from tests.support.database.release_dumps import DUMPS
from tests.support.forked_commands import haven_program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import CommandResult, Haven

BEATS = (
    "INSERT INTO processes (number, roles, host, boot, process, state, release, began_at, alive_at)"
    " VALUES (99, 'front,worker,leader', 'b', 1, 1, 'stands by', '0.4.0', 1,"
    " 1000000 * unixepoch())"
)
NAMES = ("hope-house", "japan", "taiwan")


@dataclass(frozen=True)
class Fleet:
    """A control file, and what types commands."""

    folder: Path
    file: Path
    haven: Haven

    def types(self, *words: str) -> CommandResult:
        return self.haven("fleet", words[0], "--file", self.file, *words[1:])

    def status(self, *words: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = json.loads(self.types("status", "--json", *words).stdout)
        return found


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.setattr(children, "HAVEN_WORDS", haven_program())
    monkeypatch.setenv("HAVEN_ORGANISATION", "of no deployment")
    recipient = OfflineKey.create(tmp_path / "offline.key", "").recipient
    for name in NAMES:
        begin(tmp_path / name, NAMES.index(name) + 1, recipient)
    move(tmp_path / "taiwan")
    return Fleet(tmp_path, control_file(tmp_path, *NAMES), command_runner(tmp_path))


def begin(folder: Path, number: int, recipient: str) -> None:
    """Make a deployment in SQLite with a key store of its own, and its file of settings."""
    folder.mkdir()
    dump_deployment(folder)
    store, directory = bytes([number] * 8), DataDirectory(folder / "data")
    run(Database(directory.database_url), "UPDATE key_stores SET store = ?", store)
    keys = Database(directory.keys_url)
    run(keys, "DELETE FROM roots")
    row = sealed_root(HostKey.load(folder / "host.key"), store, SECRET, 1)
    compiled = _ADD_ROOT.for_dialect("sqlite")
    run(keys, compiled.sql, *compiled.row(row))
    write_settings(folder, backups=folder / "backups", backup_key=recipient)


def run(database: Database, sql: str, *values: object) -> None:
    connection = database.connect()
    connection.execute(sql, values)
    connection.close()


def write_settings(folder: Path, **more: object) -> None:
    given = {"data": folder / "data", "host_key_file": folder / "host.key", **more}
    lines = (f'HAVEN_{name.upper()}="{value}"\n' for name, value in given.items())
    (folder / "haven.env").write_text("".join(lines))


def move(folder: Path) -> None:
    """Move a deployment into PostgreSQL, as an operator would."""
    data, keys = postgres_server.empty_database(), postgres_server.empty_database()
    done = command_runner(folder)("migrate", "--to", data, "--keys-to", keys)
    assert done.returncode == 0, done.stderr
    text = (folder / "haven.env").read_text()
    added = f'HAVEN_DATABASE_URL="{data}"\nHAVEN_KEYS_URL="{keys}"\n'
    (folder / "haven.env").write_text(text + added)


def control_file(folder: Path, *names: str) -> Path:
    file = folder / "fleet.toml"
    entries = (f'[[deployment]]\nname = "{it}"\nsettings = "{it}/haven.env"\n' for it in names)
    file.write_text("".join(entries))
    return file


def test_status_backup_and_upgrade_reach_every_deployment_whatever_fails(fleet: Fleet) -> None:
    run(Database(DataDirectory(fleet.folder / "japan/data").database_url), BEATS)
    found = fleet.status()
    assert [bool(it["roles"]) for it in found.values()] == [False, True, False]
    assert found["japan"]["roles"] == "front,worker,leader on b (stands by)"
    assert list(found) == list(NAMES)
    schema = f"{LATEST_REVISION}/{LATEST_KEY_REVISION}"
    assert {it["schema"] for it in found.values()} == {schema}
    assert {it["standby"] for it in found.values()} == {"none"}
    assert found["japan"]["backup"] is None
    (fleet.folder / "japan/host.key").chmod(0o600)
    (fleet.folder / "japan/host.key").write_text("no key\n")
    backed_up = fleet.types("backup")
    assert backed_up.returncode == 1
    ends = {line.split()[0]: line.split()[1] for line in table_of(backed_up.stdout)}
    assert ends == {"hope-house": "done", "japan": "failed", "taiwan": "done"}
    assert "japan: " in backed_up.stderr
    after = fleet.status()
    assert after["taiwan"]["backup"] < 600 > after["hope-house"]["backup"]
    assert after["japan"]["backup"] is None
    upgraded = fleet.types("upgrade", "--only", "taiwan", "--only", "hope-house")
    assert (upgraded.returncode, upgraded.stdout.count("Nothing to do")) == (0, 4)
    shown = fleet.types("status", "--only", "taiwan")
    assert ["taiwan", "0.4.0", schema] == table_of(shown.stdout)[0].split()[:3]
    assert "taiwan: no bot runs: haven start" in shown.stdout


def table_of(text: str) -> list[str]:
    """Return the rows of the table in an output."""
    lines = text.splitlines()
    first = next(number for number, it in enumerate(lines) if it.startswith(" ──")) + 1
    return list(takewhile(str.strip, lines[first:]))


def test_an_older_deployment_is_upgraded_and_one_that_is_copied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "HAVEN_WORDS", haven_program())
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        dump_deployment(tmp_path / name, DUMPS[0], upgraded=False)
        write_settings(tmp_path / name)
    fleet = Fleet(tmp_path, control_file(tmp_path, "one", "two"), command_runner(tmp_path))
    assert fleet.status()["one"]["schema"].endswith(", to upgrade")
    assert fleet.types("upgrade", "--only", "one").returncode == 0
    assert fleet.types("upgrade").returncode == 0
    refused = fleet.types("backup")  # both have the key store of one dump
    assert refused.returncode == 1
    assert "one and two have one database or key store, or one is a copy" in refused.stderr
    assert is_user_message(refused.stderr)


SAME = {
    "one key store": {"keys_url": "postgresql://haven@b,a/keys"},
    "one database": {"database_url": "postgresql://haven@/cases?host=a"},
    "is the other's database": {"keys_url": "postgresql://x@a:5432/cases"},
    "one folder": {"data": "/srv/one"},
    "one host key": {"host_key_file": "/etc/one.key"},
}


@pytest.mark.parametrize("fault", SAME)
def test_what_two_deployments_must_not_share_is_refused(fault: str, tmp_path: Path) -> None:
    both = {
        "one": {
            "data": "/srv/one", "host_key_file": "/etc/one.key",
            "database_url": "postgresql://haven@a/cases", "keys_url": "postgresql://haven@a/keys",
        },
        "two": {
            "data": "/srv/two", "host_key_file": "/etc/two.key",
            "database_url": "postgresql://haven@a/others", "keys_url": "postgresql://h@a/others_keys",
        } | SAME[fault],
    }  # fmt: skip
    for name, given in both.items():
        (tmp_path / name).mkdir()
        write_settings(tmp_path / name, **given)
    with pytest.raises(SettingError, match=fault):
        load_fleet(control_file(tmp_path, "one", "two"), ["one"])
    write_settings(tmp_path / "two", **(both["two"] | {it: f"/two/{it}" for it in SAME[fault]}
                                        if fault.endswith(("folder", "key"))
                                        else {"data": "/srv/two"}))  # fmt: skip
    assert len(load_fleet(control_file(tmp_path, "one", "two"))) == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "must hold deployments"),
        ("x = ", "is no TOML"),
        ('[[deployment]]\nname = "A B"\nsettings = "x"', "small letters"),
        ('[[deployment]]\nname = "a"\nsettings = "x"\ntoken = "1"', "nothing else"),
        ('[[deployment]]\nname = "a"\nsettings = "empty.env"', "set HAVEN_DATA to a whole path"),
        ('[[deployment]]\nname = "a"\nsettings = "none.env"', "cannot be read"),
    ],
)
def test_a_control_file_with_a_fault_is_refused_with_the_fix(
    text: str, fault: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.env").touch()
    file = tmp_path / "fleet.toml"
    file.write_text(text)
    with pytest.raises(SettingError, match=fault):
        load_fleet(file)
    with pytest.raises(SettingError, match="there is no "):
        load_fleet(tmp_path / "missing.toml")


def test_a_name_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    write_settings(tmp_path / "one")
    with pytest.raises(SettingError, match="no deployment tawian; it has: one"):
        load_fleet(control_file(tmp_path, "one"), ["tawian"])


def test_a_process_of_a_deployment_gets_its_settings_and_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    write_settings(tmp_path / "one")
    (member,) = load_fleet(control_file(tmp_path, "one"))
    ours = {"HAVEN_DATABASE_URL": "x", "PGPASSWORD": "x", "CREDENTIALS_DIRECTORY": "x", "LANG": "C"}
    found = child_environment(member, ours)
    assert set(found) == {"HAVEN_ENV_FILE", "PYTHONPATH", "LANG"}
    assert found["HAVEN_ENV_FILE"] == str(tmp_path / "one/haven.env")


def test_a_deployment_that_says_nothing_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    write_settings(tmp_path / "one")
    monkeypatch.setattr(children, "HAVEN_WORDS", ("sleep", "100"))
    ended = run_child(load_fleet(control_file(tmp_path, "one"))[0], (), 0.1)
    assert (ended.code, ended.last_line) == (124, "no answer in 0 seconds")
    assert ChildResult(1, "said\n", "why\n\n", 0.0).last_line == "why"
    assert [span(it) for it in (59.9, 61, 3600 * 30)] == ["59 s", "1 min", "30 h"]
