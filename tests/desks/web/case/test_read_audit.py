"""No word of a case is shown before it stands in the audit log who reads it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.clock import MINUTE, SECOND
from bot.desks.web.case.pages import REREAD_AFTER

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."
TELLS = ("conversation", "file")
"""Panes that hold what somebody wrote: written down here a second time, by hand."""
_FAILS = (
    "CREATE TRIGGER fails BEFORE INSERT ON audit WHEN new.deed = 'read' "
    "BEGIN SELECT RAISE(ABORT, 'no'); END"
)


def met(office: WebDeskHarness) -> tuple[WebCaseworker, str]:
    """Return a caseworker who writes with somebody, and the number of that case."""
    person, reference = office.add_person(WORDS)
    mei = office.worker().comes()
    for verb, fields in (("claim", {}), ("take_over", {}), ("phrase", {"code": "opener"})):
        mei.told(reference, verb, **fields)
    person.presses("I can write now")
    person.says(WORDS)
    office.settles()
    return mei, reference


def read(office: WebDeskHarness) -> list[str]:
    """Return who read, as often as it was written down."""
    return [it[0] for it in office.home.ask("SELECT actor FROM audit WHERE deed = 'read'")]


@pytest.mark.parametrize("pane", TELLS)
def test_fetching_one_case_pane_is_audited_as_reading(web_desk: WebDeskHarness, pane: str) -> None:
    mei, reference = met(web_desk)
    assert WORDS in mei.browser.get(f"/cases/{reference}/panes/{pane}").text
    assert read(web_desk) == [mei.id]


@pytest.mark.parametrize("pane", ["head", "write", "mine"])
def test_a_pane_without_words_of_the_person_is_no_reading(
    web_desk: WebDeskHarness, pane: str
) -> None:
    mei, reference = met(web_desk)
    assert WORDS not in mei.browser.get(f"/cases/{reference}/panes/{pane}").text
    assert read(web_desk) == []


@pytest.mark.parametrize("pane", TELLS)
def test_a_page_that_stays_open_is_read_again_after_a_quarter_of_an_hour(
    web_desk: WebDeskHarness, pane: str
) -> None:
    mei, reference = met(web_desk)
    mei.browser.get(f"/cases/{reference}")
    mei.browser.get(f"/cases/{reference}/panes/{pane}")
    assert read(web_desk) == [mei.id]  # the control: until then it is one reading
    web_desk.home.advance_time((REREAD_AFTER - MINUTE) / SECOND)
    mei.browser.get("/account")  # they are there
    web_desk.home.advance_time(MINUTE / SECOND)
    mei.browser.get(f"/cases/{reference}/panes/{pane}")
    assert read(web_desk) == [mei.id, mei.id]


def test_panes_that_are_fetched_at_once_are_one_reading(web_desk: WebDeskHarness) -> None:
    mei, reference = met(web_desk)

    async def both() -> list[int]:
        fetched = await asyncio.gather(
            *(mei.browser.client.get(f"/cases/{reference}/panes/{it}") for it in TELLS)
        )
        return [it.status_code for it in fetched]

    assert web_desk.does(both()) == [200, 200]
    assert read(web_desk) == [mei.id]


@pytest.mark.parametrize("part", ["", *(f"/panes/{pane}" for pane in TELLS)])
def test_a_reading_that_could_not_be_written_down_shows_nothing_and_hides_no_other(
    web_desk: WebDeskHarness, part: str
) -> None:
    mei, reference = met(web_desk)
    _runs(web_desk, _FAILS)
    for _time in range(2):
        said = mei.browser.get(f"/cases/{reference}{part}")
        assert said.status_code == 500
        assert WORDS not in said.text
    _runs(web_desk, "DROP TRIGGER fails")
    assert WORDS in mei.browser.get(f"/cases/{reference}{part}").text
    assert read(web_desk) == [mei.id]


def _runs(office: WebDeskHarness, sql: str) -> None:
    connection = office.home.database.connect()
    connection.cursor().execute(sql)
    connection.close()


def test_who_asks_whether_it_was_read_hears_so_once_a_waiting_case_was_opened(
    web_desk: WebDeskHarness,
) -> None:
    """Although no one took it. Before, no one has read it: the control."""
    person, reference = web_desk.add_person(WORDS)
    mei = web_desk.worker().comes()
    web_desk.home.advance_time(60)
    assert "Nobody has read it yet." in "\n".join(person.says("has anyone read it?"))
    mei.browser.get(f"/cases/{reference}")
    web_desk.home.advance_time(60)
    assert "A person has read it" in "\n".join(person.says("has anyone read it?"))


def test_a_closed_case_keeps_no_moment_at_which_it_was_first_read(
    web_desk: WebDeskHarness,
) -> None:
    mei, reference = met(web_desk)
    web_desk.home.ask("UPDATE cases SET status = 'closed', read_at = NULL")
    mei.browser.get(f"/cases/{reference}")
    assert web_desk.home.ask("SELECT read_at FROM cases") == [(None,)]
