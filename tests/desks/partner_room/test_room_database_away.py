"""What the partners' room says while the database does not answer, of a page and of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.desks.web.test_database_away import KEPT, NOT_SENT

if TYPE_CHECKING:
    from tests.support.harnesses.room_harness import RoomHarness


def test_a_page_of_the_room_that_cannot_be_shown_says_what_becomes_of_what_was_sent(
    room: RoomHarness, is_away: list[bool]
) -> None:
    room.partner()
    rosa = room.approve(room.member("Harbour House", "Rosa")).comes()
    rosa.browser.get("/links")
    is_away.append(True)
    page = rosa.browser.get("/links")
    form = rosa.browser.post("/links", {"name": "Quay 4", "language": "vi"}, is_signed=False)
    assert (page.status_code, form.status_code) == (503, 503)
    assert KEPT in page.text
    assert NOT_SENT not in page.text
    assert NOT_SENT in form.text
