"""The file for a court: everything as it was received, proved, on a ground, and written down."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence.verify_bundle import find_faults, find_unproved, load_manifest
from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.case.bundle import CANNOT_EXPORT, FILE_ALTERED, GROUND_NEEDED, TAKEN_BACK
from tests.desks.web.case.test_case_export import exported
from tests.support.hostile_images import image_with_metadata
from tests.support.pdf_text import document_text, squeezed

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

PHOTO, LARGE = image_with_metadata("JPEG"), b"%PDF-1.7" + bytes(range(256)) * 2000
ORDER = {"code": "order", "words": "Taipei District Prosecutors, 115-1234, 27 November"}
WISH = {"code": "wish", "words": "She wants the prosecutor to have it."}


def held(office: WebDeskHarness) -> tuple[WebCaseworker, ChatPerson, str]:
    mei = office.worker().comes()
    person, reference = office.add_person("He keeps my passport. #read(x) *y*")
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    office.sends(reference, PHOTO, kind="photo", caption="the gate")
    office.sends(reference, LARGE, name="..\\x.exe", mime="image/png")
    return mei, person, reference


def asks(worker: WebCaseworker, reference: str, fields: dict[str, str]) -> httpx.Response:
    return worker.browser.post(f"/cases/{reference}/bundle", fields)


def unpacked(response: httpx.Response, folder: Path) -> zipfile.ZipFile:
    assert response.status_code == 200, response.text[:300]
    assert response.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.testzip() is None
    archive.extractall(folder)
    return archive


def says(worker: WebCaseworker, reference: str, response: httpx.Response) -> str:
    assert response.status_code == 303, response.text[:200]
    page = worker.browser.get(f"/cases/{reference}").text
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_archive_holds_the_files_the_custody_log_the_case_and_a_cover(
    web_desk: WebDeskHarness, tmp_path: Path
) -> None:
    mei, _person, reference = held(web_desk)
    archive = unpacked(asks(mei, reference, ORDER), tmp_path / "out")
    assert archive.namelist() == [
        "files/0001.bin", "files/0002.bin", "cover.pdf", "case.txt", "manifest.json", "SHA256SUMS",
        "README.txt",
    ]  # fmt: skip
    assert archive.read("files/0001.bin") == PHOTO
    assert archive.read("files/0002.bin") == LARGE
    manifest = load_manifest(tmp_path / "out")
    assert list(find_faults(tmp_path / "out", manifest, head=manifest.head)) == []
    assert [it.row.deed for it in manifest.ledger][-3:] == ["exported", "exported", "listed"]
    assert "He keeps my passport." in archive.read("case.txt").decode()
    cover = document_text(archive.read("cover.pdf"))
    for words in (
        reference, "Hope House", "Mei", manifest.head, hashlib.sha256(PHOTO).hexdigest(),
        hashlib.sha256(LARGE).hexdigest(), "order of a court or a prosecutor", "exported",
        "words sent with it", "the gate", "list of the export completed",
    ):  # fmt: skip
        assert squeezed(words) in cover, words
    assert "passport" not in cover


def test_every_document_of_the_archive_is_proved(web_desk: WebDeskHarness, tmp_path: Path) -> None:
    mei, _person, reference = held(web_desk)
    folder = tmp_path / "out"
    unpacked(asks(mei, reference, ORDER), folder)
    manifest = load_manifest(folder)
    for name in ("case.txt", "cover.pdf", "files/0002.bin"):
        before = (folder / name).read_bytes()
        (folder / name).write_bytes(before[:-1] + b"!")
        assert any(name in fault for fault in find_faults(folder, manifest)), name
        (folder / name).write_bytes(before)
    assert list(find_faults(folder, manifest)) == []


def test_the_head_proves_the_case_as_text_and_not_the_cover_that_prints_it(
    web_desk: WebDeskHarness, tmp_path: Path
) -> None:
    mei, _person, reference = held(web_desk)
    folder = tmp_path / "out"
    unpacked(asks(mei, reference, ORDER), folder)
    manifest = load_manifest(folder)
    assert list(find_unproved(manifest)) == ["The head does not prove cover.pdf."]
    assert "It does not prove cover.pdf" in (folder / "README.txt").read_text()
    replaced = (folder / "case.txt").read_bytes().replace(b"passport", b"passbook")
    (folder / "case.txt").write_bytes(replaced)
    for name in ("manifest.json", "SHA256SUMS"):
        path = folder / name
        old = next(it.sha256 for it in manifest.documents if it.path == "case.txt")
        path.write_text(path.read_text().replace(old, hashlib.sha256(replaced).hexdigest()))
    faults = list(find_faults(folder, load_manifest(folder), head=manifest.head))
    assert faults == ["manifest.json was altered: it is not the list that the custody log names"]


def test_no_archive_leaves_while_a_file_contradicts_the_custody_log(
    web_desk: WebDeskHarness,
) -> None:
    mei, _person, reference = held(web_desk)
    connection = web_desk.home.database.connect()
    connection.execute("UPDATE files SET number = 3 - number")
    connection.commit()
    connection.close()
    assert "its chain of custody is damaged" in says(mei, reference, asks(mei, reference, ORDER))


def test_who_took_it_when_on_what_ground_and_its_digest_are_written_down(
    web_desk: WebDeskHarness,
) -> None:
    mei, _person, reference = held(web_desk)
    data = asks(mei, reference, ORDER).content
    assert exported(web_desk) == [(mei.id, "bundle:order")]
    written = web_desk.home.ask("SELECT actor, detail FROM audit WHERE deed = 'bundle'")
    assert written == [(mei.id, f"order:{hashlib.sha256(data).hexdigest()}:{len(data)}")]
    page = mei.browser.get(f"/cases/{reference}").text
    assert "115-1234" in page  # the note
    custody = web_desk.home.ask("SELECT deed FROM audit WHERE deed = 'evidence_exported'")
    assert len(custody) == 2


@pytest.mark.parametrize(
    "fields",
    [{}, {"code": "order", "words": " "}, {"code": "because", "words": "x"}, {"words": "x"}],
)
def test_nothing_leaves_without_a_ground(web_desk: WebDeskHarness, fields: dict[str, str]) -> None:
    mei, _person, reference = held(web_desk)
    assert GROUND_NEEDED.source in says(mei, reference, asks(mei, reference, fields))
    assert exported(web_desk) == []


def test_after_consent_is_taken_back_only_an_order_takes_it_out(web_desk: WebDeskHarness) -> None:
    mei, person, reference = held(web_desk)
    assert asks(mei, reference, WISH).status_code == 200
    mei.told(reference, "hand_back")
    person.says("/mydata")
    person.presses("Tell nobody else")
    assert TAKEN_BACK.source in says(mei, reference, asks(mei, reference, WISH))
    assert '<option value="wish" disabled>' in mei.browser.get(f"/cases/{reference}").text
    assert asks(mei, reference, ORDER).status_code == 200


def test_the_archive_needs_a_second_factor_of_the_last_minutes(web_desk: WebDeskHarness) -> None:
    mei, _person, reference = held(web_desk)
    assert "/bundle" in mei.browser.get(f"/cases/{reference}/panes/file").text
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    response = asks(mei, reference, ORDER)
    assert "/step-up" in response.headers["location"]
    page = mei.browser.get(f"/cases/{reference}/panes/file").text
    assert "/bundle" in page  # the ground is typed first, and not lost
    assert exported(web_desk) == []


def test_the_archive_goes_on_by_itself_after_the_second_factor(web_desk: WebDeskHarness) -> None:
    mei, _person, reference = held(web_desk)
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    asks(mei, reference, ORDER)
    assert 'id="goes-on"' not in mei.browser.get(f"/cases/{reference}").text
    back = f"/cases/{reference}#export"
    said = mei.browser.post("/step-up", {"code": mei.code(), "back": back})
    assert said.headers["location"] == back
    form = mei.browser.get(f"/cases/{reference}").text.partition('id="goes-on"')[2]
    form = form.partition("</form>")[0]
    assert f'action="/cases/{reference}/bundle"' in form
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert {name: sent[name] for name in ORDER} == ORDER
    assert mei.browser.post(f"/cases/{reference}/bundle", sent).status_code == 200
    assert 'id="goes-on"' not in mei.browser.get(f"/cases/{reference}").text  # once


def test_another_confirmation_lets_no_forgotten_export_go_on(web_desk: WebDeskHarness) -> None:
    mei, _person, reference = held(web_desk)
    for back, later in (("/account", 0), (f"/cases/{reference}#export", 6 * 60)):
        web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
        asks(mei, reference, ORDER)
        web_desk.home.advance_time(later)
        mei.browser.post("/step-up", {"code": mei.code(), "back": back})
        assert 'id="goes-on"' not in mei.browser.get(f"/cases/{reference}").text


def test_an_altered_file_is_named_before_anything_leaves(web_desk: WebDeskHarness) -> None:
    mei, _person, reference = held(web_desk)
    newest = max(web_desk.files_folder.iterdir(), key=lambda it: it.stat().st_size)
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.chmod(0o600)
    newest.write_bytes(data)
    said = says(mei, reference, asks(mei, reference, ORDER))
    assert FILE_ALTERED.source.format(number="2") in said
    assert exported(web_desk) == []


def test_only_who_holds_the_case_or_supervises_takes_it_out(web_desk: WebDeskHarness) -> None:
    mei, _person, reference = held(web_desk)
    jun = web_desk.worker("Jun").comes()
    assert asks(jun, reference, ORDER).status_code == 404
    mei.told(reference, "release")
    assert CANNOT_EXPORT.source in says(mei, reference, asks(mei, reference, ORDER))
    assert exported(web_desk) == []


def test_a_case_without_files_has_a_cover_that_says_so(
    web_desk: WebDeskHarness, tmp_path: Path
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    archive = unpacked(asks(mei, reference, ORDER), tmp_path / "out")
    assert squeezed("The person sent no file.") in document_text(archive.read("cover.pdf"))
    assert json.loads(archive.read("manifest.json"))["files"] == []
    assert list(find_faults(tmp_path / "out", load_manifest(tmp_path / "out"))) == []
