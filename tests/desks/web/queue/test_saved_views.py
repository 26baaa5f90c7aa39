"""Saved views: a filter under a name, for oneself, above every list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.desks.web.preferences import load_preferences
from bot.desks.web.queue.saved_views import MAX_NAME_LENGTH, MAX_VIEWS
from tests.support.database.bulk_cases import case_rows, insert_cases

if TYPE_CHECKING:
    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

NAME = "Vietnamese, Taoyuan, overdue"
CHOSEN = {"tab": "waiting", "language": "vi", "county": "TAO", "late": "1"}
ADDRESS = "/queue/waiting?language=vi&county=TAO&late=1"
_VIEW = re.compile(
    r'<a href="([^"]+)"( aria-current="page")?>([^<]+?)(?: <span[^>]*>([^<]+)</span>)?</a>'
)


def views(worker: WebCaseworker, path: str = "/queue/mine") -> list[tuple[str, ...]]:
    """Return address, mark, name and list of the views above a list."""
    part = worker.browser.get(path).text.partition('aria-label="Saved views"')[2]
    found = _VIEW.findall(part.partition("</nav>")[0])
    return [(address.replace("&amp;", "&"), *more) for address, *more in found]


def saves(worker: WebCaseworker, name: str, **chosen: str) -> httpx.Response:
    return worker.browser.post("/views", {"name": name, **(chosen or CHOSEN)}, is_fetched=True)


def test_a_filter_saved_under_a_name_stands_above_every_list(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    assert views(mei) == []
    assert "Save as a view" not in mei.browser.get("/queue/waiting").text
    page = mei.browser.get(ADDRESS).text
    form = page.partition('action="/views"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert {name: sent.get(name) for name in CHOSEN} == CHOSEN
    assert saves(mei, f"  {NAME} ").json()["go"] == ADDRESS
    assert views(mei) == [(ADDRESS, "", NAME, "Waiting")]
    assert views(mei, "/queue/closed") == views(mei)
    assert views(mei, ADDRESS) == [(ADDRESS, ' aria-current="page"', NAME, "")]
    mei.browser.post("/signout")
    assert views(mei.comes()) == [(ADDRESS, "", NAME, "Waiting")]


def test_a_view_leaves_the_cases_its_filter_names(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, case_rows(40))
    mei = web_desk.worker().comes()
    saves(mei, "Labour", tab="waiting", queue="labour")
    ((address, *_),) = views(mei)
    shown = set(re.findall(r'id="case-([A-Z0-9]+)"', mei.browser.get(address).text))
    labour = web_desk.home.ask("SELECT reference FROM cases WHERE queue = 'labour'")
    assert set() < shown == {str(reference) for (reference,) in labour}


def test_colleagues_neither_see_nor_change_a_view(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    saves(mei, NAME)
    assert views(jun) == []
    for path, fields in (("/views/1/rename", {"name": "Mine"}), ("/views/1/delete", {})):
        said = jun.browser.post(path, fields, is_fetched=True).json()
        assert said == {"told": "This view was deleted meanwhile.", "refused": True}
    assert [it[2] for it in views(mei)] == [NAME]


def test_a_view_is_renamed_and_deleted(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    saves(mei, NAME)
    saves(mei, "Children", tab="all", queue="child_protection")
    assert mei.browser.post("/views/1/rename", {"name": "Taoyuan"}).headers["location"] == ADDRESS
    assert [it[2] for it in views(mei)] == ["Taoyuan", "Children"]
    assert mei.browser.post("/views/1/delete").headers["location"] == ADDRESS
    assert "View Taoyuan deleted." in mei.browser.get(ADDRESS).text
    assert [it[2] for it in views(mei)] == ["Children"]


@pytest.mark.parametrize(
    ("name", "chosen", "told"),
    [
        (" ", {}, f"Give the view a name of at most {MAX_NAME_LENGTH} characters."),
        ("x" * (MAX_NAME_LENGTH + 1), {}, "Give the view a name of at most"),
        (NAME, {}, "You have a view of this name already. Choose another name."),
        ("All", {"tab": "waiting"}, "Set a filter first: a view is a list with a filter."),
        ("Closed", {"tab": "closed", "late": "1"}, "Set a filter first"),
        ("Nowhere", {"tab": "elsewhere", "late": "1"}, "Set a filter first"),
    ],
)
def test_a_view_that_cannot_be_saved_is_refused_beside_its_name(
    web_desk: WebDeskHarness, name: str, chosen: dict[str, str], told: str
) -> None:
    mei = web_desk.worker().comes()
    saves(mei, NAME)
    said = saves(mei, name, **chosen).json()
    assert said["refused"]
    assert said["told"].startswith(told)
    assert [it[2] for it in views(mei)] == [NAME]


def test_no_more_than_twelve_views_are_kept(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    said = [saves(mei, f"View {it}").json() for it in range(MAX_VIEWS + 1)]
    assert [it["refused"] for it in said] == [False] * MAX_VIEWS + [True]
    assert len(views(mei)) == MAX_VIEWS
    page = mei.browser.get("/queue/waiting?language=id").text
    assert 'id="save-view"' not in page
    assert f"You have {MAX_VIEWS} views" in page
    mei.browser.post("/views/3/delete")
    saves(mei, "Another")
    assert [it[2] for it in views(mei)][2] == "Another"  # in the place that became free


def test_a_name_is_shown_as_it_was_typed(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    saves(mei, "<b>桃園</b> & co")
    assert "&lt;b&gt;桃園&lt;/b&gt; &amp; co" in mei.browser.get(ADDRESS).text


def test_disabling_staff_deletes_their_views(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    for each in (mei, jun):
        saves(each, NAME)
    mei.colleague.disable()
    read = web_desk.home.database.writer.run_sync
    assert read(lambda work: load_preferences(work, mei.id)) == {}
    assert [it[2] for it in views(jun)] == [NAME]
