"""The audit log cannot be rewritten unnoticed (promise P19)."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import StoreFailed
from bot.store.database import Database
from bot.vault import Audit, HostKey, Vault
from bot.vault.audit import (
    BEFORE_THE_FIRST,
    HOUSE,
    OPERATOR,
    PAGE,
    Broken,
    Fault,
    Head,
    _canonical,
    pages,
)
from tests.houses import VAULT
from tests.stores import ask, migrated_url, on_both
from tests.vault import by_hand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.store.writer import Work

AUDIT = Audit(VAULT)
ROWS = 6
Log = list[list[Any]]
CODES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", max_size=20)


@dataclass
class Unkeyed:
    """What a vault would be whose chain needs no key: anybody can make its proofs."""

    @staticmethod
    def link(before: bytes, row: bytes) -> bytes:
        return hashlib.sha256(before + row).digest()


def chain(audit: Audit, rows: int = ROWS) -> Log:
    """Return a log as it stands in the table."""
    log: Log = []
    before = BEFORE_THE_FIRST
    for number in range(1, rows + 1):
        said = (number, number * 10, "9f3c2a1b", f"deed{number % 3}", f"case{number}", "")
        before = audit._vault.link(before, _canonical(said))
        log.append([*said, before])
    return log


def verified(log: Log, *heads: Head, audit: Audit = AUDIT) -> Head | Broken:
    return audit.verify((tuple(row) for row in log), heads)


# --- In memory: every row, every way ---------------------------------------------------------


def test_a_log_that_nobody_touched_holds() -> None:
    log = chain(AUDIT)
    assert verified(log) == Head.of(ROWS, log[-1][-1])
    assert verified([]) == Head.of(0, BEFORE_THE_FIRST)
    assert verified(log, *(Head.of(row[0], row[-1]) for row in log)) == Head.of(ROWS, log[-1][-1])


OTHER: tuple[Any, ...] = (None, 0, -1, 1.0, "", "x", b"", b"x", bytes(32))


@pytest.mark.parametrize("value", OTHER, ids=repr)
@pytest.mark.parametrize("column", range(1, 7))
@pytest.mark.parametrize("at", range(ROWS))
def test_any_value_changed_in_any_row_is_found_there(at: int, column: int, value: Any) -> None:
    log = chain(AUDIT)
    if (log[at][column], type(log[at][column])) == (value, type(value)):
        return  # as it was: an empty detail
    log[at][column] = value
    assert verified(log) == Broken(at + 1, Fault.ALTERED)


@settings(max_examples=400)
@given(st.integers(0, ROWS - 1), st.integers(0, 255))
def test_any_bit_of_a_proof_that_flips_is_found(at: int, bit: int) -> None:
    log = chain(AUDIT)
    mac = bytearray(log[at][-1])
    mac[bit // 8] ^= 1 << bit % 8
    log[at][-1] = bytes(mac)
    assert verified(log) == Broken(at + 1, Fault.ALTERED)


@pytest.mark.parametrize("at", range(ROWS - 1))
def test_a_row_taken_out_is_missed(at: int) -> None:
    log = chain(AUDIT)
    del log[at]
    assert verified(log) == Broken(at + 1, Fault.MISSING)


@pytest.mark.parametrize("at", range(ROWS - 1))
def test_it_is_missed_although_all_that_follow_were_counted_anew(at: int) -> None:
    log = chain(AUDIT)
    del log[at]
    for number, row in enumerate(log, 1):
        row[0] = number
    assert verified(log) == Broken(at + 1, Fault.ALTERED)


@pytest.mark.parametrize("number", [0, -1, -(2**63)])
def test_a_row_put_before_the_first_is_found(number: int) -> None:
    log = chain(AUDIT)
    log.insert(0, [number, *log[0][1:]])
    assert verified(log) == Broken(number, Fault.INSERTED)


@pytest.mark.parametrize("at", range(ROWS))
def test_a_row_put_in_is_found_whether_counted_or_not(at: int) -> None:
    log = chain(AUDIT)
    log.insert(at, list(log[at]))
    assert verified(log) == Broken(at + 1, Fault.INSERTED)
    for number, row in enumerate(log, 1):
        row[0] = number
    assert isinstance(verified(log), Broken)


def test_a_row_put_after_the_last_is_found() -> None:
    log = chain(AUDIT)
    log.append([ROWS + 1, *log[-1][1:]])
    assert verified(log) == Broken(ROWS + 1, Fault.ALTERED)


@given(st.permutations(range(ROWS)), st.booleans())
def test_rows_that_changed_places_are_found_at_the_first(order: list[int], renumber: bool) -> None:
    was = chain(AUDIT)
    log = [list(was[place]) for place in order]
    if renumber:
        for number, row in enumerate(log, 1):
            row[0] = number
    found = verified(log)
    if order == list(range(ROWS)):
        assert isinstance(found, Head)
        return
    first = next(place for place, row in enumerate(order) if place != row)
    assert isinstance(found, Broken)
    assert found.number in {first + 1, order[first] + 1}


@settings(max_examples=500)
@given(st.lists(st.sampled_from(["drop", "double", "swap", "blank", "borrow"]), max_size=6),
       st.randoms())  # fmt: skip
def test_whatever_is_done_without_the_key_is_found_unless_nothing_changed(
    done: list[str], dice: Any
) -> None:
    was = chain(AUDIT)
    whole = Head.of(ROWS, was[-1][-1])
    log = chain(AUDIT)
    other = chain(Audit(Vault(HostKey(bytes(32)))))  # of another house
    for how in done:
        at, to = dice.randrange(ROWS - 1), dice.randrange(ROWS - 1)
        if at >= len(log) or to >= len(log):
            continue
        if how == "drop":
            del log[at]
        elif how == "double":
            log.insert(to, list(log[at]))
        elif how == "swap":
            log[at], log[to] = log[to], log[at]
        elif how == "blank":
            log[at][dice.randrange(7)] = dice.choice(OTHER[1:3])
        else:
            log[at] = list(other[at])
    assert (verified(log, whole) == whole) == (log == was)


# --- The end of it ---------------------------------------------------------------------------


@pytest.mark.parametrize("left", range(ROWS))
def test_an_end_cut_off_shows_against_the_head_that_was_written_down(left: int) -> None:
    log = chain(AUDIT)
    head = Head.of(ROWS, log[-1][-1])
    assert verified(log[:left], head) == Broken(left + 1, Fault.CUT)
    assert isinstance(verified(log[:left]), Head)  # and only against it


@pytest.mark.parametrize("left", range(ROWS))
def test_an_end_replaced_by_true_rows_shows_against_the_head(left: int) -> None:
    log = chain(AUDIT)
    head = Head.of(ROWS, log[-1][-1])
    before = log[left - 1][-1] if left else BEFORE_THE_FIRST
    for number in range(left + 1, ROWS + 3):  # the house went on after the cut, with its key
        said = (number, 999, HOUSE, "lapse", "case", "")
        before = VAULT.link(before, _canonical(said))
        log[number - 1 :] = [[*said, before]]
    assert verified(log, head) == Broken(ROWS, Fault.REPLACED)
    assert isinstance(verified(log), Head)


def test_of_several_heads_each_is_held_against() -> None:
    log = chain(AUDIT)
    kept = [Head.of(row[0], row[-1]) for row in log]
    wrong = Head(kept[2].number, "0" * 16)
    assert verified(log, kept[5], wrong, kept[2], kept[0]) == Broken(3, Fault.REPLACED)


def test_a_head_is_read_as_it_was_written() -> None:
    head = Head.of(1842, bytes(range(100, 132)))
    assert Head.read(str(head)) == Head.read(f"  {str(head).upper()}\n") == head
    for written in ("", "7", "7:", ":6465666768696a6b", "7:xyz", "-1:6465666768696a6b",
                    "7:6465666768696a6b00", "9" * 30 + ":6465666768696a6b"):  # fmt: skip
        assert Head.read(written) is None


# --- The negative control --------------------------------------------------------------------


def remade(log: Log, link: Callable[[bytes, bytes], bytes]) -> Log:
    """Return the log with a deed taken out and everything after it proved anew."""
    before, made = BEFORE_THE_FIRST, []
    for number, row in enumerate(log[:2] + log[3:], 1):
        said = (number, *row[1:-1])
        before = link(before, _canonical(said))
        made.append([*said, before])
    return made


def test_a_chain_without_a_key_would_be_remade_unnoticed() -> None:
    """Shows why ours has one: whoever can write to the database can compute a hash."""
    unkeyed = Audit(Unkeyed())  # type: ignore[arg-type]
    forged = remade(chain(unkeyed), Unkeyed.link)
    assert isinstance(verified(forged, audit=unkeyed), Head)
    assert verified(remade(chain(AUDIT), Unkeyed.link)) == Broken(1, Fault.ALTERED)


def test_another_host_key_proves_nothing() -> None:
    other = Vault(HostKey(bytes(32)))
    assert verified(remade(chain(AUDIT), other.link)) == Broken(1, Fault.ALTERED)


def test_proofs_are_made_as_they_would_be_by_hand() -> None:
    known = json.loads(by_hand.VECTORS.read_text())
    vault = Vault(HostKey(bytes.fromhex(known["host_key"])))
    rows = [(*row, bytes.fromhex(proof)) for row, proof in known["audit"]]
    assert Audit(vault).verify(rows) == Head.of(3, rows[-1][-1])


# --- In the database -------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(request.param, tmp_path))
    yield made
    made.writer.close()


def noted(database: Database, deeds: int = ROWS) -> None:
    def unit(work: Work) -> None:
        for number in range(deeds):
            AUDIT.note(work, 1_000 + number, "9f3c2a1b", "claim", f"case{number}", "queue:labour")

    database.writer.run_now(unit)


def found_in(database: Database, *heads: Head) -> Head | Broken:
    return AUDIT.verify(pages(database.writer), heads)


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
    assert isinstance(head, Head)
    assert head.number == 4
    assert head == database.writer.run_now(AUDIT.head)
    about = database.writer.run_now(lambda work: AUDIT.about(work, "case1"))
    assert [(row.id, row.actor, row.deed, row.detail) for row in about] == [
        (2, "9f3c2a1b", "claim", "queue:labour"),
        (4, "9f3c2a1b", "claim", "queue:labour"),
    ]


def test_a_log_longer_than_a_page_is_read_whole(database: Database) -> None:
    noted(database, PAGE + 3)
    assert isinstance(found_in(database), Head)
    assert PAGE == 1000
    change(database, "DELETE FROM audit WHERE id = 1002")
    assert found_in(database) == Broken(PAGE + 2, Fault.MISSING)


COPY = "INSERT INTO audit SELECT {}, at, actor, deed, subject, detail, mac FROM audit WHERE id = 1"
SWAP = "UPDATE audit SET subject = CASE id WHEN 2 THEN 'case2' ELSE 'case1' END WHERE id IN (2, 3)"


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE audit SET detail = 'queue:fishers' WHERE id = 3", Broken(3, Fault.ALTERED)),
        ("UPDATE audit SET actor = 'house' WHERE id = 1", Broken(1, Fault.ALTERED)),
        ("UPDATE audit SET at = at + 1 WHERE id = 6", Broken(6, Fault.ALTERED)),
        ("UPDATE audit SET mac = (SELECT mac FROM audit WHERE id = 2) WHERE id = 5",
         Broken(5, Fault.ALTERED)),
        ("DELETE FROM audit WHERE id = 4", Broken(4, Fault.MISSING)),
        ("UPDATE audit SET id = 9 WHERE id = 4", Broken(4, Fault.MISSING)),
        (COPY.format("7"), Broken(7, Fault.ALTERED)),
        (COPY.format("-5"), Broken(-5, Fault.INSERTED)),
        (COPY.format("-9223372036854775807 - 1"), Broken(-(2**63), Fault.INSERTED)),
        (SWAP, Broken(2, Fault.ALTERED)),
        ("DELETE FROM audit WHERE id > 4", Broken(5, Fault.CUT)),
        ("DELETE FROM audit", Broken(1, Fault.CUT)),
    ],
)  # fmt: skip
def test_whoever_writes_to_the_database_is_noticed(
    database: Database, sql: str, broken: Broken
) -> None:
    noted(database)
    head = database.writer.run_now(AUDIT.head)
    change(database, sql)
    assert found_in(database, head) == broken


def test_after_a_cut_the_house_goes_on_and_the_head_still_shows_it(database: Database) -> None:
    noted(database)
    head = database.writer.run_now(AUDIT.head)
    change(database, "DELETE FROM audit WHERE id > 4")
    noted(database)
    assert found_in(database, head) == Broken(6, Fault.REPLACED)


def test_a_value_that_no_driver_can_read_is_found_at_its_row(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    noted(database)
    change(database, "UPDATE audit SET actor = CAST(X'FF' AS TEXT) WHERE id = 4")
    assert found_in(database) == Broken(4, Fault.ALTERED)
    noted(database)  # and nobody is kept from work by it
    database.writer.close()


class Failing:
    """A writer whose disk fails after a while."""

    def __init__(self, *said: Any) -> None:
        self._said = list(said)

    def run_now(self, _unit: Any) -> Any:
        said = self._said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


@pytest.mark.parametrize(
    "said", [(StoreFailed(),), (ValueError(), [(1,)], StoreFailed())], ids=["page", "row"]
)
def test_a_disk_that_fails_is_not_taken_for_a_row_that_was_changed(said: tuple[Any, ...]) -> None:
    with pytest.raises(StoreFailed):
        list(pages(Failing(*said)))  # type: ignore[arg-type]
    with pytest.raises(StoreFailed):
        list(pages(_closed()))


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
                AUDIT.note(work, at, OPERATOR, deed, subject, detail)

        database.writer.run_now(unit)
        number = data.draw(st.integers(1, len(deeds)))
        column = data.draw(st.sampled_from(["at", "actor", "deed", "subject", "detail", "mac"]))
        change(database, f"UPDATE audit SET {column} = {column} || 'x' WHERE id = {number}")  # noqa: S608
        assert found_in(database) == Broken(number, Fault.ALTERED)
        database.writer.close()


# --- Beside the deed -------------------------------------------------------------------------


def test_a_deed_that_is_undone_was_never_noted(database: Database) -> None:
    def fails(work: Work) -> None:
        AUDIT.note(work, 1, HOUSE, "lapse", "case")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours
        database.writer.run_now(fails)
    noted(database, 1)
    assert ask(database, "SELECT deed FROM audit") == [("claim",)]
    assert isinstance(found_in(database), Head)


WORDS = "He keeps my passport. Dia menyimpan paspor saya. เขาเก็บพาสปอร์ต"


@pytest.mark.parametrize("words", [WORDS, "two words", "x" * 201, "\x00", "é", "a\nb"])
def test_words_are_not_written_down_wherever_they_were_meant_to_go(
    database: Database, words: str
) -> None:
    def unit(work: Work) -> None:
        AUDIT.note(work, 1, words, words, words, words)

    database.writer.run_now(unit)
    assert ask(database, "SELECT actor, deed, subject, detail FROM audit") == [("?",) * 4]
    assert isinstance(found_in(database), Head)


# --- Several processes -----------------------------------------------------------------------

NOTES = """
import sys
from bot.store.database import Database
from bot.vault import Audit, HostKey, Vault

database = Database(sys.argv[1])
audit = Audit(Vault(HostKey(bytes(range(32)))))

def unit(work):
    audit.note(work, 1, sys.argv[2], "first", "case")
    audit.note(work, 2, sys.argv[2], "second", "case")

for _ in range(int(sys.argv[3])):
    database.writer.run_now(unit)
database.writer.close()
"""


@on_both
def test_several_processes_append_to_one_chain(kind: str, tmp_path: Path) -> None:
    url = migrated_url(kind, tmp_path)
    running = [
        subprocess.Popen([sys.executable, "-c", NOTES, url, f"worker{number}", "20"])  # noqa: S603
        for number in range(4)
    ]
    assert [process.wait(120) for process in running] == [0] * 4
    database = Database(url)
    head = found_in(database)
    assert isinstance(head, Head)
    assert head.number == 160
    deeds = ask(database, "SELECT actor, deed FROM audit ORDER BY id")
    for number in range(4):
        mine = [deed for actor, deed in deeds if actor == f"worker{number}"]
        assert mine == ["first", "second"] * 20
    database.writer.close()


class Unlocked(Audit):
    """An audit log whose writers do not wait for each other."""

    @staticmethod
    def _wait(work: Work) -> None:
        pass


SOMEBODY_WAITS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def two_at_once(audit: Audit, url: str) -> list[tuple[Any, BaseException | None]]:
    """Have a second house append while a first one has, and has not committed yet."""
    first, second = Database(url), Database(url)
    said: list[tuple[Any, BaseException | None]] = []
    ended = threading.Event()

    def tell(result: Any, error: BaseException | None) -> None:
        said.append((result, error))
        ended.set()

    def unit(work: Work) -> None:
        audit.note(work, 1, OPERATOR, "first", "case")
        work.finish()
        second.writer._hand_in(lambda work: audit.note(work, 2, HOUSE, "second", "case"), tell)
        while ask(first, SOMEBODY_WAITS) == [(0,)]:
            pass

    first.writer.run_now(unit)
    assert ended.wait(60)
    first.writer.close()
    second.writer.close()
    return said


def test_whoever_appends_waits_for_whoever_has_not_committed(tmp_path: Path) -> None:
    url = migrated_url("postgresql", tmp_path)
    assert two_at_once(AUDIT, url) == [(None, None)]
    assert ask(Database(url), "SELECT id, deed FROM audit") == [(1, "first"), (2, "second")]


def test_without_waiting_two_would_stand_in_the_same_place(tmp_path: Path) -> None:
    """Shows that the test above could fail."""
    ((_, error),) = two_at_once(Unlocked(VAULT), migrated_url("postgresql", tmp_path))
    assert type(error).__name__ == "UniqueViolation"
