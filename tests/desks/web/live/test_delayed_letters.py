"""What is sent on a page that was left waits its five seconds at the desk, and can be undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.desks.web.form_nonces import new_nonce
from tests.desks.web.case.test_concurrent_answers import met

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

_ROW = re.compile(r'data-delayed="(\w+)" data-seconds="(\d)"')
WORDS, LATER = "Are you safe?", "Where are you?"


@pytest.fixture(autouse=True)
def _all_moments_come(web_desk: WebDeskHarness) -> Iterator[None]:
    yield
    web_desk.home.advance_time(10)


def leaves(who: WebCaseworker, reference: str, words: str = WORDS, **fields: str) -> None:
    """Send words on a page that is left after a second."""
    path = f"/cases/{reference}/do/say"
    sent = who.browser.post(path, {"words": words, "delay": "4000", **fields}, is_fetched=True)
    assert sent.json()["stored"], sent.text


def said(office: WebDeskHarness, person: ChatPerson) -> list[str]:
    """Return which of the words have reached the person, in order."""
    office.settles()
    known = (WORDS, LATER)
    return [it for letter in person.texts for it in known if it in letter]


def shown(who: WebCaseworker, path: str = "/account") -> list[tuple[str, str]]:
    return _ROW.findall(who.browser.get(path).text)


def draft(who: WebCaseworker, reference: str) -> str:
    page = who.browser.get(f"/cases/{reference}").text
    found = re.search(r'drafts/say"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("path", ["/account", "/queue/mine", "/delayed"])
def test_every_page_of_its_caseworker_says_what_can_be_undone(
    web_desk: WebDeskHarness, path: str
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    person, reference = met(web_desk, mei)
    assert shown(mei, path) == []
    leaves(mei, reference)
    assert shown(mei, path) == [(reference, "4")]
    assert shown(jun, path) == []
    assert WORDS not in mei.browser.get(path).text
    assert said(web_desk, person) == []


def test_it_goes_out_once_at_its_moment_without_a_page(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    nonce = new_nonce()
    leaves(mei, reference, nonce=nonce)
    leaves(mei, reference, nonce=nonce)
    web_desk.home.advance_time(3)
    assert said(web_desk, person) == []
    web_desk.home.advance_time(2)
    assert said(web_desk, person) == [WORDS]
    assert shown(mei) == []
    assert draft(mei, reference) == ""


def test_it_goes_out_although_the_desk_stopped_meanwhile(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    leaves(mei, reference)
    for task in web_desk.front.command_client._tasks:
        task.cancel()
    web_desk.home.advance_time(10)
    assert said(web_desk, person) == []  # negative control
    home = web_desk.home
    home.database.writer.run_sync(lambda work: home.house.staff.check_due(work, home.loop.now()))
    web_desk.does(home.house.dispatcher.resume())
    assert said(web_desk, person) == [WORDS]


def test_what_is_undone_is_a_draft_before_what_was_written_since(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    leaves(mei, reference)
    mei.browser.post(f"/cases/{reference}/drafts/say", {"words": LATER}, is_fetched=True)
    undone = mei.browser.post(f"/cases/{reference}/undo", {}, is_fetched=True).json()
    assert (undone["refused"], undone["words"]) == (False, WORDS)
    web_desk.home.advance_time(10)
    assert said(web_desk, person) == []
    assert draft(mei, reference) == f"{WORDS}\n{LATER}"
    again = mei.browser.post(f"/cases/{reference}/undo", {}, is_fetched=True).json()
    assert again["refused"]


def test_no_one_else_undoes_it(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    person, reference = met(web_desk, mei)
    leaves(mei, reference)
    assert hua.browser.post(f"/cases/{reference}/undo", {}, is_fetched=True).json()["refused"]
    web_desk.home.advance_time(5)
    assert said(web_desk, person) == [WORDS]


def test_a_newer_message_sends_it_first_and_a_note_does_not(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    leaves(mei, reference)
    mei.told(reference, "note", words="She is calm.")
    assert said(web_desk, person) == []
    mei.told(reference, "say", words=LATER)
    assert said(web_desk, person) == [WORDS, LATER]
    web_desk.home.advance_time(10)
    assert said(web_desk, person) == [WORDS, LATER]


def test_a_draft_that_is_newer_than_what_was_sent_stays(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = met(web_desk, mei)
    mei.browser.post(f"/cases/{reference}/drafts/say", {"words": LATER}, is_fetched=True)
    leaves(mei, reference)
    assert draft(mei, reference) == LATER


def test_words_in_another_language_wait_and_the_next_page_says_so(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    fields = {"words": "您現在安全嗎。請告訴我您在哪裡。", "delay": "4000"}
    answer = mei.browser.post(f"/cases/{reference}/do/say", fields, is_fetched=True).json()
    assert answer["checks"] == "language"
    assert f"What you wrote in case {reference} was not sent" in mei.browser.get("/account").text
    assert draft(mei, reference) == fields["words"]
    web_desk.home.advance_time(10)
    assert said(web_desk, person) == []


def test_nothing_waits_longer_than_five_seconds(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    leaves(mei, reference, delay="99999")
    assert shown(mei) == [(reference, "5")]
    web_desk.home.advance_time(6)
    assert said(web_desk, person) == [WORDS]
