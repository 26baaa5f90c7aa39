"""A partner makes, names and ends links, and reads figures that hide people."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from bot.desks.partner_room import texts
from bot.partners.names import NameProblem
from tests.support.harnesses.room_harness import BOT_NAME, RoomHarness

if TYPE_CHECKING:
    from tests.support.harnesses.room_harness import RoomMember

MONTH = 32 * 24 * 3600
BAD_NAMES = {
    "Pier\x07": NameProblem.HIDDEN,
    "Pier \u202ereip": NameProblem.HIDDEN,
    "Pier\u200b 3": NameProblem.HIDDEN,
    "see t.me/another_bot": NameProblem.ADDRESS,
    "ask @another_bot": NameProblem.ADDRESS,
    "   ": NameProblem.LENGTH,
    "P" * 41: NameProblem.LENGTH,
}


@pytest.fixture
def rosa(room: RoomHarness) -> RoomMember:
    room.partner()
    return room.member("Harbour House", "Rosa").comes()


def make(rosa: RoomMember, name: str, language: str = "vi") -> str:
    """Make a link as the page does; return the path of its page."""
    said = rosa.browser.post("/links", {"name": name, "language": language})
    assert said.status_code == 303
    return said.headers["location"]


def test_a_link_is_made_named_and_ended(room: RoomHarness, rosa: RoomMember) -> None:
    path = make(rosa, "  Harbour   café ")
    page = rosa.browser.get(path).text
    ((code, label),) = room.home.ask("SELECT code, label FROM campaigns")
    assert label == "Harbour café"
    assert f"https://t.me/{BOT_NAME}?start={code}" in page
    assert "<svg" in page
    assert room.home.person("en").says(f"/start {code}") == room.home.person("vi").says("/start")
    assert rosa.browser.post(f"{path}/name", {"name": "Pier 3"}).status_code == 303
    assert "Pier 3" in rosa.browser.get("/links").text
    assert room.home.ask("SELECT code FROM campaigns") == [(code,)]
    assert rosa.browser.post(f"{path}/end").status_code == 303
    assert code not in rosa.browser.get(path).text
    assert room.home.person("en").says(f"/start {code}") == room.home.person("en").says("/start")
    actions = {it for (it,) in room.home.ask("SELECT deed FROM audit WHERE actor = 'member-1'")}
    assert {"campaign_add", "campaign_rename", "campaign_revoke"} <= actions


def test_a_name_that_misleads_is_refused_with_the_reason_and_kept(rosa: RoomMember) -> None:
    path = make(rosa, "Pier")
    for name, problem in BAD_NAMES.items():
        why = texts.NAME_PROBLEMS[problem].source.replace("{longest}", "40")
        for target, fields in (("/links", {"language": "id"}), (f"{path}/name", {})):
            said = rosa.browser.post(target, {"name": name, **fields})
            assert (said.status_code, why in unescape(said.text)) == (422, True), name
            assert "t.me/another_bot" not in name or name in unescape(said.text)  # nothing lost
    assert unescape(rosa.browser.get("/links").text).count("Pier") == 1


def test_a_name_is_taken_among_a_partners_own_links_only(
    room: RoomHarness, rosa: RoomMember
) -> None:
    """Or a partner would learn what other partners call theirs."""
    room.partner("Other House")
    room.link("Other House", "Sunday market")
    path, _second = make(rosa, "Sunday market"), make(rosa, "Pier")
    for target, fields in (("/links", {"language": "id"}), ("/links/3/name", {})):
        said = rosa.browser.post(target, {"name": "Sunday market", **fields})
        assert said.status_code == 422
        assert "Another of your links" in unescape(said.text)
    assert rosa.browser.get(path).status_code == 200
    no_language = rosa.browser.post("/links", {"name": "Quay", "language": "xx"})
    assert texts.LINK_LANGUAGE_MISSING.source in unescape(no_language.text)


def test_figures_are_of_months_that_are_over_and_hide_small_numbers(
    room: RoomHarness, rosa: RoomMember
) -> None:
    make(rosa, "Pier")
    make(rosa, "Market", "id")
    codes = [it for (it,) in room.home.ask("SELECT code FROM campaigns ORDER BY id")]
    for code, people in zip(codes, (6, 3), strict=True):
        for _ in range(people):
            room.home.person().says(f"/start {code}")
    assert "<table" not in rosa.browser.get("/figures").text
    room.home.advance_time(MONTH)
    page = rosa.comes().browser.get("/figures").text
    told = re.sub(r"<[^>]+>|\s+", " ", page.partition("<table")[2].partition("</table>")[0])
    assert re.findall(r"(Pier|Market|added) +(\d+|fewer than five)", told) == [
        ("Pier", "6"), ("Market", "fewer than five"), ("added", "6"),
    ]  # fmt: skip
    assert re.findall(r'class="chart-number"[^>]*>([^<]+)<', page) == ["6+"]
    assert not re.search(r">\s*(?:3|9)\s*<", page.partition("<main")[2].partition("</svg>")[2])
    link = rosa.browser.get("/links/2").text
    assert texts.FEWER_THAN_FIVE.source in link
