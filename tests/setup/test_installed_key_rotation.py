"""The host key of a machine that `haven setup` installed: rotated, and read as the service does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from bot.app.keys import load_host_key
from bot.cli import keys as key_commands
from bot.cli.fleet import children
from bot.cli.fleet.control_file import load_fleet
from bot.cli.health.host_key import check_host_key
from bot.errors import HavenError, SettingError
from bot.private_file import read_private_line
from bot.settings import load_settings
from bot.settings.env_file import ENV_FILE
from bot.settings.missing import CREDENTIAL
from bot.setup import credentials as credential_module
from bot.setup.credentials import CredentialFolder, new_host_key, run_as_owner
from bot.setup.files import Target
from bot.vault import HostKey
from tests.setup.test_setup_files import NOBODY, in_a_child
from tests.support.cli_runner import CommandResult, command_runner, start_and_stop, written

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = date(2026, 11, 30)
has_tool = shutil.which("systemd-creds") is not None


class InstalledMachine:
    """A deployment whose host key is a credential, which root's commands get in memory."""

    def __init__(self, folder: Path, *, is_encrypted: bool) -> None:
        self.folder, self.target = folder, Target(folder / "root")
        run = command_runner(folder)
        assert run("keys", "new", f"{folder}/host.key").returncode == 0
        assert run("staff", "add", "Mei", "--language", "id").returncode == 0
        key = Path(f"{folder}/host.key")
        made = CredentialFolder(self.target, is_encrypted=is_encrypted)
        self.target.write([made.planned(CREDENTIAL, key.read_text().strip())])
        key.unlink()

    @property
    def credentials(self) -> CredentialFolder:
        return CredentialFolder.of(self.target)

    def types(self, *words: str) -> CommandResult:
        """Type a command as root, with the credential as it is now."""
        self.credentials.hand_over()
        variables = {"HAVEN_HOST_KEY_FILE": os.environ["HAVEN_HOST_KEY_FILE"]}
        return command_runner(self.folder, **variables)(*words)

    def starts(self) -> None:
        """Run Haven as the service does, with what is the credential."""
        start_and_stop(
            self.folder, written(self.folder / "of.service", self.credentials.load(CREDENTIAL))
        )
        (self.folder / "of.service").unlink()


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.skipif(
    not has_tool, reason="systemd is not installed here"))], ids=["plain", "encrypted"],
)  # fmt: skip
def machine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InstalledMachine]:
    """Credentials of each kind."""
    monkeypatch.setenv("HAVEN_HOST_KEY_FILE", "")
    with TemporaryDirectory(dir="/var/tmp") as disk:  # the tool wants no memory for its secret
        monkeypatch.setenv("SYSTEMD_CREDENTIAL_SECRET", f"{disk}/secret")
        made = InstalledMachine(tmp_path, is_encrypted=request.param)
        monkeypatch.setattr(key_commands, "MACHINE", made.target)
        yield made


def test_where_no_systemd_runs_no_command_of_it_is_printed(
    machine: InstalledMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(key_commands, "RUNS_SYSTEMD", tmp_path / "none")
    done = machine.types("keys", "rotate", str(machine.folder / "new.key"))
    assert done.returncode == 0, done.stderr
    assert "Restart Haven" in done.stdout
    assert "systemctl" not in done.stdout


def test_a_rotation_puts_the_new_key_in_the_place_of_the_credential(
    machine: InstalledMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(key_commands, "RUNS_SYSTEMD", tmp_path)
    old, copy = machine.credentials.load(CREDENTIAL), machine.folder / "new.key"
    done = machine.types("keys", "rotate", str(copy))
    assert done.returncode == 0, done.stderr
    assert machine.credentials.load(CREDENTIAL) == copy.read_text().strip() != old
    assert "/proc/self" not in done.stdout
    assert "HAVEN_HOST_KEY_FILE" not in done.stdout
    assert "systemctl restart haven.service" in done.stdout
    assert f"{copy} is a copy of the new key" in done.stdout
    (kept,) = re.findall(r"Keep the old key, (\S+) \(mark", done.stdout)
    place = machine.credentials.path(CREDENTIAL)
    assert re.fullmatch(rf"{re.escape(place.name)}\.\d{{4}}-\d\d-\d\d", Path(kept).name)
    assert str(machine.target.at(place)) in done.stdout
    for path in (Path(kept), machine.target.at(place)):
        assert path.stat().st_mode & 0o777 == 0o400
    assert read_kept(done.stdout, Path(kept)) == old
    machine.starts()
    assert "host keys that open: 1" in machine.types("keys", "status").stdout


def read_kept(said: str, kept: Path) -> str:
    """Return the old key, by the command that was printed where it is encrypted."""
    if printed := re.search(r"^ +(\(umask .+systemd-creds .+ OLD\.key\))$", said, re.MULTILINE):
        with TemporaryDirectory() as folder:
            subprocess.run(["sh", "-c", printed[1]], check=True, cwd=folder, umask=0o022)  # noqa: S603, S607 - as printed
            return read_private_line(Path(folder) / "OLD.key")  # refused if others can read it
    assert f"haven restore --host-key {kept}" in said
    return kept.read_text().strip()


def test_the_same_again_says_that_the_key_is_in_use_and_loses_no_old_one(
    machine: InstalledMachine,
) -> None:
    copy = machine.folder / "new.key"
    assert machine.types("keys", "rotate", str(copy)).returncode == 0
    before = sorted(machine.target.at(Path("/etc/haven/credentials")).iterdir())
    again = machine.types("keys", "rotate", str(copy))
    assert again.returncode == 1
    assert "is the host key in use already; restart Haven" in again.stderr
    assert sorted(machine.target.at(Path("/etc/haven/credentials")).iterdir()) == before


def test_a_key_that_a_service_could_not_unlock_is_refused_before_it_is_made(
    machine: InstalledMachine,
) -> None:
    phrase = written(machine.folder / "phrase", "five words that are long enough")
    new = machine.folder / "new.key"
    refused = machine.types("keys", "rotate", str(new), "--passphrase-file", str(phrase))
    assert "a service cannot type a passphrase" in refused.stderr
    assert not new.exists()


def test_a_credential_that_cannot_be_replaced_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, key = CredentialFolder(Target(tmp_path), is_encrypted=False), new_host_key()
    folder.target.write([folder.planned(CREDENTIAL, key)])
    kept = folder.replace(CREDENTIAL, new_host_key(), DAY)
    assert kept.name == "haven-host-key.2026-11-30"
    again = folder.replace(CREDENTIAL, new_host_key(), DAY)
    assert again.name == "haven-host-key.2026-11-30-1"  # nothing is written over

    def refuses(*_: object) -> None:
        raise HavenError("no room")

    monkeypatch.setattr(credential_module.Target, "write", refuses)
    before = folder.load(CREDENTIAL)
    with pytest.raises(HavenError, match="no room"):
        folder.replace(CREDENTIAL, new_host_key(), DAY)
    assert folder.load(CREDENTIAL) == before
    assert len(list(folder.target.at(Path("/etc/haven/credentials")).iterdir())) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_host_key_file_is_read_as_the_service_reads_it(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The setting wins over the credential in the service, so commands must not hide its fault."""
    made = TemporaryDirectory(dir="/var/tmp")  # which every user may enter
    request.addfinalizer(made.cleanup)
    root = Path(made.name)
    root.chmod(0o755)
    data, file = root / "data", root / "host2.key"
    data.mkdir()
    folder = CredentialFolder.of(Target(root))
    folder.target.write([folder.planned(CREDENTIAL, new_host_key())])
    HostKey.create(file)
    os.chown(data, NOBODY, NOBODY)
    monkeypatch.setenv("HAVEN_DATA", str(data))
    monkeypatch.setenv("HAVEN_HOST_KEY_FILE", str(file))

    def seen() -> str:
        run_as_owner(Target(root))
        try:
            load_host_key(load_settings())
        except SettingError as error:
            return str(error)
        return "read"

    said = in_a_child(seen)
    assert f"{file} cannot be read by the user nobody (Permission denied)" in said
    assert "remove this setting: there the key is a credential" in said
    with pytest.raises(HavenError, match=f"chown nobody {file}"):
        check_host_key(load_settings())  # root can read it, and says that the service cannot
    os.chown(file, NOBODY, NOBODY)
    assert in_a_child(seen) == "read"
    check_host_key(load_settings())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads credentials")
def test_a_fleet_command_has_the_credential_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = InstalledMachine(tmp_path, is_encrypted=False)
    monkeypatch.setattr(children, "MACHINE", machine.target)
    settings = machine.target.at(ENV_FILE)
    settings.write_text(f'HAVEN_DATA="{tmp_path}/data"\nHAVEN_ORGANISATION="Hope House"\n')
    fleet = written(
        tmp_path / "fleet.toml", f'[[deployment]]\nname = "one"\nsettings = "{settings}"\n'
    )
    (member,) = load_fleet(fleet)
    assert member.host_key is None
    ended = children.run_child(member, ("keys", "status"))
    assert ended.code == 0, ended.stderr
    assert "host keys that open: 1" in ended.stdout
    other = replace(member, settings=tmp_path / "other.env")  # the control
    other.settings.write_bytes(settings.read_bytes())
    assert "HAVEN_HOST_KEY_FILE is not set" in children.run_child(other, ("keys", "status")).stderr
