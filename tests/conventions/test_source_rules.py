"""Rules of the source that no linter knows: names, function length, clocks, caught errors."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.conventions.still import excess
from tests.support.paths import ROOT, TESTS
from tests.support.source_tree import (
    calls_in,
    module_of,
    modules,
    name_of,
    nodes_of,
    project_files,
    text_of,
    tree_of,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conventions.conftest import RuleCheck

VAGUE = frozenset(
    {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "managers"}
    | {"misc", "shared", "lib"}
)
"""Module names that do not say what is in the file."""
LONGEST_FUNCTION = 50
"""Lines of a function, without decorators and docstring."""
WRITTEN_OUT = {
    "bot/sandbox/sample_updates.py": "one update of every kind there is, as data",
}
"""Files whose functions are tables, and what they list."""
PRINTS = {"bot/app/demo.py": "the one line that says where the demo is"}
"""Files that write to a terminal without `typer.echo`; everything else logs."""
CLOCKS = re.compile(r"(?:^|\.)(?:time\.time(?:_ns)?|datetime\.(?:now|utcnow|today)|date\.today)$")
READS_CLOCK = {
    "bot/clock.py": "it is the clock",
    "bot/cli/flows.py": "a text session shows the numbers of today",
    "bot/app/demo.py": "so does the demo",
    "bot/cli/directory.py": "what is shown of a place depends on the day",
    "bot/app/texts.py": "the directory's numbers are shown until a date",
    "bot/cli/doctor.py": "the directory's numbers were verified until a date",
    "bot/cli/languages.py": "a review cannot have a later date",
}
"""Files that may ask the machine what time it is, and why."""
CATCHES_ALL = {
    "bot/app/fact_checks.py": "one failed look must not end the bot or the desk",
    "bot/app/storage.py": "a check that cannot run has failed",
    "bot/app/databases/upgrade.py": "an old copy that stays must not end the bot",
    "bot/cases/evidence/download.py": "a failed download is tried again, and given up in the end",
    "bot/desks/web/middleware.py": "a failed request ends alone, and its error is not shown",
    "bot/desks/partner_room/endpoint.py": "a failed request ends alone, and its error is not shown",
    "bot/desks/web/live/seen_marks.py": "what could not be stored is stored with the next",
    "bot/desks/web/live/watcher.py": "one failed look must not stop the next",
    "bot/store/data_folder.py": "a database that does not open is named by its own check",
    "bot/dispatch/batch.py": "one update's failure must not stop the others",
    "bot/monitoring/standby_watch.py": "a server that does not answer is asked again",
    "bot/monitoring/canary.py": "a failed round is recorded, and must not end the bot",
    "bot/dispatch/dispatcher.py": "the error is handed to every caller that waits",
    "bot/dispatch/receiver.py": "the error is handed to every caller that waits",
    "bot/dispatch/passphrase_hashing.py": "the job is stored, and tried again",
    "bot/dispatch/recovery.py": "one conversation's failure must not stop the others",
    "bot/languages/po_files.py": "a file that cannot be read refuses its language",
    "bot/mailbox/courier.py": "one letter's failure must not stop the others",
    "bot/app/roles/toasts.py": "a toast that fails must not stop the worker",
    "bot/store/postgresql/session.py": "what is not of the connection is raised again",
    "bot/store/writer.py": "the failed unit of work gets the error",
}
"""Files that may catch every error, and why; none of them opens anything sealed."""
OPENS = re.compile(r"(?:^|_|\.)(?:vault\.open|sealer\.open|open_reasons|opened)$")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|WIP)\b|NotImplemented\b")
THIS_MACHINE = re.compile(r"(?<![\w.:/])/(?:(?:work|root|Users|tmp|mnt)/\w|home/\w+/)")
TEXTS = {".py", ".md", ".toml", ".js", ".css", ".html", ".chat", ".po", ".pot", ".sql"}
DEFINED = re.compile(r"^\s*(?:async )?def (\w+)", re.MULTILINE)
LONGEST_TEST_NAME = 80
FEWEST_FILES, FEWEST_TESTS = 300, 150
"""A search that looks at fewer files than this has looked in the wrong place."""


def broken(breaks: Callable[[Path], object]) -> dict[str, object]:
    """Return what breaks a rule, by file, over every file of the application."""
    files = modules()
    assert len(files) > FEWEST_FILES
    found = {name_of(path): breaks(path) for path in files}
    return {name: what for name, what in found.items() if what}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes_of(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, without its decorators and docstring."""
    docstring = ast.get_docstring(node, clean=False)
    first = node.body[1] if docstring is not None and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


def long_functions(tree: ast.AST) -> dict[str, int]:
    return {it.name: length(it) for it in functions(tree) if length(it) > LONGEST_FUNCTION}


def catches_all(tree: ast.AST) -> list[ast.Try]:
    """Return every `try` that catches all errors and does not raise them again."""
    tried = [node for node in nodes_of(tree) if isinstance(node, ast.Try)]
    return [node for node in tried if any(swallows(handler) for handler in node.handlers)]


def swallows(handler: ast.ExceptHandler) -> bool:
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    return takes_everything(handler.type) and not raises


def takes_everything(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    everything = {"Exception", "BaseException"}
    return any(name is None or ast.unparse(name) in everything for name in names)


def opens_in_catch_all(tree: ast.AST) -> list[str]:
    """Return what is opened in a `try` that catches all errors."""
    bodies = [ast.Module(node.body, []) for node in catches_all(tree)]
    return [call for body in bodies for _, call in calls_in(body) if OPENS.search(call)]


def clocks_in(tree: ast.AST) -> list[str]:
    return [call for _, call in calls_in(tree) if CLOCKS.search(call)]


def prints_in(tree: ast.AST) -> list[int]:
    return [line for line, call in calls_in(tree) if call == "print"]


def docstring_fault(tree: ast.Module) -> str:
    docstring = ast.get_docstring(tree)
    if not docstring:
        return "no docstring"
    return "" if docstring.splitlines()[0].endswith((".", "?")) else "first line has no full stop"


def vague_parts(module: str) -> set[str]:
    return VAGUE & set(module.split("."))


def classes_by_name(trees: dict[str, ast.Module]) -> dict[str, list[str]]:
    """Return the files in which each class name is defined, at any depth."""
    found = defaultdict(list)
    for name, tree in trees.items():
        for node in nodes_of(tree):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(name)
    return found


def duplicates(classes: dict[str, list[str]]) -> list[str]:
    return [f"{name}: {', '.join(files)}" for name, files in classes.items() if len(files) > 1]


def left_over(text: str) -> list[str]:
    """Return what was left for later, and paths of one machine."""
    return [*UNFINISHED.findall(text), *THIS_MACHINE.findall(text)]


def texts() -> list[Path]:
    return [path for path in project_files() if path.suffix in TEXTS or path == ROOT / "run"]


def long_names(source: str) -> list[str]:
    """Return names of functions that are too long; no tree is needed to find them."""
    return [name for name in DEFINED.findall(source) if len(name) > LONGEST_TEST_NAME]


# --- Rules -----------------------------------------------------------------------------------


def test_module_names_say_what_is_in_the_file() -> None:
    assert broken(lambda path: vague_parts(module_of(path))) == {}


def test_every_module_has_a_docstring() -> None:
    assert broken(lambda path: docstring_fault(tree_of(path))) == {}


def test_functions_are_short() -> None:
    found = broken(lambda path: long_functions(tree_of(path)))
    assert {name: it for name, it in found.items() if not name.startswith((*WRITTEN_OUT,))} == {}


def test_only_listed_files_print() -> None:
    assert broken(lambda path: prints_in(tree_of(path))).keys() == PRINTS.keys()


def test_only_listed_files_read_the_clock() -> None:
    assert broken(lambda path: clocks_in(tree_of(path))).keys() == READS_CLOCK.keys()


def test_only_listed_files_catch_every_error() -> None:
    assert broken(lambda path: catches_all(tree_of(path))).keys() == CATCHES_ALL.keys()


def test_failure_to_decrypt_is_never_caught_with_other_errors() -> None:
    assert broken(lambda path: opens_in_catch_all(tree_of(path))) == {}


def test_a_class_name_is_defined_once(check_rule: RuleCheck) -> None:
    classes = classes_by_name({name_of(path): tree_of(path) for path in modules()})
    assert len(classes) > FEWEST_FILES
    check_rule("duplicate class names", duplicates(classes))


def test_nothing_is_left_for_later_and_no_path_of_one_machine() -> None:
    files = [path for path in texts() if path.parent.name != "conventions"]  # the rules stand there
    assert len(files) > 2 * FEWEST_FILES
    found = {name_of(path): left_over(text_of(path)) for path in files}
    assert {name: what for name, what in found.items() if what} == {}


def test_no_two_test_files_have_one_name() -> None:
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert len(names) > FEWEST_TESTS
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_test_names_have_at_most_80_characters() -> None:
    files = [*TESTS.rglob("test_*.py")]
    assert len(files) > FEWEST_TESTS
    assert sorted({name for path in files for name in long_names(text_of(path))}) == []


# --- Controls --------------------------------------------------------------------------------

BAD = ast.parse(
    "def long():\n" + "    x = 1\n" * (LONGEST_FUNCTION + 1) + "print(datetime.now())\n"
    "try:\n    self._vault.open()\nexcept (OSError, Exception):\n    print()\n"
    "try:\n    work()\nexcept:\n    time.time()\n"
)
GOOD = ast.parse(
    '"""A file."""\n'
    "try:\n    open()\nexcept OSError:\n    pass\n"
    "try:\n    self._vault.open()\nexcept Exception:\n    close()\n    raise\n"
    "clock.now(); datetime.fromtimestamp(1); console.print(1)\n"
)


def test_source_that_breaks_a_rule_is_found() -> None:
    assert long_functions(BAD) == {"long": LONGEST_FUNCTION + 1}
    assert len(prints_in(BAD)) == 2
    assert clocks_in(BAD) == ["datetime.now", "time.time"]
    assert len(catches_all(BAD)) == 2
    assert opens_in_catch_all(BAD) == ["self._vault.open"]
    assert docstring_fault(BAD) == "no docstring"
    assert docstring_fault(ast.parse('"""A file"""')) == "first line has no full stop"


def test_source_that_keeps_the_rules_is_not_found() -> None:
    assert long_functions(GOOD) == {}
    assert catches_all(GOOD) == prints_in(GOOD) == clocks_in(GOOD) == opens_in_catch_all(GOOD) == []
    assert docstring_fault(GOOD) == ""


def test_a_name_that_is_too_long_is_found_at_any_depth() -> None:
    long, longest = "a" * (LONGEST_TEST_NAME + 1), "a" * LONGEST_TEST_NAME
    assert long_names(f"class A:\n    async def {long}() -> None: ...\ndef {longest}(): ...") == [
        long
    ]
    assert long_names(f"def {long}(\n    fixture: int,\n) -> None: ...") == [long]


def test_a_call_is_named_as_it_is_written() -> None:
    for name in ("print", "datetime.now", "self._vault.open", "a[0].b", "f(1).g", "'x'.join"):
        assert written(ast.parse(name, mode="eval").body) == name


def test_vague_names_are_found_and_allowed_words_are_not() -> None:
    assert vague_parts("bot.vault.utils") == {"utils"}
    assert vague_parts("bot.vault.service.models.session.event.job") == set()


def test_a_class_defined_twice_is_found_at_any_depth() -> None:
    one = ast.parse("class A: ...\nclass B: ...")
    other = ast.parse("def f():\n    class A: ...")
    assert duplicates(classes_by_name({"one": one, "other": other})) == ["A: one, other"]


def test_what_is_still_allowed_hides_no_more_than_that() -> None:
    assert excess("rule", ["a", "b"], {"rule": 2}) == []
    assert excess("rule", ["a", "b"], {"rule": 1}) == ["a", "b"]
    assert excess("rule", ["a"], {}) == ["a"]


def test_unfinished_work_and_paths_of_one_machine_are_found() -> None:
    bad = ["# TODO: later", "FIXME", "open('/home/me/x')", "'/work/main'"]
    good = ["/var/lib/haven", "todo", "https://t.me/home/x", "http://a/tmp/x"]
    assert [text for text in bad if not left_over(text)] == []
    assert [text for text in good if left_over(text)] == []
