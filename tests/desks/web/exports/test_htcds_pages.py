"""A case leaves the desk in HTCDS as far as the person agreed, and a partner's file opens cases."""

from __future__ import annotations

import json
from html import unescape
from typing import TYPE_CHECKING, Any

from bot.cases.consents import ConsentKind, ConsentRecords, new_consent
from bot.cases.record.entries import EntrySource
from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.exports.htcds_export import NOT_AGREED, WORDS_NEEDED
from bot.exports.htcds.files import FileFormat, write_file
from bot.exports.htcds.write import Profile
from tests.desks.web.case.test_case_record import put, record_of
from tests.support.harnesses.web_desk_harness import ORIGIN, new_nonce

if TYPE_CHECKING:
    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

SAID = "Hope Shelter; she said: give it to them"
NAMES = ("Siti", "Rahayu", "+886912345678", "12 Harbour Road", "1990")


AGREED = {"counting": "count", "pass_on": "may"}


def consents(office: WebDeskHarness, reference: str) -> None:
    """Store that the person agreed to statistics, and to be asked about sharing."""
    now = office.home.loop.now()
    records = ConsentRecords(office.vault)
    rows = [(office.case(reference), new_consent(step, code, None, b"", now))
            for step, code in AGREED.items()]  # fmt: skip
    office.home.database.writer.run_sync(lambda work: records.store(work, rows))


def recorded(office: WebDeskHarness) -> tuple[WebCaseworker, str]:
    """Return a caseworker and their case, with a record that names the person."""
    mei = office.worker().comes()
    _person, reference = office.add_person()
    mei.told(reference, "claim")
    for field, words in (
        ("given_name", "Siti"), ("family_name", "Rahayu"), ("born", "1990-05-03"),
        ("mobile", "0912 345 678"), ("street", "12 Harbour Road"), ("nationality", "Indonesia"),
    ):  # fmt: skip
        put(mei, reference, about="person", field=field, words=words, source="spoken")
    for code in ("RestrictsMovement", "DebtBondage"):
        put(mei, reference, code=f"exploitation/control={code}", source="spoken")
    put(mei, reference, code="exploitation/industry=C_Manufacturing", source="spoken",
        use_referral="no")  # fmt: skip
    return mei, reference


def asks(mei: WebCaseworker, reference: str, **fields: str) -> httpx.Response:
    return mei.browser.post(f"/cases/{reference}/htcds", {"code": "json"} | fields)


def said(mei: WebCaseworker, reference: str, response: httpx.Response) -> str:
    assert response.status_code == 303, response.text[:200]
    return unescape(mei.browser.get(f"/cases/{reference}").text)


def sends(mei: WebCaseworker, data: bytes, **fields: str) -> httpx.Response:
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    sent: dict[str, Any] = {"csrf": mei.browser.csrf(), "nonce": new_nonce(), "channel": "partner",
                            "language": "id"} | fields  # fmt: skip
    response = mei.browser.asks(
        "POST", "/import-cases", data=sent, files={"file": ("cases", data)}, headers=headers
    )
    mei.office.settles()
    return response


def test_a_case_leaves_only_as_far_as_the_person_agreed(web_desk: WebDeskHarness) -> None:
    mei, reference = recorded(web_desk)
    for profile in Profile:
        refused = asks(mei, reference, profile=profile.value, words=SAID)
        assert NOT_AGREED[profile].source in said(mei, reference, refused)
    assert not web_desk.home.ask("SELECT 1 FROM audit WHERE deed IN ('export', 'htcds')")
    consents(web_desk, reference)
    (plain,) = json.loads(asks(mei, reference).content)["cases"]
    assert plain["x_Profile"] == "deidentified"
    assert plain["prs_Citizenship"] == ["ID"]
    assert plain["x_AgeBand"] == "30-38"
    assert not any(name in json.dumps(plain) for name in (*NAMES, reference))
    refused = asks(mei, reference, profile="identified")
    assert WORDS_NEEDED.source in said(mei, reference, refused)
    (whole,) = json.loads(asks(mei, reference, profile="identified", words=SAID).content)["cases"]
    assert (whole["prs_FirstName"], whole["prs_SecondName"]) == ("Siti", "Rahayu")
    assert (whole["prs_MobilePhone"], whole["prs_Birthdate"]) == ("+886912345678", "1990-05-03")
    assert whole["vic_MethodsOfControl"] == ["DebtBondage", "Other"]
    assert whole["x_MethodsOfControlDetail"] == "RestrictsMovement"
    assert "vic_ForcedLabourIndustry" not in whole  # its use in a referral was refused
    assert "vic_TraffickingStatus" not in whole
    assert (whole["cas_Status"], whole["cas_CaseOwner"]) == ("Active", "Mei")
    assert SAID in unescape(mei.browser.get(f"/cases/{reference}").text)  # the note
    left = web_desk.home.ask("SELECT actor, detail FROM audit WHERE deed = 'export' ORDER BY id")
    assert left == [(mei.id, "htcds:deidentified"), (mei.id, "htcds:identified")]
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    assert "/step-up" in asks(mei, reference).headers["location"]
    records, audit = ConsentRecords(web_desk.vault), web_desk.front.audit
    web_desk.home.database.writer.run_sync(lambda work: records.revoke(
        work, audit, web_desk.case(reference), ConsentKind.OTHERS, "person",
        web_desk.home.loop.now(),
    ))  # fmt: skip
    for profile in Profile:
        refused = asks(mei, reference, profile=profile.value, words=SAID)
        assert NOT_AGREED[profile].source in said(mei, reference, refused)


def test_a_file_of_a_partner_opens_cases_that_say_where_each_value_is_from(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    row = {"prs_FirstName": "Dewi", "prs_Birthdate": "2012-05-03", "cas_Status": "FollowUp",
           "prs_PrimaryLanguage": "ind", "vic_MethodsOfControl": "DebtBondage;Other",
           "x_MethodsOfControlDetail": "RestrictsMovement", "theirs": "=1+1"}  # fmt: skip
    data = write_file([row], FileFormat.XLSX)
    went = sends(mei, data, teller="Sunrise Shelter", keep="mine")
    assert went.status_code == 303, went.text
    reference = web_desk.newest()
    record = record_of(web_desk, mei, reference)
    entries = [it for each in record.subjects for state in each.fields for it in state.history]
    assert {it.content.source for it in entries} == {EntrySource.IMPORT}
    assert {it.content.by for it in entries} == {mei.id}
    assert {it.content.typed for it in record.values("exploitation.control")} == {
        "DebtBondage", "RestrictsMovement",
    }  # fmt: skip
    assert {it.content.typed for it in record.values("informant.imported")} == {
        "cas_Status = FollowUp", "theirs = =1+1",
    }  # fmt: skip
    page = unescape(mei.browser.get(f"/cases/{reference}/record").text)
    assert "Imported from a file" in page
    assert "theirs = =1+1" in page
    ((channel, priority),) = web_desk.home.ask(
        "SELECT channel, priority FROM cases JOIN case_origins ON case_id = cases.id"
    )
    assert channel == "partner"
    assert priority <= 2  # a child
    for table in web_desk.home.ask("SELECT name FROM sqlite_master WHERE type = 'table'"):
        rows = str(web_desk.home.ask(f"SELECT * FROM {table[0]}"))  # noqa: S608 - our own name
        assert "Dewi" not in rows, table
        assert "Sunrise" not in rows, table
    refused = asks(mei, reference, profile="identified", words=SAID)
    assert NOT_AGREED[Profile.IDENTIFIED].source in said(mei, reference, refused)


def test_each_value_that_is_not_allowed_is_named_and_kept_if_it_is_wanted(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    data = b"prs_FirstName,prs_Gender,prs_Birthdate\r\nDewi,Womanly,3/4/2026\r\nAni,Feminine,\r\n"
    back = sends(mei, data)
    assert back.status_code == 409
    page = unescape(back.text)
    for words in ("prs_Gender", "Womanly", "Feminine, Masculine", "3/4/2026", "as 2026-11-30"):
        assert words in page, words
    assert not web_desk.home.ask("SELECT 1 FROM cases")
    went = sends(mei, data, all_the_same="yes")
    assert went.status_code == 303, went.text
    assert len(web_desk.home.ask("SELECT 1 FROM cases")) == 2
    pages = "".join(
        unescape(mei.browser.get(f"/cases/{reference}/record").text)
        for (reference,) in web_desk.home.ask("SELECT reference FROM cases")
        if mei.told(reference, "claim")
    )
    assert "x_NotAllowed_prs_Gender = Womanly" in pages
    assert "x_NotAllowed_prs_Birthdate = 3/4/2026" in pages
    for wrong, words in (
        ({"channel": "phone"}, "Say who sent the file"),
        ({"language": ""}, "which language the person speaks"),
    ):
        back = sends(mei, data, all_the_same="yes", **wrong)
        assert back.status_code == 409
        assert words in unescape(back.text)
    for bad, words in ((b"", "Choose the file"), (b"name,age\n1,2", "No column of HTCDS")):
        assert words in unescape(sends(mei, bad).text)
    assert len(web_desk.home.ask("SELECT 1 FROM cases")) == 2
    adam = web_desk.worker("Adam", Role.ADMINISTRATOR).comes()
    assert adam.browser.get("/import-cases").status_code == 404
    for form in ("csv", "json"):
        book = mei.browser.get(f"/htcds-codebook/{form}")
        assert b"RestrictsMovement" in book.content
    assert mei.browser.get("/htcds-codebook/exe").status_code == 404


def test_a_case_that_left_the_desk_comes_back_equal_in_each_form(web_desk: WebDeskHarness) -> None:
    mei, reference = recorded(web_desk)
    put(mei, reference, code="identification/status=ActualVictimOfTrafficking", source="document")
    put(mei, reference, code="identification/decided_by=Police", source="document")
    put(mei, reference, about="event:new", field="description", words="+They took the boat\n=2+2",
        source="spoken")  # fmt: skip
    consents(web_desk, reference)
    (row,) = json.loads(asks(mei, reference, profile="identified", words=SAID).content)["cases"]
    assert row["vic_TraffickingStatus"] == "ActualVictimOfTrafficking"
    assert row["hte_Description"] == "+They took the boat\n=2+2"
    for form in FileFormat:
        left = asks(mei, reference, code=form.value, profile="identified", words=SAID)
        assert sends(mei, left.content, keep="mine").status_code == 303
        copy = web_desk.newest()
        assert copy != reference
        consents(web_desk, copy)
        (back,) = json.loads(asks(mei, copy, profile="identified", words=SAID).content)["cases"]
        assert back.pop("x_CaseReference") == copy
        assert back == {name: it for name, it in row.items() if name != "x_CaseReference"}, form
