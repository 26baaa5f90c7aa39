"""Figures of a year over 100,000 cases: `python -m tests.bench.figures_year [--cases N]`.

It fills a SQLite database on the disk of `--folder`, freezes its months and reads them as the page
of figures does, and prints a line of JSON: seconds to freeze the slowest month and all of them,
processor seconds of that, and seconds to read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.cases.consents import ConsentRecords, QuestionWording, new_consent
from bot.cases.routing import Queue
from bot.clock import DAY
from bot.conversation import FlowRegistry
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.figures.catalogue import CountedParts, all_sources, question_steps
from bot.hotline.figures.counters import ANSWERS, ANSWERS_IN_TIME, TOTAL, FigureCounters
from bot.hotline.figures.months import FigureMonths, load_months
from bot.hotline.figures.report import as_csv, year_totals
from bot.hotline.figures.session_counts import SESSIONS
from bot.hotline.figures.sources import KINDS
from bot.hotline.services.model import PlanAction, PlanEntry
from bot.hotline.services.store import ServicePlans, seal_entry
from bot.languages import LANGUAGES
from bot.places.registry import find_place
from bot.store import insert
from bot.store.migrate import upgrade
from bot.store.tables.main import cases
from bot.store.tables.services import plan_entries
from bot.vault import AuditLog
from bot.vault.erasure.retention import Retention
from flows import ALL_FLOWS
from tests.bench.haven import haven_parts

if TYPE_CHECKING:
    from bot.store.writer import Work

MONTHS = 12
_ADD = insert(
    cases, "id", "reference", "kind", "status", "priority", "language", "chat_key", "reasons",
    "waiting_since", "opened_at", "queue", "contact", "alerts", "disposition", "closed_at",
)  # fmt: skip
_ADD_ENTRY = insert(plan_entries, "case_id", "sealed", "at")


def fill(work: Work, first: int, count: int, since: int, dice: Random) -> None:
    """Store cases of a year; half of the people agree to be counted, half have a plan."""
    consents, agreed, rows = ConsentRecords(haven_parts.VAULT), [], []
    plans = list[tuple[str, bytes, int]]()
    languages, queues = list(LANGUAGES), [it.value for it in Queue]
    wording = QuestionWording(bytes(32), "id")
    for number in range(first, first + count):
        case, opened = f"{number:032}", since + int(dice.random() * 360 * DAY)
        rows.append((
            case, f"R{number}", dice.choice(KINDS), "closed", 2, dice.choice(languages),
            bytes(16), b"", opened, opened, dice.choice(queues), "", 0,
            dice.choice(list(DISPOSITIONS)), opened + DAY,
        ))  # fmt: skip
        answer = dice.choice(("count", "dont"))
        if number % 2:
            plans += _plan_rows(case, opened)
        agreed.append((case, new_consent("counting", answer, wording, bytes(32), opened)))
    work.many(_ADD, rows)
    work.many(_ADD_ENTRY, plans)
    consents.store(work, agreed)


def _plan_rows(case: str, opened: int) -> list[tuple[str, bytes, int]]:
    """Return the plan of a case: one service offered and accepted, given twice, another asked."""
    steps = ("offer.doctor", "accept.doctor", "give.doctor", "give.doctor", "ask.lawyer")
    entries = [
        PlanEntry(action=PlanAction(action), service=service, by="mei")
        for action, service in (it.split(".") for it in steps)
    ]
    return [
        (case, seal_entry(haven_parts.VAULT, case, number, it), opened + DAY)
        for number, it in enumerate(entries, 1)
    ]


def add_counts(work: Work, registry: FlowRegistry, since: int, months: FigureMonths) -> None:
    """Store the counters of a year: every step, language and queue."""
    counters = FigureCounters(months.zone)
    steps = question_steps(registry)
    for month in range(MONTHS):
        counts = {(SESSIONS, "step", it): 10 for it in steps}
        counts |= {(SESSIONS, "language", it): 10 * len(steps) // 10 for it in LANGUAGES}
        counts[SESSIONS, TOTAL, ""] = sum(n for (_, by, _c), n in counts.items() if by == "step")
        for name in (ANSWERS, ANSWERS_IN_TIME):
            counts |= {(name, "language", it): 70 for it in LANGUAGES} | {(name, TOTAL, ""): 700}
            counts |= {(name, "queue", Queue.FISHERS.value): 700, (name, "hour", "00-04"): 700}
        counters.add(work, since + month * 30 * DAY, counts)


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Return how long freezing and reading a year takes, in seconds."""
    store = haven_parts.database(folder)
    upgrade(store)
    run, vault, dice = store.writer.run_sync, haven_parts.VAULT, Random(1)
    registry, place = FlowRegistry(ALL_FLOWS), find_place("taiwan")
    deadlines = CaseDeadlines(vault, AuditLog(vault), place.deadline_rules)
    plans = ServicePlans(vault, AuditLog(vault))
    parts = CountedParts(ConsentRecords(vault), deadlines, plans, place.services, registry)
    months = FigureMonths(place.deadline_rules.zone, all_sources(parts))
    now = 1_795_060_800 * 1_000_000
    since = now - 400 * DAY
    for first in range(0, count, 5000):
        run(lambda work, n=first: fill(work, n, min(5000, count - n), since, dice))
    run(lambda work: add_counts(work, registry, since, months))
    run(lambda work: Retention.trust_clock(work, now))
    took: list[float] = []
    cpu = time.process_time()
    while True:
        began = time.perf_counter()
        if not run(lambda work: months.freeze_due(work, now)):
            break
        took.append(time.perf_counter() - began)
    cpu = time.process_time() - cpu
    began = time.perf_counter()
    shown = run(load_months)
    year_totals(shown)
    as_csv(shown)
    return {
        "cases": count, "months": len(took), "slowest month frozen": round(max(took), 3),
        "all frozen": round(sum(took), 3),
        "of the processor": round(cpu, 3), "a year read": round(time.perf_counter() - began, 3),
    }  # fmt: skip


if __name__ == "__main__":
    typed = argparse.ArgumentParser(description=__doc__)
    typed.add_argument("--cases", type=int, default=100_000)
    typed.add_argument("--folder", type=Path, default=Path("/var/tmp"))  # noqa: S108 - a real disk
    given = typed.parse_args()
    with TemporaryDirectory(dir=given.folder) as made:
        sys.stdout.write(json.dumps(measure(Path(made), given.cases)) + "\n")
