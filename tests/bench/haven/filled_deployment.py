"""Fills a deployment with so many cases, in a folder that several processes measure.

One case of each queue is stored as intake stores it. The others are copies of its rows, made inside
SQLite: each with a report, two messages, a key, its wraps and a line of the audit log. What is
sealed in a copy is as long as in life and opens for no one, which no operation here asks for.
A case was closed a year ago if its time is over, a day ago if not; no reply is overdue.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from bot.app.storage import open_database, open_vault
from bot.cases.intake import CaseOpening, Intake, NewReport
from bot.cases.urgency import Priority
from bot.clock import DAY, SystemClock
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.store.database import connect_sqlite
from bot.store.tables.keys import key_metadata
from bot.store.tables.main import metadata
from bot.vault import AuditLog, HostKey
from bot.vault.audit.log import SYSTEM
from tests.bench.haven import haven_parts
from tests.bench.haven.grown_deployment import WHO, settings_of
from tests.bench.haven.web_desk_bench import SAID, WAITING
from tests.support.database.bulk_cases import QUEUES, case_rows, insert_cases
from tests.support.database.key_store_fixtures import PASSWORD, staff_keys

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault

MOST_DUE: Final = 10_000
"""Cases whose time is over; of a smaller deployment half of those that are closed."""
AT_ONCE: Final = 5_000
_COPY: Final = """
    INSERT INTO {table} ({columns})
    SELECT {values} FROM cases JOIN cases AS model ON model.queue = cases.queue
    AND model.reference LIKE 'MODEL%' JOIN {table} AS it ON it.case_id = model.id
    WHERE cases.reference NOT LIKE 'MODEL%' ORDER BY cases.rowid
"""
_CLOSED: Final = "UPDATE cases SET closed_at = ? WHERE status = 'closed'"
_NOT_LATE: Final = "UPDATE cases SET due_at = ? WHERE due_at IS NOT NULL"
_OVER: Final = """
    UPDATE cases SET closed_at = ? WHERE id IN
    (SELECT id FROM cases WHERE status = 'closed' ORDER BY id LIMIT ?)
"""


def fill(folder: Path, count: int) -> None:
    """Make a deployment with so many cases in an empty folder."""
    HostKey.create(folder / "key")
    settings, now = settings_of(folder), SystemClock().now()
    database = open_database(settings)
    with closing(database.writer), closing(open_vault(settings, database)) as vault:
        vault.rotate_epoch(now)
        staff_keys(vault).enrol(WHO, "supervisor", tuple(QUEUES), PASSWORD, now)
        run = database.writer.run_sync
        run(lambda work: _add_models(work, vault, now))
        insert_cases(database, case_rows(count, WAITING))
        _copy_rows(database, vault, now)
        for first in range(0, count, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, count))
            run(lambda work, them=numbers: _record(work, vault, them, now))


def _add_models(work: Work, vault: Vault, now: int) -> None:
    intake, answers = Intake(vault, haven_parts.NUMBER), {"what": SAID}
    for person, queue in enumerate(QUEUES, 1):
        chat = vault.chat_key(haven_parts.NUMBER, person)
        opening = CaseOpening("report", "id", chat, person, answers, Priority.STANDARD, now)
        case = intake.open_case(work, opening)
        case.queue, case.reference = queue, f"MODEL{person}"
        intake.store(work, [case], [NewReport(case.id, "report", "report", {"what": SAID}, now)])
        sides = (MessageSide.PERSON, MessageSide.CASEWORKER)
        messages = [
            CaseMessage(case.id, it, CaseMessageKind.TEXT, CaseMessageContent(text=SAID), now)
            for it in sides
        ]
        CaseMessages(vault).store(work, messages)


def _copy_rows(database: Database, vault: Vault, now: int) -> None:
    """Give every case what the model of its queue has, and let the oldest closed ones be due."""
    assert vault.keys is not None
    with closing(connect_sqlite(str(database.url.database))) as connection:
        connection.execute("ATTACH ? AS store", (str(vault.keys.database.url.database),))
        connection.execute("BEGIN IMMEDIATE")
        for table in ("reports", "exchanges", "case_keys"):
            connection.execute(_copying(table, [it.name for it in metadata.tables[table].columns]))
        wraps = [it.name for it in key_metadata.tables["case_wraps"].columns]
        connection.execute(_copying("store.case_wraps", wraps))
        connection.execute(_CLOSED, (now - DAY,))
        connection.execute(_NOT_LATE, (now + DAY,))
        ((closed,),) = connection.execute(
            "SELECT count(*) FROM cases WHERE status = 'closed'"
        ).fetchall()
        connection.execute(_OVER, (now - 365 * DAY, min(MOST_DUE, closed // 2)))
        connection.execute("COMMIT")


def _copying(table: str, columns: list[str]) -> str:
    """Return the statement that copies the rows of the models; ids are numbers, or the case's."""
    names = [name for name in columns if name != "id" or table != "exchanges"]
    values = ["cases.id" if name in {"id", "case_id"} else f"it.{name}" for name in names]
    return _COPY.format(table=table, columns=", ".join(names), values=", ".join(values))


def _record(work: Work, vault: Vault, numbers: range, now: int) -> None:
    audit = AuditLog(vault)
    for number in numbers:
        audit.record(work, now, SYSTEM, "close", f"{number:032x}")
