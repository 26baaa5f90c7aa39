"""One of many processes that want the same cases, and write down what they try and what they hear.

What is tried is written before, what is heard after, each with the moment: whoever is killed in
between leaves a try without an answer. The process that follows goes on behind it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import bindparam, select, update

from bot.cases.state_machine import ActionRefusal, CaseAction, CaseState, Role
from bot.hotline.queue.claims import NOBODY_WAITS, AlreadyClaimed, Claimed, Claims
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.staff.staff import Caseworker
from bot.store.compiled import Prepared
from bot.store.database import Database
from bot.store.tables.main import cases
from bot.vault import HostKey, Vault
from bot.vault.audit.log import AuditLog
from tests.fire.claim_history_checker import FREED, GOT, HELD, NOT_MINE
from tests.support.database.bulk_cases import LANGUAGES, QUEUES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.hotline.queue.claims import ClaimResult
    from bot.store.writer import Work

T = TypeVar("T")
VAULT = Vault(HostKey(bytes(range(32))))
NEXT, FREE = "next", "free"
PATIENCE = 40
"""How often nobody waits before a claimer believes it: others may only be about to claim."""
_READ = Prepared(lambda _: select(cases.c.holder).where(cases.c.id == bindparam("case")), "case")
_TAKE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case_id"))
        .values(holder=bindparam("who"), status=CaseState.CLAIMED.value)
    ),
    "who",
    "case_id",
)  # fmt: skip


@dataclass(frozen=True)
class ClaimTask:
    """What one claimer is to do."""

    url: str
    who: str
    log: Path
    wanted: tuple[str, ...]
    """Cases to claim, in this order; none: whatever is next, until nobody waits."""
    frees: float = 0.0
    """How likely it is that a case is given back at once."""
    flaw: bool = False
    """Reads who holds a case and then writes, as if nothing could come between."""


def caseworker(who: str) -> Caseworker:
    """Return the colleague a claimer stands for."""
    return Caseworker(
        who, Role.CASEWORKER, "caseworker", who, 0, tuple(LANGUAGES), tuple(QUEUES), (),
        10**9,
        is_active=True, is_on_duty=True, rests_until=0,
    )  # fmt: skip


class ClaimWorker:
    """Claims as a caseworker does, from a process of its own."""

    def __init__(self, task: ClaimTask) -> None:
        self.task = task
        self.me = caseworker(task.who)
        self.writer = Database(task.url).writer
        self.claims = Claims(AuditLog(VAULT), ReplyClocks())
        self.dice = Random(f"{task.who} {os.getpid()}")
        self.log = os.open(task.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def work(self) -> None:
        """Try whatever was not tried before, one after the other."""
        if not self.task.wanted:
            self._take_what_is_next()
        else:
            for place in range(tried(self.task.log), len(self.task.wanted)):
                self._claim(self.task.wanted[place])
        self.writer.close()

    def _claim(self, case: str) -> None:
        self._note("?", "claim", case)
        taken = self._try(case)
        if isinstance(taken, Claimed):
            self._note("=", GOT)
            if self.dice.random() < self.task.frees:
                self._give_back(case)
        else:
            assert isinstance(taken, AlreadyClaimed), taken
            self._note("=", HELD, taken.staff)

    def _try(self, case: str) -> ClaimResult:
        if not self.task.flaw:
            return self._run(lambda work: self.claims.claim(work, case, self.me, _now()))
        ((holder,),) = self._run(lambda work: work.rows(_READ, case))
        if holder is not None:
            return AlreadyClaimed(holder)
        time.sleep(0.002)  # as somebody who looks at a screen before pressing
        self._run(lambda work: work.run(_TAKE, self.me.id, case))
        return Claimed(case)

    def _give_back(self, case: str) -> None:
        self._note("?", FREE, case)
        moved = self._run(
            lambda work: self.claims.move(work, case, CaseAction.RELEASE, _now(), self.me)
        )
        self._note("=", NOT_MINE if isinstance(moved, ActionRefusal) else FREED)

    def _take_what_is_next(self) -> None:
        nobody = 0
        while nobody < PATIENCE:
            self._note("?", NEXT)
            taken = self._run(lambda work: self.claims.claim_next(work, self.me, _now()))
            if isinstance(taken, Claimed):
                self._note("=", GOT, taken.case)
                nobody = 0
                continue
            assert taken == ActionRefusal(NOBODY_WAITS)
            self._note("=", "none")
            nobody += 1
            time.sleep(0.01)

    def _run(self, unit: Callable[[Work], T]) -> T:
        while True:
            with contextlib.suppress(sqlite3.OperationalError):  # not free for five seconds
                return self.writer.run_sync(unit)

    def _note(self, *words: str) -> None:
        line = " ".join((words[0], f"{time.monotonic():.9f}", *words[1:]))
        os.write(self.log, line.encode() + b"\n")


def tried(log: Path) -> int:
    """Return how many of its cases a claimer has begun to claim."""
    return sum(" claim " in line for line in log.read_text().splitlines()) if log.exists() else 0


def _now() -> int:
    return time.time_ns() // 1000
