"""`haven cases list`.

It imports little: it is what people run again and again to see whether someone waits.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.app.storage import existing_database
from bot.app.tables import notice_line, queue_table
from bot.cases.queries import (
    QueuedCase,
    ServiceNotice,
    load_notices,
    load_queue,
)
from bot.cases.routing import Queue
from bot.cli.cases.deadlines import near_deadlines
from bot.cli.options import AsJson, one_of
from bot.cli.output import print_json, print_table
from bot.clock import DAY, SystemClock, to_utc
from bot.settings import load_settings
from bot.store.writer import Work

NOTICE_PERIOD = 7 * DAY


def list_cases(
    only: Annotated[str, typer.Option("--queue", help="Only this queue, e.g. labour.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """List the cases that wait or are claimed, most urgent first.

    Needs no host key; with one, legal deadlines that end soon are listed too.
    """
    if only:
        one_of("--queue", only, list(Queue))
    settings = load_settings()
    database = existing_database(settings)

    def load(work: Work) -> tuple[list[QueuedCase], list[ServiceNotice]]:
        since = SystemClock().now() - NOTICE_PERIOD
        return load_queue(work, only=only), load_notices(work, since)

    with closing(database.writer):
        waiting, notices = database.read(load)
        deadlines = near_deadlines(settings, database, [case.reference for case in waiting])
    if as_json:
        rows = [(queued_case_as_json(it), deadlines.get(it.reference, [])) for it in waiting]
        print_json([{**row, "deadlines": near} for row, near in rows])
        return
    console = Console()
    for notice in notices:
        console.print(notice_line(notice, settings.zone))
    print_table(queue_table(waiting, to_utc(SystemClock().now())))
    for reference, near in deadlines.items():
        for deadline in near:
            console.print(f"{reference}  {deadline['summary']}", style="bold", highlight=False)


def queued_case_as_json(case: QueuedCase) -> dict[str, Any]:
    """Return a case of the queue for programs to read."""
    return {
        **asdict(case),
        "priority": f"P{case.priority}",
        "waiting_since": case.waiting_since.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
    }
