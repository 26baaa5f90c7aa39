"""After half an hour nobody knows who holds the phone: that is asked before anything goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.dispatch.session import SILENCE
from tests.dispatch.peeking import (
    QUESTIONS,
    at,
    cases_of,
    faults,
    flows_of,
    frames,
    kept,
    places,
    stand,
    tell,
    words_in,
)

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person

CAREFUL = "Can anyone else see this phone or this chat now?"
WORDS = "it is me again"
LONG = SILENCE // SECOND + 60
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]


def quiet(home: Home, until: str = "county") -> Person:
    """Return somebody with answers who was silent for 31 minutes."""
    person = home.person()
    tell(person, until=until)
    home.passes(LONG)
    return person


def test_words_are_kept_and_who_can_see_is_asked_first(home: Home) -> None:
    person = quiet(home)
    assert person.says(WORDS) == [CAREFUL]
    assert kept(person).position.also == [WORDS]
    heard = person.presses("Nobody can see")
    assert at(person) == ("report", "county")
    assert heard[-1].startswith("In which city or county is it?")
    assert frames(person)[-1].answers.get("county") is None


def test_a_press_is_not_obeyed(home: Home) -> None:
    person = quiet(home, "send")
    assert person.presses("Send") == [CAREFUL]
    assert cases_of(home) == []
    person.presses("Nobody can see")
    assert at(person) == ("report", "send")


def test_less_than_half_an_hour_is_no_silence(home: Home) -> None:
    """The other half of the promise: nobody is asked for nothing."""
    person = home.person()
    tell(person, until="county")
    home.passes(LONG - 120)
    person.says("Taipei")
    assert at(person) == ("report", "situation")


def test_whoever_is_seen_may_stop_and_keeps_the_draft(home: Home) -> None:
    person = quiet(home)
    person.says(WORDS)
    person.presses("Someone can see", "Stop for now")
    assert at(person) is None
    person.says("now")
    person.presses("Go on")
    assert at(person) == ("report", "county")
    assert kept(person).position.also == [WORDS, "now"]


def test_files_places_contacts_and_edits_are_kept_too(home: Home) -> None:
    person = quiet(home)
    assert person.sends(photo=PHOTO, caption="the door") == [CAREFUL]
    assert [note.caption for note in kept(person).position.also_files] == ["the door"]
    for content, trace in (
        ({"location": {"latitude": 25.03, "longitude": 121.5}}, "25.03"),
        ({"contact": {"phone_number": "0912", "first_name": "Boss"}}, "0912"),
    ):
        home.passes(LONG)
        assert person.sends(**content) == [CAREFUL]
        assert trace in words_in(kept(person).position.also)
    home.passes(LONG)
    assert person.does(person.edit("I meant this")) == [CAREFUL]
    assert "I meant this" in kept(person).position.also


def test_it_is_asked_at_every_question_of_a_draft(home: Home) -> None:
    drafts = [place for place in QUESTIONS if place[0] in {"report", "ask_for_help", "talk"}]
    for place in drafts:
        person = home.person()
        stand(person, places()[place])
        began = any(frame.answers for frame in frames(person))
        home.passes(LONG)
        heard = person.says(WORDS)
        assert heard == [CAREFUL] if began else heard[-1].startswith("Choose your language.")
        assert WORDS in kept(person).position.also
        if began:
            person.presses("Nobody can see")
            assert at(person) == place
    assert faults(home) == []


@pytest.mark.parametrize("way", ["press", "type"])
@pytest.mark.parametrize("wanted", ["danger", "stop"])
def test_danger_and_stop_are_obeyed_even_then(home: Home, way: str, wanted: str) -> None:
    person = quiet(home)
    if way == "press":
        heard = person.does(person.press("!d")) if wanted == "danger" else person.says("/stop")
    else:
        heard = person.says(f"/{wanted}")
    assert at(person) in {("danger", "tell"), ("stop", "unsent")}
    assert ("110" in heard[0]) == (wanted == "danger")
    if wanted == "danger":
        assert person.presses("Not yet")[-1] == CAREFUL
        person.presses("Nobody can see")
        assert at(person) == ("report", "county")


def test_alarming_words_show_the_card_and_who_can_see_is_asked_after(home: Home) -> None:
    person = quiet(home)
    heard = person.says("he is coming, help me now")
    assert "110" in heard[0]
    assert kept(person).alarms
    assert person.presses("Not yet")[-1] == CAREFUL


def test_alarming_words_without_a_draft_are_kept_with_their_alarm(home: Home) -> None:
    person = home.person()
    person.says("/start")
    home.passes(LONG)
    person.says("help me now")
    assert kept(person).position.also == ["help me now"]
    assert kept(person).alarms == ["help_now"]


def test_after_sending_and_a_silence_the_chat_is_as_if_new(home: Home) -> None:
    """Whoever holds the phone then learns nothing, not even that a case exists (P11)."""
    person, stranger = home.person(), home.person()
    tell(person)
    person.presses("Send")
    (case,) = cases_of(home)
    home.passes(LONG)
    steps = ("hello", "English", "/stop", "Keep for 24 hours", "/start", "nobody knows", "/danger")
    for line in steps:
        shown, fresh = person.says(line), stranger.says(line)
        assert shown == fresh
        assert case.reference not in str(shown)
        assert person.labels() == stranger.labels()


def test_a_report_after_a_sending_and_a_silence_is_a_case_of_its_own(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send")
    home.passes(LONG)
    person.says("/start")
    person.presses("English", "Nobody can see", "Tell what happened")
    tell(person)
    person.presses("Send")
    assert [len(case.sent) for case in cases_of(home)] == [1, 1]


@pytest.mark.parametrize("hours", [25, 24 * 8])
def test_a_draft_older_than_a_day_is_gone(home: Home, hours: int) -> None:
    person = quiet(home, "what")
    person.says(WORDS)
    home.passes(hours * 3600)
    heard = person.says("hello")
    assert heard[-1].startswith("Choose your language.")
    assert WORDS not in words_in(kept(person))
    assert flows_of(person) == ["welcome", "language"]


@pytest.mark.parametrize("seconds", [-86_400, 86_400, -7 * 86_400])
def test_a_clock_that_jumps_breaks_nothing(home: Home, seconds: int) -> None:
    person = home.person()
    tell(person, until="county")
    home.loop.jumped += seconds * SECOND
    person.says(WORDS)
    home.loop.jumped -= seconds * SECOND
    person.says(WORDS)
    assert faults(home) == []
    assert at(person) is not None
    assert WORDS in words_in(kept(person).position)


def test_blocking_and_unblocking_ends_no_silence(home: Home) -> None:
    person = quiet(home)
    person.does(person.membership("kicked"), person.membership("member"))
    assert person.says(WORDS) == [CAREFUL]


def test_a_place_that_moves_by_itself_ends_no_silence(home: Home) -> None:
    person = quiet(home)
    moved = person.message("edited_message", location={"latitude": 1.5, "longitude": 2.5},
                           edit_date=home.seconds())  # fmt: skip
    assert person.does(moved, moved) == []
    assert person.says(WORDS) == [CAREFUL]


def test_an_addition_begun_before_a_silence_is_not_lost(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send", "Add something")
    person.says("there is also a dog")
    home.passes(LONG)
    person.says(WORDS)
    assert "there is also a dog" in words_in(kept(person))
