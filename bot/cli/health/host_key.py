"""What `haven doctor` finds about the host key: whether the service can read it, and rotations."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bot.app.keys import key_store_url, load_host_key
from bot.app.storage import database_at
from bot.errors import HavenError
from bot.private_file import user_name
from bot.settings.missing import CREDENTIAL
from bot.setup.credentials import is_handed_over
from bot.setup.files import MACHINE
from bot.setup.service_files import services_without_key
from bot.vault.keys.key_store import load_marks, open_rotation

if TYPE_CHECKING:
    from bot.settings import Settings


def check_host_key(settings: Settings) -> None:
    """Refuse a host key that cannot be read, by this user, the services or the owner of the data.

    Root reads every file. The service runs as the owner of the data, and only the owner of a host
    key reads it.
    """
    load_host_key(settings)
    path = settings.host_key_file
    if path is not None and is_handed_over(path) and (lacking := services_without_key(MACHINE)):
        raise HavenError(
            f"systemd hands no credential {CREDENTIAL} over to {', '.join(lacking)}, which cannot "
            "begin without it: run haven setup as root, which writes haven.service again; services "
            "of single parts are made from that one (bot/setup/MACHINES.md, step 6)"
        )
    if os.geteuid() or path is None or is_handed_over(path) or not settings.data.is_dir():
        return
    runs_as = settings.data.stat().st_uid
    if runs_as not in {0, path.stat().st_uid}:
        user = user_name(runs_as)
        raise HavenError(
            f"HAVEN_HOST_KEY_FILE: Haven runs as {user}, the owner of {settings.data}, who cannot "
            f"read {path}: chown {user} {path}; or remove the setting where haven setup installed "
            "Haven, for there the key is a credential"
        )


def check_rotation(settings: Settings) -> None:
    """Refuse a second host key that opens the data: a rotation is not finished."""
    marks = load_marks(database_at(key_store_url(settings)))
    if fault := open_rotation(marks, load_host_key(settings)):
        raise HavenError(fault)
