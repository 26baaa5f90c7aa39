"""Supervisors read what the hotline did, each number in a table, and take it along as a file."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.team.figure_view import tell_apart
from bot.hotline.figures.model import FEWEST_SHOWN, FIGURES, Count, Figure
from bot.hotline.figures.months import store_month
from bot.training.demo_figures import DEMO_MONTHS, add_demo_months

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

CHARTS, SERVICE_COLUMNS = 10, 6


def add_months(desk: WebDeskHarness) -> None:
    months, now = desk.home.house.figures, desk.home.loop.now()
    desk.home.database.writer.run_sync(lambda work: add_demo_months(work, months, now))


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_figures_need_a_supervising_role(web_desk: WebDeskHarness, role: Role) -> None:
    who = web_desk.worker("Wu", role).comes()
    for path in ("/figures", "/figures/csv", "/figures/json"):
        assert who.browser.get(path).status_code == 404


def test_supervisors_read_figures_and_take_them_along(web_desk: WebDeskHarness) -> None:
    chief = web_desk.supervisor().comes()
    assert 'id="no-figures"' in chief.browser.get("/figures").text

    add_months(web_desk)
    page = chief.browser.get("/figures").text
    assert page.count('class="chart"') == CHARTS
    assert page.count('aria-current="page"') >= 3  # the team's version, the last month, the tab
    # Every drawing is hidden from readers of a screen; its numbers stand in a table.
    drawings = re.findall(r'<svg class="(?:chart|bar)"[^>]*>', page)
    assert len(drawings) > 20
    assert all('aria-hidden="true"' in it for it in drawings)
    table = page.partition("by-month")[2]
    assert len(re.findall(r'<th scope="row" class="num">\d{4}-\d\d</th>', table)) == DEMO_MONTHS

    public = chief.browser.get("/figures?version=published").text
    assert "under 11" in public
    shown = [int(it) for it in re.findall(r'</th><td class="num">(\d+)</td>', public)]
    assert shown
    assert min(shown) >= 11

    unknown = chief.browser.get("/figures?month=1999-01")
    assert "There are no figures of that month." in unknown.text
    assert chief.browser.get("/figures/csv?month=1999-01").status_code == 404

    answer = chief.browser.get("/figures/csv?version=published")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len({row["month"] for row in rows}) == DEMO_MONTHS
    assert min(int(row["number"]) for row in rows if row["number"]) >= 11
    assert len(chief.browser.get("/figures/json").json()) == DEMO_MONTHS


def test_services_stand_in_one_table_and_what_is_left_out_has_a_sum(
    web_desk: WebDeskHarness,
) -> None:
    chief = web_desk.supervisor().comes()
    add_months(web_desk)
    table = chief.browser.get("/figures").text.partition('class="table labelled service-table"')[2]
    table = table.partition("</table>")[0]
    numbers = [
        [int(it) if it.isdecimal() else None for it in re.findall(r">([^<]+)</td>", row)]
        for row in table.split("<tr")[2:]
    ]
    *rows, total = numbers
    assert len(total) == SERVICE_COLUMNS
    for column in range(SERVICE_COLUMNS):
        found = [row[column] for row in rows]
        if total[column] is not None and found[-1] is not None:
            assert sum(it or 0 for it in found) == total[column]
            assert found[-1] >= FEWEST_SHOWN


def test_a_month_from_before_a_figure_says_that_it_was_not_counted(
    web_desk: WebDeskHarness,
) -> None:
    chief = web_desk.supervisor().comes()
    month = 2025 * 12
    figures = [Figure("sessions", Count(40)), Figure("cases", Count(30))]
    run = web_desk.home.database.writer.run_sync
    run(lambda work: store_month(work, month, figures))
    page = chief.browser.get("/figures").text
    assert page.count("not counted yet") >= len(FIGURES) - len(figures)
    run(lambda work: store_month(work, month + 1, [*figures, Figure("identified", Count(9))]))
    page = chief.browser.get("/figures").text
    assert "2025-02 to 2025-02: 9" in page  # counted from then on
    assert not re.search(r">0</", page.partition("chart-cards")[2])


def test_two_questions_of_one_name_are_told_apart_by_flow_or_by_step() -> None:
    names = {
        "report.safe": "Safe",
        "report.they_safe": "Safe",
        "talk.safe": "Safe",
        "talk.why": "Why",
    }
    assert tell_apart(names) == {
        "report.safe": "Safe (report.safe)",
        "report.they_safe": "Safe (report.they_safe)",
        "talk.safe": "Safe (talk)",
        "talk.why": "Why",
    }
