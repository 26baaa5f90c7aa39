"""A partner keeps its own entries of the directory fresh."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from bot.app.partner_room.services import DirectoryOfPartners
from bot.desks.partner_room.context import NoServices
from bot.hotline.directory.model import ServiceContent

if TYPE_CHECKING:
    from bot.store.writer import Work
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


def test_what_a_partner_stores_stands_in_the_directory(room: RoomHarness, rosa: RoomMember) -> None:
    """Of its own entries; another partner's do not exist for it."""
    other = room.partner("Other House")
    settings, directory = room.home.settings, room.desk.front.directory
    room.context.services = DirectoryOfPartners(settings, directory, lambda: room.desk.front.place)
    own, others = (_entry(room, name, it) for name, it in (("Pier", 1), ("Quay", other)))
    page = rosa.browser.get("/services").text
    assert ("Pier" in page, "Quay" in page, "needle" in page) == (True, False, False)
    room.home.advance_time(9 * 24 * 3600)
    rosa.comes()
    assert rosa.browser.post(f"/services/{own}/right").status_code == 303
    assert rosa.browser.post(f"/services/{own}/free", {"free": "2"}).status_code == 303
    assert rosa.browser.post(f"/services/{own}/free", {"free": "7"}).status_code == 422
    for path in ("right", "free"):
        fields = {"free": "2"} if path == "free" else {}
        assert rosa.browser.post(f"/services/{others}/{path}", fields).status_code == 404
    found, untouched = (
        room.run(lambda work, it=it: directory.find(work, it)) for it in (own, others)
    )
    assert (found.verified_at > 1, found.free.count) == (True, 2)
    assert (untouched.verified_at, untouched.free) == (1, None)


def _entry(room: RoomHarness, name: str, partner: int) -> str:
    """Add an approved entry of a partner with six places; return its id."""
    directory = room.desk.front.directory
    content = ServiceContent(
        name=name, services=("place",), contact="02-0000-0000", note="needle of staff", places=6,
        source="told on the telephone", partner=partner,
    )  # fmt: skip

    def add(work: Work) -> str:
        _outcome, number = directory.propose_new(work, content, "mei", 1, verified_at=1)
        directory.approve(work, number, "jun", 2, seen=0)
        proposal = directory.proposal(work, number)
        assert proposal is not None
        return proposal.service

    return str(room.run(add))
