"""Many processes claim the same cases: each has one holder, and whoever comes second hears who."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

on_both = pytest.mark.parametrize("kind", DATABASE_KINDS)


def contest(kind: str, folder: Path, *options: str) -> dict[str, Any]:
    """Let processes of their own contest, and return what was found."""
    url = migrated_url(kind, folder)
    command = [sys.executable, "-m", "tests.fire.drills.claim_drill", f"--database={url}", *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - ours
    assert ran.stdout, ran.stderr.decode()
    found: dict[str, Any] = json.loads(ran.stdout)
    assert ran.returncode == bool(found["faults"])
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
