from __future__ import annotations

from gettext import NullTranslations

from bot.conversation import (
    Ask,
    Choose,
    Collect,
    End,
    FileRef,
    FilesInput,
    Flow,
    FlowRegistry,
    Review,
    Say,
)
from bot.conversation.engine import open_question
from bot.conversation.inputs import TextInput as Written
from bot.text import Text
from tests.support.content.small_flows import BOOK, WHY, YES_NO, DangerFlow, EngineSession

ENGLISH = NullTranslations()
PHOTO = FileRef("p", "photo")
T = Text("Words.")


def reviewed() -> EngineSession:
    return EngineSession("branches").does("me", Written("Mai"))


def filled() -> EngineSession:
    session = EngineSession("kinds").does("food", "done", Written("3"), "ila", "week")
    return session.does(FilesInput((PHOTO,)), "done", Written("They kept my passport"))


def test_a_review_shows_nothing_until_it_is_asked_to() -> None:
    session = filled()
    assert session.step == "review"
    assert not session.asked.lines
    assert [choice.code for choice in session.asked.choices] == ["show", "go"]


def test_the_summary_is_fleeting_and_has_a_button_for_every_answer() -> None:
    asked = filled().does("show").asked
    assert asked.fleeting
    assert [choice.code for choice in asked.choices] == [
        "needs",
        "people",
        "where",
        "since",
        "files",
        "what",
        "go",
    ]
    assert [choice.number for choice in asked.choices] == [1, 2, 3, 4, 5, 6, 7]


def test_the_summary_reads_answers_back_as_labels_and_words() -> None:
    assert filled().does("show").asked.render(ENGLISH).split("\n\n")[1:] == [
        "1. What is needed?\nFood",
        "2. How many?\n3",
        "3. Where?\nYilan",
        "4. Since when?\nThis week",
        "5. Anything to show?\nphoto",
        "6. What happened?\nThey kept my passport",
    ]


def test_a_skipped_question_can_be_answered_from_the_summary() -> None:
    session = EngineSession("branches").does("me", "skip", "show")
    assert "not answered" in session.asked.render(ENGLISH)
    assert session.does("mine", Written("Mai")).top["mine"] == "Mai"


def test_a_persons_blanks_stay_as_they_wrote_them() -> None:
    session = EngineSession("branches").does("me", Written("{contact}"), "show")
    assert "{contact}" in session.asked.render(ENGLISH, {"contact": "filled in"})


def test_long_words_are_cut_in_the_summary_and_nowhere_else() -> None:
    session = EngineSession("branches").does("me", Written("x" * 4000), "show")
    assert len(session.asked.render(ENGLISH)) < 600
    assert session.top["mine"] == "x" * 4000


def test_many_extra_messages_do_not_lengthen_the_summary() -> None:
    session = EngineSession("branches").writes(*(f"word{number} " * 9 for number in range(60)))
    session.does(FilesInput((PHOTO,) * 60)).does("me", "skip", "show")
    assert len(session.asked.render(ENGLISH)) < 400


def test_many_files_are_read_back_as_some_and_more() -> None:
    session = EngineSession("kinds").does("skip", "skip", "skip", "skip", FilesInput((PHOTO,) * 60))
    session.does("done", "skip", "show")
    assert session.asked.render(ENGLISH).count("photo") == 20
    assert "photo, …" in session.asked.render(ENGLISH)


def test_an_answer_is_changed_and_the_review_comes_back() -> None:
    session = reviewed().does("show", "mine", Written("Lan"))
    assert session.step == "review"
    assert session.top == {"about": "me", "mine": "Lan"}


def test_the_numbers_of_the_summary_can_be_written() -> None:
    assert reviewed().does("show").writes("2").step == "mine"
    assert reviewed().does("show").writes("3").came == [("branches", "report_submitted")]
    assert reviewed().writes("2").came == [("branches", "report_submitted")]


def test_numbers_mean_the_same_after_a_restart() -> None:
    assert reviewed().does("show").restarts().writes("2").step == "mine"


def test_a_change_asks_what_it_opened_and_drops_what_it_closed() -> None:
    session = reviewed().does("show", "about", "other")
    assert session.said == ["Their name?"]
    assert session.top == {"about": "other"}
    session.writes("Ana")
    assert session.said == ["Well?"]
    assert session.does("yes").step == "review"


def test_a_guard_two_steps_away_is_seen_to_as_well() -> None:
    session = EngineSession("branches").does("other", Written("Ana"), "yes", "show")
    session.does("theirs", "clear")
    assert session.step == "review"
    assert session.top == {"about": "other", "theirs": None}


def test_a_change_can_be_left_as_it_was() -> None:
    assert reviewed().does("show", "mine", "keep").top == {"about": "me", "mine": "Mai"}


def test_extra_messages_are_shown_and_can_be_left_out() -> None:
    session = EngineSession("branches").writes("his car is red").does("me", "skip", "show")
    assert "his car is red" in session.asked.render(ENGLISH)
    session.does("also")
    assert "his car is red" not in session.asked.render(ENGLISH)
    assert "also" not in session.does("go").answers["branches"]


def test_the_summary_does_not_come_back_by_itself() -> None:
    session = reviewed().does("show").begins("danger").does("not_yet")
    assert not session.asked.lines
    assert not reviewed().does("show").writes("hm").asked.lines


def test_the_open_question_is_the_summary_while_it_is_looked_at() -> None:
    session = reviewed().does("show")
    assert open_question(BOOK, session.position) == session.asked


def test_going_back_from_what_follows_returns_to_the_review() -> None:
    session = filled().does("go")
    assert session.step == "send"
    assert session.does("back").step == "review"
    assert session.does("go").step == "send"


def test_the_review_itself_is_no_answer() -> None:
    assert "review" not in reviewed().does("go").answers["branches"]


def test_an_answer_that_is_not_there_cannot_be_changed() -> None:
    session = reviewed().does("theirs")
    assert session.step == "review"


class Opening(Flow):
    """A change opens a question, whose answer closes what came after."""

    title = T
    warning = Say(T)
    first = Choose(T, why=WHY, choices=YES_NO)
    opened = Choose(Text("Opened?"), why=WHY, choices=YES_NO, when=first.was("no"))
    closed = Ask(T, why=WHY, when=~opened.was("yes"))
    files = Collect(T, why=WHY, when=~opened.was("yes"))
    review = Review(T, questions=(first, opened, closed, files), show=T, go=T)
    end = End(T)


def opening() -> EngineSession:
    return EngineSession("opening", book=FlowRegistry([Opening, DangerFlow])).does(
        "yes", Written("a long story")
    )


def test_a_question_opened_by_a_change_can_close_what_came_after() -> None:
    session = opening().does("skip", "show", "first", "no")
    assert session.said == ["Opened?"]
    assert session.does("yes").top == {"first": "no", "opened": "yes"}


def test_a_question_opened_by_a_change_can_leave_the_rest_as_it_was() -> None:
    session = opening().does("skip", "show", "first", "no", "no")
    assert session.step == "review"
    assert session.top["closed"] == "a long story"


def test_what_was_begun_on_a_way_that_is_left_goes_with_it() -> None:
    session = opening().does(FilesInput((PHOTO,)), "back", "back", "no", "yes")
    assert session.step == "review"
    assert session.position.frames[-1].partial_answers == {}
