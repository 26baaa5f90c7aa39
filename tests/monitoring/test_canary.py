"""The canary passes through everything and ends nowhere: no row, no count, no case, no Telegram."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.mailbox.canary import CANARY_CHAT, CanaryChannel, canary_arrival
from bot.monitoring.canary import CanaryRecord
from bot.store.tables.main import metadata
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.mailbox.inbox import Arrival

pytestmark = pytest.mark.both_databases


@pytest.fixture
def home(database_kind: str, tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, kind=database_kind, hours=ALWAYS)
    yield home
    home.close()


def rows(home: HotlineHarness) -> dict[str, list[object]]:
    """Return every row of the database."""
    return {name: sorted(home.ask(f"SELECT * FROM {name}"), key=repr) for name in metadata.tables}  # noqa: S608


def sends(home: HotlineHarness, late: float = 60.0) -> CanaryRecord:
    record = CanaryRecord(home.loop)
    home.run(home.house.canary.send(record, late))
    home.settle()
    return record


def counts(home: HotlineHarness) -> list[tuple[object, ...]]:
    home.database.writer.run_sync(
        lambda work: home.house.inbox.store_progress(work, home.loop.now())
    )
    return home.ask("SELECT kind, times FROM tallies ORDER BY kind")


def test_a_canary_passes_and_leaves_every_table_as_it_was(home: HotlineHarness) -> None:
    home.person("en").says("/start")
    counted, before = counts(home), rows(home)
    sent = len(home.post.chats)
    for _ in range(3):
        record = sends(home)
        assert record.seconds is not None
        assert record.failures == 0
    assert rows(home) == before
    assert counts(home) == counted
    assert len(home.post.chats) == sent
    assert CANARY_CHAT not in home.post.chats


def test_a_person_is_counted_where_the_canary_is_not(home: HotlineHarness) -> None:
    """The control."""
    home.person("en").says("/start")
    assert counts(home) == [("words", 1)]


def test_a_canary_that_does_not_arrive_is_a_failure_and_the_next_sweeps(
    home: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(home)
    with capture_logs() as logs, monkeypatch.context() as broken:
        broken.setattr(CanaryChannel, "deliver", _lost)
        record = sends(home)
        assert (record.failures, record.seconds, record.is_failing) == (1, None, True)
    with capture_logs() as later:
        home.run(home.house.canary.send(record, 60.0))
        home.settle()
    assert [it["event"] for it in logs if "canary" in it["event"]] == ["canary_failed"]
    assert [it["event"] for it in later if "canary" in it["event"]] == ["canary_passed"]
    assert rows(home) == before


async def _lost(*_: object) -> None:
    await asyncio.sleep(0)


def test_a_canary_cannot_open_a_case_whatever_it_says(
    home: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words that hand a person over to staff, in the canary's chat: its turn is undone."""
    for words in ("/start", "English", "/danger"):
        home.receive_updates(_saying(words))
    home.receive_updates(_saying("yes"), _saying("yes, tell them now"), _saying("help me"))
    assert home.ask("SELECT count(*) FROM cases") == [(0,)]
    person = home.person("en")
    for words in ("/start", "English", "/danger", "yes", "yes, tell them now", "help me"):
        person.says(words)
    assert home.ask("SELECT count(*) FROM cases") == [(1,)]  # the control
    sends(home)
    stored = home.ask("SELECT count(*) FROM inbox WHERE update_id > 4000000000")
    assert stored == [(0,)]


def _saying(words: str) -> Arrival:
    arrival = canary_arrival(_saying.seconds)  # type: ignore[attr-defined]
    _saying.seconds += 1  # type: ignore[attr-defined]
    return type(arrival).of(arrival.update_id, arrival.raw.replace(b"/start", words.encode()))


_saying.seconds = 1_795_060_800  # type: ignore[attr-defined]


def test_no_update_of_a_person_can_have_the_canarys_number() -> None:
    """Telegram says that numbers of accounts have at most 52 bits."""
    assert CANARY_CHAT.bit_length() == 53
