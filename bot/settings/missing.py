"""Settings that are missing where they are needed, and the credentials systemd hands over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingError
from bot.settings.env_file import ENV_FILE, OTHER_NAMES, env_file_path
from bot.settings.hints import PREFIX, SETTING_HINTS, setting_name

if TYPE_CHECKING:
    from collections.abc import Collection

CREDENTIAL = "haven-host-key"
"""The name of the host key among the credentials of a systemd service."""
TOKEN_CREDENTIAL = "haven-telegram-token"  # noqa: S105 - a name
"""The name of the bot's token there."""
CREDENTIAL_FOLDER = ENV_FILE.parent / "credentials"
"""Where haven setup keeps what systemd hands over; root alone reads it."""
FILES_CREDENTIAL = "haven-files-key"
"""The name of the bucket's key there."""


def find_credential(name: str) -> Path | None:
    """Return the file of a credential that systemd handed to this service, if any."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / name if folder else None
    return path if path is not None and path.exists() else None


def not_set(*names: str) -> SettingError:
    """Return the error for settings that are missing, with the fix of each."""
    hints = (f"{setting_name(name)} is not set: {SETTING_HINTS[name]}" for name in names)
    return SettingError("; ".join(hints) + _missing_credential(names) + _next_step())


def no_host_key(path: Path | None, data: Path) -> SettingError:
    """Return the error for a host key that is missing where there are data, which need that one.

    `path` is where HAVEN_HOST_KEY_FILE says that it is, if it is set.
    """
    if path is not None:
        where = f"HAVEN_HOST_KEY_FILE: there is no file {path}"
        fix = "put its copy, which is kept elsewhere, back there (chmod 0400)"
    elif env_file_path() == ENV_FILE:
        where = (
            f"the host key is missing: its credential {CREDENTIAL} belongs in {CREDENTIAL_FOLDER}"
        )
        fix = (
            "with its copy, which is kept elsewhere, at hand, run haven setup as root: it writes "
            "the credential and the services again, and keeps the data"
        )
    else:
        where = "HAVEN_HOST_KEY_FILE is not set"
        fix = "name its file there, or the copy that is kept elsewhere"
    where += _missing_credential(("host_key_file",))
    return SettingError(f"{where}. A new key opens nothing of what is in {data}: {fix}")


def _missing_credential(names: Collection[str]) -> str:
    """Return what to look at if systemd started this process and handed over too little."""
    wanted = {"host_key_file": CREDENTIAL, "telegram_token": TOKEN_CREDENTIAL}
    missing = next((wanted[name] for name in names if name in wanted), "")
    if not missing or not os.environ.get("CREDENTIALS_DIRECTORY"):
        return ""
    return (
        f". systemd handed over no credential {missing}: see LoadCredential in the unit, which "
        "haven setup writes"
    )


def _next_step() -> str:
    """Return how to begin, where nothing at all is set."""
    if env_file_path() is not None or any(
        it.upper().startswith(PREFIX) for it in os.environ.keys() - OTHER_NAMES
    ):
        return ""
    return ". haven setup, as root, asks for all settings; haven demo shows Haven without any"
