"""A P0 that waits or is overdue is said on every page of who would be alerted, once for a state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.clock import MINUTE, SECOND
from tests.desks.web.case.test_unsent_drafts import in_danger

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

_NOTICE = re.compile(r'data-emergency="(\w+)"')
_KEY = re.compile(r'name="emergency" value="([^"]+)"')
WAITS, OVERDUE = "waits in the queue.", "the reply is overdue."
WORDS = "He stands at the door."


def notices(who: WebCaseworker, path: str = "/account") -> list[str]:
    """Return the cases whose notice a page shows."""
    return _NOTICE.findall(who.browser.get(path).text)


def dismisses(who: WebCaseworker) -> None:
    (key,) = _KEY.findall(who.browser.get("/emergencies").text)
    assert who.browser.post("/emergencies/dismiss", {"emergency": key}, is_fetched=True).is_success


def emergency(office: WebDeskHarness) -> str:
    """Return the case of somebody who has just said that they are in danger now."""
    person, reference = in_danger(office)
    person.says(WORDS)
    office.settles()
    return reference


@pytest.mark.parametrize("path", ["/queue/mine", "/account", "/shift", "/services", "/emergencies"])
def test_a_waiting_emergency_is_said_on_every_page_without_the_words(
    web_desk: WebDeskHarness, path: str
) -> None:
    mei = web_desk.worker().comes()
    web_desk.add_person()
    assert notices(mei, path) == []
    reference = emergency(web_desk)
    assert notices(mei, path) == [reference]
    page = mei.browser.get(path).text
    assert WAITS in page
    assert WORDS not in page


def test_the_page_of_another_case_says_it_and_that_of_the_case_does_not(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, other = web_desk.add_person()
    reference = emergency(web_desk)
    assert notices(mei, f"/cases/{other}") == [reference]
    assert notices(mei, f"/cases/{reference}") == []
    assert notices(mei, f"/emergencies?case={reference}") == []


def test_an_emergency_is_said_to_those_who_would_be_alerted_alone(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun", queues=("fishers",)).comes()
    resting, off = web_desk.worker("Ana").comes(), web_desk.worker("Bo").comes()
    assert resting.browser.post("/pause").is_redirect
    assert off.browser.post("/own/off_duty").is_redirect
    web_desk.settles()
    reference = emergency(web_desk)
    assert [notices(it) for it in (mei, jun, resting, off)] == [[reference], [], [], []]


def test_a_dismissed_notice_comes_back_with_another_state_only(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = emergency(web_desk)
    dismisses(mei)
    assert notices(mei) == []
    assert notices(jun) == [reference]
    web_desk.home.advance_time(2 * MINUTE // SECOND + 1)
    page = mei.browser.get("/account").text
    assert OVERDUE in page
    dismisses(mei)
    web_desk.home.advance_time(MINUTE // SECOND)
    assert notices(mei) == []
    jun.told(reference, "claim")
    assert notices(mei) == []
    jun.told(reference, "release")
    assert notices(mei) == [reference]


def test_a_case_that_was_claimed_is_said_no_more(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = emergency(web_desk)
    jun.told(reference, "claim")
    assert notices(mei) == notices(jun) == []


def test_an_overdue_emergency_of_ones_own_is_said_on_other_pages(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = emergency(web_desk)
    mei.told(reference, "claim")
    web_desk.home.advance_time(2 * MINUTE // SECOND + 1)
    assert notices(mei) == [reference]
    assert "your reply to case" in mei.browser.get("/account").text
    assert notices(mei, f"/cases/{reference}") == []
    assert notices(jun) == []


def test_only_a_notice_that_is_shown_can_be_dismissed(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    assert mei.browser.post("/emergencies/dismiss", {"emergency": "K7M4Q2-waits-1"}).is_redirect
    ((stored,),) = web_desk.home.ask("SELECT version FROM desk_sessions")
    emergency(web_desk)
    dismisses(mei)
    assert notices(mei) == []
    assert web_desk.home.ask("SELECT version FROM desk_sessions") > [(stored,)]  # negative control
