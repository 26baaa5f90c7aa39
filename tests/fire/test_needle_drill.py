"""What was erased is found nowhere and opened by no key, and would be; the short drill."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fire.drill_command import run_command
from tests.fire.drills import needle_drill

if TYPE_CHECKING:
    import pytest

EVERYBODY = {"house", "staff", "team", "escrow"}
"""Who holds keys of cases: the host for want of anybody, whoever claimed, teams, the spare key."""


def test_no_needle_is_left_and_no_key_opens_what_was_kept_from_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run_command(needle_drill.drill, [])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["faults"]) == (0, {})
    assert found["opened_before"] >= 5
    assert found["opened_within_a_week"] >= 5  # what is said of backups
    assert found["keys"] > 20
    assert {kind for kind, count in found["opened_by"].items() if count >= 5} == EVERYBODY
    assert not any(found["opened_to"].values())


def test_what_is_left_would_be_found(capsys: pytest.CaptureFixture[str]) -> None:
    """A key that was kept opens what was kept; a needle in a log and in an object is seen."""
    code = run_command(needle_drill.drill, ["--flaw", "all", "--storage", "bucket"])
    found = json.loads(capsys.readouterr().out)
    assert code == 1
    assert found["faults"]["opened"] >= 5
    assert {kind for kind, count in found["opened_to"].items() if count >= 5} == EVERYBODY
    assert set(found["faults"]["hits"]) == {"log", needle_drill.LEFT}
    assert found["faults"]["kept_files"] == [needle_drill.LEFT]  # every other one was erased
    assert found["faults"].keys() == {"opened", "hits", "kept_files"}
