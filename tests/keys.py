"""Key stores for tests: real ones, each in a file of its own that goes with the process."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.database import Database
from bot.store.upgrade import upgrade_keys
from bot.vault import KeyStore

_FOLDER = TemporaryDirectory(prefix="haven-keys-")
_MADE: list[KeyStore] = []


def key_store(folder: Path | None = None) -> KeyStore:
    """Return a new key store, in a folder or in one that goes with the process."""
    path = (folder or Path(_FOLDER.name)) / f"keys{len(_MADE)}.db"
    path.write_bytes(_migrated())
    store = KeyStore(Database(f"sqlite:///{path}"))
    _MADE.append(store)
    return store


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "keys.db"
        upgrade_keys(Database(f"sqlite:///{path}"))
        return path.read_bytes()


@atexit.register
def _close() -> None:
    for store in _MADE:
        store.close()
    _FOLDER.cleanup()
