"""A letter in its seconds for undoing while its case leaves the writer: not sent, and not lost."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.live.watcher import OWN
from bot.hotline.commands.store import begin_due
from bot.hotline.commands.types import Command, Verb
from tests.desks.web.case.test_concurrent_answers import met
from tests.support.database_fixtures import DATABASE_KINDS
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker
    from tests.support.people.chat_person import ChatPerson

    Way = Callable[["Desk"], None]

WORDS = "Is the <blue> door locked?"
SHOWN = "Is the &lt;blue&gt; door locked?"
NOTE = "meant for the person, but not sent: its writer no longer had the case"


class Desk:
    """Mei writes to a person, and has left the page; Jun, Hua and Wu are there, too."""

    def __init__(self, office: WebDeskHarness) -> None:
        self.office = office
        self.mei, self.jun = office.worker().comes(), office.worker("Jun").comes()
        self.hua = office.supervisor().comes()
        self.wu = office.worker("Wu", Role.ADMINISTRATOR).comes()
        self.person: ChatPerson
        self.person, self.reference = met(office, self.mei)

    def sends(self, verb: str = "say", **fields: str) -> None:
        path = f"/cases/{self.reference}/do/{verb}"
        sent = self.mei.browser.post(path, {"delay": "5000", **fields}, is_fetched=True)
        assert sent.json()["stored"], sent.text

    def moment_comes(self) -> None:
        home = self.office.home
        home.advance_time(6)
        home.database.writer.run_sync(lambda work: begin_due(work, home.loop.now()))
        self.office.does(home.house.dispatcher.resume())
        self.office.settles()

    def page(self, who: WebCaseworker) -> str:
        return who.browser.get(f"/cases/{self.reference}").text

    def notes(self, page: str) -> list[str]:
        """Return the notes on the page of the case that were letters."""
        found = re.findall(r'<article class="message note failed".*?</article>', page, re.DOTALL)
        return [it for it in found if NOTE in it]


@pytest.fixture(params=DATABASE_KINDS)
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with closing(WebDeskHarness(tmp_path, kind=request.param)) as office:
        yield Desk(office)


def assigned_to_jun(desk: Desk) -> None:
    desk.hua.told(desk.reference, "transfer", code=desk.jun.id, words="Mei is ill.")


def returned_by_an_administrator(desk: Desk) -> None:
    desk.wu.told(desk.reference, "release", words="Mei is ill.")


def access_of_mei_ends(desk: Desk) -> None:
    sent = desk.wu.browser.post(f"/staff/account/{desk.mei.id}/disable", {"sure": "1"})
    assert sent.headers["location"] == "/staff"
    desk.office.settles()


def returned_by_a_supervisor_and_claimed(desk: Desk) -> None:
    desk.hua.colleague.gives_reason(desk.office.case(desk.reference))
    desk.hua.told(desk.reference, "release")
    desk.jun.told(desk.reference, "claim")


WAYS = [
    assigned_to_jun, returned_by_an_administrator, access_of_mei_ends,
    returned_by_a_supervisor_and_claimed,
]  # fmt: skip


def held_by_jun(desk: Desk) -> None:
    """Let Jun have the case, if it waits; a page of Hua's opens it for the queue."""
    desk.hua.browser.get("/queue/waiting")
    if desk.office.home.ask("SELECT holder FROM cases") == [(None,)]:
        desk.jun.told(desk.reference, "claim")


@pytest.mark.parametrize("leaves", WAYS)
def test_who_answers_next_reads_what_was_not_sent_and_by_whom(desk: Desk, leaves: Way) -> None:
    desk.sends(words=WORDS)
    leaves(desk)
    desk.moment_comes()
    held_by_jun(desk)
    assert WORDS not in desk.person.texts
    (note,) = desk.notes(desk.page(desk.jun))
    assert SHOWN in note
    assert "Mei" in note
    transcript = desk.jun.browser.get(f"/cases/{desk.reference}/transcript").text
    assert NOTE in transcript


@pytest.mark.parametrize(
    ("leaves", "why"),
    [
        (assigned_to_jun, "the case went to Jun."),
        (returned_by_an_administrator, "the case went back to the queue."),
        (returned_by_a_supervisor_and_claimed, "the case went to Jun."),
    ],
)
def test_the_writer_reads_on_every_page_that_it_was_not_sent_and_the_words(
    desk: Desk, leaves: Way, why: str
) -> None:
    notice = f"Not sent to {desk.reference}: {why}"
    desk.sends(words=WORDS)
    leaves(desk)
    desk.moment_comes()
    for path in ("/queue/mine", "/account", "/delayed", "/queue/mine"):  # it is lasting
        page = desk.mei.browser.get(path).text
        assert notice in page, path
        assert SHOWN in page, path
    assert SHOWN not in desk.jun.browser.get("/queue/mine").text
    found = re.search(r'name="letter" value="(\d+)"', page)
    assert found is not None
    desk.jun.browser.post("/unsent/dismiss", {"letter": found[1]})
    assert notice in desk.mei.browser.get("/account").text  # it is no one else's
    desk.mei.browser.post("/unsent/dismiss", {"letter": found[1]})
    assert notice not in desk.mei.browser.get("/account").text
    held_by_jun(desk)
    assert desk.notes(desk.page(desk.jun))


def test_open_pages_of_the_writer_hear_of_it_at_once(desk: Desk) -> None:
    desk.sends(words=WORDS)
    assigned_to_jun(desk)
    with desk.office.front.streams.subscribe(desk.mei.id) as stream:
        desk.office.settles()
        assert OWN not in stream.events  # negative control
        desk.moment_comes()
        assert OWN in stream.events


def test_a_sentence_of_the_phrasebook_that_was_not_sent_is_kept_in_words(desk: Desk) -> None:
    desk.sends("phrase", code="thanks")
    assigned_to_jun(desk)
    desk.moment_comes()
    (note,) = desk.notes(desk.page(desk.jun))
    words = desk.office.front.phrasebook.preview("thanks", {}, "en")
    assert words in note
    assert words in desk.mei.browser.get("/account").text


def test_what_its_holder_returns_is_sent_first_and_leaves_no_note(desk: Desk) -> None:
    desk.sends(words=WORDS)
    desk.mei.told(desk.reference, "release")
    desk.moment_comes()
    assert WORDS in desk.person.texts
    desk.jun.told(desk.reference, "claim")
    assert not desk.notes(desk.page(desk.jun))


def test_words_of_one_who_does_not_have_the_case_leave_no_note_in_it(desk: Desk) -> None:
    home = desk.office.home
    case = desk.office.case(desk.reference)
    forged = Command(verb=Verb.SEND, by=desk.jun.id, case=case, text=WORDS)
    home.send_staff_command(forged)
    assert not desk.notes(desk.page(desk.mei))
