"""One nurse begins the processes of all tests here: importing takes longer than living."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fire.processes import process_spawner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fire.processes.process_spawner import ProcessSpawner


@pytest.fixture(scope="session")
def spawner() -> Iterator[ProcessSpawner]:
    with process_spawner.process_spawner() as nurse:
        yield nurse
