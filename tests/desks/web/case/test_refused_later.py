"""Words of a stored command that is refused later are a draft again, of who wrote them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

import pytest

from bot.desks.web import command_client
from bot.dispatch.staff_service import StaffService
from tests.desks.web.case.test_concurrent_answers import met
from tests.desks.web.case.test_unsent_drafts import begins, field

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

WORDS = "I am here now,\nand <b>I stay</b> & wait."
NOT_SENT = "What you wrote was not sent"


@dataclass
class Desk:
    """A caseworker who writes to a person while the bot looks at commands only when it is told."""

    office: WebDeskHarness
    mei: WebCaseworker
    person: ChatPerson
    reference: str


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, web_desk: WebDeskHarness) -> Desk:
    mei = web_desk.worker().comes()
    made = Desk(web_desk, mei, *met(web_desk, mei))

    async def looks_later() -> None:
        pass

    monkeypatch.setattr(web_desk.front.command_client, "wake_dispatcher", looks_later)
    monkeypatch.setattr(command_client, "REPLY_TIMEOUT", 0.0)
    return made


def looks(desk: Desk) -> None:
    """Let the bot look at what was stored."""
    desk.office.does(desk.office.home.house.dispatcher.resume())
    desk.office.settles()


def stores(desk: Desk, verb: str, **fields: str) -> None:
    path = f"/cases/{desk.reference}/do/{verb}"
    assert desk.mei.browser.post(path, fields, is_fetched=True).json()["stored"]


def page_of(desk: Desk, worker: WebCaseworker | None = None, pane: str = "") -> str:
    return (worker or desk.mei).browser.get(f"/cases/{desk.reference}{pane}").text


def is_refused_later(desk: Desk) -> None:
    """Give the chat back and write, before the bot has done either."""
    stores(desk, "hand_back")
    stores(desk, "say", words=WORDS)
    assert desk.office.home.ask("SELECT * FROM desk_drafts") == []
    looks(desk)


def returned(page: str) -> dict[str, str]:
    """Return the words that a page gives back to fields that are open already, by kind."""
    found = re.search(r'id="returned" data-words="([^"]*)"', page)
    return json.loads(unescape(found[1])) if found else {}


def test_words_that_are_refused_later_are_in_the_composer_again(desk: Desk) -> None:
    is_refused_later(desk)
    assert NOT_SENT in page_of(desk)
    assert NOT_SENT not in page_of(desk)  # it is said once
    stores(desk, "take_over")
    looks(desk)
    assert field(desk.mei, desk.reference) == WORDS
    assert not any("I am here now" in it for it in desk.person.texts)


def test_a_page_that_is_open_gets_the_words_with_its_composer(desk: Desk) -> None:
    is_refused_later(desk)
    assert returned(page_of(desk, pane="/panes/write")) == {"say": WORDS}
    assert returned(page_of(desk, pane="/panes/write")) == {}


def test_what_was_written_since_stands_behind_the_words_that_return(desk: Desk) -> None:
    stores(desk, "hand_back")
    stores(desk, "say", words=WORDS)
    begins(desk.mei, desk.reference, "And then?")
    looks(desk)
    page_of(desk)
    stores(desk, "take_over")
    looks(desk)
    assert field(desk.mei, desk.reference) == f"{WORDS}\nAnd then?"


def test_only_who_wrote_them_gets_the_words_back(desk: Desk) -> None:
    hua = desk.office.supervisor().comes()
    hua.browser.post(f"/cases/{desk.reference}/break-glass", {"reason": "A look."})
    is_refused_later(desk)
    assert NOT_SENT not in page_of(desk, hua)
    assert NOT_SENT in page_of(desk)


def test_the_words_of_a_command_that_failed_come_back_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores(desk, "say", words=WORDS)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(StaffService, "run_command", fails)
        looks(desk)
    assert field(desk.mei, desk.reference) == WORDS


def test_a_command_that_is_carried_out_later_leaves_no_words(desk: Desk) -> None:
    stores(desk, "say", words=WORDS)
    looks(desk)
    assert NOT_SENT not in page_of(desk)
    assert field(desk.mei, desk.reference) == ""
    assert desk.person.texts.count(WORDS) == 1
    assert desk.office.home.ask("SELECT * FROM staff_commands") == []
