"""An agreed check-in on the page of its case: the question, and the right word without the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.desks.web.case.test_conversation_page import conversation
from tests.hotline.check_ins.test_check_ins import (
    RIGHT,
    SECOND,
    agrees,
    passes,
    until,
    writes_to_us,
)

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

ANSWERED = "The right word came: the person answered the agreed check-in."
FROZEN = "nothing that staff write is sent there. The bot still answers what is written there."


def asked(web_desk: WebDeskHarness) -> tuple[WebCaseworker, ChatPerson, str]:
    """Return the holder of a case, whose person was asked at nine a few minutes ago."""
    mei = web_desk.worker().comes()
    person, _case = writes_to_us(web_desk.home)
    agrees(person, often="Only once")
    mei.told(web_desk.newest(), "claim")
    until(web_desk.home, 21.1)
    return mei, person, web_desk.newest()


def page_of(mei: WebCaseworker, reference: str) -> str:
    return mei.comes().browser.get(f"/cases/{reference}").text


def test_the_page_says_when_the_question_went_out(web_desk: WebDeskHarness) -> None:
    mei, _person, reference = asked(web_desk)
    page = page_of(mei, reference)
    assert "Time of the question: 21:0" in page
    assert "The right word came" not in page


def test_the_right_word_is_shown_as_a_mark_and_never_in_clear(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    person.says(RIGHT)
    passes(web_desk.home, 0.1)
    page = page_of(mei, reference)
    assert "The right word came at 21:0" in page
    assert ANSWERED in page
    assert "The right word of the agreed check-in came here. It is not shown." in page
    exports = [mei.browser.get(f"/cases/{reference}/{it}").text for it in ("transcript", "print")]
    for shown in (page, conversation(mei.comes(), reference), *exports):
        assert RIGHT not in shown


def test_the_right_word_stays_in_the_timeline_when_the_hour_is_over(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    person.says(RIGHT)
    passes(web_desk.home, 2)
    page = page_of(mei, reference)
    assert "Agreed hour" not in page
    assert ANSWERED in page


def test_a_wrong_word_is_a_message_like_any_other(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    person.says("mangotree")
    passes(web_desk.home, 0.1)
    page = page_of(mei, reference)
    assert "mangotree" in page
    assert ANSWERED not in page
    assert "The right word" not in page


def test_after_the_duress_word_the_page_says_that_the_bot_still_answers(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    person.says(SECOND)
    passes(web_desk.home, 0.1)
    page = page_of(mei, reference)
    assert FROZEN in page
    assert ANSWERED not in page
