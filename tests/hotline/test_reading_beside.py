"""Many things are read by processes beside this one, which end with the search."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.hotline.search.match import In
from bot.hotline.search.search import Search
from tests.hotline.test_searching import NOTED, SAID, SENT, WRITTEN, looks, talked
from tests.houses import ALWAYS, VAULT, Home
from tests.keys import nobody
from tests.stores import migrated_url
from tests.vault.aged import age
from tests.vault.shelf import WORDS, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

READER = ["-m", "bot.hotline.search.worker"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()


@pytest.fixture(autouse=True)
def _nothing_is_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.hotline.search.search.FEW", 0)
    monkeypatch.setattr("bot.hotline.search.search.AT_ONCE", 1)
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


def test_what_is_read_beside_is_what_would_be_read_here(home: Home) -> None:
    talked(home)
    found = looks(home, "ho chieu")
    assert {hit.found_in: hit.words for hit in found.hits} == {
        In.SENT: SENT, In.PERSON: WRITTEN, In.CASEWORKER: SAID, In.NOTE: NOTED,
    }  # fmt: skip
    assert (found.cases, found.closed, found.unreadable) == (1, 0, 0)
    assert looks(home, "ho chieu", nobody(VAULT)).items == 0


def test_what_was_altered_is_counted_beside_too(home: Home) -> None:
    talked(home)
    home.ask(
        "UPDATE exchanges SET sealed = (SELECT sealed FROM exchanges WHERE side = 'note') "
        "WHERE side = 'person' RETURNING id"
    )
    assert looks(home, "ho chieu").unreadable >= 1


def test_readers_end_with_the_search_even_one_that_is_given_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    talked(home)
    ran: list[int] = []

    def gives_up(*_: object) -> None:
        ran.append(len(readers()))
        raise ZeroDivisionError

    monkeypatch.setattr("bot.hotline.search.pool.read", gives_up)
    with pytest.raises(ExceptionGroup):
        looks(home, "ho chieu")
    assert ran
    assert ran[0] > 0  # the negative control: they are seen while they run
    assert readers() == []


def test_what_a_reader_that_ended_did_not_read_is_read_here(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    talked(home)
    monkeypatch.setattr("bot.hotline.search.pool._READER", ("-c", "raise SystemExit"))
    assert len(looks(home, "ho chieu").hits) == 4


async def test_cases_of_older_releases_are_read_among_newer_ones(tmp_path: Path) -> None:
    shelf = Shelf(migrated_url("sqlite", tmp_path), tmp_path)
    old, _new = shelf.opens(), shelf.opens()
    age(shelf, old)
    found = await Search(shelf.database, shelf.vault).find(WORDS[:9], nobody(shelf.vault))
    assert (len(found.hits), found.cases, found.items, found.unreadable) == (6, 2, 6, 0)
    await shelf.database.close()
