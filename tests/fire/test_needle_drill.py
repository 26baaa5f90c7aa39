"""The drills themselves, short: what must not be found is not found, and would be."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import Any

import pytest

from tests.fire.__main__ import MODULES, asked, offered
from tests.support.paths import ROOT

EVERYBODY = {"house", "staff", "team", "escrow"}
"""Who holds keys of cases: the host for want of anybody, whoever claimed, teams, the spare key."""


def ran(*words: str) -> tuple[int, list[dict[str, Any]]]:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - ours
    assert done.stdout, done.stderr.decode()
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_no_needle_is_left_and_no_key_opens_what_was_kept_from_before() -> None:
    code, (found,) = ran("tests.fire.drills.needle_drill")
    assert (code, found["faults"]) == (0, {})
    assert found["opened_before"] >= 5
    assert found["opened_within_a_week"] >= 5  # what is said of backups
    assert found["keys"] > 20
    assert {kind for kind, count in found["opened_by"].items() if count >= 5} == EVERYBODY
    assert not any(found["opened_to"].values())


def test_what_is_left_would_be_found() -> None:
    """A key that was kept opens what was kept; a needle in a log and in a file is seen."""
    code, (found,) = ran("tests.fire.drills.needle_drill", "--flaw", "all")
    assert code == 1
    assert found["faults"]["opened"] >= 5
    assert {kind for kind, count in found["opened_to"].items() if count >= 5} == EVERYBODY
    assert set(found["faults"]["hits"]) == {"log", "left"}


def test_a_drill_is_one_row_of_figures() -> None:
    code, rows = ran("tests.fire", "restore", "--json")
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
