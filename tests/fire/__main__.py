"""Every drill, one row of figures each: `./run fire [needle|walk|restore ...] [--json|--table]`.

It ends with 1 when a promise is broken. Without `--long` each takes a minute or two; drills whose
module is not there are not offered.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bot.log import configure
from tests.fire.drill_command import DATABASE, defaults_of, run_drill
from tests.fire.promise_table import BROKEN, HEAD, markdown, rows_of_table
from tests.support.database_fixtures import DATABASE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MODULES = {
    "needle": "needle_drill",
    "flood": "flood_drill",
    "fresh": "case_privacy_drill",
    "rule": "contact_rule_drill",
    "walk": "walk_drill",
    "restore": "restore_drill",
    "kill": "kill_drill",
    "claim": "claim_drill",
    "letters": "letters_drill",
    "start": "start_drill",
    "clock": "clock_drill",
    "devices": "devices_drill",
    "sockets": "sockets_drill",
    "power": "power_drill",
    "storm": "storm_drill",
    "figures": "figures_drill",
    "partner_figures": "partner_figures_drill",
    "clean_root": "clean_root_drill",
    "machines": "machines_drill",
    "states": "full_length_drill",
}
"""Each drill's module: its `drill(...)` returns figures, with what is wrong under `faults`."""
LONG: dict[str, dict[str, Any]] = {
    "needle": {"people": 20},
    "restore": {"cases": 100_000, "files": 2000, "damages": 1000},
    "kill": {"kills": 1000, "updates": 6500},
    "claim": {"cases": 10_000, "kills": 20},
    "devices": {"people": 1000},
    "sockets": {"sockets": 4000, "colleagues": 200},
    "rule": {"steps": 1_000_000},
    "walk": {"moves": 2000},
    "fresh": {"rounds": 2000},
    "flood": {"seconds": 600.0},
    "letters": {"rounds": 20},
    "start": {"starts": 100},
    "clock": {"clocks": 15},
    "power": {"cuts": 1000},
    "storm": {"rounds": 100},
    "figures": {"histories": 10_000},
    "partner_figures": {"histories": 10_000},
    "clean_root": {"releases": 9},
    "machines": {"kills": 300, "pauses": 30, "disconnects": 100, "outages": 5},
    "states": {"files": 100},
}
"""What a drill is asked for with `--long`."""
QUIET = {"drill", "faults"}
"""Columns that are not figures."""


def offered() -> dict[str, str]:
    """Return the drills that can be had, each with its module."""
    names = {name: f"tests.fire.drills.{module}" for name, module in MODULES.items()}
    return {name: module for name, module in names.items() if find_spec(module) is not None}


def asked(parse: list[str] | None = None) -> argparse.Namespace:
    """Return what was typed."""
    typed = argparse.ArgumentParser(prog="./run fire", description=__doc__)
    typed.add_argument("drills", nargs="*", metavar="DRILL", help=", ".join(offered()))
    typed.add_argument("--json", action="store_true", help="one line of JSON for each")
    typed.add_argument(
        "--table", action="store_true", help="the table of promises: all drills, and the tests"
    )
    typed.add_argument(
        "--database", choices=DATABASE_KINDS,
        help="of drills that can have either; --long has both one after the other",
    )  # fmt: skip
    typed.add_argument("--long", action="store_true", help="as long as a release wants it")
    found = typed.parse_args(parse)
    known = ", ".join(offered())
    if unknown := set(found.drills) - set(offered()):
        typed.error(f"there is no drill {', '.join(sorted(unknown))}; one of: {known}")
    return found


def burned(
    names: list[str], *, is_long: bool, database: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the row of each drill; a long one that can have either database runs on both."""
    for name in names:
        drill = importlib.import_module(offered()[name]).drill
        given = LONG[name] if is_long else {}
        if DATABASE not in defaults_of(drill):
            yield run_drill(name, drill, given)
            continue
        both = DATABASE_KINDS if is_long else ("sqlite",)
        for kind in (database,) if database else both:
            yield {DATABASE: kind, **run_drill(name, drill, given | {DATABASE: kind})}


def shown(row: dict[str, Any]) -> Table:
    """Return a row as people read it, a figure to a line."""
    title = f"{row['drill']}: {'broken' if row['faults'] else 'holds'}"
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in row.items():
        if name not in QUIET and value not in ({}, []):
            table.add_row(name.replace("_", " "), str(value))
    return table


def print_table(rows: Iterable[tuple[str, ...]]) -> int:
    """Print each row of the table of promises once it is had; return 1 if one is broken."""
    broken = 0
    sys.stdout.write(markdown(HEAD) + markdown(("---",) * len(HEAD)))
    for row in rows:
        sys.stdout.write(markdown(row))
        sys.stdout.flush()
        broken |= BROKEN in row[-1]
    return broken


def main(typed: list[str] | None = None) -> int:
    """Burn what was asked for, print the rows, and tell whether a promise is broken."""
    what, console, broken = asked(typed), Console(), False
    configure(io.StringIO())  # drills that look at the log have one of their own
    if what.table:
        return print_table(rows_of_table(lambda name: burned([name], is_long=what.long)))
    for row in burned(what.drills or list(offered()), is_long=what.long, database=what.database):
        broken = broken or bool(row["faults"])
        if what.json:
            sys.stdout.write(json.dumps(row, default=str) + "\n")
            continue
        console.print(shown(row))
        if row["faults"]:
            console.print(f"broken: {row['faults']}", markup=False)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
