"""The drills themselves, short: what must not be found is not found, and would be."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.fire.__main__ import MODULES, asked, main, offered
from tests.fire.drills import needle_drill

EVERYBODY = {"house", "staff", "team", "escrow"}
"""Who holds keys of cases: the host for want of anybody, whoever claimed, teams, the spare key."""


RunCommand = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Run a drill as on its command line, in this process; return its exit code and its rows."""

    def run(main: Callable[[], int], *words: str) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr(sys, "argv", ["drill", *words])
        code = main()
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_no_needle_is_left_and_no_key_opens_what_was_kept_from_before(
    run_command: RunCommand,
) -> None:
    code, (found,) = run_command(needle_drill.main)
    assert (code, found["faults"]) == (0, {})
    assert found["opened_before"] >= 5
    assert found["opened_within_a_week"] >= 5  # what is said of backups
    assert found["keys"] > 20
    assert {kind for kind, count in found["opened_by"].items() if count >= 5} == EVERYBODY
    assert not any(found["opened_to"].values())


def test_what_is_left_would_be_found(
    run_command: RunCommand,
) -> None:
    """A key that was kept opens what was kept; a needle in a log and in a file is seen."""
    code, (found,) = run_command(needle_drill.main, "--flaw", "all")
    assert code == 1
    assert found["faults"]["opened"] >= 5
    assert {kind for kind, count in found["opened_to"].items() if count >= 5} == EVERYBODY
    assert set(found["faults"]["hits"]) == {"log", "left"}


def test_a_drill_is_one_row_of_figures(run_command: RunCommand) -> None:
    code, rows = run_command(main, "restore", "--json")
    assert code == 0
    assert [row["drill"] for row in rows] == ["restore"]
    assert rows[0]["faults"] == {}
    assert rows[0]["damaged"] == 60


def test_every_drill_is_there_and_no_other_is_offered() -> None:
    assert set(offered()) == set(MODULES)
    for module in offered().values():
        assert callable(importlib.import_module(module).drill)
    with pytest.raises(SystemExit):
        asked(["nothing"])
