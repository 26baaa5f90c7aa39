"""A transfer at the desk: where the caseworker is led, and what they read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Role

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness


def test_a_transfer_leads_to_the_queue_which_says_so(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    done = mei.does(reference, "transfer", code=jun.id).json()
    assert (done["refused"], done["go"]) == (False, "/queue/mine")
    assert mei.browser.get(f"/cases/{reference}/panes/head").status_code == 404
    assert f"Case {reference} was transferred." in mei.browser.get("/queue/mine").text
    assert "was transferred" not in mei.browser.get("/queue/mine").text  # said once


def test_a_transfer_without_scripts_leads_to_the_queue(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    path = f"/cases/{reference}/do/transfer"
    assert mei.browser.post(path, {"code": jun.id}).headers["location"] == "/queue/mine"
    assert f"Case {reference} was transferred." in mei.browser.get("/queue/mine").text


def test_a_refused_transfer_stays_at_the_case(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    refused = mei.does(reference, "transfer", code="0" * 32).json()
    assert (refused["refused"], refused["go"]) == (True, "")
    assert "was transferred" not in mei.browser.get(f"/cases/{reference}").text


def test_who_opens_a_case_from_the_list_too_late_reads_who_has_it(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    assert reference in mei.browser.get("/queue/waiting").text
    jun.told(reference, "claim")
    for _time in range(2):
        said = mei.browser.get(f"/cases/{reference}")
        assert said.headers["location"] == "/queue/mine"
        assert f"Jun has case {reference} now, claimed at" in mei.browser.get("/queue/mine").text
    assert mei.browser.get(f"/cases/{reference}/moved").json()["told"].startswith("Jun has case")
    assert jun.browser.get(f"/cases/{reference}/moved").json()["told"] == ""
    assert mei.does(reference, "note", words="x").status_code == 404


def test_a_transfer_names_giver_and_holder(web_desk: WebDeskHarness) -> None:
    mei, jun, hua = (
        web_desk.worker().comes(), web_desk.worker("Jun").comes(), web_desk.supervisor().comes(),
    )  # fmt: skip
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.browser.get(f"/cases/{reference}")
    hua.told(reference, "transfer", code=jun.id)
    told = mei.browser.get(f"/cases/{reference}/moved").json()["told"]
    assert told.startswith(f"Jun has case {reference} now: Hua transferred it at ")


def test_the_list_of_a_transfer_says_who_can_take_it(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun", languages=("id", "en"), most=2)
    web_desk.worker("Lin", queues=("fishers",))
    web_desk.worker("Ann", most=0)
    web_desk.worker("Wu", Role.AUDITOR)
    web_desk.worker("Wen", Role.ADMINISTRATOR)
    _person, reference = web_desk.add_person()
    jun.colleague.claims(web_desk.case(web_desk.add_person()[1]))
    mei.told(reference, "claim")
    page = mei.browser.get(f"/cases/{reference}").text.partition('id="transfer-to"')[2]
    page = page.partition("</select>")[0]
    now, _group, later = page.partition('<optgroup label="Not available now">')
    assert f'<option value="{jun.id}">Jun · English, Indonesian · 1 of 2</option>' in now
    assert "Lin" in later
    assert "serves other queues" in later
    assert "holds as many cases as agreed" in later
    assert later.count("disabled") == 2
    assert "Wu" not in page
    assert "Wen" not in page
    assert "Mei" not in page
