"""After half an hour nobody knows who holds the phone: that is asked before anything goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from flows.start.welcome import Welcome
from tests.support.dispatch_inspection import (
    QUESTIONS,
    cases_of,
    current_step,
    flows_of,
    frames,
    place_at,
    quarantine_reasons,
    reachable_positions,
    readable_text,
    send_report,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

CAREFUL = "Can anyone else see this phone or this chat now?"
WORDS = "it is me again"
LONG = SESSION_TIMEOUT // SECOND + 60
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]


def quiet(home: HotlineHarness, until: str = "county") -> ChatPerson:
    """Return somebody with answers who was silent for 31 minutes."""
    person = home.person()
    start_report(person, until=until)
    home.advance_time(LONG)
    return person


def test_words_are_kept_and_who_can_see_is_asked_first(hotline: HotlineHarness) -> None:
    person = quiet(hotline)
    assert person.says(WORDS) == [CAREFUL]
    assert stored_conversation(person).position.extra_texts == [WORDS]
    heard = person.presses("Nobody can see")
    assert current_step(person) == ("report", "county")
    assert heard[-1].startswith("In which city or county is it?")
    assert frames(person)[-1].answers.get("county") is None


def test_a_press_is_not_obeyed(hotline: HotlineHarness) -> None:
    person = quiet(hotline, "send")
    assert person.presses("Send") == [CAREFUL]
    assert cases_of(hotline) == []
    person.presses("Nobody can see")
    assert current_step(person) == ("report", "send")


def test_less_than_half_an_hour_is_no_silence(hotline: HotlineHarness) -> None:
    """The other half of the promise: nobody is asked for nothing."""
    person = hotline.person()
    start_report(person, until="county")
    hotline.advance_time(LONG - 120)
    person.says("Taipei")
    assert current_step(person) == ("report", "situation")


def test_a_person_who_is_seen_may_stop_and_keeps_the_draft(hotline: HotlineHarness) -> None:
    person = quiet(hotline)
    person.says(WORDS)
    person.presses("Someone can see", "Stop for now")
    assert current_step(person) is None
    person.says("now")
    person.presses("Go on")
    assert current_step(person) == ("report", "county")
    assert stored_conversation(person).position.extra_texts == [WORDS, "now"]


def test_files_places_contacts_and_edits_are_kept_too(hotline: HotlineHarness) -> None:
    person = quiet(hotline)
    assert person.sends(photo=PHOTO, caption="the door") == [CAREFUL]
    assert [note.caption for note in stored_conversation(person).position.extra_files] == [
        "the door"
    ]
    for content, trace in (
        ({"location": {"latitude": 25.03, "longitude": 121.5}}, "25.03"),
        ({"contact": {"phone_number": "0912", "first_name": "Boss"}}, "0912"),
    ):
        hotline.advance_time(LONG)
        assert person.sends(**content) == [CAREFUL]
        assert trace in readable_text(stored_conversation(person).position.extra_texts)
    hotline.advance_time(LONG)
    assert person.send_update(person.edit("I meant this")) == [CAREFUL]
    assert "I meant this" in stored_conversation(person).position.extra_texts


def test_it_is_asked_at_every_question_of_a_draft(hotline: HotlineHarness) -> None:
    drafts = [place for place in QUESTIONS if place[0] in {"report", "ask_for_help", "talk"}]
    for place in drafts:
        person = hotline.person()
        place_at(person, reachable_positions()[place])
        began = any(frame.answers for frame in frames(person))
        hotline.advance_time(LONG)
        heard = person.says(WORDS)
        assert heard == [CAREFUL] if began else heard[-1] == Welcome.menu.prompt.source
        assert WORDS in stored_conversation(person).position.extra_texts
        if began:
            person.presses("Nobody can see")
            assert current_step(person) == place
    assert quarantine_reasons(hotline) == []


@pytest.mark.parametrize("way", ["press", "type"])
@pytest.mark.parametrize("wanted", ["danger", "stop"])
def test_danger_and_stop_are_obeyed_even_then(
    hotline: HotlineHarness, way: str, wanted: str
) -> None:
    person = quiet(hotline)
    if way == "press":
        heard = (
            person.send_update(person.press("!d")) if wanted == "danger" else person.says("/stop")
        )
    else:
        heard = person.says(f"/{wanted}")
    assert current_step(person) in {("danger", "tell"), ("stop", "unsent")}
    assert ("110" in heard[0]) == (wanted == "danger")
    if wanted == "danger":
        assert person.presses("Not yet")[-1] == CAREFUL
        person.presses("Nobody can see")
        assert current_step(person) == ("report", "county")


def test_alarming_words_show_the_card_and_who_can_see_is_asked_after(
    hotline: HotlineHarness,
) -> None:
    person = quiet(hotline)
    heard = person.says("he is coming, help me now")
    assert "110" in heard[0]
    assert stored_conversation(person).alarms
    assert person.presses("Not yet")[-1] == CAREFUL


def test_alarming_words_without_a_draft_are_kept_with_their_alarm(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    hotline.advance_time(LONG)
    person.says("help me now")
    assert stored_conversation(person).position.extra_texts == ["help me now"]
    assert stored_conversation(person).alarms == ["danger_now"]


def test_after_sending_and_a_silence_the_chat_is_as_if_new(hotline: HotlineHarness) -> None:
    """Whoever holds the phone then learns nothing, not even that a case exists (P11)."""
    person, stranger = hotline.person(), hotline.person()
    send_report(person)
    (case,) = cases_of(hotline)
    hotline.advance_time(LONG)
    steps = ("hello", "English", "/stop", "Keep for 24 hours", "/start", "nobody knows", "/danger")
    for line in steps:
        shown, fresh = person.says(line), stranger.says(line)
        assert shown == fresh
        assert case.reference not in str(shown)
        assert person.labels() == stranger.labels()


def test_a_report_after_a_sending_and_a_silence_is_a_case_of_its_own(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    send_report(person)
    hotline.advance_time(LONG)
    person.says("/start")
    person.presses("English", "Tell what happened")
    send_report(person)
    assert [len(case.sent) for case in cases_of(hotline)] == [1, 1]


@pytest.mark.parametrize("hours", [25, 24 * 8])
def test_a_draft_older_than_a_day_is_gone(hotline: HotlineHarness, hours: int) -> None:
    person = quiet(hotline, "what")
    person.says(WORDS)
    hotline.advance_time(hours * 3600)
    heard = person.says("hello")
    assert heard[-1].startswith("Choose your language.")
    assert WORDS not in readable_text(stored_conversation(person))
    assert flows_of(person) == ["welcome", "language"]


@pytest.mark.parametrize("seconds", [-86_400, 86_400, -7 * 86_400])
def test_a_clock_that_jumps_breaks_nothing(hotline: HotlineHarness, seconds: int) -> None:
    person = hotline.person()
    start_report(person, until="county")
    hotline.loop.jumped += seconds * SECOND
    person.says(WORDS)
    hotline.loop.jumped -= seconds * SECOND
    person.says(WORDS)
    assert quarantine_reasons(hotline) == []
    assert current_step(person) is not None
    assert WORDS in readable_text(stored_conversation(person).position)


def test_blocking_and_unblocking_ends_no_silence(hotline: HotlineHarness) -> None:
    person = quiet(hotline)
    person.send_update(person.membership("kicked"), person.membership("member"))
    assert person.says(WORDS) == [CAREFUL]


def test_a_place_that_moves_by_itself_ends_no_silence(hotline: HotlineHarness) -> None:
    person = quiet(hotline)
    moved = person.message("edited_message", location={"latitude": 1.5, "longitude": 2.5},
                           edit_date=hotline.seconds())  # fmt: skip
    assert person.send_update(moved, moved) == []
    assert person.says(WORDS) == [CAREFUL]


def test_an_addition_begun_before_a_silence_is_not_lost(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Add something")
    person.says("there is also a dog")
    hotline.advance_time(LONG)
    person.says(WORDS)
    assert "there is also a dog" in readable_text(stored_conversation(person))
