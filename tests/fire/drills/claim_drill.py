"""Let many processes claim the same cases, kill some of them, and look whether all agree.

`python -m tests.fire.drills.claim_drill --cases 10000 --database postgresql --kills 20` writes what
it found as one line of JSON; it ends with 1 when anything is wrong. Every case is claimed by
`--rivals` claimers at about the same time, and given back now and then; with `--takes-next` each
takes whatever is next until nobody waits.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from math import inf
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.store.database import Database
from bot.vault.audit.log import AuditHead, AuditLog, iter_rows
from tests.fire.claim_history_checker import GOT, HELD, SEEN, UNKNOWN, ClaimAttempt, is_linearizable
from tests.fire.drill_command import run_command
from tests.fire.processes.claim_worker import FREE, NEXT, VAULT, ClaimTask, ClaimWorker
from tests.support.database.bulk_cases import case_rows, insert_cases
from tests.support.database_fixtures import migrated_url, query

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class ClaimDrillPlan:
    """What is to happen."""

    cases: int = 300
    claimers: int = 12
    rivals: int = 12
    kills: int = 0
    frees: float = 0.2
    seed: int = 1
    takes_next: bool = False
    flaw: bool = False


@dataclass
class ClaimDrillFindings:
    """What happened, and what is wrong."""

    claimed: int = 0
    """Times a claimer heard that a case was theirs."""
    refused: int = 0
    """Times a claimer heard who holds it."""
    killed: int = 0
    unknown: int = 0
    """Tries of killed processes that were never answered."""
    doubles: int = 0
    """Cases whose history cannot have happened: two held them at once, or the answer was wrong."""
    orphans: int = 0
    """Cases that are held by nobody and wait for nobody, or the other way round."""
    unwritten: int = 0
    """Cases whose holder is not the one the audit log tells of."""
    log_is_broken: bool = False
    failed: list[int] = field(default_factory=list)
    """What processes ended with that nobody killed."""
    seconds: float = 0.0

    @property
    def faults(self) -> dict[str, object]:
        """Return what must not be."""
        wrong = ("doubles", "orphans", "unwritten", "log_is_broken", "failed")
        return {name: getattr(self, name) for name in wrong if getattr(self, name)}


# --- The processes ---------------------------------------------------------------------------


def tasks(plan: ClaimDrillPlan, url: str, folder: Path) -> list[ClaimTask]:
    """Return what each claimer does: with `rivals` neighbours it wants the same cases."""
    names = [row[0] for row in case_rows(plan.cases)]
    Random(plan.seed).shuffle(names)
    made = []
    for place in range(plan.claimers):
        wanted = [
            name
            for number, name in enumerate(names)
            if (number - place) % plan.claimers < plan.rivals
        ]
        made.append(
            ClaimTask(
                url,
                f"claimer{place}",
                folder / f"claimer{place}.log",
                () if plan.takes_next else tuple(wanted),
                frees=0.0 if plan.takes_next else plan.frees,
                flaw=plan.flaw,
            )
        )
    return made


def begin(task: ClaimTask) -> int:
    """Let a process of its own do a task; it ends with 0 when it came to its end."""
    if process := os.fork():
        return process
    try:
        ClaimWorker(task).work()
    except BaseException:  # noqa: BLE001 - told by what it ends with
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def run_tasks(plan: ClaimDrillPlan, tasks: list[ClaimTask]) -> tuple[int, list[int]]:
    """Run all tasks at once; return how many were killed, and what others failed with."""
    dice = Random(plan.seed)
    running = {begin(task): task for task in tasks}
    killed, ends = 0, []
    kills = plan.kills
    while running:
        time.sleep(dice.uniform(0.02, 0.2) if kills else 0.02)
        if kills and (asking := [it for it, task in running.items() if _waits_for_answer(task)]):
            kills -= 1
            os.kill(dice.choice(sorted(asking)), signal.SIGKILL)
        for process in list(running):
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended:
                continue
            task = running.pop(process)
            code = os.waitstatus_to_exitcode(status)
            if code == KILLED:
                killed += 1
                running[begin(task)] = task
            elif code:
                ends.append(code)
    return killed, ends


def _waits_for_answer(task: ClaimTask) -> bool:
    """Tell whether a claimer has begun a try and wrote no answer down: a kill hits it there."""
    tried = task.log.read_text().splitlines() if task.log.exists() else []
    return bool(tried) and not tried[-1].startswith("=")


# --- What they wrote down --------------------------------------------------------------------


def history(task: ClaimTask) -> Iterator[tuple[str | None, ClaimAttempt]]:
    """Yield what a claimer tried, with the case; none for a `next` that was never answered."""
    lines = [line.split() for line in task.log.read_text().splitlines()]
    for line, answer in zip(lines, [*lines[1:], ["?"]], strict=True):
        if line[0] == "=":
            continue
        began, what, case = float(line[1]), line[2], (line[3:] or [None])[0]
        if answer[0] == "?":
            yield case, ClaimAttempt(began, inf, task.who, what == FREE, UNKNOWN)
            continue
        heard, said, rest = float(answer[1]), answer[2], answer[3:]
        if what == NEXT:
            case = rest[0] if said == GOT else None
        if said != "none":
            holder = rest[0] if said == HELD else None
            yield case, ClaimAttempt(began, heard, task.who, what == FREE, said, holder)


def judge(database: Database, tasks: list[ClaimTask], ends: list[int]) -> ClaimDrillFindings:
    """Look whether what everybody heard, the database and the audit log agree."""
    found = ClaimDrillFindings(failed=ends)
    histories: dict[str | None, list[ClaimAttempt]] = defaultdict(list)
    for task in tasks:
        for case, each in history(task):
            histories[case].append(each)
    lost = [each for each in histories.pop(None, []) if each.answer == UNKNOWN]
    counted = Counter(each.answer for tries in histories.values() for each in tries)
    found.claimed, found.refused = counted[GOT], counted[HELD]
    found.unknown = counted[UNKNOWN] + len(lost)
    told = _told(database)
    for case, status, holder in query(database, "SELECT id, status, holder FROM cases"):
        seen = ClaimAttempt(inf, inf, "", frees=False, answer=SEEN, holder=holder)
        maybe = [each for each in lost if each.who == holder]
        found.doubles += not is_linearizable([*histories[case], *maybe, seen])
        found.orphans += (status == "waiting") != (holder is None)
        found.unwritten += told.get(case) != holder
    audit = AuditLog(VAULT)
    found.log_is_broken = not isinstance(audit.verify(iter_rows(database.writer)), AuditHead)
    return found


def _told(database: Database) -> dict[str, str | None]:
    """Return who holds each case, as the audit log has it."""
    holders: dict[str, str | None] = {}
    for actor, deed, case in query(database, "SELECT actor, deed, subject FROM audit ORDER BY id"):
        holders[case] = actor if deed == "claim" else None
    return holders


def run_claims(plan: ClaimDrillPlan, url: str, folder: Path) -> ClaimDrillFindings:
    """Fill a database that is empty, let everybody claim, and look."""
    database = Database(url)
    insert_cases(database, case_rows(plan.cases))
    wanted = tasks(plan, url, folder)
    began = time.monotonic()
    killed, ends = run_tasks(plan, wanted)
    seconds = time.monotonic() - began
    found = judge(database, wanted, ends)
    found.seconds, found.killed = round(seconds, 1), killed
    database.writer.close()
    return found


@contextmanager
def empty_database(kind: str) -> Iterator[tuple[str, Path]]:
    """Have an empty database on a real disk, unless an address is given, and a folder."""
    with TemporaryDirectory(prefix="haven-claims-", dir="/var/tmp") as folder:
        yield kind if "://" in kind else migrated_url(kind, Path(folder)), Path(folder)


def drill(
    *, cases: int = 300, rivals: int = ClaimDrillPlan.rivals, kills: int = 6,
    database: str = "sqlite", takes_next: bool = False, flaw: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Contest once; return one row of figures, with what is wrong under `faults`.

    `database` is a kind, or the address of an empty database of this release. With `takes_next`
    each takes whatever is next; with `flaw` all read, then write, which must be noticed.
    """
    plan = ClaimDrillPlan(cases=cases, rivals=rivals, kills=kills, takes_next=takes_next, flaw=flaw)
    with empty_database(database) as (at, folder):
        found = run_claims(plan, at, folder)
    return {"database": database, **asdict(plan), **asdict(found), "faults": found.faults}


if __name__ == "__main__":
    sys.exit(run_command(drill))
