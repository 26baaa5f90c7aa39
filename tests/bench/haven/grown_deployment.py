"""A deployment in which cases have piled up, as the processes open it that measure it.

Imports little: the memory of an operation is part of what is measured.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.app.storage import existing_database, open_vault
from bot.settings import load_settings
from tests.support.database.key_store_fixtures import PASSWORD, staff_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.settings import Settings
    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

WHO: Final = "mei"


class GrownDeployment(NamedTuple):
    """The parts of an open one."""

    settings: Settings
    database: Database
    vault: Vault


@contextmanager
def grown_deployment(folder: Path) -> Iterator[GrownDeployment]:
    """Open the deployment in a folder."""
    settings = settings_of(folder)
    database = existing_database(settings)
    with closing(database.writer), closing(open_vault(settings, database)) as vault:
        yield GrownDeployment(settings, database, vault)


def settings_of(folder: Path, **more: object) -> Settings:
    """Return the settings of the deployment in a folder, with more of them."""
    return load_settings(
        data=folder / "data", host_key_file=folder / "key", organisation="Hope House",
        contact="02-1", **more,
    )  # fmt: skip


def keyring_of(vault: Vault) -> Keyring:
    """Return the keys of the one colleague."""
    return staff_keys(vault).unlock(WHO, PASSWORD)
