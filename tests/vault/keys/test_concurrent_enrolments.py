"""Two processes change who holds keys at once, on PostgreSQL: each sees what the other stored."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.errors import DecryptionError
from bot.store.database import Database
from bot.vault import KeyStore, Vault
from bot.vault.keys import team_keys
from bot.vault.keys.staff_keys import StaffKeys
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD, QUEUES
from tests.support.database_fixtures import empty_url
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


class Processes:
    """Two processes, each with a connection of its own to one key store."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stores = [KeyStore(Database(url)) for _ in range(2)]
        self.prove = Vault(ROOT).prove

    def enrols(self, at: int, who: str) -> None:
        StaffKeys(self.stores[at], self.prove, CHEAP).enrol(
            who, "supervisor", QUEUES, PASSWORD, MIDDAY
        )

    def holders(self) -> team_keys.KeyHolders:
        return self.stores[0].run(lambda work: team_keys.load_holders(work, self.prove))

    def reads_while_another_enrols(self, who: str) -> team_keys.KeyHolders:
        """Let the other process enrol between the reads of the members and of the teams."""
        running = threading.Thread(target=self.enrols, args=(1, who))

        def prove(data: bytes) -> bytes:
            if data.startswith(b"teams|") and running.ident is None:
                running.start()
                self._until_it_ends_or_waits(running)
            return self.prove(data)

        try:
            return self.stores[0].run(lambda work: team_keys.load_holders(work, prove))
        finally:
            running.join()

    def _until_it_ends_or_waits(self, running: threading.Thread) -> None:
        libpq = self.url.replace("postgresql://postgres:@/", "postgresql://postgres@/")
        with psycopg.connect(libpq, autocommit=True) as looks:
            while running.is_alive() and looks.execute(_WAITS).fetchone() == (0,):
                time.sleep(0.01)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(empty_url("postgresql", tmp_path))
    made.enrols(0, "first")
    yield made
    for store in made.stores:
        store.close()


def test_teams_that_are_renewed_meanwhile_are_not_called_altered(processes: Processes) -> None:
    before = processes.reads_while_another_enrols("second")
    assert set(before.members) == {"first"}
    assert set(processes.holders().members) == {"first", "second"}


def test_without_the_lock_a_renewal_meanwhile_looks_like_a_deleted_row(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(team_keys, "_wait_for_changes", lambda _work: None)
    with pytest.raises(DecryptionError, match="a row of the key store was deleted"):
        processes.reads_while_another_enrols("second")


def test_of_many_enrolments_at_once_every_one_is_stored(processes: Processes) -> None:
    with ThreadPoolExecutor(2) as both:
        made = [both.submit(processes.enrols, it % 2, f"who{it}") for it in range(12)]
    assert [it.exception() for it in made] == [None] * 12
    assert set(processes.holders().members) == {"first", *(f"who{it}" for it in range(12))}
    asked = "SELECT round FROM team_rounds"
    assert processes.stores[0].run(lambda work: work.execute(asked)) == [(13,)]
