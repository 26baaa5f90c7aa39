"""Every command that stands in the documentation exists, with the options it is given there.

What the blocks marked as run in CI do, and not only whether they parse, is tested in
`tests/cli/test_documented_steps.py`.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.core import TyperGroup

from bot.cli.main import app
from bot.settings import SETTING_NAMES
from tests.bench.__main__ import bench
from tests.conventions.test_documentation import documents
from tests.fire.__main__ import asked as asked_drills
from tests.mutation.__main__ import asked as asked_mutants
from tests.support.content.shell_blocks import command_words, inline_commands, shell_blocks
from tests.support.paths import ROOT
from tests.support.source_tree import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conventions.conftest import RuleCheck

HISTORY = {"CHANGELOG.md", "tests/fire/ATTEMPT.md"}
"""Pages of the past, which name what was there then."""
PROGRAMS = {"haven", "./run"}
SETTING = re.compile(r"\bHAVEN_[A-Z_]+")
OTHER_VARIABLES = {"HAVEN_PYTHON", "HAVEN_ENV_FILE"}
"""Read before the settings of a deployment, and not one of them."""


REFUSED: Any = next(it for it in typer.BadParameter.mro() if it.__name__ == "ClickException")
"""What the command line raises for all that cannot be typed; Typer has no public name for it."""


def fault_of(words: list[str]) -> str | None:
    """Return why a command of Haven cannot be typed like this; None if it can."""
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    rest = words[1:]
    if rest and rest[0] in DEVELOPERS:
        return _fault(lambda: DEVELOPERS[rest[0]](rest[1:]))
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        name, *rest = rest
        found = command.get_command(context, name)
        if found is None:
            return f"there is no command {name}"
        command = found
    return _fault(lambda: command.make_context(" ".join(words), rest))


def _fault(parse: Callable[[], object]) -> str | None:
    try:
        parse()
    except typer.Exit:  # help, or the version
        return None
    except REFUSED as error:
        return error.format_message()
    except SystemExit:  # argparse, which has written to stderr what is wrong
        return "its options are wrong"
    return None


def _parse_tests(words: list[str]) -> None:
    for word in words:
        if "/" in word and not (ROOT / word.partition("::")[0]).exists():
            raise typer.BadParameter(f"there is no {word}")


def _parse_bench(words: list[str]) -> None:
    single = typer.Typer()
    single.command()(bench)
    typer.main.get_command(single).make_context("bench", words)


DEVELOPERS: dict[str, Callable[[list[str]], object]] = {
    "test": _parse_tests, "bench": _parse_bench, "fire": asked_drills, "mutants": asked_mutants,
}  # fmt: skip
"""What `./run` starts that is no command of Haven."""


def faults_of_line(line: str) -> list[str]:
    """Return what is wrong with a line of a block."""
    unknown = [
        f"unknown setting {name}"
        for name in SETTING.findall(line)
        if name not in OTHER_VARIABLES and name[6:].lower() not in SETTING_NAMES
    ]
    words = command_words(line)
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if words[:1] and words[0] in PROGRAMS:
        return [*unknown, *filter(None, [fault_of(words)])]
    if words[:2] == [".venv/bin/python", "-m"] and find_spec(words[2]) is None:
        return [*unknown, f"there is no module {words[2]}"]
    return unknown


def fault_of_span(typed: str) -> str | None:
    """Return why a command in a sentence cannot be typed; its arguments may be left out."""
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    rest = typed.split()[1:]
    if rest[0] in DEVELOPERS:
        return None
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        name, *rest = rest
        command = command.get_command(context, name.rstrip(",;:"))
        if command is None:
            return f"there is no command {name}"
    known = {it for each in command.params for it in (*each.opts, *each.secondary_opts)}
    known |= {"--help", "--version"}
    unknown = [it for it in rest if it.startswith("--") and it.partition("=")[0] not in known]
    return f"there is no option {', '.join(unknown)}" if unknown else None


def test_every_command_in_a_block_can_be_typed(check_rule: RuleCheck) -> None:
    found, seen = [], 0
    for path in documents():
        for block in shell_blocks(path.read_text(encoding="utf-8")):
            seen += len(block.lines)
            found += [f"{name_of(path)}: {line}: {fault}" for line in block.lines
                      for fault in faults_of_line(line)]  # fmt: skip
    assert seen > 30
    check_rule("commands that cannot be typed", found)


def test_every_command_in_a_sentence_exists_with_its_options(check_rule: RuleCheck) -> None:
    found, seen = [], 0
    for path in documents():
        if name_of(path) in HISTORY:
            continue
        for typed in inline_commands(path.read_text(encoding="utf-8")):
            seen += 1
            if fault := fault_of_span(typed):
                found.append(f"{name_of(path)}: {typed}: {fault}")
    assert seen > 60
    check_rule("commands that do not exist", found)


# --- Controls --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("./run starts", "no command starts"),
        ("./run case list", "no command case"),
        ("haven cases list --jason", "No such option"),
        ("haven cases show", "Missing argument"),
        ("haven keys backup offline.key  # asks", ""),
        ("./run backup && ./run doctor", ""),
        ("HAVEN_DATA=x ./run cases list --json > cases.json", ""),
        ("export HAVEN_DATUM=x", "HAVEN_DATUM"),
        ("./run test tests/nowhere", "there is no tests/nowhere"),
        ("./run fire no_such_drill", "options are wrong"),
        (".venv/bin/python -m tests.nothing", "no module"),
    ],
)
def test_a_line_that_cannot_be_typed_is_found(line: str, fault: str) -> None:
    found = "; ".join(faults_of_line(line))
    assert (fault in found) if fault else found == ""


def test_a_command_in_a_sentence_that_does_not_exist_is_found() -> None:
    page = "Type `haven case list`, `haven keys new PATH --locked` or `haven keys status`."
    faults = [fault_of_span(it) for it in inline_commands(page)]
    assert faults == ["there is no command case", "there is no option --locked", None]


def test_blocks_are_read_as_a_shell_reads_them() -> None:
    page = (
        "<!-- runs in CI -->\n\n```sh\n./run a \\\n  b   # why\n# only a remark\n```\n"
        "\n   ```console\n   $ haven c | tee x\n   ```\n\n```\n./run not a shell\n```\n"
    )
    run, shown = shell_blocks(page)
    assert (run.is_run, shown.is_run) == (True, False)
    assert command_words(run.lines[0]) == ["./run", "a", "b"]
    assert [command_words(it) for it in shown.lines] == [["haven", "c"]]
