"""A message in its seconds for undoing while the person leaves: it is not sent, and says why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.hotline.commands.store import begin_due
from bot.hotline.commands.texts import PERSON_ENDED_CHAT
from tests.desks.web.case.test_concurrent_answers import met

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

WORDS = "Are you <safe>?"
ENDED = "Not sent: the person ended the chat."
LINES = {
    "bye": "The person cleared the chat and left. No caseworker holds the chat now.",
    "stop": "The person ended the chat. No caseworker holds the chat now.",
}


def leaves(office: WebDeskHarness, person: ChatPerson, how: str) -> None:
    """Let the person leave by a command."""
    person.says(f"/{how}")
    if how == "stop":
        person.presses(person.labels()[0])
    office.settles()


def pane(worker: WebCaseworker, reference: str, name: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/{name}").text


@pytest.mark.parametrize("how", ["bye", "stop"])
def test_a_message_that_comes_after_the_person_left_says_so_and_stands_there(
    web_desk: WebDeskHarness, how: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    leaves(web_desk, person, how)
    told = mei.does(reference, "say", words=WORDS).json()
    assert (told["refused"], told["told"]) == (True, PERSON_ENDED_CHAT.source)
    for _again in range(2):  # it is lasting
        shown = pane(mei, reference, "write")
        assert ENDED in shown
        assert "Are you &lt;safe&gt;?" in shown
    assert LINES[how] in pane(mei, reference, "conversation")
    mei.told(reference, "take_over")
    assert ENDED not in pane(mei, reference, "write")


def test_on_every_other_page_a_notice_says_that_the_person_ended_the_chat(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    path = f"/cases/{reference}/do/say"
    mei.browser.post(path, {"words": WORDS, "delay": "5000"}, is_fetched=True)
    leaves(web_desk, person, "bye")
    web_desk.home.advance_time(6)
    web_desk.home.database.writer.run_sync(lambda work: begin_due(work, web_desk.home.loop.now()))
    web_desk.does(web_desk.home.house.dispatcher.resume())
    web_desk.settles()
    notice = f"Not sent to {reference}: the person ended the chat."
    assert WORDS not in person.texts
    for _again in range(2):
        assert notice in mei.browser.get("/queue/mine").text
        assert notice in mei.browser.get("/delayed").text
    assert not re.search(notice, mei.browser.get(f"/delayed?case={reference}").text)
    shown = mei.browser.get(f"/cases/{reference}").text
    assert ENDED in shown
    assert "Are you &lt;safe&gt;?" in shown
    assert notice not in mei.browser.get("/queue/mine").text
