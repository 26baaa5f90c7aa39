from __future__ import annotations

import pytest

from bot.conversation import FileRef, FilesInput, Input, LocationInput, PlaceAnswer, TimeAnswer
from bot.conversation.inputs import TextInput as Written
from bot.conversation.replies import NOT_A_NUMBER, RECEIVED
from tests.support.content.small_flows import EngineSession

PHOTO, VOICE = FileRef("p", "photo"), FileRef("v", "voice")


@pytest.mark.parametrize(
    "digit", ["2", "២", "၂", "\uff12", "๒", "二", "2.", " 2 ", "(2)", "2️⃣", "②", "٢", "兩"]
)
def test_the_number_of_a_button_is_its_press_in_any_script(digit: str) -> None:
    assert EngineSession("small").writes(digit).top == {"about": "other"}


@pytest.mark.parametrize("words", ["3", "0", "22", "-2", "2 of them", "²²", "1e0"])
def test_a_number_without_a_button_is_words(words: str) -> None:
    session = EngineSession("small").writes(words)
    assert session.step == "about"
    assert session.position.extra_texts == [words]


def test_ticks_are_set_and_cleared_in_place() -> None:
    session = EngineSession("kinds").does("food")
    assert session.asked.edits_last
    assert [choice.code for choice in session.asked.choices if choice.ticked] == ["food"]
    assert "done" in session.asked.controls
    assert "skip" not in session.asked.controls
    session.does("food")
    assert not any(choice.ticked for choice in session.asked.choices)
    assert "skip" in session.asked.controls


def test_ticks_are_an_answer_once_they_are_done() -> None:
    session = EngineSession("kinds").does("doctor", "food", "done")
    assert session.top["needs"] == ("food", "doctor")


def test_what_excludes_the_others_clears_them_and_is_cleared_by_them() -> None:
    assert EngineSession("kinds").does("food", "bed", "nothing", "done").top["needs"] == (
        "nothing",
    )
    assert EngineSession("kinds").does("nothing", "bed", "done").top["needs"] == ("bed",)


@pytest.mark.parametrize("words", ["1 3", "1, 3", "3;1", "一、三", "၁ ၃", "1 and 3"])
def test_all_numbers_can_be_written_at_once(words: str) -> None:
    session = EngineSession("kinds").writes(words.replace(" and ", " & "))
    assert session.top["needs"] == ("food", "doctor")


def test_written_numbers_join_the_ticks_that_are_set() -> None:
    assert EngineSession("kinds").does("bed").writes("1").top["needs"] == ("food", "bed")


def test_a_written_number_wins_over_what_excludes_it() -> None:
    assert EngineSession("kinds").writes("4 1").top["needs"] == ("food",)


def test_a_number_that_is_no_choice_leaves_the_question_open() -> None:
    session = EngineSession("kinds").does("bed").writes("1 9")
    assert session.step == "needs"
    assert session.position.extra_texts == ["1 9"]


def test_done_with_nothing_ticked_asks_again() -> None:
    assert EngineSession("kinds").does("done").step == "needs"


def test_an_old_skip_loses_no_tick() -> None:
    assert EngineSession("kinds").does("bed", "food", "skip").top["needs"] == ("food", "bed")


def test_coming_back_shows_the_ticks() -> None:
    session = EngineSession("kinds").does("bed", "done", "back")
    assert [choice.code for choice in session.asked.choices if choice.ticked] == ["bed"]
    assert session.does("food", "done").top["needs"] == ("food", "bed")


def test_ticks_survive_going_back_and_asides() -> None:
    session = EngineSession("menu").does("kinds", "bed", "back", "kinds")
    assert session.position.frames[-1].partial_answers == {}
    session = EngineSession("kinds").does("bed").begins("danger").does("not_yet")
    assert [choice.code for choice in session.asked.choices if choice.ticked] == ["bed"]


@pytest.mark.parametrize(("words", "number"), [("3", 3), ("๑๒", 12), ("十二", 12), ("二十", 20)])
def test_a_number_is_read_in_any_script(words: str, number: int) -> None:
    assert EngineSession("kinds").does("skip").writes(words).top["people"] == number


@pytest.mark.parametrize("words", ["0", "501", "about three", "-3", "99999999999999999999"])
def test_what_is_no_number_is_kept_and_asked_again(words: str) -> None:
    session = EngineSession("kinds").does("skip").writes(words)
    assert session.turn.replies[0].text == NOT_A_NUMBER
    assert session.position.extra_texts == [words]


def test_an_empty_message_is_no_answer_and_nothing_to_keep() -> None:
    session = EngineSession("small").does("other").writes(" \n ")
    assert session.said == ["What happened?"]
    assert session.position.extra_texts == []


@pytest.mark.parametrize(
    ("heard", "where"),
    [
        ("ila", PlaceAnswer("ila")),
        (Written("2"), PlaceAnswer("ila")),
        (Written("behind the harbour"), PlaceAnswer(text="behind the harbour")),
        (Written("9"), PlaceAnswer(text="9")),
        (LocationInput(24.7, 121.7), PlaceAnswer(latitude=24.7, longitude=121.7)),
    ],
)
def test_a_place_is_a_county_a_point_or_words(heard: Input | str, where: PlaceAnswer) -> None:
    assert EngineSession("kinds").does("skip", "skip", heard).top["where"] == where


@pytest.mark.parametrize(
    ("heard", "moment"),
    [
        ("week", TimeAnswer("week")),
        (Written("2"), TimeAnswer("year")),
        (Written("2026-11-24"), TimeAnswer(date="2026-11-24", text="2026-11-24")),
        (Written("24/11"), TimeAnswer(text="24/11")),
        (Written("since the spring festival"), TimeAnswer(text="since the spring festival")),
    ],
)
def test_a_time_is_a_button_a_day_or_words(heard: Input | str, moment: TimeAnswer) -> None:
    assert EngineSession("kinds").does("skip", "skip", "skip", heard).top["since"] == moment


def at_files() -> EngineSession:
    return EngineSession("kinds").does("skip", "skip", "skip", "skip")


def test_files_are_collected_until_done() -> None:
    session = at_files().does(FilesInput((PHOTO,), "the door"))
    assert session.asked.text == RECEIVED
    session.does(FilesInput((VOICE,)), "done")
    assert session.top["files"] == (FileRef("p", "photo", caption="the door"), VOICE)


def test_words_between_files_are_kept() -> None:
    session = at_files().does(FilesInput((PHOTO,))).writes("this is my contract").does("done")
    assert session.position.extra_texts == ["this is my contract"]
    assert session.top["files"] == (PHOTO,)


def test_an_old_skip_loses_no_file() -> None:
    assert at_files().does(FilesInput((PHOTO,)), "skip").top["files"] == (PHOTO,)


def test_files_survive_a_restart_before_done() -> None:
    assert at_files().does(FilesInput((PHOTO,))).restarts().does("done").top["files"] == (PHOTO,)


def test_coming_back_adds_to_the_files() -> None:
    session = at_files().does(FilesInput((PHOTO,)), "done", "back", FilesInput((VOICE,)), "done")
    assert session.top["files"] == (PHOTO, VOICE)


def test_the_words_of_an_album_go_with_its_first_file() -> None:
    session = at_files().does(FilesInput((PHOTO, VOICE), "both"), "done")
    assert session.top["files"] == (FileRef("p", "photo", caption="both"), VOICE)


def test_coming_back_untouched_offers_to_keep_and_not_to_finish() -> None:
    for session, other in (
        (EngineSession("kinds").does("bed", "done", "back"), "clear"),
        (at_files().does(FilesInput((PHOTO,)), "done", "back"), "back"),
    ):
        assert session.asked.controls == ("keep", other, "person")
        assert "done" not in session.asked.controls
        assert session.position.frames[-1].partial_answers == {}
