"""A deployment in a folder, with the data of a release, that commands work on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.store.database import Database, DataDirectory
from bot.store.migrate import upgrade, upgrade_keys
from bot.vault.keys.host_key import HostKey
from bot.vault.keys.key_store import _ADD_ROOT, sealed_root
from tests.support.cli_runner import command_runner, written
from tests.support.database.release_dumps import DUMPS, load_dump

if TYPE_CHECKING:
    from tests.support.cli_runner import Haven

SECRET = bytes(range(32))
"""The host key of the dumps, which is their root as well."""
STORE = bytes(8)
"""The key store that the data of the dumps name."""
NAMES = ("haven.db", "keys.db")


def dump_deployment(folder: Path, dump: Path = DUMPS[-1], *, upgraded: bool = True) -> Haven:
    """Return what types commands at a deployment, at the release of the dump or at this one."""
    directory = DataDirectory(folder / "data")
    directory.create()
    written(folder / "host.key", SECRET.hex())
    for name, content in zip(NAMES, _databases(dump, upgraded=upgraded), strict=True):
        (directory.path / name).write_bytes(content)
    return command_runner(folder)


@cache
def _databases(dump: Path, *, upgraded: bool) -> tuple[bytes, bytes]:
    """Return both databases: upgrading them takes longer than most of what is done to them."""
    with TemporaryDirectory() as folder:
        data, keys = (Path(folder) / name for name in NAMES)
        load_dump(dump, data)
        load_dump(dump.with_name("keys.sql"), keys)
        _add_root(keys, written(Path(folder) / "host.key", SECRET.hex()))
        if upgraded:
            upgrade(Database(f"sqlite:///{data}"))
            upgrade_keys(Database(f"sqlite:///{keys}"))
        return data.read_bytes(), keys.read_bytes()


def _add_root(keys: Path, host: Path) -> None:
    connection = Database(f"sqlite:///{keys}").connect()
    row = sealed_root(HostKey.load(host), STORE, SECRET, 1)
    compiled = _ADD_ROOT.for_dialect("sqlite")
    connection.execute(compiled.sql, compiled.row(row))
    connection.close()
