"""Where the keys of a deployment come from: the host key, and the key store it opens."""

from __future__ import annotations

import stat
import sys
from functools import cache
from getpass import getpass
from typing import TYPE_CHECKING

from bot.errors import HavenError, SettingError
from bot.store.database import Database, DataDirectory
from bot.vault import HostKey, KeyStore

if TYPE_CHECKING:
    from bot.settings import Settings


def load_host_key(settings: Settings) -> HostKey:
    """Return the host key: of the file that is named, or of a credential systemd hands over.

    Where it is locked, its passphrase is read from a file as well, or asked.

    Raises:
        WrongSetting: there is none, others can read it, or nobody can be asked.
        WrongHostKey: that is not its passphrase.
    """
    credential = settings.host_key_credential()
    if settings.host_key_file is None and credential is not None:
        return HostKey.load(credential, settings.data, lambda: load_passphrase(settings))
    return HostKey.load(
        settings.required_host_key_file(), settings.data, lambda: load_passphrase(settings)
    )


def load_passphrase(settings: Settings) -> str:
    """Return the passphrase of the host key: the first line of a file, or what somebody types.

    Raises:
        WrongSetting: the file cannot be used, or there is none and nobody sits here.
    """
    path = settings.passphrase_file
    if path is None:
        return _ask_passphrase()
    if path.resolve().is_relative_to(settings.data.resolve()):
        raise SettingError("HAVEN_PASSPHRASE_FILE lies in HAVEN_DATA; move it to another folder")
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingError(f"HAVEN_PASSPHRASE_FILE: others can read it; chmod 0400 {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise SettingError(f"HAVEN_PASSPHRASE_FILE: {path} cannot be read") from None
    if not lines or not lines[0]:
        raise SettingError(f"HAVEN_PASSPHRASE_FILE: {path} is empty")
    return lines[0]


@cache
def _ask_passphrase() -> str:
    """Return what whoever sits here types, asked once in a process."""
    if not sys.stdin.isatty():
        raise SettingError(
            "the host key is locked, and nobody sits here to type its passphrase: name a file "
            "that holds it in HAVEN_PASSPHRASE_FILE, or start Haven at a terminal"
        )
    return getpass("Passphrase of the host key: ")


def open_key_store(settings: Settings) -> KeyStore:
    """Open the key store of this deployment, at this release's schema.

    Raises:
        WrongSetting: there is none that can be opened.
    """
    directory = DataDirectory(settings.data)
    url = settings.keys_url or directory.keys_url
    if url == (settings.database_url or directory.database_url):
        raise SettingError("HAVEN_KEYS_URL is HAVEN_DATABASE_URL: keys lie apart from the data")
    try:
        return KeyStore(Database(url))
    except HavenError:
        raise
    except Exception as error:
        name = "HAVEN_KEYS_URL" if settings.keys_url else "HAVEN_DATA"
        raise SettingError(
            f"{name}: the key store cannot be opened ({type(error).__name__}); haven doctor says "
            "why"
        ) from error
