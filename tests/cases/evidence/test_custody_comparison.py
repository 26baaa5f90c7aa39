"""A list of files says nothing else than the custody log, and leaves out nothing it names."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.evidence.bundle import listing_digest
from bot.cases.evidence.custody_log import CustodyAction, CustodyEvent
from bot.cases.intake import MAX_FILE_BYTES
from bot.clock import SystemClock
from tests.cases.evidence.test_evidence_bundles import (
    PAPER,
    PHOTO,
    chain_again,
    exported,
    manifest_of,
    write_again,
)
from tests.support.harnesses.evidence_harness import EvidenceHarness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Manifest = dict[str, Any]
SENT_AT = 1_795_000_000_000_000
OTHER_TIME = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[EvidenceHarness]:
    made = EvidenceHarness(tmp_path)
    for number, data in enumerate((PHOTO, PAPER), 1):
        at = SENT_AT + number * 60_000_000
        made.sends(data, caption="\u9580 gate", arrived_at=at, sent_at=at, message=number)
    made.sends(b"", size=MAX_FILE_BYTES + 1)
    yield made
    made.close()


def leaves_out(*numbers: int) -> Callable[[Path, Manifest], None]:
    """Return what removes entries and their files from a bundle, and numbers the rest again."""

    def change(folder: Path, told: Manifest) -> None:
        for each in told["files"]:
            if each["number"] in numbers and each["original"]:
                (folder / each["original"]["path"]).unlink()
        told["files"] = [it for it in told["files"] if it["number"] not in numbers]
        for number, each in enumerate(told["files"], 1):
            if each["original"] and each["number"] != number:
                path = f"files/{number:04}.bin"
                (folder / each["original"]["path"]).rename(folder / path)
                each["original"]["path"] = path
            each["number"] = number

    return change


def says(name: str, value: object) -> Callable[[Path, Manifest], None]:
    """Return what changes one thing of the first file of a bundle."""
    return lambda _folder, told: told["files"][0].update({name: value})


def swaps(_folder: Path, told: Manifest) -> None:
    one, two = told["files"][0], told["files"][1]
    one["number"], two["number"] = two["number"], one["number"]


def swaps_with_their_files(folder: Path, told: Manifest) -> None:
    one, two = told["files"][:2]
    told["files"][:2] = [two, one]
    data = [(folder / it["original"]["path"]).read_bytes() for it in (one, two)]
    for it, number, found in ((two, 1, data[1]), (one, 2, data[0])):
        it["number"], it["original"]["path"] = number, f"files/{number:04}.bin"
        (folder / it["original"]["path"]).write_bytes(found)


def repeats(_folder: Path, told: Manifest) -> None:
    told["files"].append(told["files"][2] | {"number": 4, "id": told["files"][0]["id"]})


def takes_the_bytes(folder: Path, told: Manifest) -> None:
    (folder / told["files"][0]["original"]["path"]).unlink()
    told["files"][0]["original"] = None


def reexports(_folder: Path, told: Manifest) -> None:
    told.update(exported_by="else", exported_at=OTHER_TIME)


LOGGED: dict[str, tuple[Callable[[Path, Manifest], None], str]] = {
    "a file removed": (leaves_out(1), "is not listed: row 1 of the custody log is about it"),
    "all but one removed": (leaves_out(1, 3), "is not listed: row 1 of the custody log"),
    "the bytes of one": (takes_the_bytes, "file 1: whether it was saved is not what"),
    "came_at": (says("came_at", OTHER_TIME), "file 1: when it arrived (came_at) is not what"),
    "channel_date": (says("channel_date", OTHER_TIME), "file 1: the date of its message"),
    "channel_number": (says("channel_number", 9), "file 1: the number of its message"),
    "looks": (says("looks", "zip"), "file 1: its detected type is not what"),
    "two numbers": (swaps, "file 1 is not listed in its place"),
    "one twice": (repeats, "file 4 is listed twice"),
}
"""What the entries of a file's arrival notice, those of earlier releases as well."""
LISTED: dict[str, tuple[Callable[[Path, Manifest], None], str]] = {
    "two files in another order": (swaps_with_their_files, "file 1: its number is not what"),
    "reached_case_at": (says("reached_case_at", OTHER_TIME), "file 1: when it reached the case"),
    "a file that was not saved": (leaves_out(3), "it is not the list that the custody log names"),
    "a caption": (says("caption", "else"), "it is not the list that the custody log names"),
    "a name": (says("stated_name", "else"), "it is not the list that the custody log names"),
    "who exported it": (reexports, "it is not the list that the custody log names"),
    "the reference": (lambda _, it: it.update(reference="X"), "it is not the list"),
    "a thing added": (lambda _, it: it.update(note="X"), "it is not the list"),
}
"""What only an export of this release proves."""


@pytest.mark.parametrize("changed", [*LOGGED, *LISTED])
def test_the_right_head_proves_everything_that_a_manifest_lists(
    room: EvidenceHarness, tmp_path: Path, changed: str
) -> None:
    folder = exported(room)
    change, said = (LOGGED | LISTED)[changed]
    told = manifest_of(folder)
    room.settings.host_key_file.rename(tmp_path / "elsewhere")  # type: ignore[union-attr]
    words = ("verify", str(folder), "--head", told["head"])
    assert room.types(*words)[0] == 0, "the control: it is intact before"
    change(folder, told)
    write_again(folder, told)
    code, answered = room.types(*words)
    assert (code, said in answered) == (1, True), answered


def before_0_4_0(folder: Path) -> str:
    """Make a bundle one of an earlier release; return its head."""
    told = manifest_of(folder)
    del told["ledger"][-1]
    for it in told["ledger"]:
        it["row"] = {
            name: said
            for name, said in it["row"].items()
            if name not in {"file_number", "reached_at"}
        }
    chain_again(told)
    write_again(folder, told)
    return str(told["head"])


def test_a_bundle_of_an_earlier_release_verifies_and_says_what_is_not_proved(
    room: EvidenceHarness, tmp_path: Path
) -> None:
    folder = exported(room)
    head = before_0_4_0(folder)
    room.settings.host_key_file.rename(tmp_path / "elsewhere")  # type: ignore[union-attr]
    code, said = room.types("verify", str(folder), "--head", head)
    assert code == 0, said
    assert "It was exported before 0.4.0." in said
    assert "It does not prove names" in said.replace("\n", " ")


@pytest.mark.parametrize("changed", LOGGED)
def test_in_a_bundle_of_an_earlier_release_what_the_log_says_is_compared(
    room: EvidenceHarness, tmp_path: Path, changed: str
) -> None:
    folder = exported(room)
    head = before_0_4_0(folder)
    change, said = LOGGED[changed]
    told = manifest_of(folder)
    change(folder, told)
    write_again(folder, told)
    room.settings.host_key_file.rename(tmp_path / "elsewhere")  # type: ignore[union-attr]
    code, answered = room.types("verify", str(folder), "--head", head)
    assert (code, said in answered) == (1, True), answered


def test_a_list_that_was_added_after_the_noted_head_proves_nothing(
    room: EvidenceHarness, tmp_path: Path
) -> None:
    """Without the host key anyone can add rows: the head proves those up to its own."""
    folder = exported(room)
    told = manifest_of(folder)
    head = told["head"]
    told["files"][0]["caption"] = "else"
    row = dict(told["ledger"][-1]["row"]) | {"number": len(told["ledger"]) + 1}
    told["ledger"].append({"row": row, "link": "", "mac": ""})
    row["digest"] = listing_digest(json.dumps(told).encode())
    chain_again(told)
    write_again(folder, told)
    code, said = room.types("verify", str(folder), "--head", head)
    assert (code, "was not written by this deployment" in said) == (1, True)
    room.settings.host_key_file.rename(tmp_path / "elsewhere")  # type: ignore[union-attr]
    code, said = room.types("verify", str(folder), "--head", head)
    assert (code, "the given head is older than the list of files" in said) == (1, True)


def test_the_list_can_be_checked_with_python_alone_as_the_readme_says(
    room: EvidenceHarness,
) -> None:
    folder = exported(room)
    told = manifest_of(folder)
    row = told.pop("ledger")[-1]["row"]
    del told["head"]
    plain = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert row["deed"] == "listed"
    assert row["digest"] == hashlib.sha256(plain.encode()).hexdigest()
    assert 'without "head", "ledger"' in (folder / "README.txt").read_text()


# --- The case itself ----------------------------------------------------------------------------


CHANGES: dict[str, tuple[str, str]] = {
    "two numbers swapped": (
        "UPDATE files SET number = 3 - number WHERE number < 3", "file 1: its number is not what"),
    "a row removed": (
        "DELETE FROM files WHERE number = 2", "file 2 is not listed: row 2 of the custody log"),
    "when it reached the case": (
        "UPDATE files SET created_at = 1 WHERE number = 1", "file 1: when it reached the case"),
    "its state": (
        "UPDATE files SET state = 'gone' WHERE number = 1", "file 1: whether it was saved is not"),
    "its size": ("UPDATE files SET size = 7 WHERE number = 2", "file 2: its size is not what"),
}  # fmt: skip


@pytest.mark.parametrize("changed", CHANGES)
def test_rows_of_files_that_contradict_the_custody_log_are_named(
    room: EvidenceHarness, changed: str
) -> None:
    sql, said = CHANGES[changed]
    assert room.types("verify", room.case.reference)[0] == 0, "the control: it is intact before"
    room.writes(sql)
    code, told = room.types("verify", room.case.reference)
    assert (code, said in told) == (1, True), told


def test_proofs_of_reports_stand_in_the_log_and_in_no_list(room: EvidenceHarness) -> None:
    """A caseworker attaches them; the list is of what the person sent."""
    event = CustodyEvent(
        at=SystemClock().now(), actor=room.reader, action=CustodyAction.RECEIVED, file="proof",
        digest="00" * 32, size=1, detail="pdf",
    )  # fmt: skip
    run, custody = room.database.writer.run_sync, room.evidence.custody
    run(lambda work: custody.record(work, room.case.id, event))
    assert room.types("verify", room.case.reference)[0] == 0
    folder = exported(room)
    code, said = room.types("verify", str(folder), "--head", manifest_of(folder)["head"])
    assert code == 0, said


def test_an_export_does_not_leave_while_its_list_contradicts_the_log(
    room: EvidenceHarness,
) -> None:
    room.writes("UPDATE files SET number = 3 - number WHERE number < 3")
    words = ("export", room.case.reference, str(room.folder / "out"), "--as", room.caseworker())
    code, told = room.types(*words)
    assert (code, "file 1: its number is not what the custody log says" in told) == (1, True)
