"""A case file for a prosecutor: what the person allowed for that, proved, and nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.cases.receipts import Receipts
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.exports import case_file as page
from bot.exports import case_file_check as check
from bot.vault import AuditLog
from tests.desks.web.case.test_case_bundle import LARGE, ORDER, PHOTO, says
from tests.desks.web.case.test_case_record import put
from tests.desks.web.case.test_plan_and_duties_panel import SENT
from tests.support.pdf_text import document_text, squeezed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = {"words": "Taipei District Prosecutors, 115-1234; she agreed on the phone."}
HOSTILE = "Pak Budi\u202e #read(x) *y* \x07<b>"
ALLOWED = {"use_prosecution": "yes", "source": "spoken"}


def recorded_case(office: WebDeskHarness) -> tuple[WebCaseworker, str]:
    mei = office.worker().comes()
    _person, reference = office.add_person("He keeps my passport.")
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    office.sends(reference, PHOTO, kind="photo", caption="the gate")
    office.sends(reference, LARGE, name="..\\hostile.pdf", mime="application/pdf")
    put(mei, reference, code="suspect:new/name", words=HOSTILE, **ALLOWED)
    put(mei, reference, code="event:new/happened_on", words="2026-05-03", **ALLOWED)
    put(mei, reference, code="employer:new/name", words="Sun Factory", source="spoken")
    put(mei, reference, code="place:new/street", words="Secret Road 5", source="spoken",
        use_prosecution="no")  # fmt: skip
    put(mei, reference, code="informant:new/name", words="Auntie Chen", **ALLOWED)
    return mei, reference


def reported(office: WebDeskHarness, mei: WebCaseworker, reference: str) -> None:
    """Have a report to an authority be due, and be made."""
    mei.told(reference, "duty", code="police")
    mei.told(reference, "duty_told", code="police", words="He said more.", **SENT)
    office.settles()


def saves(worker: WebCaseworker, reference: str, fields: dict[str, str]) -> httpx.Response:
    return worker.browser.post(f"/cases/{reference}/case-file", fields)


def unpacked(response: httpx.Response) -> dict[str, bytes]:
    assert response.headers["content-type"] == "application/zip", response.text[:300]
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {it: archive.read(it) for it in archive.namelist()}


def faults(whole: dict[str, Any], folder: Path | None = None) -> list[str]:
    return list(check.find_faults(whole, folder))


def test_a_case_file_holds_what_the_person_allowed_with_its_source_and_nothing_else(
    web_desk: WebDeskHarness,
) -> None:
    mei, reference = recorded_case(web_desk)
    reported(web_desk, mei, reference)
    files = unpacked(saves(mei, reference, WORDS))
    assert list(files) == ["case-file.pdf", "case-file.json", "check_case_file.py"]
    contents = json.loads(files["case-file.json"])["contents"]
    assert [it["kind"] for it in contents["record"]] == ["suspect", "event"]
    (name,) = contents["record"][0]["fields"][0]["values"]
    assert (name["typed"], name["source"]) == (" ".join(HOSTILE.split()), "spoken")
    happened = [(it["what"], it["source"]) for it in contents["events"]]
    assert happened[0] == ("event.happened_on", "spoken")
    assert {it[0] for it in happened} == {
        "event.happened_on", "report_received", "file_received", "reported_to_authority",
    }  # fmt: skip
    (told,) = contents["reports_to_authorities"]
    assert (told["to"], told["number"]) == (SENT["value.to"], SENT["value.number"])
    assert [it["at"] for it in contents["events"]] == sorted(it["at"] for it in contents["events"])
    digests = [sha256(it).hexdigest() for it in (PHOTO, LARGE)]
    assert [it["sha256"] for it in contents["files"]] == digests
    text = document_text(files["case-file.pdf"])
    for words in (
        "Pak Budi\\u202e #read(x) *y*",
        "The person said it",
        SENT["value.number"],
        *digests,
        reference,
    ):
        assert squeezed(words) in text, words
    whole = text + files["case-file.json"].decode("ascii")
    for words in (
        "He said more", "Sun Factory", "Secret", "Chen", "keeps my passport",
        "the gate", "hostile.pdf", "\u202e",
    ):  # fmt: skip
        assert words not in whole, words
        assert squeezed(words) not in text, words
    assert b"\x07" not in files["case-file.json"] + text.encode()


def test_the_checker_finds_the_case_file_and_the_evidence_of_one_case_equal(
    web_desk: WebDeskHarness, tmp_path: Path
) -> None:
    mei, reference = recorded_case(web_desk)
    for name, data in unpacked(saves(mei, reference, WORDS)).items():
        (tmp_path / name).write_bytes(data)
    bundle = mei.browser.post(f"/cases/{reference}/bundle", ORDER)
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        archive.extractall(tmp_path / "evidence")

    def run() -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "check_case_file.py", "case-file.json", "evidence"],
            cwd=tmp_path, check=False, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    code, said = run()
    assert (code, said.splitlines()[0]) == (0, "Everything is as the case file says.")
    case_file = tmp_path / "case-file.json"
    whole = case_file.read_bytes()
    case_file.write_bytes(whole.replace(b'"files":', b'"files": [], "files":', 1))
    assert run() == (1, "'case-file.json' was changed: the key 'files' stands in it twice.\n")
    case_file.write_bytes(whole)
    file = tmp_path / "evidence" / "files" / "0002.bin"
    file.write_bytes(LARGE[:-1] + b"!")
    assert run() == (1, "File 2 was changed.\n")
    file.unlink()
    assert run() == (1, "File 2 is missing.\n")
    (tmp_path / "case-file.json").write_text("[]")
    assert run() == (1, "This file cannot be read as a case file.\n")


def _another_text(whole: dict[str, Any]) -> None:
    whole["contents"]["record"][0]["fields"][0]["values"][0]["typed"] = "Pak Agus"


def _another_signed_text(whole: dict[str, Any]) -> None:
    _another_text(whole)
    digest = sha256(check.canonical(whole["contents"])).hexdigest()
    whole["signed_text"] = f"Haven case file 1\nSHA-256: {digest}\n"


def _another_row(whole: dict[str, Any]) -> None:
    whole["contents"]["custody"]["rows"][0]["row"]["actor"] = "someone"


def _no_last_row(whole: dict[str, Any]) -> None:
    whole["contents"]["custody"]["rows"].pop()


def _another_file(whole: dict[str, Any]) -> None:
    whole["contents"]["files"][0]["sha256"] = "0" * 64


def test_whatever_is_changed_in_a_case_file_is_named(web_desk: WebDeskHarness) -> None:
    mei, reference = recorded_case(web_desk)
    made = unpacked(saves(mei, reference, WORDS))["case-file.json"]
    assert faults(json.loads(made)) == []
    changes: dict[Callable[[dict[str, Any]], None], str] = {
        _another_text: "contents were changed", _another_signed_text: "signature is not that",
        _another_row: "Row 1 of the custody log", _no_last_row: "Rows at the end",
        _another_file: "File 1 is not what the custody log says",
    }  # fmt: skip
    for change, words in changes.items():
        whole = json.loads(made)
        change(whole)
        assert any(words in it for it in faults(whole)), change


def test_receipts_are_in_the_case_file_with_signatures_that_verify(
    web_desk: WebDeskHarness,
) -> None:
    mei, reference = recorded_case(web_desk)
    case, receipts = web_desk.case(reference), Receipts(web_desk.vault, AuditLog(web_desk.vault))
    now = web_desk.home.loop.now()
    web_desk.home.database.writer.run_sync(
        lambda work: receipts.issue(work, case, "ABCDEFGHJK", bytes(32), now)
    )
    whole = json.loads(unpacked(saves(mei, reference, WORDS))["case-file.json"])
    (receipt,) = whole["contents"]["receipts"]
    assert "number: ABCDEFGHJK\n" in receipt["signed_text"]
    assert faults(whole) == []
    receipt["signed_text"] += " "
    assert any("receipt 'ABCDEFGHJK' was not signed" in it for it in faults(whole))


def test_what_left_is_recorded_and_shown_with_its_hash(web_desk: WebDeskHarness) -> None:
    mei, reference = recorded_case(web_desk)
    data = saves(mei, reference, WORDS).content
    ((copy, digest, by),) = web_desk.home.ask("SELECT id, digest, made_by FROM referral_copies")
    assert (bytes(digest), by) == (sha256(data).digest(), mei.id)  # type: ignore[call-overload]
    ((detail,),) = web_desk.home.ask("SELECT detail FROM audit WHERE deed = 'case_file'")
    assert detail == f"prosecutor:case_file:{copy}:{sha256(data).hexdigest()}"
    shown = mei.browser.get(f"/cases/{reference}").text
    assert f"Case file {copy}: 2 values. Left out: 1 refused, 1 not asked about." in shown
    assert sha256(data).hexdigest() in shown


def test_nothing_is_made_without_words_an_allowed_value_consent_or_a_second_factor(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    put(mei, reference, code="employer:new/name", words="Sun Factory", source="spoken")
    assert page.WORDS_NEEDED.source in says(mei, reference, saves(mei, reference, {"words": " "}))
    assert page.NOTHING_ALLOWED.source in says(mei, reference, saves(mei, reference, WORDS))
    jun = web_desk.worker("Jun").comes()
    assert saves(jun, reference, WORDS).status_code == 404
    put(mei, reference, code="suspect:new/name", words="Budi", **ALLOWED)
    mei.told(reference, "hand_back")
    person.says("/mydata")
    person.presses("Tell nobody else")
    said = says(mei, reference, saves(mei, reference, WORDS))
    assert texts.EXPORT_LOCKED.source.partition("{")[0] in said
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    assert "/step-up" in saves(mei, reference, WORDS).headers["location"]
    assert web_desk.home.ask("SELECT count(*) FROM referral_copies") == [(0,)]


def test_a_file_that_was_altered_stops_the_case_file(web_desk: WebDeskHarness) -> None:
    mei, reference = recorded_case(web_desk)
    ((name,), *_rest) = web_desk.home.ask("SELECT id FROM files ORDER BY number")
    stored = web_desk.files_folder / str(name)
    stored.write_bytes(stored.read_bytes()[:-1] + b"!")
    assert page.FILE_ALTERED.source in says(mei, reference, saves(mei, reference, WORDS))
    assert web_desk.home.ask("SELECT count(*) FROM referral_copies") == [(0,)]


def test_the_signature_check_gives_the_second_vector_of_rfc_8032() -> None:
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert check.is_signed(public, b"\x72", signature)
    assert not check.is_signed(public, b"\x73", signature)
    assert not check.is_signed(public, b"\x72", signature[:32] + bytes(32))
    assert not check.is_signed(b"", b"\x72", signature)
