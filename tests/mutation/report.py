"""The report of a run of mutants, and the mutants that are known to change nothing."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutation.runner import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.mutation.mutants import Mutant

EQUIVALENT = Path(__file__).parent / "equivalent_mutants.toml"


def equivalents(file: Path = EQUIVALENT) -> dict[str, str]:
    """Return the reason of every mutant that changes nothing a test could see, by its name."""
    listed = tomllib.loads(file.read_text("utf-8")).get("mutant", []) if file.exists() else []
    return {it["name"]: it["reason"] for it in listed}


def write_report(file: Path, head: str, found: Mapping[Mutant, Outcome]) -> None:
    """Write how many of each file were killed, and every mutant that survived."""
    by_file: dict[str, Counter[Outcome]] = {}
    for mutant, outcome in found.items():
        by_file.setdefault(mutant.path, Counter())[outcome] += 1
    lines = ["# Mutants", "", head, "", "| file | killed | survived |", "| --- | --- | --- |"]
    for path, counts in sorted(by_file.items()):
        killed = counts[Outcome.KILLED] + counts[Outcome.HUNG]
        lines.append(f"| `{path}` | {killed} | {counts.total() - killed} |")
    left = [
        f"- {outcome}: `{it.name}`"
        for it, outcome in sorted(found.items(), key=lambda each: each[0].name)
        if outcome in {Outcome.SURVIVED, Outcome.UNTESTED}
    ]
    lines += ["", "Survivors:", "", *(left or ["none"])]
    file.write_text("\n".join(lines) + "\n", "utf-8")
