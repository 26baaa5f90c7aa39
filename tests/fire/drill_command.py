"""The command line of a drill: what it takes is asked for, and how far it is stands on stderr."""

from __future__ import annotations

import argparse
import inspect
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress

from bot.log import configure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    Drill = Callable[..., dict[str, Any]]
    """Its parameters have defaults; the row it returns has what is wrong under `faults`."""

DATABASE = "database"
"""The parameter by which a drill is told on which kind of database to run."""
TELL = "tell"
"""The parameter by which a drill says how much is done."""


def run_command(
    drill: Drill, typed: Sequence[str] | None = None, **choices: Collection[str]
) -> int:
    """Run one drill as its command line says; print its row, and return 1 if a promise is broken.

    Each parameter of `drill` is an option of that name; `choices` are the values an option has.
    """
    module = sys.modules[drill.__module__]
    name = Path(str(module.__file__)).stem
    asked = argparse.ArgumentParser(prog=f"tests.fire.drills.{name}", description=module.__doc__)
    for option, default in defaults_of(drill).items():
        _add_option(asked, option, default, choices.get(option))
    given = vars(asked.parse_args(typed))
    configure(io.StringIO())  # drills that look at the log have one of their own
    row = run_drill(name, drill, given)
    print(json.dumps(row, ensure_ascii=False, default=str))  # noqa: T201 - the result
    return int(bool(row["faults"]))


def run_drill(name: str, drill: Drill, given: dict[str, Any]) -> dict[str, Any]:
    """Run a drill with the options given, showing on stderr how far it is; return its row."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(name, total=None)
        if TELL in inspect.signature(drill).parameters:
            given = given | {TELL: lambda done: bars.update(bar, completed=done)}
        return {"drill": name, **drill(**given)}


def defaults_of(drill: Drill) -> dict[str, Any]:
    """Return the options of a drill with their defaults."""
    taken = inspect.signature(drill).parameters
    return {name: it.default for name, it in taken.items() if name != TELL}


def _add_option(
    asked: argparse.ArgumentParser, name: str, default: Any, choices: Collection[str] | None
) -> None:
    flag = f"--{name.replace('_', '-')}"
    if isinstance(default, bool):
        asked.add_argument(flag, action="store_true", dest=name)
    elif isinstance(default, tuple):
        asked.add_argument(flag, nargs="*", default=default, choices=choices, dest=name)
    else:
        asked.add_argument(
            flag, type=type(default), default=default, choices=choices, dest=name,
            help=f"by itself: {default}",
        )  # fmt: skip
