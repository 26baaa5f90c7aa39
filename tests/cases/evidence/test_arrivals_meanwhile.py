"""Files that arrive while a case is exported or verified: nothing is called damaged for it."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.evidence import custody_log, files
from bot.cases.evidence.bundle_folder import FolderTarget
from bot.cases.evidence.custody_log import CustodyAction
from bot.desks.web.read_pool import ReadPool
from bot.store import Work
from bot.vault.audit import log as audit_log
from tests.support.database_fixtures import on_both_databases, query
from tests.support.harnesses.evidence_harness import EvidenceHarness
from tests.support.hostile_images import image_with_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PHOTO = image_with_metadata("JPEG")
MOST = 6
"""Files that arrive meanwhile: more than any reader has statements that must agree."""
COMPARED = (custody_log._OF_CASE, files._FILES, audit_log._BY_SUBJECT)
"""What is read and has to agree; a file that arrives reads none of it."""
_WAITS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Arrivals:
    """Files that arrive one after the other, each in a moment that a test chooses."""

    def __init__(self, room: EvidenceHarness) -> None:
        self._room = room
        self._left = MOST
        self._arriving: threading.Thread | None = None

    @property
    def count(self) -> int:
        """How many have arrived."""
        return MOST - self._left

    def begin(self) -> None:
        """Let the next one arrive; return once it is saved, or waits for a lock."""
        if self._left and (self._arriving is None or not self._arriving.is_alive()):
            self._left -= 1
            data = b"%PDF-1.7 page " + str(self._left).encode()
            self._arriving = threading.Thread(target=self._room.sends, args=(data,))
            self._arriving.start()
        while self._arriving is not None and self._arriving.is_alive() and not self._is_waiting():
            self._arriving.join(0.01)

    def _is_waiting(self) -> bool:
        return self._room.database.dialect == "postgresql" and bool(
            query(self._room.database, _WAITS)[0][0]
        )

    def end(self) -> None:
        if self._arriving is not None:
            self._arriving.join()


@pytest.fixture
def kind() -> str:
    return "postgresql"


@pytest.fixture
def room(tmp_path: Path, kind: str) -> Iterator[EvidenceHarness]:
    made = EvidenceHarness(tmp_path, kind)
    made.sends(PHOTO, kind="photo")
    yield made
    made.close()


@pytest.fixture
def arrivals(room: EvidenceHarness) -> Iterator[Arrivals]:
    made = Arrivals(room)
    yield made
    made.end()


@pytest.fixture
def between_reads(arrivals: Arrivals, monkeypatch: pytest.MonkeyPatch) -> Arrivals:
    """Let a file arrive before each statement whose rows have to agree with others."""
    rows = Work.rows

    def read(work: Work, statement: Any, *values: Any) -> list[Any]:
        if statement in COMPARED:
            arrivals.begin()
        return rows(work, statement, *values)

    monkeypatch.setattr(Work, "rows", read)
    return arrivals


@pytest.fixture
def while_written(arrivals: Arrivals, monkeypatch: pytest.MonkeyPatch) -> Arrivals:
    """Let a file arrive while each one of an export is written."""
    write = FolderTarget.write

    async def written(target: FolderTarget, path: str, pieces: Any) -> None:
        arrivals.begin()
        await write(target, path, pieces)

    monkeypatch.setattr(FolderTarget, "write", written)
    return arrivals


def exported(room: EvidenceHarness, *more: str) -> Path:
    folder = room.folder / "bundle"
    code, said = room.types("export", room.case.reference, str(folder), *more)
    assert code == 0, said
    return folder


def assert_verifies(room: EvidenceHarness, folder: Path) -> None:
    code, said = room.types("verify", str(folder))
    assert (code, said[:20]) == (0, "Nothing was altered:"), said


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_a_file_that_arrives_between_two_reads_refuses_no_export(
    room: EvidenceHarness, between_reads: Arrivals
) -> None:
    folder = exported(room)
    assert between_reads.count
    assert_verifies(room, folder)


def test_a_file_that_arrives_between_two_reads_is_no_altered_case(
    room: EvidenceHarness, between_reads: Arrivals
) -> None:
    code, said = room.types("verify", room.case.reference)
    assert (code, between_reads.count > 0) == (0, True), said


@on_both_databases
@pytest.mark.parametrize("more", [(), ("--clean",)], ids=["originals", "clean"])
def test_a_file_that_arrives_meanwhile_is_in_all_of_an_export_or_in_none(
    room: EvidenceHarness, while_written: Arrivals, more: tuple[str, ...]
) -> None:
    folder = exported(room, *more)
    assert while_written.count > 1
    assert_verifies(room, folder)
    manifest = manifest_of(folder)
    received = {it["row"]["file"] for it in manifest["ledger"] if it["row"]["deed"] == "received"}
    assert {it["id"] for it in manifest["files"] if it["original"]} == received
    taken = {it["row"]["file"] for it in manifest["ledger"] if it["row"]["deed"] == "exported"}
    assert taken == received, "each file that left is recorded as exported"
    assert len(received) == len(list((folder / "files").iterdir())) > 1


@on_both_databases
def test_an_export_ends_although_a_file_arrives_with_each_that_is_written(
    room: EvidenceHarness, while_written: Arrivals
) -> None:
    folder = exported(room)
    listed = manifest_of(folder)["files"]
    assert len(listed) == len([it for it in listed if it["original"]]) == 2
    assert while_written.count > len(listed)
    assert_verifies(room, folder)


async def test_what_the_desk_checks_before_an_archive_is_of_one_moment(
    room: EvidenceHarness, between_reads: Arrivals
) -> None:
    pool, evidence, case = ReadPool(room.database), room.evidence, room.case.id

    def look(work: Work) -> tuple[object, object, int, int]:
        broken = evidence.custody.verify(work, case)
        difference = evidence.find_difference(work, case)
        rows = evidence.custody.of_case(work, case)
        received = sum(it.deed == CustodyAction.RECEIVED for it in rows)
        return broken, difference, len(evidence.list_files(work, case)), received

    try:
        *faults, listed, received = await pool.run(look)
    finally:
        pool.close()
    assert faults == [None, None]
    assert listed == received < between_reads.count


def cut(room: EvidenceHarness) -> None:
    room.writes("DELETE FROM custody WHERE number = (SELECT max(number) FROM custody)")


def add(room: EvidenceHarness) -> None:
    room.writes("UPDATE files SET size = size + 1")


@pytest.mark.parametrize(
    ("damage", "said"),
    [(cut, "row 1 of the custody log is cut"), (add, "its size is not what the custody log says")],
)
def test_a_log_or_a_list_that_was_changed_is_refused_while_files_arrive(
    room: EvidenceHarness, between_reads: Arrivals,
    damage: Callable[[EvidenceHarness], None], said: str,
) -> None:  # fmt: skip
    damage(room)
    found = room.types("export", room.case.reference, str(room.folder / "bundle"))
    assert found[0] == 1
    assert said in found[1]
    assert not (room.folder / "bundle").exists()
