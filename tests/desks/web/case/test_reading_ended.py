"""What a case page says once the person stopped, or let no one read what they write on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.desks.web.case.test_consent_taken_back import pane

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

BANNER = "What they write now does not reach us, unless they agree again."


def test_the_head_of_the_case_says_when_the_person_stopped(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    assert BANNER not in pane(mei, reference, "head")  # negative control
    person.says("/stop")
    web_desk.settles()
    (at,) = web_desk.home.ask("SELECT DISTINCT revoked_at FROM agreements WHERE kind = 'reading'")
    when = web_desk.front.locale("en").format_full_time(at[0])
    head = pane(mei, reference, "head")
    assert f"The person stopped on {when}, or took back that we read on. {BANNER}" in head


def test_it_says_so_no_more_once_a_caseworker_is_answered_or_after_a_new_yes(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    person.says("/stop")
    web_desk.settles()
    mei.told(reference, "take_over")
    person.says("who is this")
    web_desk.settles()
    assert BANNER in pane(mei, reference, "head")  # asked, and not answered
    person.presses("I can write now")
    web_desk.settles()
    assert BANNER not in pane(mei, reference, "head")
    mei.told(reference, "hand_back")
    assert BANNER in pane(mei, reference, "head")
    person.says("He is back, help")
    person.presses("Tell them now")
    web_desk.settles()
    assert BANNER not in pane(mei, reference, "head")
