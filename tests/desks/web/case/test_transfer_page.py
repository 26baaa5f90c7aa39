"""A transfer at the desk: where the caseworker is led, and what they read there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cases.state_machine import Role
from bot.desks.web.case import actions
from bot.hotline.commands.types import Command, Verb

if TYPE_CHECKING:
    import pytest

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness


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
    hua.told(reference, "transfer", code=jun.id, words="Mei is ill.")
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


WORDS = "I am at the gate & wait."
NOT_SENT = "What you typed was not sent. Copy what you need."


def in_a_talk(web_desk: WebDeskHarness) -> tuple[WebCaseworker, WebCaseworker, str]:
    """Return who writes to a person, a colleague, and the number of the case."""
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    person.presses("I can write now")
    return mei, jun, reference


def test_words_sent_without_scripts_after_a_transfer_are_given_back(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun, reference = in_a_talk(web_desk)
    mei.told(reference, "transfer", code=jun.id)
    said = mei.browser.post(f"/cases/{reference}/do/say", {"words": WORDS})
    assert said.status_code == 409
    assert f"Jun has case {reference} now" in said.text
    assert NOT_SENT in said.text
    assert "I am at the gate &amp; wait." in said.text
    assert mei.browser.post(f"/cases/{reference}/do/note", {"words": " "}).status_code == 303


def test_words_that_a_transfer_overtakes_are_given_back(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, jun, reference = in_a_talk(web_desk)
    case, checks = web_desk.case(reference), actions.failed_send_checks

    async def transfers_meanwhile(*given: Any) -> Any:
        web_desk.home.store_staff_commands(
            Command(verb=Verb.TRANSFER, by=mei.id, case=case, code=jun.id)
        )
        return await checks(*given)

    monkeypatch.setattr(actions, "failed_send_checks", transfers_meanwhile)
    said = mei.browser.post(f"/cases/{reference}/do/say", {"words": WORDS})
    assert (said.status_code, NOT_SENT in said.text) == (409, True)
    assert "I am at the gate &amp; wait." in said.text
