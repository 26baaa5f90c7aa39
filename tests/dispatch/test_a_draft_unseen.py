"""What was not sent is kept over a silence, goes out when it is sent, and is shown to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.clock import SECOND
from bot.conversation.replies import EARLIER
from bot.dispatch.session import SILENCE
from bot.vault import Purpose
from tests.dispatch.peeking import (
    at,
    cases_of,
    faults,
    frames,
    kept,
    key_of,
    tell,
    words_in,
)
from tests.dispatch.test_going_quiet import another_account, another_language, another_name, twin
from tests.dispatch.test_order_and_isolation import SPOIL
from tests.houses import VAULT

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person

LONG = SILENCE // SECOND + 60
TOLD = "he keeps my passport, his name is Chen"
BESIDE = "the blue door"
CAREFUL = "Can anyone else see this phone or this chat now?"
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
OTHERS = [another_account, another_language, another_name]


def reviewing(home: Home) -> Person:
    """Return somebody who told all of it and may look at it before it is sent."""
    person = home.person()
    tell(person, until="needs")
    person.presses("Food", "A doctor", "Done")
    tell(person, until="what")
    person.says(TOLD)
    tell(person, until="review")
    person.says(BESIDE)
    person.sends(photo=PHOTO, caption=BESIDE)
    return person


def goes_on(home: Home, person: Person) -> None:
    home.passes(LONG)
    assert person.says("hi") == [CAREFUL]
    person.presses("Nobody can see")


def shown(person: Person) -> str:
    """Return everything that stands on the phone, the buttons as well."""
    return "\n".join([*person.texts, *person.labels()])


def test_what_was_told_before_a_silence_is_not_read_back(home: Home) -> None:
    person = reviewing(home)
    began = len(person.texts)
    goes_on(home, person)
    assert at(person) == ("report", "review")
    (summary,) = person.presses("Show my answers")
    assert summary.split("\n\n")[1:] == ["1. You also wrote\nhi", EARLIER.source]
    heard = "\n".join(person.texts[began:])
    for word in (TOLD, BESIDE, "Food", "doctor", "About", "photo", "passport", "Chen"):
        assert word not in heard
    assert faults(home) == []


def test_less_than_half_an_hour_hides_nothing_from_whoever_wrote_it(home: Home) -> None:
    """The other half: whoever is still here may look at all of it and change it."""
    person = reviewing(home)
    home.passes(LONG - 120)
    (summary,) = person.presses("Show my answers")
    assert TOLD in summary
    assert EARLIER.source not in summary


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("seconds", [60, 5 * 3600])
def test_of_a_draft_another_account_is_offered_and_shown_nothing(
    home: Home, other: object, seconds: int
) -> None:
    person = reviewing(home)
    home.passes(seconds)
    other(home, person)  # type: ignore[operator]
    stranger = twin(home, person)
    for line in ("hi", "English", "/start", "Nobody can see", "/stop", "/mydata", "/start"):
        assert person.says(line) == stranger.says(line)
        assert person.labels() == stranger.labels()
    assert TOLD not in words_in(kept(person))
    assert BESIDE not in words_in(kept(person))
    assert faults(home) == []


def test_who_goes_on_after_a_silence_and_sends_loses_nothing(home: Home) -> None:
    person = reviewing(home)
    goes_on(home, person)
    home.passes(LONG)
    person.says("hi again")
    person.presses("Nobody can see", "Go on", "Send")
    ((sent,),) = [case.sent for case in cases_of(home)]
    assert sent.answers["what"] == TOLD
    assert sent.answers["needs"] == ("food", "doctor")
    assert sent.answers["also"] == (BESIDE, "hi", "hi again")
    assert [note.caption for note in sent.answers["also_files"]] == [BESIDE]
    assert kept(person).position.veiled == []


def test_who_is_called_away_twice_sends_all_three_parts(home: Home) -> None:
    person = home.person()
    tell(person, until="under_18")
    home.passes(LONG)
    person.says("one")
    person.presses("Nobody can see", "Under 18")
    tell(person, until="what")
    person.says(TOLD)
    goes_on(home, person)
    tell(person)
    person.presses("Send")
    ((sent,),) = [case.sent for case in cases_of(home)]
    assert {"about", "under_18", "what", "contact_rule"} <= sent.answers.keys()
    assert sent.answers["under_18"] == "under"
    assert sent.answers["what"] == TOLD
    assert sent.answers["also"] == ("one", "hi")


def test_nobody_goes_back_to_what_was_answered_before_a_silence(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says(TOLD)
    goes_on(home, person)
    assert at(person) == ("report", "depth")
    assert not {"Back", "Keep my answer", "Remove my answer"} & set(person.labels())
    person.says("Back")
    assert at(person) == ("report", "depth")
    person.presses("That is enough", "Back")
    assert at(person) == ("report", "depth")
    assert "Keep my answer" in person.labels()


def test_a_question_gone_back_to_is_not_asked_again_with_its_answer(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says(TOLD)
    person.presses("Back")
    assert "Keep my answer" in person.labels()
    goes_on(home, person)
    assert at(person) == ("report", "depth")
    assert "Keep my answer" not in person.labels()


def test_ticks_from_before_a_silence_are_sent_and_not_shown(home: Home) -> None:
    person = home.person()
    tell(person, until="needs")
    person.presses("Food", "A doctor")
    goes_on(home, person)
    assert at(person) == ("report", "hurt")
    tell(person)
    person.presses("Send")
    assert cases_of(home)[0].sent[0].answers["needs"] == ("food", "doctor")


def test_that_somebody_was_not_safe_is_not_asked_on_from(home: Home) -> None:
    person = home.person()
    tell(person, until="safe")
    person.presses("I am not safe")
    assert at(person) == ("danger", "tell")
    goes_on(home, person)
    assert at(person) == ("report", "keep")


def test_no_button_of_before_tells_that_it_was_pressed(home: Home) -> None:
    person = home.person()
    tell(person, until="hurt")
    number, say = person.asked()
    tokens = [say.prefix + button.token for row in say.rows for button in row][:4]
    person.presses("Needs a doctor now")
    goes_on(home, person)
    before = len(person.toasts)
    for token in tokens:
        person.does(person.press(token, number))
    assert len(set(person.toasts[before:])) == 1


def test_what_was_put_down_before_a_silence_is_unseen_as_well(home: Home) -> None:
    person = reviewing(home)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    goes_on(home, person)
    assert TOLD not in person.presses("Show my answers")[-1]
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("now")
    person.presses("Go on")
    assert TOLD not in person.presses("Show my answers")[-1]
    person.presses("Go on", "Send")
    assert cases_of(home)[0].sent[0].answers["what"] == TOLD


def test_of_two_drafts_neither_is_shown(home: Home) -> None:
    """One put down, and another begun since without going on with the first."""
    person = reviewing(home)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("/danger", "I want to die")
    person.presses("Not yet", "Talk to a person", "I am safe here")
    assert kept(person).kept is not None
    goes_on(home, person)
    assert at(person) == ("talk", "about_what")
    tell_on = kept(person)
    assert tell_on.kept is not None
    assert [frame.answers for frame in (*tell_on.kept.frames, *frames(person))] == [{}, {}]
    assert tell_on.kept.frames[-1].veiled["what"] == TOLD


def test_who_begins_again_after_a_silence_has_nothing_left(home: Home) -> None:
    person = reviewing(home)
    goes_on(home, person)
    person.says("/start")
    person.presses("Begin again")
    assert TOLD not in words_in(kept(person))
    assert BESIDE not in words_in(kept(person))


def test_what_stood_beside_no_draft_is_sent_later_and_never_shown(home: Home) -> None:
    person = home.person()
    person.says(TOLD)
    home.passes(LONG)
    person.says("/start")
    person.presses("English", "Nobody can see", "Tell what happened")
    tell(person, until="review")
    summary = person.presses("Show my answers")[-1]
    assert TOLD not in summary
    assert EARLIER.source not in summary
    person.presses("Go on", "Send")
    assert cases_of(home)[0].sent[0].answers["also"] == (TOLD,)


def test_a_draft_an_earlier_release_stored_is_unseen_after_a_silence(home: Home) -> None:
    """Its fields are read by their place: those of today without the last of each."""
    person = reviewing(home)
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(kept(person)))
    position = fields[1]
    fields[1] = [[frame[:-1] for frame in position[0]], *position[1:-1]]
    _store(home, person, msgspec.msgpack.encode(fields))
    assert frames(person)[-1].answers["what"] == TOLD
    goes_on(home, person)
    assert TOLD not in person.presses("Show my answers")[-1]
    person.presses("Go on", "Send")
    assert cases_of(home)[0].sent[0].answers["what"] == TOLD


def _store(home: Home, person: Person, plain: bytes) -> None:
    """Put this in the place of what is kept of a person."""
    key = key_of(person)
    state = VAULT.seal(Purpose.CONVERSATION, key, plain)
    home.database.writer.run_now(lambda work: work.run(SPOIL, state, key))
