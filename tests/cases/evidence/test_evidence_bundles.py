"""Files as evidence: received, proved, handed on; the first that was changed is named."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.evidence.bundle import listing_digest
from bot.cases.evidence.custody_log import CustodyAction, CustodyEvent
from bot.cases.intake import MAX_FILE_BYTES
from bot.cases.state_machine import Role
from tests.support.harnesses.evidence_harness import EvidenceHarness
from tests.support.hostile_images import MARK, image_with_metadata, pixel_flood, zip_with_traversal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PHOTO, PAPER = image_with_metadata("JPEG"), b"%PDF-1.7 what they made me sign"
NASTY = "..\\..\\photo\u202egpj.exe"
"""A name that turns its own end around, and wants to lie elsewhere."""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[EvidenceHarness]:
    made = EvidenceHarness(tmp_path)
    made.sends(PHOTO, kind="photo", caption="the gate")
    made.sends(PAPER, name=NASTY, mime="image/png")
    yield made
    made.close()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def exported(room: EvidenceHarness, *more: str) -> Path:
    folder = room.folder / "bundle"
    code, said = room.types(
        "export", room.case.reference, str(folder), "--as", room.caseworker(), *more
    )
    assert code == 0, said
    return folder


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


# --- What is kept -------------------------------------------------------------------------------


def test_a_receipt_says_what_came_and_what_its_digest_is(room: EvidenceHarness) -> None:
    run = room.database.writer.run_sync
    items = run(lambda work: room.evidence.list_files(work, room.case.id))
    assert [
        (it.number, it.size, it.digest, it.detected_type, it.matches_stated_type) for it in items
    ] == [
        (1, len(PHOTO), sha(PHOTO), "jpeg", True),
        (2, len(PAPER), sha(PAPER), "pdf", False),
    ]
    rows = run(lambda work: room.evidence.custody.of_case(work, room.case.id))
    assert [(row.number, row.actor, row.deed) for row in rows] == [
        (1, "house", "received"), (2, "house", "received"),
    ]  # fmt: skip


def test_no_digest_stands_in_clear_and_equal_files_have_unequal_links(
    room: EvidenceHarness,
) -> None:
    room.sends(PHOTO, kind="photo")
    data = (room.settings.data / "haven.db").read_bytes()
    assert bytes.fromhex(sha(PHOTO)) not in data
    assert sha(PHOTO).encode() not in data
    assert sha(PHOTO)[:16].encode() not in data
    links = room.asks("SELECT link FROM custody")
    assert len(set(links)) == 3


def test_the_list_shows_a_name_that_turns_instead_of_obeying_it(room: EvidenceHarness) -> None:
    code, said = room.types("list", room.case.reference)
    assert code == 0
    assert sha(PHOTO) in said.replace("\n", "")
    assert "\u202e" not in said
    assert "not as stated" in said
    _code, said = room.types("list", room.case.reference, "--json")
    assert [it["digest"] for it in json.loads(said)] == [sha(PHOTO), sha(PAPER)]
    assert "\u202e" not in said


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "empty"),
        (zip_with_traversal(), "zip"),
        (pixel_flood(), "png"),
        (PHOTO[:-100], "jpeg"),
        (b"MZ" + PHOTO, "program"),
        (b"<svg onload='alert(1)'>", "svg"),
    ],
    ids=["empty", "archive", "2.5 gigapixels", "cut", "program", "svg"],
)
def test_whatever_is_sent_is_kept_byte_for_byte_and_never_unpacked(
    room: EvidenceHarness, data: bytes, looks: str
) -> None:
    room.sends(data, name="CON" + "x" * 252, mime="image/jpeg", size=3)  # a size that lies
    folder = exported(room, "--clean")
    file = manifest_of(folder)["files"][-1]
    assert (folder / "files" / "0003.bin").read_bytes() == data
    assert (file["looks"], file["clean"], file["original"]["size"]) == (looks, None, len(data))
    assert sorted(it.name for it in (folder / "files").iterdir()) == [
        "0001.bin", "0002.bin", "0003.bin",
    ]  # fmt: skip


# --- What is handed on --------------------------------------------------------------------------


def test_a_bundle_holds_the_originals_the_clean_versions_and_the_ledger(
    room: EvidenceHarness,
) -> None:
    folder = exported(room, "--clean")
    told = manifest_of(folder)
    photo, paper = told["files"]
    assert (folder / photo["original"]["path"]).read_bytes() == PHOTO
    assert (folder / paper["original"]["path"]).read_bytes() == PAPER
    drawn = (folder / photo["clean"]["path"]).read_bytes()
    assert MARK.encode() in PHOTO
    assert MARK.encode() not in drawn
    assert paper["clean"] is None
    assert paper["stated_name"] == NASTY
    deeds = [row["row"]["deed"] for row in told["ledger"]]
    assert deeds == ["received", "received", "exported", "exported", "cleaned", "listed"]
    assert {row["row"]["actor"] for row in told["ledger"]} == {"house", told["exported_by"]}


def test_an_exported_bundle_is_readable_by_its_owner_only(room: EvidenceHarness) -> None:
    folder = exported(room, "--clean")
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_bundle_can_be_checked_without_haven(room: EvidenceHarness) -> None:
    folder = exported(room, "--clean")
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"],  # noqa: S607 - as the README of a bundle says
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    before = bytes(32)
    for it in manifest_of(folder)["ledger"]:
        row = json.dumps(it["row"], sort_keys=True, separators=(",", ":")).encode()
        before = hashlib.sha256(before + row).digest()
        assert it["link"] == before.hex()


def test_taking_it_out_is_in_the_audit_log_and_the_head_is_printed(room: EvidenceHarness) -> None:
    by = room.caseworker()
    folder = room.folder / "bundle"
    _code, said = room.types("export", room.case.reference, str(folder), "--as", by)
    head = manifest_of(folder)["head"]
    assert head in said
    noted = room.asks("SELECT actor, deed, subject, detail FROM audit ORDER BY id")
    assert noted[-1] == (by, "evidence_listed", room.case.id, head)


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.SUPERVISOR, True), (Role.CASEWORKER, False), (Role.ADMINISTRATOR, False),
     (Role.AUDITOR, False)],
)  # fmt: skip
def test_only_the_holder_or_a_supervisor_exports_files(
    room: EvidenceHarness, role: Role, may: bool
) -> None:
    who, folder = room.caseworker(role), room.folder / "out"
    code, said = room.types("export", room.case.reference, str(folder), "--as", who)
    assert (code == 0) is may
    assert folder.exists() is may
    if not may:
        assert "is not assigned to" in said
        assert room.asks("SELECT count(*) FROM custody") == [(2,)]
    if role is Role.CASEWORKER:
        room.writes("UPDATE cases SET holder = ?", who)
        assert room.types("export", room.case.reference, str(folder), "--as", who)[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "ABCDEF"), "there is no case ABCDEF"),
        (("verify", "ACDEFH"), "there is no case ACDEFH"),
        (("verify", "ABCDEF"), "neither the reference of a case nor a folder"),
        (("export", "ABCDEF", "/nowhere/b"), "/nowhere/b cannot be created"),
        (("export", "ABCDEF", "{new}"), "there is no case ABCDEF"),
        (
            ("export", "{case}", "{new}", "--as", "nobody"),
            "there is no caseworker nobody with access",
        ),
        (("export", "{case}", "{old}"), "cannot be created: File exists"),
        (("verify", "{old}"), "is no evidence bundle"),
    ],
)
def test_what_cannot_be_is_said(room: EvidenceHarness, words: tuple[str, ...], said: str) -> None:
    (room.folder / "old").mkdir()
    given = {"case": room.case.reference, "new": room.folder / "new", "old": room.folder / "old"}
    code, told = room.types(*(word.format(**given) for word in words))
    assert code == 1
    assert said in told
    assert not (room.folder / "new").exists()


def test_a_folder_that_the_user_may_not_make_is_named_with_the_remedy(
    room: EvidenceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path, **_given: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    said = room.types("export", room.case.reference, str(room.folder / "bundle"))[1]
    assert "has to own the folder around it" in said


def test_only_the_files_that_are_in_a_bundle_are_counted(room: EvidenceHarness) -> None:
    """A court reads the number; those that were never downloaded are named."""
    room.sends(b"", size=MAX_FILE_BYTES + 1)
    folder = room.folder / "bundle"
    said = room.types("export", room.case.reference, str(folder))[1]
    assert "bundle: 2 files of 3 (not here: 3)" in said
    about = (folder / "README.txt").read_text()
    assert f"Evidence of case {room.case.reference}, 2 files of 3 (not here: 3)" in about
    assert "clean/" not in about
    assert len(list((folder / "files").iterdir())) == 2
    assert "Nothing was altered: 2 files of 3" in room.types("verify", str(folder))[1]


# --- Whether it still is what it was ------------------------------------------------------------


def test_intact_evidence_verifies_and_each_read_leaves_a_row(room: EvidenceHarness) -> None:
    code, said = room.types("verify", room.case.reference)
    assert code == 0, said
    assert "2 files" in said
    assert room.asks("SELECT count(*) FROM custody") == [(4,)]
    assert room.types("verify", room.case.reference)[0] == 0


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


SPOILS: dict[str, tuple[Callable[[EvidenceHarness], object], str]] = {
    "a bit of a file": (lambda it: flip(it.kept(1), 40), "file 2 was altered"),
    "a file gone": (lambda it: it.kept(0).unlink(), "file 1 is missing"),
    "two files swapped": (
        lambda it: (it.kept(0).rename(it.folder / "x"), it.kept(1).rename(it.kept(0)),
                    (it.folder / "x").rename(it.kept(1))),
        "file 1 was altered",
    ),
    "a file cut": (lambda it: it.kept(0).write_bytes(it.kept(0).read_bytes()[:-1]), "file 1 was"),
    "a row altered": (
        lambda it: it.writes("UPDATE custody SET sealed = x'02' WHERE number = 1"), "row 1"),
    "a link altered": (
        lambda it: it.writes("UPDATE custody SET link = zeroblob(32) WHERE number = 2"), "row 2"),
    "a proof altered": (
        lambda it: it.writes("UPDATE custody SET mac = zeroblob(32) WHERE number = 1"), "row 1"),
    "a row taken out": (
        lambda it: it.writes("DELETE FROM custody WHERE number = 1"), "row 1 of the ledger is"),
    "the end cut off": (
        lambda it: it.writes("DELETE FROM custody WHERE number = 2"), "row 2 of the ledger and"),
    "all of it cut off": (
        lambda it: it.writes("DELETE FROM custody"), "row 1 of the ledger and all"),
    "rows exchanged": (
        lambda it: (it.writes("UPDATE custody SET number = number + 10"),
                    it.writes("UPDATE custody SET number = 13 - number")),
        "row 1"),
}  # fmt: skip


@pytest.mark.parametrize("spoilt", SPOILS)
def test_the_first_file_or_row_that_was_changed_is_named(
    room: EvidenceHarness, spoilt: str
) -> None:
    spoil, said = SPOILS[spoilt]
    spoil(room)
    code, told = room.types("verify", room.case.reference)
    assert code == 1
    assert said in told


def test_a_rewritten_ledger_contradicts_the_audit_log(room: EvidenceHarness) -> None:
    """Whoever has the keys can write another ledger; not another audit log as well."""
    room.writes("DELETE FROM custody")
    custody = room.evidence.custody

    def unit(work: Any) -> None:
        for file, data in ((room.kept(0).name, b"x"), (room.kept(1).name, b"y")):
            custody.record(
                work,
                room.case.id,
                CustodyEvent(
                    at=1,
                    actor="house",
                    action=CustodyAction.RECEIVED,
                    file=file,
                    digest=sha(data),
                    size=1,
                    detail="text",
                ),
            )

    room.database.writer.run_sync(unit)
    code, told = room.types("verify", room.case.reference)
    assert code == 1
    assert "row 1 of the ledger is not the one the audit log knows" in told


def test_an_intact_bundle_verifies_with_and_without_the_host_key(
    room: EvidenceHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = exported(room, "--clean")
    head = manifest_of(folder)["head"]
    code, said = room.types("verify", str(folder), "--head", head)
    assert (code, "Without this deployment's host key" in said) == (0, False), said
    room.settings.host_key_file.rename(tmp_path / "elsewhere")  # type: ignore[union-attr]
    code, said = room.types("verify", str(folder))
    assert (code, "Without this deployment's host key" in said) == (0, True), said


def changes(field: str, value: object) -> Callable[[Path], None]:
    """Return what changes one thing in a bundle's list, named like `files.0.looks`."""

    def change(folder: Path) -> None:
        told = manifest_of(folder)
        inside: Any = told
        *path, last = field.split(".")
        for name in path:
            inside = inside[int(name) if name.isdecimal() else name]
        inside[int(last) if last.isdecimal() else last] = value
        (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")

    return change


def twice(key: str, at: int = 0) -> tuple[Callable[[Path], None], str]:
    """Return what puts a key with another value before one, and what is said of it."""

    def change(folder: Path) -> None:
        before, *parts = (folder / "manifest.json").read_text(encoding="utf-8").split(f'"{key}":')
        assert len(parts) > at
        parts[at] = f' "2020", "{key}":{parts[at]}'
        (folder / "manifest.json").write_text(f'"{key}":'.join([before, *parts]), encoding="utf-8")

    return change, f"manifest.json was altered: the key '{key}' stands in it twice"


def rewrites_the_ledger(folder: Path) -> None:
    """Say that something else was received, and compute every link anew."""
    told = manifest_of(folder)
    (folder / "files" / "0002.bin").write_bytes(b"forged")
    told["ledger"][1]["row"] |= {"digest": sha(b"forged"), "size": 6}
    told["files"][1]["original"] |= {"sha256": sha(b"forged"), "size": 6}
    told["ledger"][-1]["row"]["digest"] = listing_digest(json.dumps(told).encode())
    chain_again(told)
    write_again(folder, told)


def chain_again(told: dict[str, Any]) -> None:
    """Compute every link of a changed custody log, as anyone can."""
    before = bytes(32)
    for it in told["ledger"]:
        row = json.dumps(it["row"], sort_keys=True, separators=(",", ":")).encode()
        before = hashlib.sha256(before + row).digest()
        it["link"] = before.hex()
    told["head"] = f"{len(told['ledger'])}:{before.hex()[:16]}"


def write_again(folder: Path, told: dict[str, Any]) -> None:
    """Write a changed manifest, and the checksums that belong to it."""
    files = [it for each in told["files"] for it in (each["original"], each["clean"]) if it]
    files += told["documents"]
    sums = "".join(f"{it['sha256']}  {it['path']}\n" for it in files)
    (folder / "SHA256SUMS").write_text(sums)
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


REPEATED = (
    "files", "reference", "came_at", "caption", "sha256", "ledger", "head", "row", "deed", "mac",
)  # fmt: skip
BUNDLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a bit": (lambda it: flip(it / "files/0002.bin", 3), "file 2 (files/0002.bin) was altered"),
    "longer": (lambda it: (it / "files/0001.bin").write_bytes(PHOTO + b"x"), "another size"),
    "gone": (lambda it: (it / "files/0001.bin").unlink(), "file 1 (files/0001.bin) is missing"),
    "a clean one": (lambda it: flip(it / "clean/0001.jpg", 30), "(clean/0001.jpg) was altered"),
    "one too many": (lambda it: (it / "files/0009.bin").write_bytes(b""), "does not belong"),
    "a link": (
        lambda it: (shutil.move(it / "files/0001.bin", it / ".." / "away"),
                    (it / "files/0001.bin").symlink_to(it / ".." / "away")),
        "file 1 (files/0001.bin) is missing"),
    "a path": (changes("files.0.original.path", "../../key"), "has a name that no bundle uses"),
    "the sums": (lambda it: (it / "SHA256SUMS").write_text(""), "SHA256SUMS was altered"),
    "no list": (lambda it: (it / "manifest.json").write_text("{"), "cannot be read"),
    "a newer one": (changes("version", 2), "a bundle of version 2"),
    "an actor": (changes("ledger.2.row.actor", "else"), "row 3 was altered"),
    "a number": (changes("ledger.1.row.number", 5), "row 2 was removed"),
    "the end": (changes("head", "2:0123456789abcdef"), "custody log were removed"),
    "a proof": (changes("ledger.0.mac", "zz"), "row 1 was not written by this deployment"),
    **{f"{key} twice": twice(key) for key in REPEATED},
    "a word with a row": (changes("ledger.1.row.note", "stolen"), "no link proves all that its"),
    "a word with a link": (changes("ledger.1.note", "stolen"), "no link proves all that its"),
    "another row twice": twice("digest", 2),
    "everything": (rewrites_the_ledger, "row 2 was not written by this deployment"),
}  # fmt: skip


@pytest.mark.parametrize("spoilt", BUNDLES)
def test_what_was_changed_in_a_bundle_is_named(room: EvidenceHarness, spoilt: str) -> None:
    folder = exported(room, "--clean")
    spoil, said = BUNDLES[spoilt]
    spoil(folder)
    code, told = room.types("verify", str(folder))
    assert code == 1, told
    assert said in told


def test_without_the_host_key_the_printed_head_detects_a_forgery(
    room: EvidenceHarness, tmp_path: Path
) -> None:
    folder = exported(room)
    head = manifest_of(folder)["head"]
    for each in manifest_of(folder)["files"]:
        assert each["clean"] is None
    rewrites_the_ledger(folder)
    room.settings.host_key_file.rename(tmp_path / "elsewhere")  # type: ignore[union-attr]
    assert room.types("verify", str(folder))[0] == 0  # the control: it is consistent in itself
    code, told = room.types("verify", str(folder), "--head", head)
    assert code == 1
    assert "does not match the given head" in told


def test_a_file_that_was_altered_does_not_leave(room: EvidenceHarness) -> None:
    flip(room.kept(1), 40)
    folder = room.folder / "out"
    code, told = room.types("export", room.case.reference, str(folder), "--as", room.caseworker())
    assert code == 1
    assert "file 2 is altered" in told


@pytest.mark.parametrize("spoil", [lambda it: flip(it, 40), Path.unlink], ids=["altered", "gone"])
def test_nothing_is_left_of_an_export_that_failed_and_the_same_command_works_later(
    room: EvidenceHarness, spoil: Callable[[Path], None]
) -> None:
    whole, out = room.kept(1).read_bytes(), room.folder / "out"
    out.mkdir()
    spoil(room.kept(1))
    words = ("export", room.case.reference, str(out / "bundle"), "--as", room.caseworker())
    code, told = room.types(*words)
    assert (code, "file 2 is" in told) == (1, True)
    assert list(out.iterdir()) == []
    room.kept(1).write_bytes(whole)
    assert room.types(*words)[0] == 0
    assert [it.name for it in out.iterdir()] == ["bundle"]
    assert room.types("verify", str(out / "bundle"))[0] == 0


def test_what_a_killed_export_left_does_not_hinder_the_next(room: EvidenceHarness) -> None:
    left = room.folder / "bundle.export-unfinished" / "files"
    left.mkdir(parents=True)
    (left / "0001.bin").write_bytes(b"half")
    assert (exported(room) / "files" / "0001.bin").read_bytes() == PHOTO
    assert not left.parent.exists()
