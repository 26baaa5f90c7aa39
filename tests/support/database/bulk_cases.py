"""A queue with any number of cases in it, put there in bulk: nobody sent them."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

from bot.cases.response_times import ResponseTimes
from bot.clock import MINUTE
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.store.database import Database

COLUMNS = ("id", "reference", "kind", "status", "priority", "language", "chat_key", "reasons",
           "waiting_since", "opened_at", "queue", "contact", "holder", "due_at", "alerts",
           "closed_at")  # fmt: skip
QUEUES = {"trafficking": 40, "labour": 30, "information": 12, "child_protection": 8,
          "violence_at_home": 6, "fishers": 4}  # fmt: skip
LANGUAGES = {"id": 40, "vi": 30, "en": 10, "fil": 10, "th": 7, "zh_Hant": 3}
PRIORITIES = {0: 1, 1: 9, 2: 30, 3: 50, 4: 10}
"""How often each is there, in a hundred."""
PAGE = 10_000


def case_rows(many: int, waiting: float = 1.0, seed: int = 1) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the table of cases; a share of them waits, the others are closed."""
    dice = Random(seed)
    queues, languages, priorities = (
        dice.choices(list(each), list(each.values()), k=many)
        for each in (QUEUES, LANGUAGES, PRIORITIES)
    )
    for number in range(many):
        since = MIDDAY - (many - number) * MINUTE
        waits = dice.random() < waiting
        priority = priorities[number]
        yield (
            f"{number:032x}",
            f"R{number}",
            "report",
            "waiting" if waits else "closed",
            priority,
            languages[number],
            number.to_bytes(16, "big"),
            b"",
            since,
            since,
            queues[number],
            "",
            None if waits else "nobody",
            ResponseTimes().due_at(priority, since) if waits else None,
            0,
            None if waits else since,
        )


def insert_cases(database: Database, found: Iterable[tuple[Any, ...]]) -> None:
    """Put cases into an empty table, and let the database count them."""
    connection = database.connect()
    cursor = connection.cursor()
    names = ", ".join(COLUMNS)
    if database.dialect == "sqlite":
        marks = ", ".join("?" for _ in COLUMNS)
        pages = iter(found)
        while page := list(islice(pages, PAGE)):
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(f"INSERT INTO cases ({names}) VALUES ({marks})", page)  # noqa: S608
            cursor.execute("COMMIT")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
    else:
        with cursor.copy(f"COPY cases ({names}) FROM STDIN") as copy:
            for row in found:
                copy.write_row(row)
        cursor.execute("VACUUM ANALYZE cases")
    cursor.close()
    connection.close()
