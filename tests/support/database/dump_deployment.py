"""A deployment in a folder, with the data of a release, that commands work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.database import Database, DataDirectory
from bot.store.migrate import upgrade, upgrade_keys
from bot.vault.keys.host_key import HostKey
from bot.vault.keys.key_store import _ADD_ROOT, sealed_root
from tests.support.cli_runner import command_runner, written
from tests.support.database.release_dumps import DUMPS, load_dump

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import Haven

SECRET = bytes(range(32))
"""The host key of the dumps, which is their root as well."""
STORE = bytes(8)
"""The key store that the data of the dumps name."""


def dump_deployment(folder: Path, dump: Path = DUMPS[-1], *, upgraded: bool = True) -> Haven:
    """Return what types commands at a deployment, at the release of the dump or at this one."""
    directory = DataDirectory(folder / "data")
    directory.create()
    load_dump(dump, directory.path / "haven.db")
    load_dump(dump.with_name("keys.sql"), directory.path / "keys.db")
    host = written(folder / "host.key", SECRET.hex())
    keys = Database(directory.keys_url)
    connection = keys.connect()
    row = sealed_root(HostKey.load(host), STORE, SECRET, 1)
    compiled = _ADD_ROOT.for_dialect("sqlite")
    connection.execute(compiled.sql, compiled.row(row))
    connection.close()
    if upgraded:
        upgrade(Database(directory.database_url))
        upgrade_keys(keys)
    return command_runner(folder)
