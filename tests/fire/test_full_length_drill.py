"""Tests with a short and a full length: each is listed, and `./run fire states` sees a failure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.fire.drills.full_length_drill import FULL, run_file
from tests.support.drill_length import (
    FULL_LENGTH,
    drill_length,
    left_to_the_drill,
    part_in_turn,
    part_of,
)
from tests.support.paths import ROOT, TESTS

if TYPE_CHECKING:
    from pathlib import Path

ASKS = re.compile(r"\bdrill_length\(\d|\bpart_(?:of|in_turn)\(|\bmark\.full_length\b")


def test_every_test_that_has_a_full_length_is_run_at_it_by_a_drill() -> None:
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in TESTS.rglob("test_*.py")
        if path.name != "test_full_length_drill.py"
        and ASKS.search(path.read_text(encoding="utf-8"))
    }
    assert len(asking) > 10
    assert asking == set(FULL)


def test_a_test_is_longer_at_full_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FULL_LENGTH, raising=False)
    assert drill_length(3, 30) == 3
    monkeypatch.setenv(FULL_LENGTH, "1")
    assert drill_length(3, 30) == 30


def test_a_list_is_whole_at_full_length_and_a_part_spread_over_it_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(FULL_LENGTH, raising=False)
    assert part_of(range(10), 4) == [0, 3, 6, 9]
    assert part_of(range(10), 1) == [0]
    assert part_of(range(3), 4) == [0, 1, 2]
    monkeypatch.setenv(FULL_LENGTH, "1")
    assert part_of(range(10), 4) == list(range(10))


def test_a_part_in_turn_has_each_item_of_a_list_after_some_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(FULL_LENGTH, raising=False)
    assert [part_in_turn("abc", turn, 2) for turn in range(3)] == [
        ["a", "b"], ["c", "a"], ["b", "c"],
    ]  # fmt: skip
    assert part_in_turn("ab", 1, 2) == ["a", "b"]
    monkeypatch.setenv(FULL_LENGTH, "1")
    assert part_in_turn("abc", 1, 2) == ["a", "b", "c"]


def test_a_test_of_the_full_length_alone_is_left_to_the_drill(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.delenv(FULL_LENGTH, raising=False)
    assert left_to_the_drill([request.node]) == []
    request.node.add_marker(pytest.mark.full_length("the shorter one is here"))
    assert left_to_the_drill([request.node]) == [request.node]
    monkeypatch.setenv(FULL_LENGTH, "1")
    assert left_to_the_drill([request.node]) == []


def test_a_failure_at_full_length_is_a_fault(tmp_path: Path) -> None:
    failing = tmp_path / "test_failing.py"
    failing.write_text("def test_it():\n    assert False\n", encoding="utf-8")
    assert run_file(str(failing)).startswith("1 failed")
