from __future__ import annotations

import pytest

from bot.conversation import FileNote, Files, Heard, Located, Moment, Where
from bot.conversation.inputs import Words as Written
from bot.conversation.replies import NOT_A_NUMBER, RECEIVED
from tests.conversation.small_flows import Sitting

PHOTO, VOICE = FileNote("p", "photo"), FileNote("v", "voice")


@pytest.mark.parametrize(
    "digit", ["2", "២", "၂", "\uff12", "๒", "二", "2.", " 2 ", "(2)", "2️⃣", "②", "٢", "兩"]
)
def test_the_number_of_a_button_is_its_press_in_any_script(digit: str) -> None:
    assert Sitting("small").writes(digit).top == {"about": "other"}


@pytest.mark.parametrize("words", ["3", "0", "22", "-2", "2 of them", "²²", "1e0"])
def test_a_number_without_a_button_is_words(words: str) -> None:
    sitting = Sitting("small").writes(words)
    assert sitting.step == "about"
    assert sitting.position.also == [words]


def test_ticks_are_set_and_cleared_in_place() -> None:
    sitting = Sitting("kinds").does("food")
    assert sitting.asked.edits
    assert [choice.code for choice in sitting.asked.choices if choice.ticked] == ["food"]
    assert "done" in sitting.asked.controls
    assert "skip" not in sitting.asked.controls
    sitting.does("food")
    assert not any(choice.ticked for choice in sitting.asked.choices)
    assert "skip" in sitting.asked.controls


def test_ticks_are_an_answer_once_they_are_done() -> None:
    sitting = Sitting("kinds").does("doctor", "food", "done")
    assert sitting.top["needs"] == ("food", "doctor")


def test_what_excludes_the_others_clears_them_and_is_cleared_by_them() -> None:
    assert Sitting("kinds").does("food", "bed", "nothing", "done").top["needs"] == ("nothing",)
    assert Sitting("kinds").does("nothing", "bed", "done").top["needs"] == ("bed",)


@pytest.mark.parametrize("words", ["1 3", "1, 3", "3;1", "一、三", "၁ ၃", "1 and 3"])
def test_all_numbers_can_be_written_at_once(words: str) -> None:
    sitting = Sitting("kinds").writes(words.replace(" and ", " & "))
    assert sitting.top["needs"] == ("food", "doctor")


def test_written_numbers_join_the_ticks_that_are_set() -> None:
    assert Sitting("kinds").does("bed").writes("1").top["needs"] == ("food", "bed")


def test_a_written_number_wins_over_what_excludes_it() -> None:
    assert Sitting("kinds").writes("4 1").top["needs"] == ("food",)


def test_a_number_that_is_no_choice_leaves_the_question_open() -> None:
    sitting = Sitting("kinds").does("bed").writes("1 9")
    assert sitting.step == "needs"
    assert sitting.position.also == ["1 9"]


def test_done_with_nothing_ticked_asks_again() -> None:
    assert Sitting("kinds").does("done").step == "needs"


def test_an_old_skip_loses_no_tick() -> None:
    assert Sitting("kinds").does("bed", "food", "skip").top["needs"] == ("food", "bed")


def test_coming_back_shows_the_ticks() -> None:
    sitting = Sitting("kinds").does("bed", "done", "back")
    assert [choice.code for choice in sitting.asked.choices if choice.ticked] == ["bed"]
    assert sitting.does("food", "done").top["needs"] == ("food", "bed")


def test_ticks_survive_going_back_and_asides() -> None:
    sitting = Sitting("menu").does("kinds", "bed", "back", "kinds")
    assert sitting.position.frames[-1].held == {}
    sitting = Sitting("kinds").does("bed").begins("danger").does("not_yet")
    assert [choice.code for choice in sitting.asked.choices if choice.ticked] == ["bed"]


@pytest.mark.parametrize(("words", "number"), [("3", 3), ("๑๒", 12), ("十二", 12), ("二十", 20)])
def test_a_number_is_read_in_any_script(words: str, number: int) -> None:
    assert Sitting("kinds").does("skip").writes(words).top["people"] == number


@pytest.mark.parametrize("words", ["0", "501", "about three", "-3", "99999999999999999999"])
def test_what_is_no_number_is_kept_and_asked_again(words: str) -> None:
    sitting = Sitting("kinds").does("skip").writes(words)
    assert sitting.turn.replies[0].text == NOT_A_NUMBER
    assert sitting.position.also == [words]


def test_an_empty_message_is_no_answer_and_nothing_to_keep() -> None:
    sitting = Sitting("small").does("other").writes(" \n ")
    assert sitting.said == ["What happened?"]
    assert sitting.position.also == []


@pytest.mark.parametrize(
    ("heard", "where"),
    [
        ("ila", Where("ila")),
        (Written("2"), Where("ila")),
        (Written("behind the harbour"), Where(words="behind the harbour")),
        (Written("9"), Where(words="9")),
        (Located(24.7, 121.7), Where(latitude=24.7, longitude=121.7)),
    ],
)
def test_a_place_is_a_county_a_point_or_words(heard: Heard | str, where: Where) -> None:
    assert Sitting("kinds").does("skip", "skip", heard).top["where"] == where


@pytest.mark.parametrize(
    ("heard", "moment"),
    [
        ("week", Moment("week")),
        (Written("2"), Moment("year")),
        (Written("2026-11-24"), Moment(date="2026-11-24", words="2026-11-24")),
        (Written("24/11"), Moment(words="24/11")),
        (Written("since the spring festival"), Moment(words="since the spring festival")),
    ],
)
def test_a_time_is_a_button_a_day_or_words(heard: Heard | str, moment: Moment) -> None:
    assert Sitting("kinds").does("skip", "skip", "skip", heard).top["since"] == moment


def at_files() -> Sitting:
    return Sitting("kinds").does("skip", "skip", "skip", "skip")


def test_files_are_collected_until_done() -> None:
    sitting = at_files().does(Files((PHOTO,), "the door"))
    assert sitting.asked.text == RECEIVED
    sitting.does(Files((VOICE,)), "done")
    assert sitting.top["files"] == (FileNote("p", "photo", caption="the door"), VOICE)


def test_words_between_files_are_kept() -> None:
    sitting = at_files().does(Files((PHOTO,))).writes("this is my contract").does("done")
    assert sitting.position.also == ["this is my contract"]
    assert sitting.top["files"] == (PHOTO,)


def test_an_old_skip_loses_no_file() -> None:
    assert at_files().does(Files((PHOTO,)), "skip").top["files"] == (PHOTO,)


def test_files_survive_a_restart_before_done() -> None:
    assert at_files().does(Files((PHOTO,))).restarts().does("done").top["files"] == (PHOTO,)


def test_coming_back_adds_to_the_files() -> None:
    sitting = at_files().does(Files((PHOTO,)), "done", "back", Files((VOICE,)), "done")
    assert sitting.top["files"] == (PHOTO, VOICE)


def test_the_words_of_an_album_go_with_its_first_file() -> None:
    sitting = at_files().does(Files((PHOTO, VOICE), "both"), "done")
    assert sitting.top["files"] == (FileNote("p", "photo", caption="both"), VOICE)


def test_coming_back_untouched_offers_to_keep_and_not_to_finish() -> None:
    for sitting in (
        Sitting("kinds").does("bed", "done", "back"),
        at_files().does(Files((PHOTO,)), "done", "back"),
    ):
        assert {"keep", "clear"} <= set(sitting.asked.controls)
        assert "done" not in sitting.asked.controls
        assert sitting.position.frames[-1].held == {}
