"""Closed cases have a list: one's own for caseworkers, all for supervisors, and reopen from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.queue import queries
from bot.store.database import Database
from tests.support.database.bulk_cases import case_rows, insert_cases
from tests.support.database.query_plans import query_plan
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

LIST = "/queue/closed"
WORDS = "He keeps my passport."
_LINES = re.compile(r'id="case-([A-Z0-9]+)"')
_NEXT = re.compile(r'id="page-next"[^>]* href="([^"]+)"')


def lines(worker: WebCaseworker, path: str = LIST) -> list[str]:
    return _LINES.findall(worker.browser.get(path).text)


def closed_by(office: WebDeskHarness, worker: WebCaseworker) -> str:
    """Let a caseworker claim and close a case; return its number."""
    _person, reference = office.add_person(WORDS)
    worker.told(reference, "claim")
    worker.told(reference, "close", code="helped")
    return reference


def status(office: WebDeskHarness, reference: str) -> str:
    rows = office.home.ask(f"SELECT status FROM cases WHERE reference = '{reference}'")  # noqa: S608 - ours
    return str(rows[0][0])


def test_a_caseworker_sees_the_cases_they_closed_and_a_supervisor_all(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    mine, theirs = closed_by(web_desk, mei), closed_by(web_desk, jun)
    assert (lines(mei), lines(jun)) == ([mine], [theirs])
    hua, wu = web_desk.supervisor().comes(), web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    assert set(lines(hua)) == set(lines(wu)) == {mine, theirs}
    assert WORDS not in hua.browser.get(LIST).text
    row = mei.browser.get(LIST).text.partition(f'id="case-{mine}"')[2].partition("</tr>")[0]
    assert ">helped " in row


def test_closed_cases_are_filtered_by_how_they_ended(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    helped, withdrawn = closed_by(web_desk, mei), web_desk.add_person(WORDS)[1]
    mei.told(withdrawn, "claim")
    mei.told(withdrawn, "close", code="withdrawn")
    assert '<select name="outcome"' in mei.browser.get(LIST).text
    assert '<select name="outcome"' not in mei.browser.get("/queue/mine").text
    said = mei.browser.post(f"{LIST}/filter", {"outcome": "withdrawn", "county": "TPE"})
    assert said.headers["location"] == f"{LIST}?outcome=withdrawn"
    assert lines(mei) == lines(mei, f"{LIST}?outcome=withdrawn") == [withdrawn]
    assert lines(mei, f"{LIST}?outcome=helped") == [helped]
    assert set(lines(mei, f"{LIST}?outcome=")) == {helped, withdrawn}


def test_a_caseworker_reopens_their_own_closed_case_from_the_list(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = closed_by(web_desk, mei)
    assert jun.browser.get(f"/cases/{reference}").status_code == 404
    assert f'action="/cases/{reference}/do/reopen"' in mei.browser.get(LIST).text
    said = mei.browser.post(f"/cases/{reference}/do/reopen")
    web_desk.settles()
    assert said.headers["location"] == f"/cases/{reference}"
    assert status(web_desk, reference) == "reopened"
    assert WORDS in mei.browser.get(f"/cases/{reference}").text
    assert lines(mei) == []
    # It waits for the team again, whose key opens it.
    assert WORDS in jun.browser.get(f"/cases/{reference}").text


def test_a_colleagues_closed_case_is_reopened_by_supervisors_with_a_reason(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = closed_by(web_desk, mei)
    assert jun.browser.post(f"/cases/{reference}/do/reopen").status_code == 404
    assert status(web_desk, reference) == "closed"
    hua, form = web_desk.supervisor().comes(), f'action="/cases/{reference}/do/reopen"'
    assert form not in hua.browser.get(LIST).text
    hua.browser.post(f"/cases/{reference}/do/reopen")
    web_desk.settles()
    assert status(web_desk, reference) == "closed"
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "They wrote again."})
    assert form in hua.browser.get(LIST).text
    hua.browser.post(f"/cases/{reference}/do/reopen")
    web_desk.settles()
    assert status(web_desk, reference) == "reopened"


def test_closed_cases_come_newest_first_in_pages_without_gaps(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, case_rows(120, waiting=0.0))
    hua = web_desk.supervisor().comes()
    path, seen = LIST, []
    for _page in range(3):
        text = hua.browser.get(path).text
        seen.append(_LINES.findall(text))
        path = (_NEXT.findall(text) or [""])[0].replace("&amp;", "&")
    assert [len(page) for page in seen] == [50, 50, 20]
    assert path == ""
    order = web_desk.home.ask("SELECT reference FROM cases ORDER BY closed_at DESC, id DESC")
    assert [it for page in seen for it in page] == [reference for (reference,) in order]


@pytest.mark.parametrize("name", ["queue", "language", "priority"])
def test_each_filter_of_the_closed_list_leaves_what_it_names(
    web_desk: WebDeskHarness, name: str
) -> None:
    insert_cases(web_desk.home.database, case_rows(45, waiting=0.2))
    hua = web_desk.supervisor().comes()
    value = {"queue": "labour", "language": "id", "priority": "3"}[name]
    kept = web_desk.home.ask(
        f"SELECT reference FROM cases WHERE status = 'closed' AND {name} = '{value}'"  # noqa: S608 - ours
    )
    found = set(lines(hua, f"{LIST}?{name}={value}"))
    assert set() < found == {reference for (reference,) in kept} < set(lines(hua))


@pytest.fixture(params=DATABASE_KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(request.param, tmp_path))
    yield made
    made.writer.close()


VALUES = {"priority": 3, "from_closed": 9, "closed_until": 9, "most": 51}


@pytest.mark.parametrize("has_position", [False, True])
@pytest.mark.parametrize("chosen", [(), ("queue", "language", "priority"), ("holder",)])
def test_the_list_of_closed_cases_reads_no_whole_table(
    database: Database, chosen: tuple[str, ...], has_position: bool
) -> None:
    insert_cases(database, case_rows(2000, waiting=0.2))
    statement = queries._closed_statement(chosen, has_position)
    told = query_plan(
        database, statement, tuple(VALUES.get(name, "nobody") for name in statement._names)
    )
    assert "SCAN cases\n" not in told
    assert "Seq Scan on cases" not in told
    assert "ix_cases_closed_at" in told or "ix_cases_holder" in told
