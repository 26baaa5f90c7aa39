"""Key stores for tests: real ones, each in a file of its own that goes with the process."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.cases.routing import Queue
from bot.store.database import Database
from bot.store.migrate import upgrade_keys
from bot.vault import KeyStore
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.keyring import Keyring
from bot.vault.keys.passwords import PasswordCost
from bot.vault.keys.staff_keys import StaffKeys
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from bot.vault import Vault

_FOLDER = TemporaryDirectory(prefix="haven-keys-")
_MADE: list[KeyStore] = []


def key_store(folder: Path | None = None) -> KeyStore:
    """Return a new key store, in a folder or in one that goes with the process."""
    path = (folder or Path(_FOLDER.name)) / f"keys{len(_MADE)}.db"
    path.write_bytes(migrated_keys())
    store = KeyStore(Database(f"sqlite:///{path}"))
    _MADE.append(store)
    return store


CHEAP = PasswordCost(memory=64, passes=1)
"""A guess that costs nothing: for tests alone."""
PASSWORD = "correct horse battery staple"  # noqa: S105 - everybody knows it
QUEUES = tuple(queue.value for queue in Queue)


def staff_keys(vault: Vault) -> StaffKeys:
    """Return the keys of staff of a vault, cheap to guess."""
    assert vault.keys is not None
    return StaffKeys(vault.keys, vault.prove, CHEAP)


def enrol_keyholder(vault: Vault, who: str = "keeper", role: str = "supervisor") -> Keyring:
    """Enrol somebody whose keys open cases, and return them."""
    keys = staff_keys(vault)
    keys.enrol(who, role, QUEUES, PASSWORD, MIDDAY)
    return keys.unlock(who, PASSWORD)


def empty_keyring(vault: Vault) -> Keyring:
    """Return a keyring that opens nothing: but what a house keeps itself, for want of staff."""
    assert vault.keys is not None
    return Keyring(vault.keys, "staff/nobody", KeyPair.generate())


@cache
def migrated_keys() -> bytes:
    """Return a key store with nothing in it, at this release."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "keys.db"
        upgrade_keys(Database(f"sqlite:///{path}"))
        return path.read_bytes()


@atexit.register
def _close() -> None:
    for store in _MADE:
        store.close()
    _FOLDER.cleanup()
