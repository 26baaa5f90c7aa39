from __future__ import annotations

import pytest

from bot.conversation import FileRef, FilesInput, LocationInput, Position, PressInput, answer, why
from bot.conversation.engine import open_question
from bot.conversation.inputs import TextInput as Written
from bot.conversation.replies import FILE_KEPT, NO_REASON, NOT_UNDERSTOOD
from tests.support.content.small_flows import BOOK, NOTHING, EngineSession

PHOTO = FileRef("h1", "photo")


def test_a_flow_speaks_until_it_waits_for_an_answer() -> None:
    sitting = EngineSession("small")
    assert sitting.said == ["Others may read this.", "About whom?"]
    assert sitting.asked.is_question


def test_a_step_whose_guard_does_not_hold_is_passed_over() -> None:
    assert EngineSession("small").does("other").said == ["Thank you.", "What happened?"]


def test_a_whole_report_comes_to_its_outcome_with_every_answer() -> None:
    sitting = EngineSession("small").does("me", "yes").writes("They kept my passport")
    assert sitting.came == [("small", "report_submitted")]
    assert sitting.answers["small"] == {
        "about": "me",
        "safe": "yes",
        "what": "They kept my passport",
    }
    assert not sitting.position.frames


def test_somebody_who_is_not_safe_hears_whom_to_call_before_anything_else() -> None:
    sitting = EngineSession("small").does("me", "no")
    assert sitting.said == ["Call {numbers}.", "Tell a caseworker?"]


def test_after_danger_the_flow_goes_on_where_it_was() -> None:
    sitting = EngineSession("small").does("me", "no", "now")
    assert sitting.came == [("danger", "tell_now")]
    assert sitting.said == ["Told.", "Thank you.", "What happened?"]
    assert sitting.turn.endings[0].reply_count == 1


def test_an_aside_leaves_the_open_question_open() -> None:
    sitting = EngineSession("small").does("me").begins("aside")
    assert sitting.said == ["This is how it works.", "That is all.", "Safe now?"]
    assert sitting.top == {"about": "me"}


def test_asides_can_lie_on_one_another_but_never_on_themselves() -> None:
    sitting = EngineSession("small")
    for flow in ("danger", "leave", "danger", "leave", "danger", "small"):
        sitting.begins(flow)
    assert sorted(frame.flow for frame in sitting.position.frames) == ["danger", "leave", "small"]


def test_danger_pressed_twice_says_the_numbers_twice() -> None:
    sitting = EngineSession("small").begins("danger").begins("danger")
    assert sitting.said == ["Call {numbers}.", "Tell a caseworker?"]


def test_a_flow_begun_again_is_picked_up_with_its_answers() -> None:
    sitting = EngineSession("small").does("me").begins("leave").begins("small")
    assert sitting.said == ["Others may read this.", "Safe now?"]
    assert sitting.top == {"about": "me"}


def test_a_flow_can_begin_another_and_comes_back() -> None:
    sitting = EngineSession("menu").does("tell")
    assert sitting.said == ["Others may read this.", "About whom?"]
    sitting.does("other").writes("A house with locked doors")
    assert sitting.said == ["Sent.", "Anything else?"]


def test_facts_from_outside_open_steps() -> None:
    assert "Somebody is here." not in EngineSession("menu").said
    assert "Somebody is here." in EngineSession("menu", known=frozenset({"staffed"})).said


def test_stopping_ends_whatever_lies_beneath() -> None:
    sitting = EngineSession("menu").does("tell", "me").begins("leave").does("no")
    assert sitting.said == ["Stopped."]
    assert not sitting.position.frames


def test_words_that_fit_no_button_are_kept_and_the_question_is_asked_again() -> None:
    sitting = EngineSession("small").writes("they hit us")
    assert sitting.turn.replies[0].text == NOT_UNDERSTOOD
    assert sitting.said[1] == "About whom?"
    sitting.does("other").writes("A house")
    assert sitting.answers["small"]["also"] == ("they hit us",)
    assert sitting.position.extra_texts == []


def test_files_sent_where_none_was_asked_for_are_kept() -> None:
    sitting = EngineSession("small").does(FilesInput((PHOTO,), "my contract"))
    assert sitting.turn.replies[0].text == FILE_KEPT
    sitting.does("other").writes("A house")
    assert sitting.answers["small"]["also_files"] == (
        FileRef("h1", "photo", caption="my contract"),
    )


def test_words_written_beside_do_not_go_along_with_danger() -> None:
    sitting = EngineSession("small").writes("he is outside").begins("danger").does("now")
    assert sitting.answers["danger"] == {"tell": "now"}
    assert sitting.position.extra_texts == ["he is outside"]


def test_a_shared_place_beside_the_question_is_kept_as_words() -> None:
    sitting = EngineSession("small").does(LocationInput(25.03, 121.56))
    assert sitting.position.extra_texts == ["25.03, 121.56"]


def test_an_old_button_asks_the_open_question_again_and_changes_nothing() -> None:
    sitting = EngineSession("small").does("me").does("other")
    assert sitting.said == ["Safe now?"]
    assert sitting.top == {"about": "me"}


def test_a_voice_message_answers_an_open_question() -> None:
    sitting = EngineSession("small").does("other", FilesInput((FileRef("v", "voice"),)))
    assert sitting.answers["small"]["what"] == (FileRef("v", "voice"),)


def test_a_skipped_question_is_answered_with_nothing() -> None:
    sitting = EngineSession("small").does("skip", "skip")
    assert sitting.answers["small"] == {"about": None, "what": None}


def test_a_question_that_needs_a_decision_cannot_be_skipped() -> None:
    sitting = EngineSession("kinds")
    for _ in range(6):
        sitting.does("skip")
    sitting.does("go", "skip")
    assert sitting.step == "send"


def test_why_explains_and_asks_again() -> None:
    sitting = EngineSession("small").does("why")
    assert sitting.said == ["So that we ask the right questions.", "About whom?"]
    assert not sitting.turn.replies[0].is_question


def test_a_question_without_a_reason_still_answers_why() -> None:
    sitting = EngineSession("menu")
    turn = why(BOOK, sitting.position, NOTHING)
    assert turn.replies[0].text == NO_REASON


def test_going_back_asks_the_question_before_and_keeps_its_answer() -> None:
    sitting = EngineSession("small").does("me", "yes", "back")
    assert sitting.said == ["Safe now?"]
    assert {"keep", "clear"} <= set(sitting.asked.controls)
    assert sitting.top == {"about": "me", "safe": "yes"}


def test_keeping_the_answer_goes_on_where_the_person_was() -> None:
    sitting = EngineSession("small").does("me", "yes", "back", "back", "keep")
    assert sitting.step == "what"


def test_clearing_an_answer_takes_it_back() -> None:
    sitting = EngineSession("small").does("me", "yes", "back", "clear")
    assert sitting.top == {"about": "me", "safe": None}


def test_skip_never_removes_an_answer_that_was_given() -> None:
    sitting = EngineSession("small").does("me", "yes", "back", "skip")
    assert sitting.top == {"about": "me", "safe": "yes"}


def test_another_answer_drops_what_belongs_to_the_way_not_taken() -> None:
    sitting = EngineSession("small").does("me", "yes", "back", "back", "other")
    assert sitting.step == "what"
    assert sitting.top == {"about": "other"}


def test_the_first_question_offers_no_way_back() -> None:
    sitting = EngineSession("small")
    assert "back" not in sitting.asked.controls
    assert sitting.does("back").said == ["About whom?"]


def test_back_from_an_asides_first_question_returns_to_the_open_question() -> None:
    sitting = EngineSession("small").does("me").begins("danger").does("back")
    assert sitting.said == ["Safe now?"]
    assert len(sitting.position.frames) == 1


def test_back_from_a_flows_first_question_returns_to_the_question_that_led_there() -> None:
    sitting = EngineSession("menu").does("tell", "back")
    assert sitting.said == ["What now?"]
    sitting = EngineSession("small").does("me", "no", "back")
    assert sitting.said == ["Safe now?"]


def test_files_of_a_flow_left_by_back_are_kept() -> None:
    sitting = EngineSession("menu").does(
        "kinds", "skip", "skip", "skip", "skip", FilesInput((PHOTO,))
    )
    for _ in range(5):
        sitting.does("back")
    assert sitting.step == "menu"
    assert sitting.position.extra_files == [PHOTO]


def test_what_is_said_is_said_again_after_going_back_past_it() -> None:
    sitting = EngineSession("small").does("other", "back", "other")
    assert sitting.said == ["Thank you.", "What happened?"]


def test_a_menu_has_no_controls() -> None:
    assert EngineSession("menu").asked.controls == ()


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
    sitting = EngineSession("small").does("me")
    before = sitting.position.frames[0].answers.copy()
    sitting.does(PressInput(code))
    assert sitting.position.frames[0].answers == before
    assert sitting.step == "safe"


def test_the_open_question_can_be_read_without_asking_it() -> None:
    sitting = EngineSession("small").does("me")
    assert open_question(BOOK, sitting.position) == sitting.asked


def test_no_conversation_stays_in_the_machine() -> None:
    EngineSession("small").does("me")
    assert BOOK.compiled["small"].machine.models == []
