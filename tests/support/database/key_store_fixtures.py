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
from bot.vault.keys.key_requests import approvers
from bot.vault.keys.keyring import Keyring
from bot.vault.keys.passwords import PasswordCost
from bot.vault.keys.staff_keys import StaffKeys
from bot.vault.keys.team_keys import load_holders
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.vault import Vault

_FOLDER = TemporaryDirectory(prefix="haven-keys-")
_MADE: list[KeyStore] = []
_KEYRINGS: dict[str, dict[str, Keyring]] = {}
"""The keys of everybody who was enrolled, by the address of the key store."""


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
    return enrol_approved(staff_keys(vault), who, role, QUEUES, PASSWORD, MIDDAY)


def enrol_approved(
    keys: StaffKeys, who: str, role: str, queues: Iterable[str], password: str, now: int
) -> Keyring:
    """Enrol somebody, have a present holder approve their key, and return their keys.

    Whoever approves was enrolled here too.
    """
    keys.enrol(who, role, tuple(queues), password, now)
    known = _KEYRINGS.setdefault(str(keys._keys.database.url), {})
    ring = known[who] = keys.unlock(who, password)
    approve_waiting(keys, now)
    return ring


def approve_waiting(keys: StaffKeys, now: int) -> None:
    """Have present holders who were enrolled here approve every key that waits."""
    known = _KEYRINGS[str(keys._keys.database.url)]
    for request in keys.requests():
        present = keys._keys.run(lambda work: load_holders(work, keys._prove)).present
        keys.approve(known[min(approvers(present, request.staff_id))], request.staff_id, now)


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
