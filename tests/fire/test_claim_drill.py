"""Many processes claim the same cases: each has one holder, and whoever comes second hears who."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.forked_commands import run_forked

if TYPE_CHECKING:
    from pathlib import Path

DRILL = (
    "import sys; from tests.fire.drills.claim_drill import drill; "
    "from tests.fire.drill_command import run_command; sys.exit(run_command(drill))"
)
on_both = pytest.mark.parametrize("kind", DATABASE_KINDS)


def contest(kind: str, folder: Path, *options: str) -> dict[str, Any]:
    """Let processes of their own contest, and return what was found."""
    url = migrated_url(kind, folder)
    words = ["-c", DRILL, f"--database={url}", *options]
    code, printed, complained = run_forked(words, "", dict(os.environ))
    assert printed, complained
    found: dict[str, Any] = json.loads(printed)
    assert code == bool(found["faults"])
    return found


@on_both
def test_twelve_who_want_every_case_give_each_one_holder_even_when_killed(
    kind: str, tmp_path: Path
) -> None:
    found = contest(kind, tmp_path, "--cases=150", "--kills=6")
    assert found["faults"] == {}
    assert found["claimed"] >= 150
    assert found["refused"] > 1000
    assert found["unknown"] > 0


@on_both
def test_twelve_claiming_next_share_the_queue_and_leave_no_case(kind: str, tmp_path: Path) -> None:
    found = contest(kind, tmp_path, "--takes-next", "--cases=150", "--kills=3")
    assert found["faults"] == {}
    assert 150 - 3 <= found["claimed"] <= 150


@on_both
def test_reading_before_writing_is_detected_as_double_claims(kind: str, tmp_path: Path) -> None:
    found = contest(kind, tmp_path, "--flaw", "--cases=300", "--kills=0")
    assert found["doubles"] > 0
    assert found["unwritten"] > 0
