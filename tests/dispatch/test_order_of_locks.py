"""Whoever changes a case and its conversation locks the conversation first, on PostgreSQL.

Workers do so when they answer a person. A process that did it the other way round met them again
and again, each time for a second, until it gave up.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.dispatch.conversation_store import Conversations
from bot.hotline.commands.types import Command, Verb
from tests.dispatch.relay.test_staff_commands import wanting
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
_WORKER = "SELECT id FROM conversations FOR UPDATE"
_CASES = "SELECT id FROM cases FOR UPDATE NOWAIT"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    made = HotlineHarness(tmp_path, kind="postgresql")
    yield made
    made.close()


def leaves_the_cases_free(home: HotlineHarness, work: Callable[[], object]) -> bool:
    """Hold the conversations as a worker does, let work wait; tell whether it holds no case."""
    libpq = home.url.replace("postgresql://postgres:@/", "postgresql://postgres@/")
    with psycopg.connect(libpq) as worker, psycopg.connect(libpq, autocommit=True) as looks:
        worker.execute(_WORKER)
        running = threading.Thread(target=work)
        running.start()
        while running.is_alive() and looks.execute(_WAITS).fetchone() == (0,):
            time.sleep(0.01)
        try:
            worker.execute(_CASES)
            is_free = True
        except psycopg.errors.LockNotAvailable:
            is_free = False
        worker.rollback()
        running.join()
    return is_free


def test_a_command_of_a_caseworker_locks_the_conversation_first(home: HotlineHarness) -> None:
    _person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    home.store_staff_commands(Command(verb=Verb.TAKE_OVER, by=mei.id, case=case))
    assert leaves_the_cases_free(home, lambda: home.run(home.house.dispatcher.resume()))


def test_a_command_that_begins_with_the_case_would_be_seen(
    home: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(Conversations, "lock", lambda *_given: None)
    _person, case = wanting(home)
    mei = home.colleague()
    mei.claims(case)
    home.store_staff_commands(Command(verb=Verb.TAKE_OVER, by=mei.id, case=case))
    assert not leaves_the_cases_free(home, lambda: home.run(home.house.dispatcher.resume()))
