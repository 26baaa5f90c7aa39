"""The host key of a deployment, its passphrase, and the key store it opens."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from getpass import getpass
from typing import TYPE_CHECKING

from bot.errors import HavenError, SettingError
from bot.private_file import read_private_line
from bot.settings.missing import no_host_key
from bot.store.data_folder import missing_data
from bot.store.database import Database, DataDirectory
from bot.store.faults import opening_fault
from bot.store.migrate import KEY_MIGRATIONS, LATEST_KEY_REVISION, current_revision
from bot.store.releases import require_known
from bot.vault import HostKey, KeyStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings
    from bot.store.patience import Patience


def load_host_key(settings: Settings) -> HostKey:
    """Return the host key from HAVEN_HOST_KEY_FILE, or from systemd's credential without it.

    Raises:
        SettingError: there is none, others can read it, or its passphrase cannot be asked for.
        WrongHostKeyError: the passphrase does not unlock it.
    """
    credential = settings.host_key_credential()
    if settings.host_key_file is None and credential is not None:
        path = credential
    else:
        _require_host_key(settings)
        path = settings.required_host_key_file()
    return HostKey.load(path, settings.data, lambda: load_passphrase(settings))


def _require_host_key(settings: Settings) -> None:
    """Raise SettingError for a key that is not there, while there are data that it opens."""
    path = settings.host_key_file
    try:
        is_there = path is not None and path.exists()
    except OSError:  # its folder is closed to this user: what reads the key says it
        is_there = True
    if not is_there and missing_data(settings) is None:
        raise no_host_key(path, settings.data.absolute())


def load_passphrase(settings: Settings) -> str:
    """Return the passphrase of the host key; raise SettingError without file and terminal."""
    path = settings.passphrase_file
    if path is None:
        return _ask_passphrase()
    if path.resolve().is_relative_to(settings.data.resolve()):
        raise SettingError("HAVEN_PASSPHRASE_FILE lies in HAVEN_DATA; move it to another folder")
    try:
        return read_private_line(path)
    except HavenError as error:
        raise SettingError(f"HAVEN_PASSPHRASE_FILE: {error}") from None


@cache
def _ask_passphrase() -> str:
    if not sys.stdin.isatty():
        raise SettingError(
            "the host key is locked, and there is no terminal to ask for its passphrase: name a "
            "file with it in HAVEN_PASSPHRASE_FILE, or start Haven at a terminal"
        )
    return getpass("Passphrase of the host key: ")


def key_store_url(settings: Settings) -> str:
    """Return the URL of the deployment's key store."""
    return settings.keys_url or DataDirectory(settings.data).keys_url


def require_separate_keys(settings: Settings) -> None:
    """Raise SettingError if key store and data are one database."""
    if key_store_url(settings) == (
        settings.database_url or DataDirectory(settings.data).database_url
    ):
        raise SettingError("HAVEN_KEYS_URL is HAVEN_DATABASE_URL: keys need a separate database")


def open_key_store(settings: Settings, patience: Patience | None = None) -> KeyStore:
    """Open the key store; raise SettingError if it fails, or shares the database of the cases."""
    require_separate_keys(settings)
    url = key_store_url(settings)
    with opening("key store", "HAVEN_KEYS_URL" if settings.keys_url else "HAVEN_DATA"):
        return KeyStore(_of_this_release(Database(url, patience, name="HAVEN_KEYS_URL")))


def _of_this_release(database: Database) -> Database:
    """Return a key store; refuse one of an older release, which a start copies and upgrades."""
    if current_revision(database) not in {None, LATEST_KEY_REVISION}:
        require_known(current_revision(database), KEY_MIGRATIONS)
        raise SettingError("the key store is of an older release; haven upgrade upgrades it")
    return database


@contextmanager
def opening(what: str, name: str) -> Iterator[None]:
    """Raise SettingError, which names the setting, for what a database driver raises."""
    try:
        yield
    except HavenError:
        raise
    except Exception as error:
        raise SettingError(
            f"{name}: the {what} cannot be opened: {opening_fault(error)}"
        ) from error
