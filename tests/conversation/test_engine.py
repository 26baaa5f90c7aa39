from __future__ import annotations

import pytest

from bot.conversation import FileRef, FilesInput, LocationInput, Position, PressInput, answer, why
from bot.conversation.engine import open_question
from bot.conversation.inputs import TextInput as Written
from bot.conversation.replies import FILE_KEPT, NO_REASON, NOT_UNDERSTOOD
from tests.support.content.small_flows import BOOK, NOTHING, EngineSession

PHOTO = FileRef("h1", "photo")


def test_a_flow_speaks_until_it_waits_for_an_answer() -> None:
    session = EngineSession("small")
    assert session.said == ["Others may read this.", "About whom?"]
    assert session.asked.is_question


def test_a_step_whose_guard_does_not_hold_is_passed_over() -> None:
    assert EngineSession("small").does("other").said == ["Thank you.", "What happened?"]


def test_a_whole_report_comes_to_its_outcome_with_every_answer() -> None:
    session = EngineSession("small").does("me", "yes").writes("They kept my passport")
    assert session.came == [("small", "report_submitted")]
    assert session.answers["small"] == {
        "about": "me",
        "safe": "yes",
        "what": "They kept my passport",
    }
    assert not session.position.frames


def test_a_person_who_is_not_safe_reads_whom_to_call_first() -> None:
    session = EngineSession("small").does("me", "no")
    assert session.said == ["Call {numbers}.", "Tell a caseworker?"]


def test_after_danger_the_flow_goes_on_where_it_was() -> None:
    session = EngineSession("small").does("me", "no", "now")
    assert session.came == [("danger", "tell_now")]
    assert session.said == ["Told.", "Thank you.", "What happened?"]
    assert session.turn.endings[0].reply_count == 1


def test_an_aside_leaves_the_open_question_open() -> None:
    session = EngineSession("small").does("me").begins("aside")
    assert session.said == ["This is how it works.", "That is all.", "Safe now?"]
    assert session.top == {"about": "me"}


def test_asides_can_lie_on_one_another_but_never_on_themselves() -> None:
    session = EngineSession("small")
    for flow in ("danger", "leave", "danger", "leave", "danger", "small"):
        session.begins(flow)
    assert sorted(frame.flow for frame in session.position.frames) == ["danger", "leave", "small"]


def test_danger_pressed_twice_says_the_numbers_twice() -> None:
    session = EngineSession("small").begins("danger").begins("danger")
    assert session.said == ["Call {numbers}.", "Tell a caseworker?"]


def test_a_flow_begun_again_is_picked_up_with_its_answers() -> None:
    session = EngineSession("small").does("me").begins("leave").begins("small")
    assert session.said == ["Others may read this.", "Safe now?"]
    assert session.top == {"about": "me"}


def test_a_flow_can_begin_another_and_comes_back() -> None:
    session = EngineSession("menu").does("tell")
    assert session.said == ["Others may read this.", "About whom?"]
    session.does("other").writes("A house with locked doors")
    assert session.said == ["Sent.", "Anything else?"]


def test_facts_from_outside_open_steps() -> None:
    assert "Somebody is here." not in EngineSession("menu").said
    assert "Somebody is here." in EngineSession("menu", known=frozenset({"staffed"})).said


def test_stopping_ends_whatever_lies_beneath() -> None:
    session = EngineSession("menu").does("tell", "me").begins("leave").does("no")
    assert session.said == ["Stopped."]
    assert not session.position.frames


def test_words_that_fit_no_button_are_kept_and_the_question_is_asked_again() -> None:
    session = EngineSession("small").writes("they hit us")
    assert session.turn.replies[0].text == NOT_UNDERSTOOD
    assert session.said[1] == "About whom?"
    session.does("other").writes("A house")
    assert session.answers["small"]["also"] == ("they hit us",)
    assert session.position.extra_texts == []


def test_files_sent_where_none_was_asked_for_are_kept() -> None:
    session = EngineSession("small").does(FilesInput((PHOTO,), "my contract"))
    assert session.turn.replies[0].text == FILE_KEPT
    session.does("other").writes("A house")
    assert session.answers["small"]["also_files"] == (
        FileRef("h1", "photo", caption="my contract"),
    )


def test_extra_text_is_not_sent_with_a_danger_alert() -> None:
    session = EngineSession("small").writes("he is outside").begins("danger").does("now")
    assert session.answers["danger"] == {"tell": "now"}
    assert session.position.extra_texts == ["he is outside"]


def test_a_shared_location_outside_a_question_is_kept_as_text() -> None:
    session = EngineSession("small").does(LocationInput(25.03, 121.56))
    assert session.position.extra_texts == ["25.03, 121.56"]


def test_an_old_button_asks_the_open_question_again_and_changes_nothing() -> None:
    session = EngineSession("small").does("me").does("other")
    assert session.said == ["Safe now?"]
    assert session.top == {"about": "me"}


def test_a_voice_message_answers_an_open_question() -> None:
    session = EngineSession("small").does("other", FilesInput((FileRef("v", "voice"),)))
    assert session.answers["small"]["what"] == (FileRef("v", "voice"),)


def test_a_skipped_question_is_answered_with_nothing() -> None:
    session = EngineSession("small").does("skip", "skip")
    assert session.answers["small"] == {"about": None, "what": None}


def test_a_question_that_needs_a_decision_cannot_be_skipped() -> None:
    session = EngineSession("kinds")
    for _ in range(6):
        session.does("skip")
    session.does("go", "skip")
    assert session.step == "send"


def test_why_explains_and_asks_again() -> None:
    session = EngineSession("small").does("why")
    assert session.said == ["So that we ask the right questions.", "About whom?"]
    assert not session.turn.replies[0].is_question


def test_a_question_without_a_reason_still_answers_why() -> None:
    session = EngineSession("menu")
    turn = why(BOOK, session.position, NOTHING)
    assert turn.replies[0].text == NO_REASON


def test_going_back_asks_the_question_before_and_keeps_its_answer() -> None:
    session = EngineSession("small").does("me", "yes", "back")
    assert session.said == ["Safe now?"]
    assert session.asked.controls == ("keep", "back", "person")
    assert session.top == {"about": "me", "safe": "yes"}


def test_keeping_the_answer_goes_on_where_the_person_was() -> None:
    session = EngineSession("small").does("me", "yes", "back", "back", "keep")
    assert session.step == "what"


def test_clearing_an_answer_takes_it_back() -> None:
    session = EngineSession("small").does("me", "yes", "back", "clear")
    assert session.top == {"about": "me", "safe": None}


def test_skip_never_removes_an_answer_that_was_given() -> None:
    session = EngineSession("small").does("me", "yes", "back", "skip")
    assert session.top == {"about": "me", "safe": "yes"}


def test_another_answer_drops_what_belongs_to_the_way_not_taken() -> None:
    session = EngineSession("small").does("me", "yes", "back", "back", "other")
    assert session.step == "what"
    assert session.top == {"about": "other"}


def test_the_first_question_offers_no_way_back() -> None:
    session = EngineSession("small")
    assert "back" not in session.asked.controls
    assert session.does("back").said == ["About whom?"]


def test_back_from_an_asides_first_question_returns_to_the_open_question() -> None:
    session = EngineSession("small").does("me").begins("danger").does("back")
    assert session.said == ["Safe now?"]
    assert len(session.position.frames) == 1


def test_back_from_a_flows_first_question_returns_to_the_question_that_led_there() -> None:
    session = EngineSession("menu").does("tell", "back")
    assert session.said == ["What now?"]
    session = EngineSession("small").does("me", "no", "back")
    assert session.said == ["Safe now?"]


def test_files_of_a_flow_left_by_back_are_kept() -> None:
    session = EngineSession("menu").does(
        "kinds", "skip", "skip", "skip", "skip", FilesInput((PHOTO,))
    )
    for _ in range(5):
        session.does("back")
    assert session.step == "menu"
    assert session.position.extra_files == [PHOTO]


def test_what_is_said_is_said_again_after_going_back_past_it() -> None:
    session = EngineSession("small").does("other", "back", "other")
    assert session.said == ["Thank you.", "What happened?"]


def test_a_menu_has_no_control_but_a_person() -> None:
    assert EngineSession("menu").asked.controls == ("person",)


def test_with_nothing_going_on_words_are_kept_and_nothing_is_said() -> None:
    position = Position()
    turn = answer(BOOK, position, Written("hello"), NOTHING)
    assert turn.replies == []
    assert position.extra_texts == ["hello"]
    assert open_question(BOOK, position) is None


def test_words_are_never_dropped_however_many_there_are() -> None:
    position = Position()
    for number in range(400):
        answer(BOOK, position, Written(f"word{number}"), NOTHING)
    assert len(position.extra_texts) == 50
    assert "\n".join(position.extra_texts).split("\n") == [f"word{number}" for number in range(400)]


@pytest.mark.parametrize("code", ["danger", "", "\x00", "go", "show", "also", "done", "keep"])
def test_a_forged_button_changes_nothing(code: str) -> None:
    session = EngineSession("small").does("me")
    before = session.position.frames[0].answers.copy()
    session.does(PressInput(code))
    assert session.position.frames[0].answers == before
    assert session.step == "safe"


def test_the_open_question_can_be_read_without_asking_it() -> None:
    session = EngineSession("small").does("me")
    assert open_question(BOOK, session.position) == session.asked


def test_no_conversation_stays_in_the_machine() -> None:
    EngineSession("small").does("me")
    assert BOOK.compiled["small"].machine.models == []
