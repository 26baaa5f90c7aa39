"""A case that is erased is gone, key first; whoever comes next finishes what was begun."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Table

from bot.cases.intake import report_associated_data
from bot.clock import DAY, HOUR
from bot.errors import CaseNotReadableError, UnderLegalHoldError
from bot.hotline.erasure.legal_holds import HoldReason
from bot.mailbox.letter import Letter
from bot.mailbox.outbox import Outbox
from bot.messages import SendText
from bot.store.tables.main import metadata
from bot.vault import Purpose
from bot.vault.erasure.delete_rows import CASE_TABLES, case_tables, remaining_tables
from bot.vault.erasure.erase import ErasureReason, Erasures, LedgerEntry
from tests.support.database.key_store_fixtures import empty_keyring
from tests.support.database.kill_at_line import count_lines, kill_at_line
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import BOT, VAULT
from tests.support.harnesses.retention_harness import WORDS, RetentionHarness, vault_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILLED = (
    "case_keys", "reports", "exchanges", "topics", "files", "legal_holds", "receipts", "cases",
)  # fmt: skip


@pytest.fixture(params=DATABASE_KINDS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RetentionHarness]:
    made = RetentionHarness(migrated_url(request.param, tmp_path), tmp_path)
    yield made
    made.close()


def hold(shelf: RetentionHarness, case: str, days: int = 30) -> None:
    until = shelf.now + days * DAY
    holds, now = shelf.holds, shelf.now
    shelf.run(lambda work: holds.request(work, case, shelf.mei.id, HoldReason.COURT, until, now))
    shelf.run(lambda work: holds.approve(work, case, shelf.jun.id, now))


def test_nothing_of_an_erased_case_is_left_and_nothing_of_another_is_gone(
    shelf: RetentionHarness,
) -> None:
    case, other = shelf.closed(1), shelf.closed(1)
    name, kept = shelf.has_file(case), shelf.has_file(other)
    hold(shelf, case, days=1)
    shelf.now += DAY + HOUR  # a hold that is over goes with its case
    filled = {
        table.name for table in CASE_TABLES if table.name in remaining_tables(shelf.database, case)
    }
    assert filled == set(FILLED)
    before = {table: shelf.count(table) for table in metadata.tables}
    assert shelf.erases(case) == ()
    assert remaining_tables(shelf.database, case) == []
    assert shelf.cases() == {other}
    assert [path.name for path in shelf.folder.iterdir()] == [kept] != [name]
    assert shelf.says(other) == [WORDS, WORDS]
    gone = {table: before[table] - shelf.count(table) for table in metadata.tables}
    assert {table for table, rows in gone.items() if rows > 0} == {
        *FILLED, "outbox", "conversations",
    }  # fmt: skip
    (entry,) = shelf.ledger()
    assert entry.case_hash == VAULT.erased_case_digest(case)
    assert entry.done_at == shelf.now
    assert (entry.why, entry.files) == ("withdrawn", 1)
    assert entry.rows == sum(gone[table] for table in {*FILLED, "outbox", "conversations"})
    assert ("erase", "withdrawn") in [(deed, detail) for _, deed, detail in shelf.told(case)]


def test_every_table_that_names_a_case_is_erased_with_it() -> None:
    """Whatever has a column for a case belongs to it, or says by itself why not."""
    named = {
        table.name for table in metadata.sorted_tables if {"case_id", "case"} & set(table.c.keys())
    }
    assert named - {table.name for table in case_tables()} == {"erasures"}
    assert case_tables()[0].name == "case_keys"
    assert isinstance(CASE_TABLES[-1], Table)
    assert CASE_TABLES[-1].name == "cases"


def test_a_case_that_is_not_there_is_nobodys(shelf: RetentionHarness) -> None:
    assert shelf.erases("0" * 32) is None
    assert shelf.ledger() == []


def test_what_an_earlier_copy_holds_of_it_opens_no_more(shelf: RetentionHarness) -> None:
    case = shelf.closed()
    key = shelf.opener(case)
    ((sealed, place),) = query(shelf.database, "SELECT sealed, id FROM reports")
    assert key.open(Purpose.CASE, report_associated_data(case, place), sealed)
    shelf.erases(case)
    for vault in (shelf.vault, vault_in(shelf.folder.parent)):
        with pytest.raises(CaseNotReadableError):
            vault.cases.opener(case, empty_keyring(vault))
    assert query(shelf.keys, "SELECT * FROM case_wraps") == []


def test_a_case_under_legal_hold_is_not_erased(shelf: RetentionHarness) -> None:
    case = shelf.closed(200)
    hold(shelf, case)
    with pytest.raises(UnderLegalHoldError):
        shelf.erases(case)
    assert shelf.says(case) == [WORDS, WORDS]
    assert (
        shelf.run(lambda work: shelf.erasures.legal_hold_until(work, case, shelf.now)) is not None
    )
    shelf.now += 30 * DAY
    assert shelf.erases(case) == ()


# --- Letters --------------------------------------------------------------------------------


def letter_to(shelf: RetentionHarness, key: bytes) -> int:
    def unit(work: object) -> int:
        (number,) = shelf.outbox.new_ids(work, 1)  # type: ignore[arg-type]
        said = Letter(number, key, 1, SendText("Hello"), created_at=shelf.now)
        shelf.outbox.store(work, [said])  # type: ignore[arg-type]
        return number

    return shelf.run(unit)


def waiting(shelf: RetentionHarness) -> set[int]:
    return {number for (number,) in query(shelf.database, "SELECT id FROM outbox")}


def test_erasing_an_old_case_keeps_letters_of_the_new_session(
    shelf: RetentionHarness,
) -> None:
    """Their old case goes of age in the very moment in which they are answered."""
    case = shelf.closed(91)
    ((key,),) = query(shelf.database, "SELECT chat_key FROM cases")
    shelf.run(
        lambda work: shelf.erasures._also_erase[0](work, key, case, 0)
    )  # that sitting is over
    shelf.run(lambda work: _sit(work, key, shelf))
    answer = letter_to(shelf, key)
    shelf.erases(case)
    assert waiting(shelf) == {answer}
    assert shelf.count("conversations") == 1


def _sit(work: object, key: bytes, shelf: RetentionHarness) -> None:
    from bot.conversation import Position  # noqa: PLC0415 - one sitting, for one test
    from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations  # noqa: PLC0415

    kept = Conversation("id", Position(), chat=1, touched_at=shelf.now)
    Conversations(shelf.vault).store(work, [(key, ConversationRow(None, kept, 0))])  # type: ignore[arg-type]


def test_what_waits_for_a_chat_whose_only_case_it_was_goes_with_it(shelf: RetentionHarness) -> None:
    case, other = shelf.closed(), shelf.closed()
    ((key,),) = query(shelf.database, f"SELECT chat_key FROM cases WHERE id = '{case}'")  # noqa: S608
    letter_to(shelf, key)
    shelf.erases(case)
    ((left,),) = query(shelf.database, f"SELECT letter FROM exchanges WHERE case_id = '{other}' "  # noqa: S608
                                     "AND letter IS NOT NULL")  # fmt: skip
    assert waiting(shelf) == {left}


def test_a_letters_number_is_never_given_twice_while_anything_remembers_it(
    shelf: RetentionHarness,
) -> None:
    """SQLite gives numbers of rows that are gone again; an old case must not take a new letter."""
    old = shelf.closed(100)
    ((remembered,),) = query(shelf.database, "SELECT max(letter) FROM exchanges")
    connection = shelf.database.connect()
    connection.cursor().execute("DELETE FROM outbox")  # all were sent, two days ago
    connection.close()
    newest = letter_to(shelf, VAULT.chat_key(BOT, 1))
    assert newest > remembered
    shelf.erases(old)
    assert waiting(shelf) == {newest}


def test_old_letters_are_forgotten_though_thousands_wait_before_them(
    shelf: RetentionHarness,
) -> None:
    key, now = VAULT.chat_key(BOT, 1), shelf.now
    numbers = shelf.run(lambda work: list(shelf.outbox.new_ids(work, 60)))
    letters = [Letter(number, key, 1, SendText("x"), created_at=now) for number in numbers]
    shelf.run(lambda work: shelf.outbox.store(work, letters))
    connection = shelf.database.connect()
    sent = f"UPDATE outbox SET state = 'sent', settled_at = {now} WHERE id > {numbers[29]}"  # noqa: S608
    connection.cursor().execute(sent)
    connection.close()
    later = now + 49 * HOUR
    assert shelf.run(lambda work: Outbox.expire(work, later, most=20)) == 20
    assert shelf.run(lambda work: Outbox.expire(work, later, most=20)) == 10
    assert len(waiting(shelf)) == 30


# --- Killed at every point -------------------------------------------------------------------


def test_an_erasure_killed_anywhere_is_finished_by_the_next_process(
    tmp_path: Path,
) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    shelf = RetentionHarness(migrated_url("sqlite", origin), origin)
    case, other = shelf.closed(), shelf.closed()
    name = shelf.has_file(case, b"x" * 100_000)
    shelf.has_file(other)
    sealed = sealed_of(shelf, case)
    shelf.close()
    assert set(lies_in(origin, sealed)) == {"haven.db", "keys.db"}
    # What the first to finish an erasure here looks up and keeps, the others find: so it is counted
    # after one was.
    once = copy_of(origin, tmp_path / "once")
    kill_at_line(500, lambda: erase(once, case))
    finish(once, case, other, name, sealed)
    points = count_lines(lambda: erase(copy_of(origin, tmp_path / "counted"), case))
    assert points > 100
    ends = set()
    for point in range(1, points, max(points // drill_length(14, 40), 1)):
        folder = copy_of(origin, tmp_path / f"at{point}")
        assert kill_at_line(point, lambda it=folder: erase(it, case))  # type: ignore[misc]
        ends.add(finish(folder, case, other, name, sealed))
    assert ends == {"whole", "gone"}


def copy_of(origin: Path, folder: Path) -> Path:
    shutil.copytree(origin, folder)
    return folder


def erase(folder: Path, case: str) -> None:
    """Erase, as a process of its own would."""
    shelf = RetentionHarness.reopened(folder)
    asyncio.run(shelf.erasures.erase(shelf.database, case, ErasureReason.AGE, "house", shelf.now))


def sealed_of(shelf: RetentionHarness, case: str) -> list[bytes]:
    """Return everything that is sealed of a case, as it lies in the database."""
    asked = (
        f"SELECT {column} FROM {table} WHERE {'id' if table == 'cases' else 'case_id'} = '{case}'"  # noqa: S608
        for table, column in (("case_keys", "sealed"), ("reports", "sealed"),
                              ("exchanges", "sealed"), ("topics", "shown"), ("cases", "address"))
    )  # fmt: skip
    found = [bytes(sealed) for sql in asked for (sealed,) in query(shelf.database, sql)]
    wraps = query(shelf.keys, f"SELECT sealed FROM case_wraps WHERE case_id = '{case}'")  # noqa: S608
    assert wraps
    return found + [bytes(sealed) for (sealed,) in wraps]


def lies_in(folder: Path, sealed: list[bytes]) -> list[str]:
    """Return the files of a folder in which any of that still stands."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(it in path.read_bytes() for it in sealed)]


def finish(folder: Path, case: str, other: str, name: str, sealed: list[bytes]) -> str:
    """Do what whoever comes next does, and tell what became of the case."""
    shelf = RetentionHarness.reopened(folder)
    try:
        asyncio.run(shelf.erasures.finish(shelf.database, shelf.now))
        assert shelf.says(other) == [WORDS, WORDS]
        if case in shelf.cases():
            assert shelf.says(case) == [WORDS, WORDS]
            assert (shelf.folder / name).stat().st_size > 100_000
            return "whole"
        assert remaining_tables(shelf.database, case) == []
        assert len(list(shelf.folder.iterdir())) == 1
        assert [entry.done_at for entry in shelf.ledger()] == [shelf.now]
        assert not lies_in(folder, sealed)
        return "gone"
    finally:
        shelf.close()


# --- It looks for itself ---------------------------------------------------------------------


def test_an_erasure_that_left_something_says_so_and_is_done_again(tmp_path: Path) -> None:
    shelf = RetentionHarness(migrated_url("sqlite", tmp_path), tmp_path)
    case = shelf.closed()
    sealed = sealed_of(shelf, case)
    reader = shelf.database.connect()
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM cases").fetchall()
    found = asyncio.run(_impatient(shelf, case))
    assert found == ("log",)  # somebody reads: what was erased stands in the log still
    assert shelf.run(shelf.erasures.unfinished) == [case]
    assert "haven.db-wal" in lies_in(tmp_path, sealed)
    reader.close()
    shelf.restarts()
    assert asyncio.run(shelf.erasures.finish(shelf.database, shelf.now)) == 1
    assert shelf.run(shelf.erasures.unfinished) == []
    assert lies_in(tmp_path, sealed) == []
    shelf.close()


class _Hurried(Erasures):
    TRIES = 2
    WAIT = 0.01


async def _impatient(shelf: RetentionHarness, case: str) -> tuple[str, ...] | None:
    hurried = _Hurried(shelf.vault, shelf.audit, shelf.blobs)
    return await hurried.erase(shelf.database, case, ErasureReason.AGE, "house", shelf.now)


def test_files_that_no_case_knows_are_removed_and_those_being_fetched_are_not(
    shelf: RetentionHarness,
) -> None:
    case = shelf.closed()
    name = shelf.has_file(case)
    (shelf.folder / f"{name}.part").write_bytes(b"half")
    (shelf.folder / ("f" * 32)).write_bytes(b"of a case erased while it was fetched")
    assert asyncio.run(shelf.erasures.finish(shelf.database, shelf.now)) == 0
    assert {path.name for path in shelf.folder.iterdir()} == {name, f"{name}.part"}


# --- The ledger ------------------------------------------------------------------------------


def test_what_comes_back_with_an_old_copy_is_erased_again(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    shelf = RetentionHarness(migrated_url("sqlite", before), before)
    case, other = shelf.closed(), shelf.closed()
    name = shelf.has_file(case)
    hold(shelf, case)  # holds that the old copy knows do not bring it back
    shelf.close()
    copy_of(before, after)
    live = RetentionHarness.reopened(before)
    live.now += 31 * DAY
    asyncio.run(
        live.erasures.erase(live.database, case, ErasureReason.WITHDRAWN, "house", live.now)
    )
    old = RetentionHarness.reopened(after)
    ledger = [*live.ledger(), LedgerEntry(b"of an older one!", live.now, "withdrawn")]
    found = old.run(lambda work: old.erasures.replay(work, ledger, live.now))
    assert [begun.case for begun in found] == [case]
    for begun in found:
        assert asyncio.run(old.erasures.complete(old.database, begun, live.now)) == ()
    assert old.cases() == {other}
    assert not (old.folder / name).exists()
    assert ("house", "erase_again", "withdrawn") in old.told(case)
    assert [(it.case_hash, it.why) for it in old.ledger()] == [
        (it.case_hash, it.why) for it in ledger
    ]
    counts = "SELECT case_id, rows, files FROM erasures WHERE case_hash = x'{}'"
    assert query(old.database, counts.format(ledger[1].case_hash.hex())) == [(None, 0, 0)]
    assert old.run(lambda work: old.erasures.replay(work, ledger, live.now)) == []
    live.close()
    old.close()
