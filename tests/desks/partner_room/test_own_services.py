"""A partner keeps its own entries of the directory fresh."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from bot.desks.partner_room.context import NoServices

if TYPE_CHECKING:
    from tests.support.harnesses.room_harness import RoomHarness, RoomMember


@pytest.fixture
def rosa(room: RoomHarness) -> RoomMember:
    room.partner()
    return room.member("Harbour House", "Rosa").comes()


def test_one_click_says_that_an_entry_is_still_right(room: RoomHarness, rosa: RoomMember) -> None:
    assert "Lantern 1" in rosa.browser.get("/services").text
    said = rosa.browser.post("/services/entry1/right")
    assert said.status_code == 303
    assert "Lantern 1 counts as found right today" in rosa.browser.get("/services").text
    assert room.services.stored == [(1, "entry1")]


def test_places_free_today_are_a_number_that_fits(room: RoomHarness, rosa: RoomMember) -> None:
    assert rosa.browser.post("/services/entry1/free", {"free": " 4 "}).status_code == 303
    assert room.services.stored == [(1, "entry1", 4)]
    for typed in ("13", "many", "-1", "", "\u0664", "1e3"):
        said = rosa.browser.post("/services/entry1/free", {"free": typed})
        assert said.status_code == 422
        assert "Write a number from 0 to 12." in unescape(said.text)
        assert f'value="{typed}"' in said.text  # nothing is lost
    assert len(room.services.stored) == 1


def test_without_entries_the_page_says_whom_to_tell(room: RoomHarness, rosa: RoomMember) -> None:
    room.context.services = NoServices()
    assert "No service of yours" in rosa.browser.get("/services").text
    assert rosa.browser.post("/services/entry1/right").status_code == 404
