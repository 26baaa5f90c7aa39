"""Data that are there before `haven setup`: of an earlier setup, restored, or moved here.

Their host key must be known before anything is written: with another one no bot would start.
"""

from __future__ import annotations

import pwd
import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.deployment import Deployment, open_deployment
from bot.errors import HavenError, WrongHostKeyError
from bot.mailbox.known_bots import known_bots
from bot.private_file import read_private_line
from bot.settings.missing import CREDENTIAL
from bot.setup import accounts
from bot.setup.interview import WIDTH
from bot.setup.ownership import acting_as
from bot.setup.questions import QUESTIONS
from bot.setup.secret_files import put_in_memory
from bot.store.data_folder import missing_data
from bot.text import as_sentence
from bot.vault.keys.host_key import LENGTH, LOCKED_PREFIX

if TYPE_CHECKING:
    from bot.settings import Settings

ACCOUNTS = {
    "administrator": frozenset({"administrator", "administrator_password"}),
    "caseworker": frozenset({"caseworker", "caseworker_languages", "caseworker_password"}),
}
"""Questions about each first account."""
LOCKED = (
    "host_key: {path} is locked with a passphrase, which a service cannot type: make a key without "
    "one (HAVEN_DATA={data} HAVEN_HOST_KEY_FILE={path} haven keys rotate NEW-FILE), and name that"
)
OTHER_KEY = (
    "data: the host key of this machine ({key}) does not open the data in {data}. To go on with "
    "them, move that key to another place and keep it, because it opens the data of before: "
    "mv {key} ELSEWHERE; then run haven setup again with the host key of these data (host_key)"
)
LOST_KEY = (
    "the host key of this machine, {key}, cannot be decrypted here: credentials are encrypted for "
    "the machine that wrote them; "
)
NAME_COPY = (
    "{why}there are data in {data} already: name the copy of their host key (host_key){instead}"
)
OTHER_FOLDER = ", or another folder for new data (data)"
NO_DATA = (
    "host_key: there are no data in {data} that it would open. Restore a backup into that folder "
    "first (haven restore), or leave host_key empty"
)
LOST_WITHOUT_DATA = (
    "data: {why}there are no data in {data} that a copy would open. Restore a backup into that "
    "folder first (haven restore), or, to begin with a new key, move the one that is here to "
    "another place and keep it: mv {key} ELSEWHERE; then run haven setup again"
)
NOT_ITS_FILE = (
    "host_key: this is a host key itself. Name the file that holds it, and see that the key stays "
    "on no screen and in no other file"
)
A_KEY = re.compile(rf"{LOCKED_PREFIX}.*|[0-9A-Fa-f]{{{2 * LENGTH}}}")


@dataclass(frozen=True)
class ExistingData:
    """What is there already."""

    host_key: str = ""
    """The text of the host key that was named; empty if it is a credential, or none is needed."""
    answered: frozenset[str] = frozenset()
    """Questions that need not be asked."""
    bots: tuple[int, ...] = ()
    """Numbers of the bots whose chats they hold, the latest first."""


@dataclass(frozen=True)
class PresentKey:
    """The host key among the credentials of this machine."""

    path: Path
    is_lost: bool = False
    """Whether this machine cannot decrypt it."""

    @property
    def why_lost(self) -> str:
        """Why a copy of it is needed, in front of what is asked; empty if none is."""
        return LOST_KEY.format(key=self.path) if self.is_lost else ""


def find_existing(
    settings: Settings,
    named: str | None,
    *,
    key: PresentKey | None,
    user: pwd.struct_passwd | None = None,
) -> ExistingData:
    """Return what is there, opened with its host key: a credential, or the file that is named.

    `named` is None at a terminal: then it is asked for until it is right. `user` is the one as whom
    databases are asked, by default the one of this process.

    Raises:
        HavenError: there are data, and their key is not named or does not open them; or a key is
            named, and there is nothing that it opens; or the credential of this machine would be
            lost for good.
    """
    with acting_as(user):
        missing = missing_data(settings)
    if missing is not None:
        return _without_data(settings, named, key)
    if key is not None and not key.is_lost:
        return _with_credential(settings, key.path, user)
    why = "" if key is None else key.why_lost
    if named is None:
        return _ask(settings, why, user)
    return _open(settings, named, why, user)


def _without_data(settings: Settings, named: str | None, key: PresentKey | None) -> ExistingData:
    if key is not None and key.is_lost:  # no copy can be proved to be of this key
        raise HavenError(
            LOST_WITHOUT_DATA.format(why=key.why_lost, data=settings.data, key=key.path)
        )
    if named:
        raise HavenError(NO_DATA.format(data=settings.data))
    return ExistingData()


def accounts_of(deployment: Deployment) -> set[str]:
    """Return which of the first accounts there are."""
    vault, found = deployment.vault, set()
    if deployment.run(lambda work: accounts.has_administrator(work, vault)):
        found.add("administrator")
    if vault.cases.wraps.holders().teams:
        found.add("caseworker")
    return found


def _with_credential(settings: Settings, key: Path, user: pwd.struct_passwd | None) -> ExistingData:
    try:
        with acting_as(user):
            return _found(settings)
    except WrongHostKeyError:
        raise HavenError(OTHER_KEY.format(data=settings.data, key=key)) from None


def _ask(settings: Settings, why: str, user: pwd.struct_passwd | None) -> ExistingData:
    told = as_sentence(f"{why}there are data in {settings.data} already.")
    typer.echo("\n" + textwrap.fill(told, WIDTH))
    while True:
        named = str(typer.prompt(QUESTIONS["host_key"].text))
        try:
            return _open(settings, named.strip(), why, user)
        except HavenError as error:
            typer.echo(f"{error}")


def _open(settings: Settings, named: str, why: str, user: pwd.struct_passwd | None) -> ExistingData:
    if not named:
        instead = "" if why else OTHER_FOLDER
        raise HavenError(NAME_COPY.format(why=why, data=settings.data, instead=instead))
    if A_KEY.fullmatch(named):  # an error about a file would repeat it
        raise HavenError(NOT_ITS_FILE)
    path = Path(named)
    secret = read_private_line(path)
    if secret.startswith(LOCKED_PREFIX):
        raise HavenError(LOCKED.format(path=path, data=settings.data))
    # The copy is root's, as it must be: another user reads it in memory.
    readable = put_in_memory(CREDENTIAL, secret, user.pw_uid) if user else path.absolute()
    try:
        with acting_as(user):
            return _found(replace(settings, host_key_file=readable), secret)
    except WrongHostKeyError:
        raise HavenError(f"host_key: {path} does not open the data in {settings.data}") from None


def _found(settings: Settings, host_key: str = "") -> ExistingData:
    """Return what the data say of themselves, opened with the host key of these settings."""
    with open_deployment(settings=settings) as deployment:
        answered = frozenset().union(*(ACCOUNTS[it] for it in accounts_of(deployment)))
        return ExistingData(host_key, answered, tuple(deployment.run(known_bots)))
