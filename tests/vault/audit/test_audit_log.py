"""The audit log as it lies in a database: whoever writes there without the key is noticed."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import CommitFailedError
from bot.store.database import Database
from bot.vault import AuditLog
from bot.vault.audit.log import (
    OPERATOR,
    PAGE_SIZE,
    SYSTEM,
    AuditBreak,
    AuditFault,
    AuditHead,
    iter_rows,
)
from tests.support.database_fixtures import migrated_url, on_both_databases, query
from tests.support.forked_commands import python_code
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.writer import Work

AUDIT = AuditLog(VAULT)
ROWS = 6
CODES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", max_size=20)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(request.param, tmp_path))
    yield made
    made.writer.close()


def noted(database: Database, deeds: int = ROWS) -> None:
    def unit(work: Work) -> None:
        for number in range(deeds):
            AUDIT.record(work, 1_000 + number, "9f3c2a1b", "claim", f"case{number}", "queue:labour")

    database.writer.run_sync(unit)


def found_in(database: Database, *heads: AuditHead) -> AuditHead | AuditBreak:
    return AUDIT.verify_stored(database, heads)


def change(database: Database, sql: str) -> None:
    connection = database.connect()
    cursor = connection.cursor()
    cursor.execute(sql)
    cursor.close()
    connection.close()


def test_what_was_noted_holds_and_can_be_read(database: Database) -> None:
    noted(database, 2)
    noted(database, 2)
    head = found_in(database)
    assert isinstance(head, AuditHead)
    assert head.number == 4
    assert head == database.writer.run_sync(AUDIT.head)
    about = database.writer.run_sync(lambda work: AUDIT.rows_about(work, "case1"))
    assert [(row.id, row.actor, row.action, row.detail) for row in about] == [
        (2, "9f3c2a1b", "claim", "queue:labour"),
        (4, "9f3c2a1b", "claim", "queue:labour"),
    ]


def test_a_log_longer_than_a_page_is_read_whole(database: Database) -> None:
    noted(database, PAGE_SIZE + 3)
    assert isinstance(found_in(database), AuditHead)
    assert PAGE_SIZE == 1000
    change(database, "DELETE FROM audit WHERE id = 1002")
    assert found_in(database) == AuditBreak(PAGE_SIZE + 2, AuditFault.MISSING)


COPY = "INSERT INTO audit SELECT {}, at, actor, deed, subject, detail, mac FROM audit WHERE id = 1"
SWAP = "UPDATE audit SET subject = CASE id WHEN 2 THEN 'case2' ELSE 'case1' END WHERE id IN (2, 3)"


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE audit SET detail = 'queue:fishers' WHERE id = 3",
         AuditBreak(3, AuditFault.ALTERED)),
        ("UPDATE audit SET actor = 'house' WHERE id = 1", AuditBreak(1, AuditFault.ALTERED)),
        ("UPDATE audit SET at = at + 1 WHERE id = 6", AuditBreak(6, AuditFault.ALTERED)),
        ("UPDATE audit SET mac = (SELECT mac FROM audit WHERE id = 2) WHERE id = 5",
         AuditBreak(5, AuditFault.ALTERED)),
        ("DELETE FROM audit WHERE id = 4", AuditBreak(4, AuditFault.MISSING)),
        ("UPDATE audit SET id = 9 WHERE id = 4", AuditBreak(4, AuditFault.MISSING)),
        (COPY.format("7"), AuditBreak(7, AuditFault.ALTERED)),
        (COPY.format("-5"), AuditBreak(-5, AuditFault.INSERTED)),
        (COPY.format("-9223372036854775807 - 1"), AuditBreak(-(2**63), AuditFault.INSERTED)),
        (SWAP, AuditBreak(2, AuditFault.ALTERED)),
        ("DELETE FROM audit WHERE id > 4", AuditBreak(5, AuditFault.CUT)),
        ("DELETE FROM audit", AuditBreak(1, AuditFault.CUT)),
    ],
)  # fmt: skip
def test_changes_of_the_audit_table_are_detected(
    database: Database, sql: str, broken: AuditBreak
) -> None:
    noted(database)
    head = database.writer.run_sync(AUDIT.head)
    change(database, sql)
    assert found_in(database, head) == broken


def test_after_truncation_the_log_continues_and_matches_its_head(database: Database) -> None:
    noted(database)
    head = database.writer.run_sync(AUDIT.head)
    change(database, "DELETE FROM audit WHERE id > 4")
    noted(database)
    assert found_in(database, head) == AuditBreak(6, AuditFault.REPLACED)


def test_a_value_that_no_driver_can_read_is_found_at_its_row(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    noted(database)
    change(database, "UPDATE audit SET actor = CAST(X'FF' AS TEXT) WHERE id = 4")
    assert found_in(database) == AuditBreak(4, AuditFault.ALTERED)
    noted(database)  # and nobody is kept from work by it
    database.writer.close()


class Failing:
    """A writer whose disk fails after a while."""

    def __init__(self, *said: Any) -> None:
        self._said = list(said)

    def run_sync(self, _unit: Any) -> Any:
        said = self._said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


@pytest.mark.parametrize(
    "said",
    [(CommitFailedError(),), (ValueError(), [(1,)], CommitFailedError())],
    ids=["page", "row"],
)
def test_a_disk_that_fails_is_not_taken_for_a_row_that_was_changed(said: tuple[Any, ...]) -> None:
    with pytest.raises(CommitFailedError):
        list(iter_rows(Failing(*said)))  # type: ignore[arg-type]
    with pytest.raises(CommitFailedError):
        list(iter_rows(_closed()))


def test_a_connection_that_ends_is_not_taken_for_a_row_that_was_changed() -> None:
    with pytest.raises(psycopg.OperationalError):
        list(iter_rows(Failing(psycopg.OperationalError("the server closed the connection"))))


def _closed() -> Any:
    with TemporaryDirectory() as folder:
        writer = Database(migrated_url("sqlite", Path(folder))).writer
        writer.close()
    return writer


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 2**60), CODES, CODES, CODES), min_size=1, max_size=5),
    st.data(),
)
def test_one_value_changed_anywhere_in_a_stored_log_is_found(
    deeds: list[tuple[int, str, str, str]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        database = Database(migrated_url("sqlite", Path(folder)))

        def unit(work: Work) -> None:
            for at, deed, subject, detail in deeds:
                AUDIT.record(work, at, OPERATOR, deed, subject, detail)

        database.writer.run_sync(unit)
        number = data.draw(st.integers(1, len(deeds)))
        column = data.draw(st.sampled_from(["at", "actor", "deed", "subject", "detail", "mac"]))
        change(database, f"UPDATE audit SET {column} = {column} || 'x' WHERE id = {number}")  # noqa: S608
        assert found_in(database) == AuditBreak(number, AuditFault.ALTERED)
        database.writer.close()


# --- Beside the deed -------------------------------------------------------------------------


def test_a_rolled_back_action_leaves_no_audit_row(database: Database) -> None:
    def fails(work: Work) -> None:
        AUDIT.record(work, 1, SYSTEM, "lapse", "case")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours
        database.writer.run_sync(fails)
    noted(database, 1)
    assert query(database, "SELECT deed FROM audit") == [("claim",)]
    assert isinstance(found_in(database), AuditHead)


WORDS = "He keeps my passport. Dia menyimpan paspor saya. เขาเก็บพาสปอร์ต"


@pytest.mark.parametrize("words", [WORDS, "two words", "x" * 201, "\x00", "é", "a\nb"])
def test_words_are_not_written_down_wherever_they_were_meant_to_go(
    database: Database, words: str
) -> None:
    def unit(work: Work) -> None:
        AUDIT.record(work, 1, words, words, words, words)

    database.writer.run_sync(unit)
    assert query(database, "SELECT actor, deed, subject, detail FROM audit") == [("?",) * 4]
    assert isinstance(found_in(database), AuditHead)


# --- Several processes -----------------------------------------------------------------------

NOTES = """
import sys
from bot.store.database import Database
from bot.vault import AuditLog, HostKey, Vault

database = Database(sys.argv[1])
audit = AuditLog(Vault(HostKey(bytes(range(32)))))

def unit(work):
    audit.record(work, 1, sys.argv[2], "first", "case")
    audit.record(work, 2, sys.argv[2], "second", "case")

for _ in range(int(sys.argv[3])):
    database.writer.run_sync(unit)
database.writer.close()
"""


@on_both_databases
def test_several_processes_append_to_one_chain(kind: str, tmp_path: Path) -> None:
    url = migrated_url(kind, tmp_path)
    running = [
        subprocess.Popen([*python_code(NOTES), url, f"worker{number}", "20"])  # noqa: S603
        for number in range(4)
    ]
    assert [process.wait(120) for process in running] == [0] * 4
    database = Database(url)
    head = found_in(database)
    assert isinstance(head, AuditHead)
    assert head.number == 160
    deeds = query(database, "SELECT actor, deed FROM audit ORDER BY id")
    for number in range(4):
        mine = [deed for actor, deed in deeds if actor == f"worker{number}"]
        assert mine == ["first", "second"] * 20
    database.writer.close()


class Unlocked(AuditLog):
    """An audit log whose writers do not wait for each other."""

    @staticmethod
    def _take_lock(work: Work) -> None:
        pass


SOMEBODY_WAITS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def two_at_once(audit: AuditLog, url: str) -> list[tuple[Any, BaseException | None]]:
    """Have a second house append while a first one has, and has not committed yet."""
    first, second = Database(url), Database(url)
    said: list[tuple[Any, BaseException | None]] = []
    ended = threading.Event()

    def tell(result: Any, error: BaseException | None) -> None:
        said.append((result, error))
        ended.set()

    def unit(work: Work) -> None:
        audit.record(work, 1, OPERATOR, "first", "case")
        work.run_deferred()
        second.writer._submit(lambda work: audit.record(work, 2, SYSTEM, "second", "case"), tell)
        while query(first, SOMEBODY_WAITS) == [(0,)]:
            pass

    first.writer.run_sync(unit)
    assert ended.wait(60)
    first.writer.close()
    second.writer.close()
    return said


def test_an_append_waits_for_an_uncommitted_append(tmp_path: Path) -> None:
    url = migrated_url("postgresql", tmp_path)
    assert two_at_once(AUDIT, url) == [(None, None)]
    assert query(Database(url), "SELECT id, deed FROM audit") == [(1, "first"), (2, "second")]


def test_without_waiting_two_would_stand_in_the_same_place(tmp_path: Path) -> None:
    """Shows that the test above could fail."""
    ((_, error),) = two_at_once(Unlocked(VAULT), migrated_url("postgresql", tmp_path))
    assert type(error).__name__ == "UniqueViolation"
