"""Supervisors see who carries what and who waits too long, and give a case to somebody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import MINUTE
from bot.desks.web.team import overdue, workload
from bot.hotline.commands.types import Command, Verb
from bot.store.database import Database
from tests.support.database.query_plans import query_plan
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."


def row(text: str, name: str) -> str:
    """Return one row of a page, without its tags."""
    found = re.search(rf'<tr id="{name}".*?</tr>', text, re.DOTALL)
    assert found is not None, name
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def held_by(office: WebDeskHarness, reference: str) -> str:
    return str(office.home.ask(f"SELECT holder FROM cases WHERE reference = '{reference}'")[0][0])  # noqa: S608 - ours


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_the_team_page_needs_a_supervising_role(web_desk: WebDeskHarness, role: Role) -> None:
    who = web_desk.worker("Wu", role).comes()
    assert who.browser.get("/team").status_code == 404
    assert "/team" not in who.browser.get("/account").text


def test_an_administrator_is_not_among_those_who_can_take_a_case(web_desk: WebDeskHarness) -> None:
    wen = web_desk.worker("Wen", Role.ADMINISTRATOR).comes()  # on duty, as a row may say
    web_desk.worker()
    chief = web_desk.supervisor().comes()
    page = chief.browser.get("/team").text
    assert "Mei" in page  # negative control
    assert "Wen" not in page
    assert "own/on_duty" not in wen.browser.get("/account").text
    assert "own/off_duty" in chief.browser.get("/account").text  # negative control


def test_the_team_page_shows_workloads_without_content(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei = web_desk.worker(most=5)
    mei.colleague.claims(web_desk.case(reference))
    chief = web_desk.supervisor().comes()
    page = chief.browser.get("/team").text
    assert re.search(
        rf"Mei caseworker .*English.* On duty 1 of 5 0 P\d {reference}",
        row(page, f"staff-{mei.id}"),
    )
    assert WORDS not in page
    assert "No overdue replies." in page


def test_a_referred_case_is_marked_and_takes_no_place_in_the_load(
    web_desk: WebDeskHarness,
) -> None:
    mei, chief = web_desk.worker(most=5).comes(), web_desk.supervisor().comes()
    for status, priority in (("open", 0), ("open", 1), ("referred", 0)):
        _person, reference = web_desk.add_person()
        mei.told(reference, "claim")
        web_desk.home.ask(
            f"UPDATE cases SET status = '{status}', priority = {priority} "  # noqa: S608 - ours
            f"WHERE reference = '{reference}' RETURNING id"
        )
    page = chief.browser.get("/team").text
    shown = row(page, f"staff-{mei.id}")
    assert "3 of 5" in shown
    assert shown.count("referred") == 1
    assert re.search(rf"{reference} \S+ .*? referred", shown)
    assert "A referred case stays in the list and does not count." in page


def test_the_team_page_counts_closed_cases_by_outcome(web_desk: WebDeskHarness) -> None:
    mei, chief = web_desk.worker().comes(), web_desk.supervisor().comes()

    def figures() -> list[tuple[str, str]]:
        part = chief.browser.get("/team").text.partition('id="closed"')[2]
        return re.findall(r'outcome=(\w+)">[^<]+</a></dt><dd class="num">(\d+)</dd>', part)

    assert figures() == []
    for outcome in ("helped", "withdrawn", "helped"):
        _person, reference = web_desk.add_person()
        mei.told(reference, "claim")
        mei.told(reference, "close", code=outcome)
    assert figures() == [("helped", "2"), ("withdrawn", "1")]
    web_desk.home.advance_time(8 * 24 * 3600)
    chief.comes()
    assert figures() == []


def test_overdue_cases_are_listed_with_available_caseworkers(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    web_desk.home.advance_time(3 * 24 * 3600)
    mei = web_desk.worker(most=5)
    chief = web_desk.supervisor().comes()
    page = chief.browser.get("/team").text
    assert "overdue by" in row(page, f"overdue-{reference}")
    assert "Mei 0 of 5, English" in row(page, f"overdue-{reference}")
    assert re.search(r"English 1 1 \d d.* Mei \(0 of 5\)", row(page, "language-en"))
    chief.browser.post("/team/assign", {"reference": reference, "to": mei.id})
    web_desk.settles()
    assert held_by(web_desk, reference) == mei.id
    mei.comes()
    assert WORDS in mei.browser.get(f"/cases/{reference}").text  # and their key opens it


def test_the_page_never_says_that_no_case_waits_while_an_overdue_one_does(
    web_desk: WebDeskHarness,
) -> None:
    _person, _reference = web_desk.add_person()
    chief = web_desk.supervisor().comes()
    web_desk.home.advance_time(3 * 24 * 3600)
    chief.comes()
    page = chief.browser.get("/team").text
    assert "No other case waits." in page
    assert "No cases waiting." not in page


@pytest.mark.parametrize("status", ["waiting", "held", "open", "referred", "reopened"])
def test_an_overdue_emergency_is_listed_whatever_the_state_of_its_case(
    web_desk: WebDeskHarness, status: str
) -> None:
    _person, reference = web_desk.add_person()
    mei = web_desk.worker(most=5)
    holder = "NULL" if status in {"waiting", "reopened"} else f"'{mei.id}'"
    due = web_desk.home.loop.now() - 20 * MINUTE
    web_desk.home.ask(
        f"UPDATE cases SET status = '{status}', holder = {holder}, priority = 0, "  # noqa: S608 - ours
        f"due_at = {due}, claimed_at = 1 WHERE reference = '{reference}' RETURNING id"
    )
    page = web_desk.supervisor().comes().browser.get("/team").text
    assert "No overdue replies." not in page
    listed = row(page, f"overdue-{reference}")
    assert "P0" in listed
    assert "overdue by 20 min" in listed
    said = {"held": "claimed", "open": "in progress"}.get(status, status)
    assert f"{said} Assign" in listed
    assert (f"Mei, {said}" in listed) == (holder != "NULL")
    assert "Overdue replies: 1, of them 1 with immediate danger." in page


def test_a_language_without_a_reader_on_duty_is_named(web_desk: WebDeskHarness) -> None:
    web_desk.add_person()
    web_desk.worker(languages=("th",))
    chief = web_desk.worker("Hua", Role.SUPERVISOR, languages=("th",)).comes()
    assert "no one on duty reads it" in row(chief.browser.get("/team").text, "language-en")
    web_desk.home.colleague("Lin", languages=("en",))
    assert "Lin" in row(chief.browser.get("/team").text, "language-en")


def test_at_night_the_page_says_once_that_no_one_is_on_duty(web_desk: WebDeskHarness) -> None:
    web_desk.add_person()
    mei, hua = web_desk.worker("Mei").comes(), web_desk.supervisor().comes()
    for each in (mei, hua):
        each.browser.post("/own/off_duty")
    shown = hua.browser.get("/team").text
    assert shown.count("No one is on duty") == 1
    assert "no one on duty reads it" not in shown
    assert "has capacity" not in shown
    mei.browser.post("/own/on_duty")
    assert "No one is on duty" not in hua.browser.get("/team").text


def test_a_case_is_taken_from_one_and_given_to_another(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    mei.does(reference, "claim")
    chief = web_desk.supervisor().comes()
    fields = {"reference": reference, "to": jun.id}
    assert '<input name="words" required' in chief.browser.get("/team").text
    chief.browser.post("/team/assign", fields)
    assert held_by(web_desk, reference) == mei.id  # it says why first
    said = chief.browser.post("/team/assign", fields | {"words": "Mei is ill."})
    assert said.headers["location"] == "/team"
    assert f"Case {reference} was assigned to Jun." in chief.browser.get("/team").text
    assert held_by(web_desk, reference) == jun.id
    assert WORDS in (page := jun.browser.get(f"/cases/{reference}").text)
    assert "Mei is ill." in page
    assert mei.browser.get(f"/cases/{reference}").headers["location"] == "/queue/mine"


@pytest.mark.parametrize("to", ["nobody", "", "full"])
def test_a_case_is_not_given_to_a_caseworker_who_cannot_take_it(
    web_desk: WebDeskHarness, to: str
) -> None:
    _person, reference = web_desk.add_person()
    full = web_desk.worker("Lin", most=0)
    chief = web_desk.supervisor().comes()
    chief.browser.post(
        "/team/assign", {"reference": reference, "to": full.id if to == "full" else to}
    )
    assert 'class="toast refused"' in chief.browser.get("/team").text
    assert held_by(web_desk, reference) == "None"


def test_a_caseworker_gives_nothing_away_that_waits(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun")
    assert (
        mei.browser.post("/team/assign", {"reference": reference, "to": jun.id}).status_code == 404
    )
    assert mei.does(reference, "transfer", code=jun.id).json()["refused"]
    assert held_by(web_desk, reference) == "None"


@pytest.fixture(params=DATABASE_KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(request.param, tmp_path))
    yield made
    made.writer.close()


def test_the_team_page_reads_no_whole_table(database: Database) -> None:
    for statement, values, index in (
        (*workload._HELD.batches(["somebody"])[0], "ix_cases_holder"),
        (overdue._WAITING, (), "ix_cases_waiting"),
        (overdue._COUNTS, (1,), "ix_cases_due_at"),
        (overdue._FIRST, (1, 20), "ix_cases_due_at"),
    ):
        told = query_plan(database, statement, values)
        assert index in told or database.dialect == "postgresql"  # which is the best, it counts
        assert "SCAN cases\n" not in told
        assert "Seq Scan" not in told


# --- many at once ----------------------------------------------------------------------------


def marks(*references: str, **more: str) -> dict[str, str]:
    return {f"case.{it}": "1" for it in references} | more


def states(office: WebDeskHarness) -> dict[str, str]:
    return dict(office.home.ask("SELECT reference, status FROM cases"))  # type: ignore[arg-type]


def holding(office: WebDeskHarness, count: int) -> tuple[WebCaseworker, list[str]]:
    references = [office.add_person()[1] for _each in range(count)]
    mei = office.worker()
    for it in references:
        mei.colleague.claims(office.case(it))
    return mei.comes(), references


def test_closing_many_names_each_first_and_closes_none_of_them_then(
    web_desk: WebDeskHarness,
) -> None:
    mei, (one, two, three) = holding(web_desk, 3)
    assert f'name="case.{one}"' in mei.browser.get("/queue/mine").text
    page = mei.browser.post("/bulk-close", marks(one, two, tab="mine")).text
    for reference in (one, two):
        assert f'<input type="hidden" name="case.{reference}" value="1">' in page
        assert f"<code>{reference}</code>" in page
    assert three not in page.partition("<main")[2]  # among the own cases above it stands
    assert "These cases will be closed: 2." in page
    assert "closed" not in states(web_desk).values()
    mei.browser.post("/bulk-close/confirm", marks(one, two, tab="mine", code="helped"))
    web_desk.settles()
    assert states(web_desk) == {one: "closed", two: "closed", three: "held"}
    assert "Closed: 2." in mei.browser.get("/queue/mine").text


def test_closing_several_leaves_waiting_cases_open(web_desk: WebDeskHarness) -> None:
    _person, waiting = web_desk.add_person()
    _mei, (held,) = holding(web_desk, 1)
    chief = web_desk.supervisor().comes()
    page = chief.browser.post("/bulk-close", marks(held, waiting, tab="all")).text
    assert "Stays open: A colleague has this case." in page
    chief.browser.post("/bulk-close/confirm", marks(held, waiting, tab="all", code="helped"))
    web_desk.settles()
    assert states(web_desk) == {held: "held", waiting: "waiting"}
    chief.browser.post(f"/cases/{held}/break-glass", {"reason": "Mei is ill."})
    page = chief.browser.post("/bulk-close", marks(held, waiting, tab="all")).text
    assert "Stays open: A colleague" not in page
    assert "Stays open: This case is in the queue; claim it first." in page
    chief.browser.post("/bulk-close/confirm", marks(held, waiting, tab="all", code="helped"))
    web_desk.settles()
    assert states(web_desk) == {held: "closed", waiting: "waiting"}


def test_a_reason_given_elsewhere_counts_when_several_are_closed(web_desk: WebDeskHarness) -> None:
    """As in the group, or in a session before; the refusal names that way."""
    _mei, (held,) = holding(web_desk, 1)
    chief = web_desk.supervisor().comes()
    ((case,),) = web_desk.home.ask("SELECT id FROM cases")
    given = Command(verb=Verb.GIVE_REASON, by=chief.id, case=str(case), text="Mei is ill.")
    web_desk.home.send_staff_command(given)
    page = chief.browser.post("/bulk-close", marks(held, tab="all")).text
    assert "Stays open: A colleague" not in page


def test_nothing_is_closed_without_saying_how_it_ended(web_desk: WebDeskHarness) -> None:
    mei, (one,) = holding(web_desk, 1)
    mei.browser.post("/bulk-close/confirm", marks(one, code="because"))
    assert states(web_desk) == {one: "held"}
    assert "No case was closed." in mei.browser.get("/queue/mine").text


def test_closing_a_foreign_case_looks_like_closing_a_missing_case(
    web_desk: WebDeskHarness,
) -> None:
    _jun, (theirs,) = holding(web_desk, 1)
    lin = web_desk.worker("Lin").comes()
    for path in ("/bulk-close", "/bulk-close/confirm"):
        said = lin.browser.post(path, marks(theirs, "ZZZZZZ", code="helped"))
        assert said.status_code == 404
        assert lin.browser.post(path, marks("ZZZZZZ", code="helped")).text == said.text
    assert states(web_desk) == {theirs: "held"}
    assert 'name="case.' not in lin.browser.get("/queue/all").text


def test_a_case_that_waits_can_be_assigned_before_it_is_overdue(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei, chief = web_desk.worker("Mei"), web_desk.worker("Hua", Role.SUPERVISOR).comes()
    assert f'id="waiting-{reference}"' in chief.browser.get("/team").text
    assert f'id="overdue-{reference}"' not in chief.browser.get("/team").text
    chief.browser.post("/team/assign", {"reference": reference, "to": mei.id})
    web_desk.settles()
    assert web_desk.home.ask("SELECT holder FROM cases") == [(mei.id,)]
    assert f'id="waiting-{reference}"' not in chief.browser.get("/team").text
