"""Which tests run which lines: the tests are run once, and every line they come to is noted."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from types import CodeType

TOOL_NAME = "haven mutants"
OTHER_DATABASE = "postgresql"
"""In the name of a test that needs a server: mutants are looked for on SQLite."""


@dataclass
class CoveringTest:
    """A test that passed, how long it took, and the lines it came to, by file."""

    name: str
    seconds: float
    lines: dict[str, set[int]] = field(default_factory=dict)


class LineRecorder:
    """A plugin of pytest that notes the lines of some files, test by test."""

    def __init__(self, root: Path, paths: Collection[str]) -> None:
        self._names = {str(root / path): path for path in paths}
        self._tool = sys.monitoring.PROFILER_ID
        self._lines: dict[str, set[int]] = {}
        self.tests: list[CoveringTest] = []

    def __enter__(self) -> Self:
        events = sys.monitoring.events
        sys.monitoring.use_tool_id(self._tool, TOOL_NAME)
        sys.monitoring.register_callback(self._tool, events.LINE, self._note)
        sys.monitoring.set_events(self._tool, events.LINE)
        return self

    def __exit__(self, *_: object) -> None:
        sys.monitoring.set_events(self._tool, 0)
        sys.monitoring.free_tool_id(self._tool)

    def _note(self, code: CodeType, line: int) -> Any:
        path = self._names.get(code.co_filename)
        if path is not None:
            self._lines.setdefault(path, set()).add(line)
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._lines = {}
        sys.monitoring.restart_events()
        self._seconds, self._has_passed = 0.0, True
        result = yield
        if self._has_passed and self._lines:
            self.tests.append(CoveringTest(item.nodeid, self._seconds, self._lines))
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds += report.duration
        self._has_passed = self._has_passed and report.passed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [it for it in items if OTHER_DATABASE not in it.nodeid]


def store_tests(tests: list[CoveringTest], file: Path) -> None:
    """Write what was noted."""
    rows = [
        (it.name, it.seconds, {path: sorted(lines) for path, lines in it.lines.items()})
        for it in tests
    ]
    file.write_text(json.dumps(rows), "utf-8")


def load_tests(file: Path) -> list[CoveringTest]:
    """Read what was noted."""
    return [
        CoveringTest(name, seconds, {path: set(lines) for path, lines in lines_of.items()})
        for name, seconds, lines_of in json.loads(file.read_text("utf-8"))
    ]
