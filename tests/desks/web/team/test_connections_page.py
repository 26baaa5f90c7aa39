"""Cases that have something in common: seen by number, found by key alone, gone with the case."""

from __future__ import annotations

import hmac
import re
from hashlib import blake2b, md5, sha1, sha256
from typing import TYPE_CHECKING

import pytest

from bot.hotline.connections.kinds import COMPARED_FIELDS, ConnectionKind
from bot.hotline.connections.normalise import normal_forms
from bot.store import delete_by
from bot.store.tables.record import connection_digests
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker

REASON = "to find brokers whom several people report"
PHONE, NAME = "0912 345 678", "Pak Budi Santoso"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WebDeskHarness]:
    """Return a desk of a deployment that compares cases."""
    harness = WebDeskHarness(tmp_path, connections=REASON)
    yield harness
    harness.close()


def case_of(worker: WebCaseworker, **values: str) -> str:
    """Return a new case of a caseworker, with values in its record."""
    _person, reference = worker.office.add_person()
    worker.told(reference, "claim")
    for code, value in values.items():
        put(worker, reference, code, value)
    return reference


def put(worker: WebCaseworker, reference: str, code: str, value: str, **more: str) -> None:
    """Put a value into a record; the code is written as a name: `suspect_phone`."""
    kind, _line, field = code.partition("_")
    subject = kind if kind == "person" else f"{kind}:one"
    fields = {"code": f"{subject}/{field}", "words": value, "source": "spoken", **more}
    said = worker.browser.post(f"/cases/{reference}/record", fields, is_fetched=True).json()
    worker.office.settles()
    assert not said["refused"], said


def digests(office: WebDeskHarness) -> list[tuple[str, int]]:
    rows = office.home.ask(
        "SELECT reference, count(*) FROM connection_digests JOIN cases ON cases.id = case_id "
        "GROUP BY reference ORDER BY reference"
    )
    return [(str(reference), int(number)) for reference, number in rows]


def shared(office: WebDeskHarness) -> list[tuple[tuple[str, ...], set[str]]]:
    """Return what the page reads: kinds, and numbers of cases."""
    found = office.home.database.writer.run_sync(office.front.connections.shared)
    return [(tuple(it.kinds), {case.reference for case in it.cases}) for it in found]


def test_reports_of_one_broker_are_seen_by_their_numbers(office: WebDeskHarness) -> None:
    mei, hua = office.worker().comes(), office.supervisor().comes()
    first = case_of(mei, suspect_phone=PHONE, suspect_name=NAME, person_told_of_others="yes")
    second = case_of(mei, employer_phone="+886-912-345-678", employer_boss="Budi SANTOSO")
    other = case_of(mei, suspect_phone="0912 345 679", person_mobile=PHONE, person_name=NAME)
    page = hua.browser.get("/connections").text
    assert first in page
    assert second in page
    assert other not in page
    assert "the same name, the same telephone" in page
    assert "wants to be told" in page
    assert REASON in page
    assert not re.search(r"Budi|912\D?345", page)  # three digits alone may be part of a token
    assert mei.browser.get("/connections").status_code == 404
    looked = hua.browser.get(f"/cases/{first}")
    assert "Budi" not in looked.text
    assert "break-glass" in looked.text
    put(mei, first, "person_told_of_others", "no",
        replaces=office_entry(office, first, mei, "person.told_of_others"))  # fmt: skip
    assert "does not want to be told" in hua.browser.get("/connections").text
    phone = office_entry(office, first, mei, "suspect.phone")
    put(mei, first, "suspect_phone", "0933 111 222", replaces=phone, reason="misheard")
    assert shared(office) == [((ConnectionKind.NAME,), {first, second})]
    before = office.home.ask("SELECT * FROM connection_digests")
    delete = delete_by(connection_digests, by=())
    office.home.database.writer.run_sync(lambda work: work.run(delete))
    for reference in (first, second):
        assert mei.browser.get(f"/cases/{reference}/record/pane").status_code == 200
    assert shared(office) == [((ConnectionKind.NAME,), {first, second})]
    again = office.home.ask("SELECT * FROM connection_digests")
    assert {it[1:4] for it in again} < {it[1:4] for it in before}
    office.erases(second)
    assert [it[0] for it in digests(office)] == [first]
    assert office.home.ask("SELECT sum(is_shared) FROM connection_digests") == [(0,)]


def test_an_address_is_compared_with_its_city_once_the_record_is_open(
    office: WebDeskHarness,
) -> None:
    mei = office.worker().comes()
    street = "中正路5號"
    first = case_of(mei, place_street=street, place_city="板橋區", place_county="新北市")
    second = case_of(mei, employer_street="新北市板橋區中正路五號3樓")
    third = case_of(mei, place_street=street, place_city="三重區", place_county="新北市")
    fourth = case_of(mei, place_street=street)
    for reference in (first, second, third, fourth):
        page = mei.browser.get(f"/cases/{reference}/record").text
        assert reference in page
    assert shared(office) == [((ConnectionKind.ADDRESS,), {first, second})]
    city = office_entry(office, first, mei, "place.city")
    put(mei, first, "place_city", "三重區", replaces=city, reason="misheard")
    mei.browser.get(f"/cases/{first}/record")
    assert shared(office) == [((ConnectionKind.ADDRESS,), {first, third})]


def test_many_notations_stay_as_they_were_typed_and_connect(office: WebDeskHarness) -> None:
    mei = office.worker().comes()
    names = ("王小明", "Wang Xiao-Ming", "หวัง เสี่ยวหมิง")
    first, second = case_of(mei), case_of(mei, suspect_name="หวังเสี่ยวหมิง")
    typed = {
        "suspect_name": names,
        "vessel_name": ("福元十二號", "Fu Yuan No. 12"),
        "vehicle_plate": ("車牌 ABC-1234",),
        "suspect_phone": ("tel. 0912-345-678 (LINE)",),
    }
    for code, values in typed.items():
        for value in values:
            put(mei, first, code, value)
    put(mei, second, "vessel_name", "漁船福元12號")
    put(mei, second, "vehicle_plate", "abc1234")
    put(mei, second, "suspect_phone", "+886 912 345 678")
    page = mei.browser.get(f"/cases/{first}/record").text
    assert [it for values in typed.values() for it in values if it not in page] == []
    assert "contradict" not in page  # one name in three scripts is one name
    kinds = (ConnectionKind.NAME, ConnectionKind.PHONE, ConnectionKind.PLATE, ConnectionKind.VESSEL)
    assert shared(office) == [(kinds, {first, second})]


def office_entry(
    office: WebDeskHarness, reference: str, worker: WebCaseworker, code: str
) -> str:  # fmt: skip
    """Return the id of the entry of a field that stands."""
    keyring, case = office.keys.unlock(worker.id, PASSWORD), office.case(reference)
    opener = office.vault.cases.opener(case, keyring)
    record = office.home.database.writer.run_sync(
        lambda work: office.front.record_entries.load(work, case, opener)
    )
    (state,) = record.states(code)
    return " ".join(it.id for it in state.standing)


def test_without_a_reason_nothing_is_compared_and_what_was_is_deleted(
    tmp_path: Path, web_desk: WebDeskHarness
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    for _ in range(2):
        reference = case_of(mei, suspect_phone=PHONE, person_told_of_others="yes")
        mei.browser.get(f"/cases/{reference}/record")
    for table in ("connection_digests", "connection_wishes"):
        assert web_desk.home.ask(f"SELECT * FROM {table}") == []  # noqa: S608 - our own name
    assert "does not compare cases" in hua.browser.get("/connections").text
    other = WebDeskHarness(tmp_path / "on", connections=REASON)
    case_of(other.worker().comes(), suspect_phone=PHONE, person_told_of_others="yes")
    writer = other.home.database.writer
    writer.run_sync(other.front.connections.forget_if_off)
    assert len(digests(other)) == 1
    writer.run_sync(web_desk.front.connections.forget_if_off)
    for table in ("connection_digests", "connection_wishes"):
        assert other.home.ask(f"SELECT * FROM {table}") == []  # noqa: S608 - our own name
    other.close()


def tried(stored: set[bytes], forms: set[str]) -> set[str]:
    """Return the forms that a thief of the database finds who knows all code and no key."""
    found = set()
    for form in forms:
        for kind in ConnectionKind:
            for plain in (form, f"{kind}{form}", f"{kind}\0{form}", f"{kind}|{form}"):
                raw = plain.encode()
                guesses = [make(raw).digest() for make in (sha256, sha1, md5, blake2b)]
                guesses += [hmac.digest(key, raw, "sha256") for key in (b"", bytes(32), b"haven")]
                guesses += [blake2b(raw, digest_size=16).digest()]
                if {it[:16] for it in guesses} & stored:
                    found.add(form)
    return found


def test_a_digest_cannot_be_tried_without_the_key(office: WebDeskHarness) -> None:
    mei = office.worker().comes()
    case_of(mei, suspect_phone=PHONE, suspect_name=NAME)
    stored = {bytes(it) for (it,) in office.home.ask("SELECT digest FROM connection_digests")}
    forms = {
        form
        for code, value in (("suspect.phone", PHONE), ("suspect.name", NAME))
        for form in normal_forms(COMPARED_FIELDS[code], value, "TW")
    }
    assert tried(stored, forms) == set()
    kinds = (ConnectionKind.PHONE, ConnectionKind.NAME)
    with_key = {office.vault.connection_digest(kind, form) for kind in kinds for form in forms}
    assert stored < with_key
    unkeyed = sha256(b"phone\0+886912345678").digest()[:16]
    assert tried(stored | {unkeyed}, forms) == {"+886912345678"}, "this test would see it"
