"""What was not sent is kept over a silence, goes out when it is sent, and is shown to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.clock import SECOND
from bot.conversation.replies import HIDDEN_EARLIER
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.vault import Purpose
from tests.dispatch.sessions.test_quiet_chat import (
    another_account,
    another_language,
    another_name,
    twin,
)
from tests.dispatch.turns.test_order_and_isolation import SPOIL
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    key_of,
    quarantine_reasons,
    readable_text,
    send_report,
    skip_on,
    start_report,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

LONG = SESSION_TIMEOUT // SECOND + 60
TOLD = "he keeps my passport, his name is Chen"
BESIDE = "the blue door"
CAREFUL = "Can anyone else see this phone or this chat now?"
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
OTHERS = [another_account, another_language, another_name]


def reviewing(home: HotlineHarness) -> ChatPerson:
    """Return somebody who told all of it and may look at it before it is sent."""
    person = home.person()
    start_report(person, until="needs")
    person.presses("Food", "A doctor", "Done")
    start_report(person, until="what")
    person.says(TOLD)
    start_report(person, until="review")
    person.says(BESIDE)
    person.sends(photo=PHOTO, caption=BESIDE)
    skip_on(person)
    return person


def goes_on(home: HotlineHarness, person: ChatPerson) -> None:
    home.advance_time(LONG)
    assert person.says("hi") == [CAREFUL]
    person.presses("Nobody can see")


def shown(person: ChatPerson) -> str:
    """Return everything that stands on the phone, the buttons as well."""
    return "\n".join([*person.texts, *person.labels()])


def test_what_was_told_before_a_silence_is_not_read_back(hotline: HotlineHarness) -> None:
    person = reviewing(hotline)
    began = len(person.texts)
    goes_on(hotline, person)
    assert current_step(person) == ("report", "review")
    (summary,) = person.presses("Show my answers")
    assert summary.split("\n\n")[1:] == ["1. You also wrote\nhi", HIDDEN_EARLIER.source]
    heard = "\n".join(person.texts[began:])
    for word in (TOLD, BESIDE, "Food", "doctor", "About", "photo", "passport", "Chen"):
        assert word not in heard
    assert quarantine_reasons(hotline) == []


def test_answers_stay_visible_for_half_an_hour(
    hotline: HotlineHarness,
) -> None:
    """The other half: whoever is still here may look at all of it and change it."""
    person = reviewing(hotline)
    hotline.advance_time(LONG - 120)
    (summary,) = person.presses("Show my answers")
    assert TOLD in summary
    assert HIDDEN_EARLIER.source not in summary


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("seconds", [60, 5 * 3600])
def test_of_a_draft_another_account_is_offered_and_shown_nothing(
    hotline: HotlineHarness, other: object, seconds: int
) -> None:
    person = reviewing(hotline)
    hotline.advance_time(seconds)
    other(hotline, person)  # type: ignore[operator]
    stranger = twin(hotline, person)
    for line in ("hi", "English", "/start", "Nobody can see", "/stop", "/mydata", "/start"):
        assert person.says(line) == stranger.says(line)
        assert person.labels() == stranger.labels()
    is_kept = other is another_language  # for the device that wrote it: `test_second_device`
    assert (TOLD in readable_text(stored_conversation(person))) is is_kept
    assert (BESIDE in readable_text(stored_conversation(person))) is is_kept
    assert quarantine_reasons(hotline) == []


def test_who_goes_on_after_a_silence_and_sends_loses_nothing(hotline: HotlineHarness) -> None:
    person = reviewing(hotline)
    goes_on(hotline, person)
    hotline.advance_time(LONG)
    person.says("hi again")
    person.presses("Nobody can see", "Go on", "Send")
    ((sent,),) = [case.sent for case in cases_of(hotline)]
    assert sent.answers["what"] == TOLD
    assert sent.answers["needs"] == ("food", "doctor")
    assert sent.answers["also"] == (BESIDE, "hi", "hi again")
    assert [note.caption for note in sent.answers["also_files"]] == [BESIDE]
    assert stored_conversation(person).position.hidden_extras == []


def test_who_is_called_away_twice_sends_all_three_parts(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="under_18")
    hotline.advance_time(LONG)
    person.says("one")
    person.presses("Nobody can see", "Under 18")
    start_report(person, until="what")
    person.says(TOLD)
    goes_on(hotline, person)
    send_report(person)
    ((sent,),) = [case.sent for case in cases_of(hotline)]
    assert {"about", "under_18", "what", "send"} <= sent.answers.keys()
    assert sent.answers["under_18"] == "under"
    assert sent.answers["what"] == TOLD
    assert sent.answers["also"] == ("one", "hi")


def test_back_does_not_reach_answers_from_before_a_silence(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says(TOLD)
    goes_on(hotline, person)
    assert current_step(person) == ("report", "send")
    assert not {"Back", "Keep my answer", "Remove my answer"} & set(person.labels())
    person.says("Back")
    assert current_step(person) == ("report", "send")
    person.presses("More questions first", "Back")
    assert current_step(person) == ("report", "send")
    assert "Keep my answer" in person.labels()


def test_a_question_gone_back_to_is_not_asked_again_with_its_answer(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says(TOLD)
    person.presses("Back")
    assert "Keep my answer" in person.labels()
    goes_on(hotline, person)
    assert current_step(person) == ("report", "send")
    assert "Keep my answer" not in person.labels()


def test_ticks_from_before_a_silence_are_sent_and_not_shown(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="needs")
    person.presses("Food", "A doctor")
    goes_on(hotline, person)
    assert current_step(person) == ("report", "keep")
    send_report(person)
    assert cases_of(hotline)[0].sent[0].answers["needs"] == ("food", "doctor")


def test_an_unsafe_answer_before_a_silence_is_not_followed_up(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="safe")
    person.presses("I am not safe")
    assert current_step(person) == ("danger", "tell")
    goes_on(hotline, person)
    assert current_step(person) == ("report", "needs")


def test_no_button_of_before_tells_that_it_was_pressed(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="hurt")
    number, say = person.asked()
    tokens = [say.prefix + button.token for row in say.rows for button in row][:4]
    person.presses("Needs a doctor now")
    goes_on(hotline, person)
    before = len(person.toasts)
    for token in tokens:
        person.send_update(person.press(token, number))
    assert len(set(person.toasts[before:])) == 1


def test_what_was_put_down_before_a_silence_is_unseen_as_well(hotline: HotlineHarness) -> None:
    person = reviewing(hotline)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    goes_on(hotline, person)
    assert TOLD not in person.presses("Show my answers")[-1]
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("now")
    person.presses("Go on")
    assert TOLD not in person.presses("Show my answers")[-1]
    person.presses("Go on", "Send")
    assert cases_of(hotline)[0].sent[0].answers["what"] == TOLD


def test_of_two_drafts_neither_is_shown(hotline: HotlineHarness) -> None:
    """One put down, and another begun since without going on with the first."""
    person = reviewing(hotline)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("/danger", "I want to die")
    person.presses("Not yet", "Talk to a person", "I am safe here")
    assert stored_conversation(person).draft is not None
    goes_on(hotline, person)
    assert current_step(person) == ("talk", "send")
    tell_on = stored_conversation(person)
    assert tell_on.draft is not None
    assert [frame.answers for frame in (*tell_on.draft.frames, *frames(person))] == [{}, {}]
    assert tell_on.draft.frames[-1].hidden_answers["what"] == TOLD


def test_who_begins_again_after_a_silence_has_nothing_left(hotline: HotlineHarness) -> None:
    person = reviewing(hotline)
    goes_on(hotline, person)
    person.says("/start")
    person.presses("Begin again")
    assert TOLD not in readable_text(stored_conversation(person))
    assert BESIDE not in readable_text(stored_conversation(person))


def test_extra_text_without_a_draft_is_sent_later_and_never_shown(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says(TOLD)
    hotline.advance_time(LONG)
    person.says("/start")
    person.presses("English", "Tell what happened")
    start_report(person, until="review")
    summary = person.presses("Show my answers")[-1]
    assert TOLD not in summary
    assert HIDDEN_EARLIER.source not in summary
    person.presses("Go on", "Send")
    assert cases_of(hotline)[0].sent[0].answers["also"] == (TOLD,)


def test_a_draft_an_earlier_release_stored_is_unseen_after_a_silence(
    hotline: HotlineHarness,
) -> None:
    """Its fields are read by their place: those of today without the last of each."""
    person = reviewing(hotline)
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(stored_conversation(person)))
    position = fields[1]
    fields[1] = [[frame[:-1] for frame in position[0]], *position[1:-1]]
    _store(hotline, person, msgspec.msgpack.encode(fields))
    assert frames(person)[-1].answers["what"] == TOLD
    goes_on(hotline, person)
    assert TOLD not in person.presses("Show my answers")[-1]
    person.presses("Go on", "Send")
    assert cases_of(hotline)[0].sent[0].answers["what"] == TOLD


def _store(home: HotlineHarness, person: ChatPerson, plain: bytes) -> None:
    """Put this in the place of what is kept of a person."""
    key = key_of(person)
    state = VAULT.seal(Purpose.CONVERSATION, key, plain)
    home.database.writer.run_sync(lambda work: work.run(SPOIL, state, key))
