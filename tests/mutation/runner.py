"""Runs tests against mutants: in processes forked from one that has imported everything else.

A change inside a function is made in the live function; one that runs at import is made while the
file is imported, in a process that has imported only libraries before.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import pkgutil
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

import pytest

from tests.mutation.covering_tests import (
    OTHER_DATABASE,
    CoveringTest,
    LineRecorder,
    load_tests,
    store_tests,
)
from tests.mutation.mutants import Mutant, mutated_tree
from tests.support.paths import ROOT

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Collection, Sequence

OPTIONS = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
NOT_IMPORTED = ("bot.store.migrations", "bot.store.key_migrations", "bot.cli.__main__")
LONGEST_TESTS = 12.0
"""Seconds of tests for one mutant; those of its mirror file come first, then the shortest."""
PATIENCE, SPARE_SECONDS = 4.0, 20.0
"""A mutant hangs that takes so many times as long as the tests did, and so much more."""
NOT_RUN = {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}
"""Exit codes of pytest without a test; a mutant that breaks what all tests need leads there too."""
FOLDER = "haven-mutants-"


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    HUNG = "hung"
    """Killed as well: a test never ended."""
    SURVIVED = "survived"
    UNTESTED = "untested"
    """Survived as well: no test comes to its line."""


@dataclass
class MutationRun:
    """Tests and the process they are forked from."""

    paths: Sequence[str]
    """Files that are mutated."""
    tests: Sequence[str]
    """Folders and files of tests."""
    root: Path = ROOT
    package: str = "bot"
    covering: list[CoveringTest] = field(default_factory=list)

    def record(self, file: Path) -> None:
        """Run the tests once, and note which lines each comes to; or read what was noted."""
        if not file.exists():
            status = self._in_child(lambda folder: self._record(file, folder), 3600.0)
            if status != 0:
                raise RuntimeError(f"the tests could not be run: {status}")
        self.covering = load_tests(file)

    def _record(self, file: Path, folder: Path) -> int:
        with LineRecorder(self.root, self.paths) as recorder:
            _run_pytest([*self.tests], folder, recorder)
        store_tests(recorder.tests, file)
        return 0

    def import_libraries(self) -> None:
        """Import the libraries that the program and its tests import, and nothing of them."""
        listed = Path(tempfile.mkdtemp(prefix=FOLDER)) / "modules"

        def list_modules(folder: Path) -> int:
            self.import_program()
            _run_pytest(["--collect-only", *self.tests[:1]], folder)
            listed.write_text("\n".join(sys.modules), "utf-8")
            return 0

        self._in_child(list_modules, 600.0)
        own = (self.package, "bot", "flows", "tests", "conftest", "_pytest", "py", "__main")
        for name in listed.read_text("utf-8").splitlines():
            if not name.partition(".")[0].startswith(own):
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
        shutil.rmtree(listed.parent)

    def import_program(self) -> None:
        """Import every module of the program: a change in a function is made after that."""
        package = importlib.import_module(self.package)
        for found in pkgutil.walk_packages(package.__path__, f"{self.package}."):
            if not found.name.startswith(NOT_IMPORTED):
                importlib.import_module(found.name)

    def tests_for(self, mutant: Mutant) -> list[CoveringTest]:
        """Return the tests that come to a mutant's line, for one that runs at import to its file.

        Those in its mirror file come first, then the shortest; together they take no longer than
        `LONGEST_TESTS`, but there is one at least.
        """
        found = [
            it
            for it in self.covering
            if (lines := it.lines.get(mutant.path))
            and (not mutant.function or mutant.line in lines)
        ]
        mirror = f"test_{Path(mutant.path).stem}"
        found.sort(key=lambda it: (mirror not in it.name, it.seconds))
        chosen, seconds = [], 0.0
        for it in found:
            seconds += it.seconds
            if chosen and seconds > LONGEST_TESTS:
                break
            chosen.append(it)
        return chosen

    def try_mutant(self, mutant: Mutant) -> Outcome:
        """Run the tests of a mutant."""
        tests = self.tests_for(mutant)
        if not tests:
            return Outcome.UNTESTED
        tree = mutated_tree(self.root, mutant)
        names = [it.name for it in tests]
        limit = PATIENCE * sum(it.seconds for it in tests) + SPARE_SECONDS

        def run(folder: Path) -> int:
            apply_mutant(mutant, tree, self.root)
            return _run_pytest(["-x", *names], folder)

        status = self._in_child(run, limit)
        if status is None:
            return Outcome.HUNG
        if status in NOT_RUN and not self._can_be_run(names):
            raise RuntimeError(f"no test was run for {mutant.name}: {status}")
        return Outcome.SURVIVED if status == 0 else Outcome.KILLED

    def _can_be_run(self, names: list[str]) -> bool:
        """Tell whether tests are found without a mutant: then it is the mutant that stops them."""

        def collect(folder: Path) -> int:
            return _run_pytest(["--collect-only", *names], folder)

        return self._in_child(collect, 600.0) == 0

    def _in_child(self, work: Callable[[Path], int], limit: float) -> int | None:
        """Do something in a forked process that stands in the root of what is mutated."""

        def there(folder: Path) -> int:
            os.chdir(self.root)
            sys.path.insert(0, str(self.root))
            return work(folder)

        return _in_child(there, limit)


def apply_mutant(mutant: Mutant, tree: ast.Module, root: Path) -> None:
    """Make a change in this process."""
    file = str(root / mutant.path)
    code = compile(tree, file, "exec", dont_inherit=True)
    if mutant.function:
        replace_code(code, file, mutant.function)
        return
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if self.path == file else original(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def replace_code(code: CodeType, file: str, function: str) -> None:
    """Let a live function of a file, and all that is bound to it, run other code."""
    new = {it.co_firstlineno: it for it in _codes(code) if it.co_qualname == function}
    gc.unfreeze()
    for it in gc.get_objects():
        if isinstance(it, FunctionType) and it.__code__.co_filename == file:
            known = it.__code__
            if known.co_qualname == function and known.co_firstlineno in new:
                it.__code__ = new[known.co_firstlineno]


def _codes(code: CodeType) -> list[CodeType]:
    inner = [it for it in code.co_consts if isinstance(it, CodeType)]
    return [*inner, *(found for it in inner for found in _codes(it))]


def _run_pytest(words: list[str], folder: Path, *plugins: object) -> int:
    options = [*OPTIONS, f"--basetemp={folder}", *words]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main(options, plugins=[_FewExamples(), *plugins]))


class _FewExamples:
    """Let Hypothesis try the same examples every time, and never look for a smaller one."""

    @staticmethod
    def pytest_configure() -> None:
        from hypothesis import Phase, settings  # noqa: PLC0415 - after the libraries

        settings.register_profile(
            "mutants", settings.default, derandomize=True, database=None,
            phases=(Phase.explicit, Phase.generate),
        )  # fmt: skip
        settings.load_profile("mutants")

    @staticmethod
    def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
        items[:] = [it for it in items if OTHER_DATABASE not in it.nodeid]


def _in_child(work: Callable[[Path], int], limit: float) -> int | None:
    """Do something in a forked process; return its exit code, None if it took too long."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        code = 125
        try:
            _be_silent()
            os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
            code = work(folder / "tests")
        finally:
            os._exit(code)
    with contextlib.suppress(OSError):
        os.setpgid(child, child)
    status = _wait(child, limit)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it began
    if status is None:
        os.waitpid(child, 0)
    shutil.rmtree(folder, ignore_errors=True)
    return status


def _wait(child: int, limit: float) -> int | None:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    return None


def _be_silent() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)


def paths_in(root: Path, wanted: Collection[str]) -> list[str]:
    """Return the files that are named, or lie in folders that are."""
    return sorted(
        file.relative_to(root).as_posix()
        for it in wanted
        for file in ([root / it] if it.endswith(".py") else (root / it).rglob("*.py"))
        if file.name != "__init__.py"
    )
