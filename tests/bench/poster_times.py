"""How long posters take: `python -m tests.bench.poster_times [--rounds N]`.

Each file is made as at the command line, in a new process that reads the fonts. It prints a line of
JSON: the slowest and the median seconds of each sheet. Wanted: one poster in under 3 s, a sheet of
ten languages in under 10 s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING

from bot.documents.content import PrintFormat
from bot.languages import LANGUAGES
from bot.posters.maker import PosterMaker
from bot.posters.order import Openness, PosterChoice, PosterKind, plan_order
from tests.support.poster_harness import SENDER, campaign

if TYPE_CHECKING:
    from bot.posters.order import PosterOrder

ALL = tuple(LANGUAGES)
CHOICES = {
    "A4, one language, PDF": PosterChoice(PosterKind.A4, Openness.OPEN, ("vi",)),
    "A4, one language, PNG": PosterChoice(PosterKind.A4, Openness.OPEN, ("km",), PrintFormat.PNG),
    "A4, ten languages, PDF": PosterChoice(PosterKind.A4, Openness.OPEN, ALL),
    "ten cards, ten languages, PDF": PosterChoice(PosterKind.CARD, Openness.OPEN, ALL),
}


async def seconds(order: PosterOrder) -> float:
    began = time.perf_counter()
    await PosterMaker().make(order, SENDER)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    measured = {}
    for name, choice in CHOICES.items():
        order = plan_order([campaign()], choice)
        taken = [asyncio.run(seconds(order)) for _round in range(rounds)]
        measured[name] = [round(statistics.median(taken), 2), round(max(taken), 2)]
    json.dump(measured, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
