"""A session that begins finds the case from before it; several that begin together ask once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.store.postgresql.pipeline import Pipeline
from tests.support.dispatch_inspection import key_of, send_report, stored_conversation
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.postgresql.pipeline import Answer

NEW_PEOPLE = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HotlineHarness]:
    made = HotlineHarness(tmp_path, kind=request.param)
    yield made
    made.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[Answer]:
    """Return a list that grows by each answer about a chat's cases that was waited for."""
    asked: list[Answer] = []
    waited: list[Answer] = []
    send, read = Pipeline.send, Pipeline.read

    def noting(self: Pipeline, sql: str, values: Any = None) -> Answer:
        answer = send(self, sql, values)
        if sql.startswith("SELECT cases.id") and "chat_key" in sql:
            asked.append(answer)
        return answer

    def counting(self: Pipeline, answer: Answer) -> Any:
        if answer.result is None and any(answer is it for it in asked):
            waited.append(answer)
        return read(self, answer)

    monkeypatch.setattr(Pipeline, "send", noting)
    monkeypatch.setattr(Pipeline, "read", counting)
    return waited


def test_sessions_that_begin_in_one_batch_find_each_its_own_earlier_case(
    home: HotlineHarness, waits: list[Answer]
) -> None:
    came_back = [home.person() for _ in range(2)]
    for person in came_back:
        send_report(person)
        person.says("/bye")
    new = [home.person() for _ in range(NEW_PEOPLE)]
    waits.clear()
    home.receives(*(person.words("/start") for person in (*came_back, *new)))
    cases = {bytes(key): case for key, case in home.ask("SELECT chat_key, id FROM cases")}
    assert len(cases) == len(came_back)
    for person in (*came_back, *new):
        found = stored_conversation(person).earlier_case
        assert found == cases.get(key_of(person), "")
    assert len(waits) <= 1
