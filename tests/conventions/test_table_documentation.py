"""Every table says what it holds about a person and how that is erased; every release is kept."""

from __future__ import annotations

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
from tests.support.paths import TESTS

SEALED_WORDS = "seal"
NOTHING = "nothing"
FIXTURES = TESTS / "store" / "fixtures"
SHORT_NAMES = 48
"""Signs that a code, a state or a reference may have; a person's words would not fit."""
CODES = {
    "audit.detail": "what is no code is written as a question mark: test_audit_stored.py",
    "bodies_abroad.name": "an organisation, set by an operator: bot/cli/exports/bodies.py",
    "bodies_abroad.parts": "codes of flows and steps, checked there",
    "bodies_abroad.purposes": "codes, checked there",
    "fact_checks.about": "a number or a name of a release: bot/places/checks.py",
    "key_requests.queues": "names of queues, as in staff.queues",
    "staff_keys.queues": "names of queues, as in staff.queues",
    "cases.contact": "the contact rule and its hours: bot/hotline/contact_rule.py",
    "shared_values.value": "digests, marks, ids that Telegram gave: bot/store/shared_values.py",
    "wordings.words": "questions and notices of ours, as they were shown; no word of a person",
    "staff.languages": "tags of languages, set by an operator",
    "staff.offices": "ids of offices: bot/hotline/staff/offices.py",
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


FEWEST_TABLES = 30
TABLES = [*metadata.sorted_tables, *key_metadata.sorted_tables]


def is_short_lived(table: Table) -> bool:
    return SHORT_LIVED.search(str(table.info["erased"])) is not None


def test_a_table_says_what_it_holds_and_how_that_is_erased() -> None:
    assert len(TABLES) > FEWEST_TABLES
    found = {table.name: untold(table) for table in TABLES}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_rows_kept_for_days_are_in_no_backup() -> None:
    """A backup is kept for a month; keys for a week."""
    short = {table.name for table in TABLES if is_short_lived(table)}
    assert short
    assert short <= set(EXCLUDED_TABLES)


def test_every_table_left_out_of_backups_exists_and_keys_lie_apart() -> None:
    known = {table.name for table in TABLES}
    assert set(EXCLUDED_TABLES) <= known
    in_main = {table.name for table in archive_tables(ArchivePart.MAIN)}
    apart = KEY_TABLES | {table.name for table in key_store_tables()}
    assert in_main.isdisjoint(apart)
    assert in_main | apart | set(EXCLUDED_TABLES) == known


def test_no_table_has_room_for_text_in_clear() -> None:
    found = {table.name: in_clear(table) for table in TABLES}
    assert {name: columns for name, columns in found.items() if columns} == {}


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


def empty_tables(dump: str) -> set[str]:
    """Return the tables a dump makes and puts nothing into."""
    made = {table.name for table in metadata.sorted_tables if f"CREATE TABLE {table.name}" in dump}
    assert made
    return {name for name in made if f'INSERT INTO "{name}"' not in dump}


def test_a_kept_database_has_rows_in_every_table() -> None:
    dumps = sorted(FIXTURES.glob("*/data.sql"))
    assert dumps
    found = {dump.parent.name: empty_tables(dump.read_text(encoding="utf-8")) for dump in dumps}
    assert {name: tables for name, tables in found.items() if tables} == {}


def test_a_dump_with_an_empty_table_is_found() -> None:
    assert empty_tables("CREATE TABLE cases (") == {"cases"}
