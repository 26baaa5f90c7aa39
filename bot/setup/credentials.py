"""The host key and the bot's token as credentials of the systemd service.

Where systemd can, they are encrypted for this machine (its TPM, or a key that only root reads).
Elsewhere they are files that only root reads. The service gets them in a folder in memory; a
command that root runs gets them here in the same way, and then runs as the user of the service.
"""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import HavenError, SettingError
from bot.private_file import read_private_line
from bot.settings import load_settings
from bot.settings.missing import CREDENTIAL, CREDENTIAL_FOLDER, TOKEN_CREDENTIAL
from bot.setup.files import MACHINE, PlannedFile, Target
from bot.setup.ownership import service_user
from bot.setup.secret_files import HANDED_OVER, hand_over_files, put_in_memory
from bot.store.postgresql.connection_user import ConnectsAs, can_be_another
from bot.vault import HostKey
from bot.vault.keys.host_key import write_key_file

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import date

    from bot.settings import Settings

TOOL = "systemd-creds"
SUFFIX = ".cred"
VARIABLES = {CREDENTIAL: "HAVEN_HOST_KEY_FILE", TOKEN_CREDENTIAL: "HAVEN_TELEGRAM_TOKEN_FILE"}
INSTEAD = {TOKEN_CREDENTIAL: "HAVEN_TELEGRAM_TOKEN"}
"""Variables that would be used in place of a credential."""
PROGRAM_FOLDERS = (Path(__file__).resolve().parents[2], Path(sys.prefix))
"""Where this release is installed, or checked out, and the Python that runs it."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder in it, deleted at once
RUNS_SYSTEMD = Path("/run/systemd/system")
USE_NO_CREDENTIAL = (("keys", "new"), ("keys", "backup"), ("keys", "rescue"))
"""Commands that work without the host key; a rescue is for the time after it is lost."""
LOST = (
    "{why}. Credentials are encrypted for the machine that wrote them: have the copy of the host "
    "key and the bot's token at hand, and run haven setup, which keeps the data"
)
LOST_ELSEWHERE = (
    "the credentials in {folder} are encrypted for the machine that wrote them: run haven setup "
    "there, without --root"
)


class CredentialLostError(HavenError):
    """A credential cannot be decrypted on this machine. The text says how to write it again."""


@dataclass(frozen=True, slots=True)
class CredentialFolder:
    """The folder of credentials of a machine."""

    target: Target
    is_encrypted: bool
    lost: frozenset[str] = frozenset()
    """Credentials that cannot be decrypted here, and are left out."""

    @classmethod
    def of(cls, target: Target) -> CredentialFolder:
        """Return the folder as it is, or as it will be made."""
        names = [target.at(CREDENTIAL_FOLDER / name) for name in VARIABLES]
        if any(path.exists() for path in names):
            return cls(target, is_encrypted=False)
        if any(path.with_name(path.name + SUFFIX).exists() for path in names):
            return cls(target, is_encrypted=True)
        return cls(target, is_encrypted=target.is_this_machine and can_encrypt())

    def path(self, name: str) -> Path:
        """Return where a credential is kept."""
        return CREDENTIAL_FOLDER / (name + SUFFIX * self.is_encrypted)

    def has(self, name: str) -> bool:
        """Whether there is such a credential."""
        return name not in self.lost and self.target.at(self.path(name)).exists()

    def without_lost(self) -> CredentialFolder:
        """Return the folder without what cannot be decrypted here, so that it is written again.

        If nothing can be decrypted, what is written is encrypted where this machine can do that.

        Raises:
            HavenError: the folder is of another machine, which can decrypt it.
        """
        there = [name for name in VARIABLES if self.has(name)]
        lost = frozenset(name for name in there if self._is_lost(name))
        if not lost:
            return self
        if not self.target.is_this_machine:
            raise HavenError(LOST_ELSEWHERE.format(folder=self.target.at(CREDENTIAL_FOLDER)))
        is_encrypted = len(lost) < len(there) or can_encrypt()
        return CredentialFolder(self.target, is_encrypted=is_encrypted, lost=lost)

    def _is_lost(self, name: str) -> bool:
        try:
            self.load(name)
        except CredentialLostError:
            return True
        return False

    def planned(self, name: str, secret: str) -> PlannedFile:
        """Return the file that holds a secret; raise HavenError if systemd cannot encrypt it."""
        content = f"{secret}\n".encode()
        if self.is_encrypted:
            content = _run_tool("encrypt", name, "-", content)
        return PlannedFile(self.path(name), content, 0o400, is_secret=True)

    def load(self, name: str) -> str:
        """Return a secret.

        Raises:
            CredentialLostError: this machine cannot decrypt it.
            HavenError: it cannot be read.
        """
        path = self.target.at(self.path(name))
        if not self.is_encrypted:
            return read_private_line(path)
        try:
            return _run_tool("decrypt", name, str(path), b"").decode().strip()
        except HavenError as error:
            raise CredentialLostError(LOST.format(why=error)) from None

    def replace(self, name: str, secret: str, day: date) -> Path:
        """Put another secret in the place of a credential; return where the earlier one is kept.

        That is in the same folder, under a name with the day, and encrypted where it was before.

        Raises:
            HavenError: a file cannot be written; then nothing has changed.
        """
        new, path = self.planned(name, secret), self.target.at(self.path(name))
        names = (f"{path.name}.{day}{f'-{it}' if it else ''}" for it in count())
        kept = next(it for it in map(path.with_name, names) if not it.exists())
        try:
            os.link(path, kept)
        except OSError as error:
            raise HavenError(f"{kept} cannot be written ({error.strerror})") from None
        try:
            self.target.write([new])
        except HavenError:
            kept.unlink()
            raise
        return kept

    def hand_over(self, owner: int | None = None, *, but: Container[str] = ()) -> None:
        """Name the credentials in this process's environment, as files in memory without a name.

        They end with the process. `owner` is the user who may read them, by default this one.
        Credentials in `but` are left out.
        """
        for name, file in self.put_in_memory(owner, but=but).items():
            os.environ[VARIABLES[name]] = str(file)
            os.environ.pop(INSTEAD.get(name, ""), None)

    def put_in_memory(
        self, owner: int | None = None, *, but: Container[str] = ()
    ) -> dict[str, Path]:
        """Return the credentials by name, as `hand_over` names them, but name them nowhere."""
        return {
            name: put_in_memory(name, self.load(name), owner)
            for name in VARIABLES
            if self.has(name) and name not in but
        }


def is_handed_over(path: Path) -> bool:
    """Whether a path is that of a credential in memory, which this process alone knows."""
    return path.is_relative_to(HANDED_OVER)


def can_encrypt() -> bool:
    """Whether this machine is run by a systemd that encrypts credentials: it is tried."""
    if shutil.which(TOOL) is None or not RUNS_SYSTEMD.is_dir():
        return False
    try:
        return bool(_run_tool("encrypt", "trial", "-", b"trial"))
    except HavenError:
        return False


def _run_tool(verb: str, name: str, source: str, given: bytes) -> bytes:
    tool = shutil.which(TOOL)
    if tool is None:
        raise HavenError(f"{TOOL} cannot {verb} {name}: this machine has no {TOOL}")
    done = subprocess.run(  # noqa: S603 - a fixed command; what is secret goes through a pipe
        [tool, verb, f"--name={name}", source, "-"],
        input=given, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise HavenError(f"{TOOL} cannot {verb} {name}: {why[0].rstrip('.')}")
    return done.stdout


def decrypt_command(path: Path, copy: str) -> str:
    """Return the command that writes a decrypted host key; its file is for its owner alone."""
    words = f"{TOOL} decrypt --name={CREDENTIAL} {shlex.quote(str(path))} {copy}"
    return f"(umask 077; {words})"  # by itself the tool makes files that everyone reads


def new_host_key() -> str:
    """Return the text of a new host key file."""
    folder = str(MEMORY) if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=folder) as made:
        path = Path(made) / "host.key"
        HostKey.create(path)
        return path.read_text(encoding="ascii").strip()


def check_copy(secret: str, path: Path, data: Path) -> None:
    """Raise HavenError if a copy of the host key cannot be written there, or would lie in the data.

    Who has a copy of that folder could open them with it.
    """
    check_copy_folder(path)
    if path.resolve().is_relative_to(data.resolve()):
        raise HavenError(
            f"host_key_copy: {path} lies in HAVEN_DATA, which the key locks; name another place, "
            "best on another disk"
        )
    if path.exists() and not (secret and read_private_line(path) == secret):
        raise HavenError(
            f"host_key_copy: {path} exists, and is no copy of this host key; name another file"
        )


def check_copy_folder(path: Path) -> None:
    """Raise HavenError if there is no folder for a copy of the host key.

    It is not made: where no stick is mounted, the copy would lie on the disk of the data.
    """
    if not path.parent.is_dir():
        raise HavenError(
            f"host_key_copy: there is no folder {path.parent}; see that the stick is mounted "
            "there, or make the folder"
        )


def copy_key(secret: str, path: Path) -> None:
    """Write a copy of the host key, once; raise HavenError if something else is there."""
    if path.exists() and read_private_line(path) == secret:
        return
    write_key_file(path, f"{secret}\n", "it is no copy of this host key")


def is_on_one_disk(path: Path, others: Iterable[Path]) -> bool:
    """Whether a file is on the same disk as one of the others; those that are missing are not."""
    disks = {it.stat().st_dev for it in others if it.exists()}
    return path.stat().st_dev in disks


def run_as_owner(
    target: Target = MACHINE, *, keeps_user: bool = False, words: Sequence[str] = ()
) -> list[str]:
    """Become the owner of the data, with the credentials, if root runs a command that uses it.

    Files that root would write there, the service could not read. With `keeps_user`, and where the
    data are root's own, as restored ones are, root stays root, gets the credentials, and connects
    to a PostgreSQL as the user of the service, whom that server knows. A host key or a token that
    is set wins, as it does in the service.

    Returns:
        The words of the command, with files of secrets that its user can read.

    Raises:
        HavenError: a credential or the program cannot be read, or others can read a file of a
            secret.
    """
    try:
        settings = load_settings()
    except SettingError:  # the command itself says it
        return list(words)
    data, but = settings.data, _set_already(settings)
    if os.geteuid() or not (keeps_user or data.is_dir()):
        return list(words)
    owner = 0 if keeps_user else data.stat().st_uid
    credentials = CredentialFolder.of(target)
    if tuple(words[:2]) in USE_NO_CREDENTIAL:
        credentials = credentials.without_lost()
    credentials.hand_over(owner or None, but=but)
    if not owner:
        _connect_as(service_user())
        return list(words)
    words = hand_over_files(words, owner)
    who = pwd.getpwuid(owner)
    os.initgroups(who.pw_name, who.pw_gid)
    os.setgid(who.pw_gid)
    os.setuid(owner)
    os.environ["HOME"] = who.pw_dir
    _check_program(who.pw_name)
    return words


def _connect_as(user: pwd.struct_passwd | None) -> None:
    """Let root connect to a PostgreSQL as the user of the service, and with their passwords."""
    passwords = Path(user.pw_dir) / ".pgpass" if user is not None else None
    if passwords is not None and passwords.is_file():
        os.environ.setdefault("PGPASSFILE", str(passwords))
    ConnectsAs.user = user if can_be_another() else None


def _set_already(settings: Settings) -> set[str]:
    """Return the credentials in place of which something is set."""
    found = {CREDENTIAL} if settings.host_key_file is not None else set()
    if settings.telegram_token is not None or settings.telegram_token_file is not None:
        found.add(TOKEN_CREDENTIAL)
    return found


def _check_program(user: str) -> None:
    """Raise HavenError if this user, as whom a command goes on, cannot read what runs it."""
    for folder in PROGRAM_FOLDERS:
        if not os.access(folder, os.R_OK | os.X_OK):
            raise HavenError(
                f"commands of this machine run as the user {user}, who cannot read {folder}: type "
                "the program that is installed (haven), or move the checkout to where every user "
                "can read it, such as /opt"
            )
