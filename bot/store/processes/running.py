"""The running processes of a deployment: one row each, renewed every few seconds.

A process that ends takes its row along. One that was killed is known to be gone once a process of
the same machine finds that its number is free, or a minute after its last sign of life.
"""

from __future__ import annotations

import os
import platform
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.clock import SECOND, boot_number
from bot.release import installed_release
from bot.store.statements import delete_by, delete_in, select_by, upsert
from bot.store.tables.machines import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.store.writer import Work

BEAT_SECONDS = 10.0
"""Seconds between two signs of life; thrice as many on SQLite, where one process does all."""
ALIVE_FOR = 45 * SECOND
"""How long a process counts as running after its last sign of life."""
FORGOTTEN_AFTER = 60 * SECOND
"""After how long its row is removed."""
ROLES = ("front", "worker", "leader", "desk")
"""Their names, as `bot.app.roles` gives them."""
RUNS, STANDS_BY = "runs", "stands by"
_COLUMNS = (
    "number", "roles", "host", "boot", "process", "state", "release", "began_at", "alive_at",
)  # fmt: skip
_BEAT = upsert(processes, *_COLUMNS, key="number")
_ALL = select_by(processes, *_COLUMNS, order_by=("began_at", "number"))
_REMOVE = delete_by(processes, by="number")
_REMOVE_ALL = delete_in(processes, "number")
_REMOVE_OLD = delete_by(processes, by=processes.c.alive_at < bindparam("before"))


@cache
def _number_of(_process: int) -> int:
    return secrets.randbits(62) + 1


def process_number() -> int:
    """Return the number of this process, which no other one has; it is drawn at its start."""
    return _number_of(os.getpid())


def is_running(process: int) -> bool:
    """Tell whether this machine runs a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """One process of a deployment."""

    number: int
    roles: str
    """Its roles, by name, with commas."""
    host: str
    boot: int
    """The number of this start of its machine; 0: not known."""
    process: int
    """Its number on its machine."""
    state: str
    release: str
    began_at: int
    alive_at: int

    @classmethod
    def own(cls, roles: str, state: str, began_at: int) -> RunningProcess:
        """Return this process, as it is known from its start."""
        return cls(
            process_number(), roles, platform.node()[:48], boot_number(), os.getpid(), state,
            installed_release()[:20], began_at, began_at,
        )  # fmt: skip

    @property
    def is_of_this_machine(self) -> bool:
        """Tell whether it runs on this machine, as far as name and start tell."""
        here = (platform.node()[:48], boot_number())
        return bool(self.boot) and (self.host, self.boot) == here

    def is_alive(self, now: int) -> bool:
        """Tell whether it gave a sign of life lately, or is this very process."""
        return now - self.alive_at <= ALIVE_FOR or self.number == process_number()

    def has_run_for(self, span: int, now: int) -> bool:
        """Tell whether it ran for so long; another machine's clock is compared with itself."""
        last = now if self.is_of_this_machine else self.alive_at
        return last - self.began_at >= span

    def runs(self, role: str, now: int) -> bool:
        """Tell whether it runs in a role at this moment; one that stands by does not."""
        return self.state == RUNS and self.is_alive(now) and role in self.roles.split(",")


def beat(work: Work, own: RunningProcess, now: int) -> None:
    """Store that a process is alive."""
    work.is_quiet = True
    row = [getattr(own, name) for name in _COLUMNS[:-1]]
    work.run(_BEAT, *row, now)


def leave(work: Work, number: int) -> None:
    """Remove the row of a process that ends."""
    work.run(_REMOVE, number)


def load_processes(work: Work) -> list[RunningProcess]:
    """Return all that are known, the oldest first."""
    return [RunningProcess(*row) for row in work.rows(_ALL)]


def count_roles(running: Sequence[RunningProcess], now: int) -> dict[str, int]:
    """Return how many processes run in each role, and how many stand by."""
    counted = {role: sum(it.runs(role, now) for it in running) for role in ROLES}
    waiting = sum(it.state == STANDS_BY and it.is_alive(now) for it in running)
    return {**counted, "standby": waiting}


def has_other_workers(work: Work, now: int) -> bool:
    """Tell whether another process answers people, too; one that was killed counts for a while."""
    if work.dialect == "sqlite":
        return False
    own = process_number()
    return any(it.number != own and it.runs("worker", now) for it in load_processes(work))


def joins_others(work: Work, now: int, span: int) -> bool:
    """Tell whether this process is known, and another worker was for so many microseconds.

    A process that looked for workers in that time has found one, and goes on to.
    """
    own, running = process_number(), load_processes(work)
    return any(it.number == own for it in running) and any(
        it.number != own and it.runs("worker", now) and it.has_run_for(span, now) for it in running
    )


def forget_dead(work: Work, now: int, is_there: Callable[[int], bool] = is_running) -> None:
    """Remove the rows of processes that have ended without a word."""
    gone = [
        it.number
        for it in load_processes(work)
        if it.number != process_number() and it.is_of_this_machine and not is_there(it.process)
    ]
    for statement, row in _REMOVE_ALL.batches(gone):
        work.run(statement, *row)
    work.run(_REMOVE_OLD, now - FORGOTTEN_AFTER)
