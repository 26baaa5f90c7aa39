"""A case of one office is read by its caseworkers, and by none of another: over every address.

The control: a desk whose colleagues belong to no office shows the same case to all of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.offices import Office
from bot.cases.state_machine import Role
from bot.clock import DAY, SECOND
from bot.desks.web.app import ROUTES
from bot.desks.web.routes import Permission
from bot.hotline.commands.types import Command, Verb
from bot.hotline.staff.staff import Staff
from bot.store.statements import update_by
from bot.store.tables.main import cases
from tests.support.harnesses.web_desk_harness import fill_path

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

_SET_COUNTY = update_by(cases, "county", by="id")
NEEDLE = "Passport taken by the broker on Heping Road"
STREAMS = frozenset({"/events", "/stream"})
ADDRESSES = frozenset(
    it.path
    for it in ROUTES
    if not it.changes_state and it.permission is not Permission.PUBLIC and it.path not in STREAMS
)
CASE_AND_QUEUE = frozenset({"/cases/{reference}", "/queue/{tab}"})
NAMES_CASES = frozenset({"/audit", "/audit/rows"})
"""Pages that name every case by its number, for those who watch over access; no words of it."""
TAIPEI = Office("", {"en": "Taipei office"}, ("TPE",))
SOUTH = Office("", {"en": "South office"}, ("KHH",))


class TwoSites:
    """A desk with two offices; what the person wrote belongs to the first."""

    def __init__(self, desk: WebDeskHarness) -> None:
        self.desk, self.writer = desk, desk.home.database.writer
        self.head = desk.worker("Head", Role.ADMINISTRATOR)
        by, now, offices = self.head.id, desk.home.loop.now(), desk.front.offices
        self.taipei, self.south = (
            self.writer.run_sync(lambda work, it=it: offices.add(work, it, by, now)).id
            for it in (TAIPEI, SOUTH)
        )
        # All before the person writes, so that a key of each of them opens the case.
        self.mei = self.worker("Mei", self.taipei)
        self.jun = self.worker("Jun", self.south)
        self.hua = self.worker("Hua", self.south, role=Role.SUPERVISOR)
        self.anyone = self.worker("Everywhere")
        _person, self.reference = desk.add_person(NEEDLE)
        self.case = desk.case(self.reference)

    def worker(self, name: str, *offices: str, role: Role = Role.CASEWORKER) -> WebCaseworker:
        """Return a colleague of some offices, signed in and on duty."""
        found = self.desk.worker(name, role)
        staff = Staff(self.desk.vault)
        self.writer.run_sync(lambda work: staff.set_offices(work, found.id, offices))
        return found.comes()

    def claims(self) -> None:
        self.mei.told(self.reference, "claim")

    def finds(
        self, who: WebCaseworker, among: frozenset[str] = ADDRESSES
    ) -> tuple[set[str], set[str]]:
        """Return the addresses that show a colleague the case, and those with the words of it."""
        shown, read = set(), set()
        for route in ROUTES:
            if route.changes_state or route.path not in among:
                continue
            answer = who.browser.get(fill_path(route.path, self.reference))
            is_page_of_it = "{reference}" in route.path and answer.status_code == 200
            is_named = self.reference in answer.text and "{reference}" not in route.path
            if route.path not in NAMES_CASES and (is_page_of_it or is_named):
                shown.add(route.path)
            if NEEDLE in answer.text:
                read.add(route.path)
        return shown, read


@pytest.fixture
def sites(web_desk: WebDeskHarness) -> TwoSites:
    return TwoSites(web_desk)


@pytest.mark.parametrize("is_claimed", [False, True])
def test_no_address_shows_a_case_of_another_office(sites: TwoSites, is_claimed: bool) -> None:
    if is_claimed:
        sites.claims()
    for other in (sites.jun, sites.hua):
        assert sites.finds(other) == (set(), set())
    shown, read = sites.finds(sites.mei, CASE_AND_QUEUE)  # negative control
    assert "/cases/{reference}" in shown & read


def test_one_who_belongs_to_no_office_sees_the_cases_of_all(sites: TwoSites) -> None:
    shown, read = sites.finds(sites.anyone, CASE_AND_QUEUE)
    assert shown == CASE_AND_QUEUE
    assert "/cases/{reference}" in read


@pytest.mark.parametrize("verb", [Verb.CLAIM, Verb.NOTE, Verb.CLOSE, Verb.SET_PRIORITY, Verb.ERASE])
def test_a_command_about_a_case_of_another_office_does_nothing(sites: TwoSites, verb: Verb) -> None:
    sites.claims()
    before = sites.desk.home.ask("SELECT status, holder, priority FROM cases")
    command = Command(verb=verb, by=sites.hua.id, case=sites.case, code="1", text="why")
    told = [it for it in sites.desk.home.send_staff_command(command) if it.is_refused]
    assert len(told) == 1
    assert sites.desk.home.ask("SELECT status, holder, priority FROM cases") == before


def test_once_a_reply_is_overdue_all_offices_see_the_case(sites: TwoSites) -> None:
    other = sites.jun
    assert other.browser.get(f"/cases/{sites.reference}").status_code == 404
    sites.desk.home.advance_time(5 * DAY / SECOND)
    other.comes()
    assert NEEDLE in other.browser.get(f"/cases/{sites.reference}").text


def test_a_case_passed_on_leaves_the_one_desk_and_reaches_the_other(sites: TwoSites) -> None:
    sites.claims()
    said = sites.mei.does(sites.reference, "office", code=sites.south, words="Lives there now.")
    assert said.json()["go"].endswith("/queue/mine")
    assert NEEDLE not in sites.mei.browser.get(f"/cases/{sites.reference}").text
    assert "waits in the queue of that office" in sites.mei.browser.get("/queue/mine").text
    page = sites.jun.browser.get(f"/cases/{sites.reference}").text
    assert NEEDLE in page
    assert "Lives there now." in page
    assert "passed the case on to another office" in page


def test_the_office_of_the_county_is_offered_and_nothing_moves_by_itself(sites: TwoSites) -> None:
    sites.claims()
    path = f"/cases/{sites.reference}"
    assert "serves Kaohsiung" not in sites.mei.browser.get(path).text
    sites.writer.run_sync(lambda work: work.run(_SET_COUNTY, "KHH", sites.case))
    page = re.sub(r"<[^>]+>", " ", sites.mei.browser.get(path).text)
    assert "South office serves Kaohsiung." in page
    assert sites.desk.home.ask("SELECT office FROM cases") == [(sites.taipei,)]


def test_the_sheet_of_keys_has_the_one_for_another_office(sites: TwoSites) -> None:
    sites.claims()
    assert 'data-target="more-office"' in sites.mei.browser.get(f"/cases/{sites.reference}").text


def test_no_page_speaks_of_offices_where_there_is_none(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(NEEDLE)
    chief = web_desk.supervisor().comes()
    chief.told(reference, "claim")
    for path in ("/queue/mine", "/queue/all", f"/cases/{reference}", "/team"):
        page = chief.browser.get(path).text
        assert page.count("ffices") == page.count("another office") == 0, path
