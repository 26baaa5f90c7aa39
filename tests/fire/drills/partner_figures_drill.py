"""Try to single people out from random looks at partners' figures; the checker shares no code.

`python -m tests.fire.drills.partner_figures_drill --histories 10000` writes what it found as one
line of JSON; it ends with 1 when all looks of one partner together tell of fewer than five people.
`--flaw` adds a total over hidden numbers of the links in use, which must be noticed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fire.drill_command import run_command
from tests.support.figures.partner_histories import HistoryPlayer
from tests.support.figures.partner_looks import find_few
from tests.support.harnesses.hotline_harness import HotlineHarness

FEWEST = 5


def drill(*, histories: int = 300, seed: int = 1, flaw: bool = False) -> dict[str, Any]:
    """Play so many histories, and return what their readers can work out."""
    began, looks, few = time.monotonic(), 0, list[str]()
    with TemporaryDirectory() as folder:
        home = HotlineHarness(Path(folder))
        player = HistoryPlayer(home.vault, flaw=flaw)
        for number in range(histories):
            history = home.database.writer.run_sync(
                lambda work, name=f"{seed} {number}": player.play(work, name)
            )
            looks += len(history.looks)
            few += find_few(history.looks, history.truth(), FEWEST)
        home.close()
    return {
        "histories": histories, "looks": looks, "few": len(few), "seed": seed, "flaw": flaw,
        "seconds": round(time.monotonic() - began, 1), "faults": {"few": few[:5]} if few else {},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_command(drill))
