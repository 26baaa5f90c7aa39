"""Many things are read by processes beside this one, which end with the search."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.hotline.search.match import MatchSource
from tests.hotline.search.test_search import NOTED, SAID, SENT, WRITTEN, looks, talked
from tests.support.database.key_store_fixtures import empty_keyring
from tests.support.harnesses.hotline_harness import ALWAYS, VAULT, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator

READER = ["-m", "bot.hotline.search.worker"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


@pytest.fixture(autouse=True)
def _nothing_is_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.hotline.search.search.POOL_THRESHOLD", 0)
    monkeypatch.setattr("bot.hotline.search.search.BATCH_ROWS", 1)
    monkeypatch.setattr("bot.hotline.search.search.CORES", 3)


def readers() -> list[str]:
    """Return the readers that run for this process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            typed = (folder / "cmdline").read_text().split("\0")[1:3]
        except OSError:
            continue
        if parent == str(os.getpid()) and typed == READER:
            found.append(folder.name)
    return found


def test_search_workers_find_what_an_in_process_search_finds(hotline: HotlineHarness) -> None:
    talked(hotline)
    found = looks(hotline, "ho chieu")
    assert {hit.source: hit.excerpt for hit in found.hits} == {
        MatchSource.SENT: SENT,
        MatchSource.PERSON: WRITTEN,
        MatchSource.CASEWORKER: SAID,
        MatchSource.NOTE: NOTED,
    }
    assert (found.cases, found.closed, found.unreadable) == (1, 0, 0)
    assert looks(hotline, "ho chieu", empty_keyring(VAULT)).items == 0


def test_search_workers_count_altered_rows(hotline: HotlineHarness) -> None:
    talked(hotline)
    hotline.ask(
        "UPDATE exchanges SET sealed = (SELECT sealed FROM exchanges WHERE side = 'note') "
        "WHERE side = 'person' RETURNING id"
    )
    assert looks(hotline, "ho chieu").unreadable >= 1


def test_readers_end_with_the_search_even_one_that_is_given_up(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    talked(hotline)
    ran: list[int] = []

    def gives_up(*_: object) -> None:
        ran.append(len(readers()))
        raise ZeroDivisionError

    monkeypatch.setattr("bot.hotline.search.search.find_matches", gives_up)
    with pytest.raises(ExceptionGroup):
        looks(hotline, "ho chieu")
    assert ran
    assert ran[0] > 0  # the negative control: they are seen while they run
    assert readers() == []


def test_what_a_reader_that_ended_did_not_read_is_read_here(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    talked(hotline)
    monkeypatch.setattr("bot.hotline.search.search._WORKER_COMMAND", ("-c", "raise SystemExit"))
    assert len(looks(hotline, "ho chieu").hits) == 4
