"""What a row of the budget could bring at most: `python -m tests.bench.without_stage [ROUNDS]`.

Haven answers the same updates once as it is and once with a stage that does nothing, each in a
process of its own, in turns: words are not read, or commits do not wait for the disk. Both lose
what people rely on, so these are bounds and no plans. python-telegram-bot in memory stands below.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Final

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench import run_one
from tests.bench.run_one import BenchCost, BenchRun
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

_LANGUAGES: Final = "bot.languages"
_WORDS: Final = "bot.dispatch.turn.words"
_METHODS: Final = (
    (f"{_WORDS}.typed_text", "TypedText", "command_meant"),
    (f"{_WORDS}.meant_choice", "MeantChoice", "of_label"),
)
"""What the budget counts as reading words, besides the two functions."""
RUN: Final = BenchRun(subject="haven", people=1500, stored=10_000, in_flight=64)
PEER: Final = BenchRun(subject="ptb-memory", people=300, in_flight=1)


def _read_no_words() -> None:
    vars(import_module(f"{_LANGUAGES}.alarms.find"))["find_alarms"] = lambda _text: frozenset[str]()
    vars(import_module(f"{_LANGUAGES}.detect"))["guess_language"] = _as_preferred
    for module, owner, name in _METHODS:  # only now: what imports the functions above holds them
        setattr(getattr(import_module(module), owner), name, _say_nothing)


def _as_preferred(_text: str, preferred: str = "") -> str | None:
    return preferred or None


def _say_nothing(*_args: object, **_options: object) -> None:
    return None


def _wait_for_no_disk() -> None:
    import_module("bot.store.database").PRAGMAS["synchronous"] = "0"


WITHOUT: Final[dict[str, tuple[Callable[[], None], ...]]] = {
    "as it is": (),
    "words are not read": (_read_no_words,),
    "commits do not wait for the disk": (_wait_for_no_disk,),
    "neither": (_read_no_words, _wait_for_no_disk),
}


def _apart(run: BenchRun, name: str) -> BenchCost:
    command = [sys.executable, "-m", "tests.bench.without_stage", "--one", name, run.subject]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ours
    return msgspec.json.decode(ran.stdout, type=BenchCost)


def _one(name: str, subject: str) -> None:
    run = PEER if subject == PEER.subject else RUN
    for change in WITHOUT[name]:
        change()
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(run_one.measure(run))))


def _main(rounds: int) -> None:
    found: dict[str, list[BenchCost]] = {name: [] for name in (*WITHOUT, PEER.subject)}
    for _ in range(rounds):
        for name in WITHOUT:
            found[name].append(_apart(RUN, name))
        found[PEER.subject].append(_apart(PEER, "as it is"))
    table = Table("Haven, 64 in flight", "updates/s", "times the peer", "CPU us")
    peer = median(it.updates_per_s for it in found[PEER.subject])
    for name, costs in found.items():
        rate = median(it.updates_per_s for it in costs)
        cpu = median(it.cpu_us for it in costs)
        table.add_row(name, f"{rate:,.0f}", f"{rate / peer:.2f}", f"{cpu:.0f}")
    Console().print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(*sys.argv[2:4])
    else:
        _main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
