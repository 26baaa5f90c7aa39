"""The tables of settings and commands in the operator's page, generated from the code.

`python -m tests.cli.operator_tables` writes them into `bot/cli/README.md` after a change.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from bot.cli.main import app
from bot.settings import SETTING_NAMES
from bot.settings.load import DEFAULTS
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "bot/cli/README.md"
VALUES = {"path": "PATH", "int": "N", "float": "N", "account_number": "N"}
"""What stands for a value in the table, by the name of its type."""
NEEDED = {"telegram_token", "organisation", "contact", "host_key_file"}
"""Settings without which the bot does not start."""


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command as it is typed, with its definition."""
    yield from _below(typer.main.get_command(app), "haven")


def _below(command: Any, typed: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield typed, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from _below(command.get_command(context, name), f"{typed} {name}")


def command_table() -> str:
    rows = [f"| `{usage(typed, command)}` | {summary(command)} |" for typed, command in commands()]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])


def usage(typed: str, command: Any) -> str:
    """Return a command with its arguments and options, optional ones in brackets."""
    parts = [typed]
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = (parameter.metavar or parameter.name).upper() + "..." * (parameter.nargs == -1)
        elif parameter.name == "help":
            continue
        elif parameter.is_bool_flag:
            name = parameter.secondary_opts[0] if parameter.default else parameter.opts[0]
        else:
            value = VALUES.get(parameter.type.name.split()[0], "TEXT")
            name = f"{parameter.opts[0]} {value}"
        repeat = "..." if getattr(parameter, "multiple", False) else ""
        parts.append(f"{name}{repeat}" if parameter.required else f"[{name}]{repeat}")
    return " ".join(parts).replace("|", "\\|")


def summary(command: Any) -> str:
    """Return the first paragraph of a command's help."""
    return " ".join(command.help.split("\n\n")[0].split()).replace("|", "\\|")


def settings_table() -> str:
    meanings = dict(_docstrings())
    rows = [
        f"| `HAVEN_{name.upper()}` | {meanings[name]} | {_default(name, default)} |"
        for name, default in DEFAULTS.items()
        if name in SETTING_NAMES
    ]
    return "\n".join(["| setting | what it is | default |", "| --- | --- | --- |", *rows])


def _default(name: str, default: object) -> str:
    if name in NEEDED:
        return "required"
    return f"`{default}`" if default not in {None, "", 0} else "none"


def _docstrings() -> Iterator[tuple[str, str]]:
    tree = ast.parse((ROOT / "bot/settings/settings.py").read_text(encoding="utf-8"))
    (body,) = [
        it.body for it in tree.body if isinstance(it, ast.ClassDef) and it.name == "Settings"
    ]
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(field.target, ast.Name)
            yield field.target.id, " ".join(ast.literal_eval(text.value).split())


def with_tables(page: str) -> str:
    """Return a page with its tables brought up to date."""
    for name, table in (("settings", settings_table()), ("commands", command_table())):
        begin, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        assert pattern.search(page), f"the page has no place for {name}"
        page = pattern.sub(lambda _, text=f"{begin}\n\n{table}\n\n{end}": text, page)
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
