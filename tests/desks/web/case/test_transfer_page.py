"""A transfer at the desk: where the caseworker is led, and what they read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness


def test_a_transfer_leads_to_the_queue_which_says_so(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    done = mei.does(reference, "transfer", code=jun.id).json()
    assert (done["refused"], done["go"]) == (False, "/queue/mine")
    assert mei.browser.get(f"/cases/{reference}").status_code == 404
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
