"""The audit log is cut after two years, and what is kept proves itself as before."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from bot.store.database import Database
from bot.vault import AuditLog
from bot.vault.audit import log as audit_log
from bot.vault.audit.log import (
    BATCH_SIZE,
    CUT_MARK,
    KEEP_FOR,
    AuditBreak,
    AuditFault,
    AuditHead,
    AuditTruncation,
    iter_rows,
)
from tests.support.database_fixtures import migrated_url, query
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUDIT = AuditLog(VAULT)
OLD, YOUNG = 6, 4


class Log:
    """A log of two years and a day, and the file with the head of it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        self.anchor = folder / "audit.head"
        self.cutting = AuditTruncation(AUDIT, self.anchor)
        self.now = MIDDAY + KEEP_FOR
        for number in range(OLD + YOUNG):
            at = MIDDAY - 1 if number < OLD else MIDDAY + 5
            self.run(lambda w, n=number, at=at: AUDIT.record(w, at, "mei", "claim", f"case{n}"))

    def run(self, unit: Any) -> Any:
        return self.database.writer.run_sync(unit)

    def rows(self) -> list[tuple[Any, ...]]:
        return list(iter_rows(self.database.writer))

    def head_is_written(self) -> AuditHead:
        head: AuditHead = self.run(AUDIT.head)
        self.anchor.write_text(str(head))
        return head

    def is_cut(self) -> int:
        return int(self.run(lambda work: self.cutting.truncate(work, self.now)))


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    made = Log(migrated_url(request.param, tmp_path), tmp_path)
    yield made
    made.database.writer.close()


@pytest.fixture
def cut(tmp_path: Path) -> list[tuple[Any, ...]]:
    made = Log(migrated_url("sqlite", tmp_path), tmp_path)
    made.head_is_written()
    assert made.is_cut() == OLD - 1
    rows = made.rows()
    made.database.writer.close()
    return rows


def test_what_is_two_years_old_goes_and_the_rest_holds(log: Log) -> None:
    head = log.head_is_written()
    assert log.is_cut() == OLD - 1
    rows = log.rows()
    assert rows[0][0] == OLD
    assert rows[0][1:-1] == CUT_MARK
    assert [row[4] for row in rows[1:-1]] == [f"case{n}" for n in range(OLD, OLD + YOUNG)]
    assert AUDIT.verify(rows, [head]) == log.run(AUDIT.head)
    assert log.is_cut() == 0
    log.run(lambda work: AUDIT.record(work, log.now, "mei", "claim", "later"))
    assert isinstance(AUDIT.verify(log.rows(), [head]), AuditHead)
    assert "case0" not in str(query(log.database, "SELECT subject FROM audit"))


def test_a_log_that_is_cut_while_it_is_verified_is_intact(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, page = log.head_is_written(), audit_log._load_page
    monkeypatch.setattr(audit_log, "PAGE_SIZE", 2)
    cuts: list[int] = []

    def load_page(*given: Any) -> list[tuple[Any, ...]]:
        rows = page(*given)
        cuts.append(log.is_cut())
        return rows

    monkeypatch.setattr(audit_log, "_load_page", load_page)
    assert AUDIT.verify_stored(log.database, [head]) == head
    assert sum(cuts) == OLD - 1
    assert AUDIT.verify_stored(log.database, [head]) == log.run(AUDIT.head)


def test_a_log_read_in_several_moments_has_a_gap_where_it_was_cut(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    log.head_is_written()
    monkeypatch.setattr(audit_log, "PAGE_SIZE", 2)
    rows = iter_rows(log.database.writer)
    first = [next(rows), next(rows)]
    assert log.is_cut() == OLD - 1
    assert AUDIT.verify([*first, *rows]) == AuditBreak(3, AuditFault.MISSING)


def test_it_is_cut_again_and_again(log: Log) -> None:
    log.head_is_written()
    log.is_cut()
    log.now += KEEP_FOR + 1
    log.run(lambda work: AUDIT.record(work, log.now, "mei", "claim", "later"))
    head = log.head_is_written()
    assert log.is_cut() > 0
    assert isinstance(AUDIT.verify(log.rows(), [head]), AuditHead)
    assert ("cut", "log") in [(row[3], row[4]) for row in log.rows()]


def test_nothing_goes_that_no_head_was_written_down_of(log: Log) -> None:
    assert log.is_cut() == 0
    log.anchor.write_text(str(AuditHead(3, "0" * 16)))
    assert log.is_cut() == 2
    assert log.rows()[0][0] == 3
    log.anchor.write_text("nonsense")
    assert log.is_cut() == 0


def test_a_clock_that_went_back_keeps_what_follows_it(log: Log) -> None:
    log.run(lambda work: AUDIT.record(work, 1, "mei", "claim", "by a wrong clock"))
    log.head_is_written()
    assert log.is_cut() == OLD - 1


def test_a_long_log_goes_in_parts(tmp_path: Path) -> None:
    log = Log(migrated_url("sqlite", tmp_path), tmp_path)

    def many(work: Any) -> None:
        for number in range(BATCH_SIZE + 500):
            AUDIT.record(work, log.now, "mei", "claim", f"more{number}")

    log.run(many)
    log.now += KEEP_FOR + 1
    head = log.head_is_written()
    assert log.is_cut() == BATCH_SIZE
    assert isinstance(AUDIT.verify(log.rows(), [head]), AuditHead)
    assert log.is_cut() > 0
    log.database.writer.close()


# --- It cannot be used to hide anything ------------------------------------------------------


def test_a_head_from_before_the_cut_is_called_too_old(cut: list[tuple[Any, ...]]) -> None:
    assert AUDIT.verify(cut, [AuditHead(2, "0" * 16)]) == AuditBreak(2, AuditFault.TOO_OLD)
    assert AUDIT.verify(cut, [AuditHead(OLD, "0" * 16)]) == AuditBreak(OLD, AuditFault.REPLACED)


def test_without_the_row_that_tells_of_it_a_cut_is_a_hole(cut: list[tuple[Any, ...]]) -> None:
    assert AUDIT.verify(cut[:-1]) == AuditBreak(1, AuditFault.MISSING)
    assert AUDIT.verify(cut[1:]) == AuditBreak(1, AuditFault.MISSING)


@pytest.mark.parametrize("at", range(1, YOUNG + 1))
def test_the_log_cannot_be_cut_further_without_the_key(cut: list[tuple[Any, ...]], at: int) -> None:
    forged = (cut[at][0], *CUT_MARK, cut[at][-1])
    assert AUDIT.verify([forged, *cut[at + 1 :]]) == AuditBreak(1, AuditFault.MISSING)


OTHER: tuple[Any, ...] = (None, 0, -1, "", "x", b"", b"x", bytes(32))


def test_any_value_changed_in_what_is_kept_is_found(cut: list[tuple[Any, ...]]) -> None:
    head = AuditHead.from_row(cut[-1][0], cut[-1][-1])
    assert AUDIT.verify(cut, [head]) == head
    tried = 0
    for at, column, value in product(range(YOUNG + 2), range(1, 7), OTHER):
        row = list(cut[at])
        if row[column] != value:
            row[column] = value
            changed = [*cut[:at], tuple(row), *cut[at + 1 :]]
            assert isinstance(AUDIT.verify(changed, [head]), AuditBreak), (at, column, value)
            tried += 1
    assert tried > 250
