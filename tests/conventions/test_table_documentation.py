"""Every table says what it holds about a person and how that is erased; every release is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

from bot.store.tables.keys import key_metadata
from bot.store.tables.main import metadata
from bot.vault.backup.export_rows import (
    EXCLUDED_TABLES,
    KEY_TABLES,
    SHORT_LIVED,
    ArchivePart,
    archive_tables,
    key_store_tables,
)
from tests.support.paths import ROOT

SEALED_WORDS = "seal"
NOTHING = "nothing"
FIXTURES = ROOT / "tests" / "store" / "fixtures"
SHORT_NAMES = 48
"""Signs that a code, a state or a reference may have; a person's words would not fit."""
CODES = {
    "audit.detail": "what is no code is written as a question mark: test_audit_stored.py",
    "staff_keys.queues": "names of queues, as in staff.queues",
    "cases.contact": "the contact rule and its hours: bot/hotline/contact_rule.py",
    "wordings.words": "questions and notices of ours, as they were shown; no word of a person",
    "staff.languages": "tags of languages, set by an operator",
    "staff.queues": "names of queues, set by an operator",
    "staff.skills": "words of letters, digits and _, set by an operator: bot/cli/staff.py",
}
"""Columns that are longer because they hold several codes, and what holds them to it."""


def untold(table: Table) -> list[str]:
    """Return what a table does not say about itself."""
    told = {key: str(table.info.get(key, "")).strip() for key in ("holds", "erased")}
    found = [key for key, words in told.items() if not words]
    sealed = [column.name for column in table.columns if could_hold_words(column)]
    if sealed and SEALED_WORDS not in told["holds"] and "digest" not in told["holds"]:
        found.append(f"sealed: {', '.join(sealed)}")
    for_ever = told["erased"].startswith("never")
    if told["holds"].startswith(NOTHING) != for_ever:
        found.append("never erased")
    return found


def could_hold_words(column: Column[object]) -> bool:
    """Tell whether something that is not sealed could be put there in clear."""
    return isinstance(column.type, LargeBinary) and not column.type.length


def in_clear(table: Table) -> list[str]:
    """Return columns that could hold a person's words unsealed."""
    return [
        column.name
        for column in table.columns
        if isinstance(column.type, String)
        and (column.type.length or 10**6) > SHORT_NAMES
        and column.name != "fault"
        and f"{table.name}.{column.name}" not in CODES
    ]


TABLES = [*metadata.sorted_tables, *key_metadata.sorted_tables]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_says_what_it_holds_and_how_that_is_erased(table: Table) -> None:
    assert untold(table) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_is_kept_for_days_is_in_no_backup(table: Table) -> None:
    """A backup is kept for a month; keys for a week."""
    is_short = SHORT_LIVED.search(str(table.info["erased"])) is not None
    assert not is_short or table.name in EXCLUDED_TABLES


def test_every_table_left_out_of_backups_exists_and_keys_lie_apart() -> None:
    known = {table.name for table in TABLES}
    assert set(EXCLUDED_TABLES) <= known
    in_main = {table.name for table in archive_tables(ArchivePart.MAIN)}
    apart = KEY_TABLES | {table.name for table in key_store_tables()}
    assert in_main.isdisjoint(apart)
    assert in_main | apart | set(EXCLUDED_TABLES) == known


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_table_has_room_for_words_in_clear(table: Table) -> None:
    assert in_clear(table) == []


def test_a_table_that_is_silent_would_be_found() -> None:
    silent = Table("diary", MetaData(), Column("id", Integer, primary_key=True))
    assert untold(silent) == ["holds", "erased"]
    words = Table(
        "diary",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("entry", LargeBinary),
        Column("title", String(200)),
        info={"holds": "what a person wrote", "erased": "never"},
    )
    assert untold(words) == ["sealed: entry", "never erased"]
    assert in_clear(words) == ["title"]


def test_every_exception_is_still_needed() -> None:
    tables = {table.name: table for table in TABLES}
    for name in CODES:
        table, _dot, column = name.partition(".")
        assert tables[table].c[column].type.length > SHORT_NAMES  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "dump", sorted(FIXTURES.glob("*/data.sql")), ids=lambda dump: dump.parent.name
)
def test_a_kept_database_has_something_in_every_table_that_holds_something(dump: object) -> None:
    text = dump.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    made = {table.name for table in metadata.sorted_tables if f"CREATE TABLE {table.name}" in text}
    assert made
    empty = {name for name in made if f'INSERT INTO "{name}"' not in text}
    assert empty == set()
