"""A file of SQLite that does not open: one line with the reason and the fix."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.app.storage import open_database
from bot.errors import SettingError
from bot.store.faults import FIXED_BY_OPERATOR, SAID_BY_LIBPQ, opening_fault
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        (sqlite3.SQLITE_READONLY, "chown -R"),
        (sqlite3.SQLITE_CANTOPEN, "chown -R"),
        (sqlite3.SQLITE_FULL, "make room"),
        (sqlite3.SQLITE_IOERR_WRITE, "make room"),
        (sqlite3.SQLITE_CORRUPT, "haven restore"),
        (sqlite3.SQLITE_MISUSE, "system's log"),
    ],
)
def test_each_reason_has_a_fix(code: int, fix: str) -> None:
    error = sqlite3.OperationalError("words of the driver")
    error.sqlite_errorcode = code
    assert fix in opening_fault(error)
    assert "words of the driver" not in opening_fault(error)


def test_a_damaged_file_is_named_with_the_setting(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    settings.data.mkdir()
    (settings.data / "haven.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(SettingError, match=r"HAVEN_DATA: the database .*: its file is damaged"):
        open_database(settings)


def test_every_reason_for_which_postgresql_does_not_open_has_a_fix() -> None:
    assert set(SAID_BY_LIBPQ.values()) == FIXED_BY_OPERATOR.keys()
    assert len(FIXED_BY_OPERATOR) > 8
