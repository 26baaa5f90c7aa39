"""The source keeps the rules no linter knows: names, sizes, clocks, words that never leave."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.source_tree import ROOT, calls_in, module_of, modules, name_of, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VAGUE = frozenset(
    {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "managers"}
    | {"service", "services", "models", "misc", "shared", "lib"}
)
"""Names of files that could not decide what they are about."""
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
WRITTEN_OUT = {
    "bot/sandbox/sample_updates.py": "one update of every kind there is, as data",
}
"""Files whose functions are tables, and what of."""
PRINTS = {"bot/app/demo.py": "the one line that says where it is"}
"""Files that speak to a terminal without `typer.echo`; everything else has a log."""
CLOCKS = re.compile(r"(?:^|\.)(?:time\.time(?:_ns)?|datetime\.(?:now|utcnow|today)|date\.today)$")
TELLS_TIME = {
    "bot/clock.py": "it is the clock",
    "bot/cli/main.py": "a command looks at the queue now",
    "bot/cli/flows.py": "a rehearsal reads the numbers of today",
    "bot/app/demo.py": "so does the demo",
    "bot/cli/directory.py": "what is shown of a place depends on the day",
    "bot/app/texts.py": "the directory's numbers are shown until a date",
    "bot/cli/doctor.py": "the directory's numbers were read until a date",
    "bot/cli/languages.py": "no review is of a later day",
}
"""Files that may ask the machine what time it is, and why."""
CATCHES_ALL = {
    "bot/cases/evidence/download.py": "a file is tried again, and given up in the end",
    "bot/desks/web/middleware.py": "a failed request ends alone, and its error is not shown",
    "bot/desks/web/live/watcher.py": "whatever came of one look, the next may hear again",
    "bot/cli/doctor.py": "a check that cannot even run has failed",
    "bot/dispatch/batch.py": "one update's failure is nobody else's",
    "bot/dispatch/dispatcher.py": "told to everybody who waits for it",
    "bot/dispatch/recovery.py": "one conversation's failure is nobody else's",
    "bot/languages/po_files.py": "a file that cannot be read refuses its language",
    "bot/mailbox/courier.py": "one letter's failure is nobody else's",
    "bot/store/writer.py": "the unit that failed hears of it",
    "bot/vault/audit/log.py": "a row that no driver can read was put there, and is named",
}
"""Files that may catch whatever comes, and why; each place says it again. None opens a seal."""
OPENS = re.compile(r"(?:^|_|\.)(?:vault\.open|sealer\.open|open_reasons|opened)$")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|WIP)\b|NotImplemented\b")
THIS_MACHINE = re.compile(r"(?<![\w.:/])/(?:(?:work|root|Users|tmp|mnt)/\w|home/\w+/)")
TEXTS = ("*.py", "*.md", "*.toml", "*.js", "*.css", "*.html", "*.chat", "*.po", "*.pot", "*.sql")
SKIPPED = {".venv", ".git", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache"}

every_file = pytest.mark.parametrize("path", modules(), ids=name_of)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, its decorators and docstring left out."""
    told = ast.get_docstring(node, clean=False)
    first = node.body[1] if told is not None and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


def catches_all(tree: ast.AST) -> list[ast.ClaimAttempt]:
    """Return where whatever comes is caught and not raised again."""
    tried = [node for node in ast.walk(tree) if isinstance(node, ast.ClaimAttempt)]
    return [node for node in tried if any(swallows(handler) for handler in node.handlers)]


def swallows(handler: ast.ExceptHandler) -> bool:
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    return takes_everything(handler.type) and not raises


def takes_everything(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    everything = {"Exception", "BaseException"}
    return any(name is None or ast.unparse(name) in everything for name in names)


def clocks_in(tree: ast.AST) -> list[str]:
    return [call for _, call in calls_in(tree) if CLOCKS.search(call)]


def prints_in(tree: ast.AST) -> list[int]:
    return [line for line, call in calls_in(tree) if call == "print"]


def texts() -> list[Path]:
    found = {path for kind in TEXTS for path in ROOT.rglob(kind)} | {ROOT / "run"}
    return sorted(path for path in found if SKIPPED.isdisjoint(path.relative_to(ROOT).parts))


@every_file
def test_a_file_is_named_for_what_is_in_it(path: Path) -> None:
    assert VAGUE.isdisjoint(module_of(path).split("."))


@every_file
def test_a_file_says_what_lives_in_it(path: Path) -> None:
    told = ast.get_docstring(tree_of(path))
    assert told
    assert told.splitlines()[0].endswith((".", "?"))


@every_file
def test_a_file_holds_one_noun(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@every_file
def test_a_function_does_one_verb(path: Path) -> None:
    long = {it.name: length(it) for it in functions(tree_of(path)) if length(it) > LONGEST_FUNCTION}
    assert long == {} or name_of(path).startswith(tuple(WRITTEN_OUT))


@every_file
def test_only_a_terminal_is_printed_to(path: Path) -> None:
    assert prints_in(tree_of(path)) == [] or name_of(path) in PRINTS


@every_file
def test_time_is_told_and_not_looked_up(path: Path) -> None:
    assert clocks_in(tree_of(path)) == [] or name_of(path) in TELLS_TIME


@every_file
def test_nothing_is_caught_that_nobody_expected(path: Path) -> None:
    assert catches_all(tree_of(path)) == [] or name_of(path) in CATCHES_ALL


@every_file
def test_what_does_not_open_is_told_from_every_other_failure(path: Path) -> None:
    for node in catches_all(tree_of(path)):
        tried = ast.Module(node.body, [])
        assert [call for _, call in calls_in(tried) if OPENS.search(call)] == []


def test_every_exception_to_a_rule_is_still_needed() -> None:
    trees = {name_of(path): tree_of(path) for path in modules()}
    assert [name for name in PRINTS if not prints_in(trees[name])] == []
    assert [name for name in TELLS_TIME if not clocks_in(trees[name])] == []
    assert [name for name in CATCHES_ALL if not catches_all(trees[name])] == []


def test_nothing_is_left_for_later_and_nothing_knows_this_machine() -> None:
    left: dict[str, list[str]] = {}
    for path in texts():
        if path.parent.name == "house":
            continue  # these rules are written there
        text = path.read_text(encoding="utf-8")
        found = [*UNFINISHED.findall(text), *THIS_MACHINE.findall(text)]
        if found:
            left[name_of(path)] = found
    assert left == {}


def test_no_two_test_files_have_one_name() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


# --- Controls --------------------------------------------------------------------------------


def test_what_breaks_a_rule_would_be_found() -> None:
    bad = ast.parse(
        "def long():\n" + "    x = 1\n" * (LONGEST_FUNCTION + 1) + "print(datetime.now())\n"
        "try:\n    self._vault.open()\nexcept (OSError, Exception):\n    print()\n"
        "try:\n    work()\nexcept:\n    time.time()\n"
    )
    assert next(length(it) for it in functions(bad)) == LONGEST_FUNCTION + 1
    assert len(prints_in(bad)) == 2
    assert clocks_in(bad) == ["datetime.now", "time.time"]
    assert len(catches_all(bad)) == 2
    assert [call for _, call in calls_in(bad) if OPENS.search(call)] == ["self._vault.open"]


def test_what_keeps_a_rule_is_not_found() -> None:
    good = ast.parse(
        "try:\n    open()\nexcept OSError:\n    pass\n"
        "try:\n    open()\nexcept Exception:\n    close()\n    raise\n"
        "clock.now(); datetime.fromtimestamp(1); console.print(1)\n"
    )
    assert catches_all(good) == prints_in(good) == clocks_in(good) == []


@pytest.mark.parametrize("text", ["# TODO: later", "FIXME", "open('/home/me/x')", "'/work/main'"])
def test_what_is_left_for_later_would_be_found(text: str) -> None:
    assert UNFINISHED.search(text) or THIS_MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["/var/lib/haven", "todo", "https://t.me/home/x", "http://a/tmp/x"]
)
def test_what_every_machine_has_is_not_found(text: str) -> None:
    assert not UNFINISHED.search(text)
    assert not THIS_MACHINE.search(text)
