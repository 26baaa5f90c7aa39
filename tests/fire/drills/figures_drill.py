"""Try to single people out in random months of figures, with a checker that shares no code.

`python -m tests.fire.drills.figures_drill --histories 10000` writes what it found as one line of
JSON; it ends with 1 when released tables single out fewer people than they may. `--flaw` leaves out
small numbers alone, without others to cover them, and sums rows as if no one stood in two, which
must be noticed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from bot.hotline.figures.model import FEWEST_PUBLISHED, FEWEST_SHOWN
from tests.fire.drill_command import run_command
from tests.support.figures.differencing import find_few_people, find_isolated
from tests.support.figures.histories import (
    primary_only,
    random_history,
    random_shared_month,
    release_history,
    release_shared,
)

WITHOUT_SUM = frozenset({"law"})


def drill(*, histories: int = 300, seed: int = 1, flaw: bool = False) -> dict[str, Any]:
    """Release so many histories and return what can be computed from them."""
    began, months = time.monotonic(), 0
    isolated: list[str] = []
    for number in range(histories):
        history = random_history(f"{seed} {number}")
        months += len(history)
        staff, published = release_history(history)
        if flaw:
            staff = published = primary_only(history, FEWEST_SHOWN)
        isolated += find_isolated(staff, published, fewest=FEWEST_SHOWN, without_sum=WITHOUT_SUM)
        fewest = FEWEST_SHOWN if flaw else FEWEST_PUBLISHED
        isolated += find_isolated(published, fewest=fewest, without_sum=WITHOUT_SUM)
        people = random_shared_month(f"{seed} {number}")
        shared = release_shared(people, is_shared=not flaw)
        isolated += find_few_people(*shared, people=people, fewest=FEWEST_SHOWN)
    return {
        "histories": histories, "months": months, "isolated": len(isolated), "seed": seed,
        "flaw": flaw, "seconds": round(time.monotonic() - began, 1),
        "faults": {"isolated": isolated[:5]} if isolated else {},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_command(drill))
