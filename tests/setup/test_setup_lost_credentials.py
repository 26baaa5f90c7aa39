"""`haven setup` where the credentials of the machine cannot be decrypted: it writes them again."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli.install import setup as installing
from bot.errors import HavenError
from bot.settings.missing import CREDENTIAL, CREDENTIAL_FOLDER, TOKEN_CREDENTIAL
from bot.setup import credentials as credential_module
from bot.setup.credentials import CredentialFolder, new_host_key, run_as_owner
from bot.setup.files import PlannedFile, Target
from bot.vault import HostKey
from tests.setup.test_setup_files import in_a_child
from tests.support.harnesses.setup_harness import PROGRAM, BareMachine, bare_machine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.cli_runner import CommandResult

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-creds") is None or os.geteuid() != 0,
    reason="systemd is not installed here, or this is not root",
)
FIX = (
    "Credentials are encrypted for the machine that wrote them: have the copy of the host key and "
    "the bot's token at hand, and run haven setup"
)
OF_ANOTHER = "another machine's secret"


class EncryptedMachine:
    """A machine that setup takes for this one, with credentials that systemd encrypts."""

    def __init__(self, machine: BareMachine) -> None:
        self.machine, self.target = machine, Target(machine.root)
        self.copy = machine.folder / "stick" / "host.key"

    async def sets_up(self, **given: Any) -> CommandResult:
        """Run setup in this process, where the root stands for that of the machine."""
        return await self.machine.sets_up_here(**{"program": PROGRAM, **given})

    def path(self, name: str) -> Path:
        return self.target.at(CREDENTIAL_FOLDER / f"{name}.cred")

    def loads(self, name: str) -> str:
        return CredentialFolder.of(self.target).load(name)

    def files(self) -> dict[str, bytes]:
        return self.machine.files()


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the tool keeps its key; it wants no memory for that."""
    with TemporaryDirectory(dir="/var/tmp") as disk:
        monkeypatch.setenv("SYSTEMD_CREDENTIAL_SECRET", f"{disk}/secret")
        yield Path(disk) / "secret"


@pytest.fixture
async def machine(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[EncryptedMachine]:
    """A machine that is set up; the copy of its host key is on a stick."""
    for name in [it for it in os.environ if it.startswith("HAVEN_")]:
        monkeypatch.delenv(name)
    for name in credential_module.VARIABLES.values():
        monkeypatch.setenv(name, "")  # what setup sets there ends with this test
        monkeypatch.delenv(name)
    monkeypatch.setattr(Target, "is_this_machine", property(lambda _self: True))
    monkeypatch.setattr(credential_module, "RUNS_SYSTEMD", tmp_path)
    for name in ("make_user", "give_to_user", "check_program"):  # of the machine the tests run on
        monkeypatch.setattr(installing, name, lambda *_: None)
    (tmp_path / "stick").mkdir()
    async with bare_machine(tmp_path) as bare:
        made = EncryptedMachine(bare)
        done = await made.sets_up(**bare.usual, host_key_copy=str(made.copy))
        assert done.returncode == 0, done.stderr
        assert made.path(CREDENTIAL).exists()
        yield made


def lose(machine: EncryptedMachine, secret: Path, how: str) -> None:
    if how == "missing":
        secret.unlink()
    elif how == "other":
        secret.unlink()
        CredentialFolder(machine.target, is_encrypted=True).planned("trial", OF_ANOTHER)
    else:
        for name in (CREDENTIAL, TOKEN_CREDENTIAL):
            machine.path(name).chmod(0o600)
            machine.path(name).write_bytes(b"bm90IG9uZQ==")


@pytest.mark.parametrize("how", ["missing", "other", "corrupt"])
async def test_credentials_of_another_machine_are_written_again_with_a_copy_and_the_token(
    machine: EncryptedMachine, secret: Path, how: str
) -> None:
    key, token = machine.loads(CREDENTIAL), machine.loads(TOKEN_CREDENTIAL)
    lose(machine, secret, how)
    with pytest.raises(HavenError, match="cannot decrypt"):
        machine.loads(CREDENTIAL)  # the control
    done = await machine.sets_up(host_key=str(machine.copy), token=token)
    assert done.returncode == 0, done.stderr
    assert machine.loads(CREDENTIAL) == key
    assert machine.loads(TOKEN_CREDENTIAL) == token
    assert "Recovery key" not in done.stdout  # the accounts of the data stay
    assert "fine   key store opens with this host key" in done.stdout


async def test_the_printed_command_writes_a_copy_that_no_one_else_reads(
    machine: EncryptedMachine,
) -> None:
    """And not one that `haven restore --host-key` then refuses."""
    done = await machine.sets_up()
    (printed,) = re.findall(r"backup is restored: (.+ COPY\))$", done.stdout, re.MULTILINE)
    folder = machine.machine.folder
    subprocess.run(["sh", "-c", printed], check=True, cwd=folder, umask=0o022)  # noqa: ASYNC221, S603, S607 - as printed
    assert (await asyncio.to_thread(HostKey.load, folder / "COPY")).secret.hex() == machine.loads(
        CREDENTIAL
    )
    open_to_all = printed.removeprefix("(umask 077; ").replace("COPY)", "OPEN")
    subprocess.run(["sh", "-c", open_to_all], check=True, cwd=folder, umask=0o022)  # noqa: ASYNC221, S603, S607 - the control
    with pytest.raises(HavenError, match=r"^--host-key: others can read it; chmod 0400 "):
        await asyncio.to_thread(HostKey.load, folder / "OPEN", named="--host-key")


@pytest.mark.parametrize("is_named", [False, True])
async def test_a_lost_host_key_is_not_overwritten_without_a_copy_that_opens_the_data(
    machine: EncryptedMachine, secret: Path, is_named: bool
) -> None:
    token = machine.loads(TOKEN_CREDENTIAL)
    lose(machine, secret, "missing")
    before = machine.files()
    given = {}
    if is_named:
        other = machine.machine.folder / "other.key"
        await asyncio.to_thread(HostKey.create, other)
        given = {"host_key": str(other)}
    done = await machine.sets_up(token=token, **given)
    assert done.returncode == 1
    said = "does not open the data" if is_named else "name the copy of their host key (host_key)"
    assert said in done.stderr
    assert ("cannot be decrypted here" in done.stderr) != is_named
    assert machine.files() == before


async def test_a_lost_host_key_without_data_is_kept_and_the_way_out_is_named(
    machine: EncryptedMachine, secret: Path
) -> None:
    """No copy can be proved to be of that key, which the backups may need."""
    token = machine.loads(TOKEN_CREDENTIAL)
    lose(machine, secret, "missing")
    shutil.rmtree(machine.machine.at("/var/lib/haven"))
    before = machine.files()
    done = await machine.sets_up(host_key=str(machine.copy), token=token)
    assert f"mv {machine.path(CREDENTIAL)} ELSEWHERE" in done.stderr
    assert "Restore a backup into that folder first" in done.stderr
    assert machine.files() == before


async def test_a_lost_token_is_asked_for_and_nothing_is_written_without_it(
    machine: EncryptedMachine,
) -> None:
    token = machine.loads(TOKEN_CREDENTIAL)
    machine.path(TOKEN_CREDENTIAL).chmod(0o600)
    machine.path(TOKEN_CREDENTIAL).write_bytes(b"bm90IG9uZQ==")
    before = machine.files()
    done = await machine.sets_up(contact="02-9999")
    assert "token: the bot's token cannot be decrypted on this machine" in done.stderr
    assert machine.files() == before
    assert (await machine.sets_up(contact="02-9999", token=token)).returncode == 0
    assert machine.loads(TOKEN_CREDENTIAL) == token


async def test_where_nothing_encrypts_any_more_credentials_become_files_of_root(
    machine: EncryptedMachine, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, token = machine.loads(CREDENTIAL), machine.loads(TOKEN_CREDENTIAL)
    lose(machine, secret, "missing")
    monkeypatch.setattr(credential_module, "RUNS_SYSTEMD", machine.machine.folder / "none")
    done = await machine.sets_up(host_key=str(machine.copy), token=token)
    assert done.returncode == 0, done.stderr
    made = CredentialFolder.of(machine.target)
    assert (made.is_encrypted, made.load(CREDENTIAL)) == (False, key)
    unit = machine.machine.at("/etc/systemd/system/haven.service").read_text()
    assert f"\nLoadCredential=haven-host-key:{CREDENTIAL_FOLDER}/haven-host-key\n" in unit


def test_every_command_names_the_fix_but_those_that_need_no_host_key(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = CredentialFolder(Target(tmp_path), is_encrypted=True)
    folder.target.write([folder.planned(CREDENTIAL, new_host_key())])
    secret.unlink()
    monkeypatch.setattr(Target, "is_this_machine", property(lambda _self: True))
    monkeypatch.setenv("HAVEN_DATA", str(tmp_path))

    def seen(*words: str) -> str:
        try:
            return " ".join(run_as_owner(Target(tmp_path), keeps_user=True, words=words))
        except HavenError as error:
            return str(error)

    for words in (("doctor",), ("backup",), ("keys", "status"), ("restore", "x")):
        said = in_a_child(lambda words=words: seen(*words))  # type: ignore[misc]
        assert re.match(r"systemd-creds cannot decrypt haven-host-key: \w", said), words
        assert FIX in said
        assert "\n" not in said
    assert in_a_child(lambda: seen("keys", "rescue", "x")) == "keys rescue x"


def test_a_root_of_another_machine_keeps_what_only_that_machine_decrypts(
    tmp_path: Path, secret: Path
) -> None:
    folder = CredentialFolder(Target(tmp_path), is_encrypted=True)
    folder.target.write([folder.planned(CREDENTIAL, new_host_key())])
    assert folder.without_lost() == folder
    folder.target.write([PlannedFile(folder.path(CREDENTIAL), b"bm90IG9uZQ==")])
    with pytest.raises(HavenError, match="run haven setup there, without --root"):
        folder.without_lost()
