"""What the desk says while the database does not answer, of a page and of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

NOT_SENT = "Nothing was changed and nothing was sent."
KEPT = "What you sent before is kept, or the page will say that it was not sent"


def test_a_page_that_cannot_be_shown_does_not_say_that_nothing_was_sent(
    web_desk: WebDeskHarness, is_away: list[bool]
) -> None:
    """A caseworker is sent to it after a letter was stored, and would write the letter again."""
    mei = web_desk.worker().comes()
    is_away.append(True)
    page = mei.browser.get("/queue/mine")
    assert page.status_code == 503
    assert KEPT in page.text
    assert NOT_SENT not in page.text


def test_a_form_that_could_not_be_stored_says_that_nothing_was_sent(
    web_desk: WebDeskHarness, is_away: list[bool]
) -> None:
    mei = web_desk.worker().comes()
    mei.browser.get("/queue/mine")
    is_away.append(True)
    answer = mei.browser.post("/cases/K7M4Q2/do/say", {"words": "We are here."})
    assert answer.status_code == 503
    assert NOT_SENT in answer.text
    assert KEPT not in answer.text
