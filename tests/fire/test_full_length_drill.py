"""Tests with a short and a full length: each is listed, and `./run fire states` sees a failure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.fire.drills.full_length_drill import FULL, run_file
from tests.support.drill_length import FULL_LENGTH, drill_length
from tests.support.paths import ROOT, TESTS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_every_test_that_has_a_full_length_is_run_at_it_by_a_drill() -> None:
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in TESTS.rglob("test_*.py")
        if path.name != "test_full_length_drill.py"
        and re.search(r"\bdrill_length\(\d", path.read_text(encoding="utf-8"))
    }
    assert len(asking) > 10
    assert asking == set(FULL)


def test_a_test_is_longer_at_full_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FULL_LENGTH, raising=False)
    assert drill_length(3, 30) == 3
    monkeypatch.setenv(FULL_LENGTH, "1")
    assert drill_length(3, 30) == 30


def test_a_failure_at_full_length_is_a_fault(tmp_path: Path) -> None:
    failing = tmp_path / "test_failing.py"
    failing.write_text("def test_it():\n    assert False\n", encoding="utf-8")
    assert run_file(str(failing)).startswith("1 failed")
