"""Answers from before a silence are kept and sent, and no message shows them."""

from __future__ import annotations

from gettext import NullTranslations

import msgspec
import pytest

from bot.conversation import (
    FileRef,
    FilesInput,
    FlowRegistry,
    Position,
    begin,
    hide_earlier_answers,
    unpack,
)
from bot.conversation.inputs import TextInput as Written
from bot.conversation.progress import flow_progress
from bot.conversation.replies import ALSO_WRITTEN, HIDDEN_EARLIER
from bot.dispatch.conversation_store import copy_position
from bot.dispatch.turn.flow_names import AFTERWARDS_FLOW
from bot.dispatch.turn.outcome_rules import DRAFT_FLOWS
from tests.support.content.small_flows import BOOK, NOTHING, EngineSession
from tests.support.dispatch_inspection import BOOK as FLOWS
from tests.support.dispatch_inspection import QUESTIONS, STAFFED, reachable_positions

PHOTO, OTHER = FileRef("p", "photo", 7, "door.jpg", "the door"), FileRef("q", "photo")
OURS = frozenset({"small", "kinds", "branches"})
PLACES = [place for place in QUESTIONS if place[0] in DRAFT_FLOWS - {AFTERWARDS_FLOW}]
"""What is added to a case is never hidden: it is put away with the case."""


def hidden(session: EngineSession) -> EngineSession:
    hide_earlier_answers(session.book, session.position, OURS)
    return session


def kinds() -> EngineSession:
    """Return a session that has answered all of a flow, at its review."""
    session = EngineSession("kinds").does("food", "done", Written("3"), "tpe", "week")
    return session.does(FilesInput((PHOTO,)), "done", Written("he keeps my passport"))


def test_a_review_shows_what_was_told_since_and_says_that_there_is_more() -> None:
    asked = hidden(kinds().does("show").writes("his name is Chen")).writes("hello").does("show")
    assert [line.prompt for line in asked.asked.lines] == [ALSO_WRITTEN, HIDDEN_EARLIER]
    assert asked.asked.render(NullTranslations()).split("\n\n")[1:] == [
        "1. You also wrote\nhello",
        HIDDEN_EARLIER.source,
    ]
    assert [choice.code for choice in asked.asked.choices] == ["also", "go"]


def test_who_is_still_here_is_told_of_nothing_earlier() -> None:
    """The other half: without a veil all of it is shown, and the sentence is not."""
    lines = kinds().does("show").asked.lines
    assert len(lines) == 6
    assert HIDDEN_EARLIER not in [line.prompt for line in lines]


def test_leaving_out_leaves_out_only_what_was_shown() -> None:
    session = hidden(kinds().writes("beside it")).writes("since").does("show", "also", "go", "yes")
    assert session.answers["kinds"]["also"] == ("beside it",)


def test_all_of_it_is_handed_over_the_earlier_first() -> None:
    session = EngineSession("kinds").does("food", "done", FilesInput((PHOTO,))).writes("many", "3")
    hidden(session).does("tpe", FilesInput((OTHER,)), "skip").writes("beside it", "more").does(
        "skip"
    )
    hidden(session).does("skip", "go", "yes")
    answers = session.answers["kinds"]
    assert (answers["needs"], answers["people"], answers["what"]) == (("food",), 3, None)
    assert answers["also"] == ("many", "beside it", "more")
    assert answers["also_files"] == (PHOTO, OTHER)
    assert session.position == Position()


@pytest.mark.parametrize("until", range(7))
def test_back_does_not_reach_hidden_answers(until: int) -> None:
    steps = ["food", "done", Written("3"), "tpe", "week", "skip", "skip"][: until + 1]
    session = hidden(EngineSession("menu").does("kinds", *steps)).begins("aside")
    assert "back" not in session.asked.controls
    at = session.step
    assert session.does("back").step == at
    assert session.position.frames[-1].hidden_answers


def test_what_was_answered_since_can_be_gone_back_to() -> None:
    session = hidden(EngineSession("kinds").does("food", "done")).writes("3").does("back")
    assert session.step == "people"
    assert session.asked.controls == ("keep", "clear", "person")


def test_ticks_and_files_that_were_being_put_together_are_kept_and_not_shown() -> None:
    session = hidden(EngineSession("kinds").does("bed", "food")).begins("aside")
    assert session.step == "people"
    session.does("skip", "skip", "skip", FilesInput((PHOTO,)))
    hidden(session).begins("aside").does("skip", "go", "yes")
    answers = session.answers["kinds"]
    assert (answers["needs"], answers["files"]) == (("food", "bed"), (PHOTO,))


@pytest.mark.parametrize("back", [1, 2, 3, 4])
def test_a_question_gone_back_to_is_asked_without_its_answer(back: int) -> None:
    session = hidden(kinds().does(*["back"] * back)).begins("aside")
    assert session.step == "review"
    assert session.said == ["This is how it works.", "That is all.", "Look at it again?"]


def test_nothing_further_down_hangs_on_what_was_told() -> None:
    for_me, in_danger = (
        hidden(EngineSession("small").does("me", *more)).begins("aside") for more in ((), ("no",))
    )
    assert for_me.step == "safe"
    assert in_danger.step == for_me.does("no").does("not_yet").step == "what"
    assert "Call {numbers}." not in in_danger.said


def test_what_was_told_since_is_not_dropped_with_what_it_hung_on() -> None:
    session = hidden(EngineSession("branches").does("other")).writes("Mai").does("back")
    assert session.step == "theirs"
    session.writes("Mai Anh").does("yes", "go")
    assert session.answers["branches"]["theirs"] == "Mai Anh"


def test_words_of_a_flow_that_is_gone_stay_out_of_sight() -> None:
    session = EngineSession("kinds").does("food", "done", Written("3")).writes("the harbour")
    hidden(session).begins("branches").does("me", "skip")
    session.restarts(
        FlowRegistry([it.flow for name, it in BOOK.compiled.items() if name != "kinds"])
    )
    assert len(session.does("show").asked.lines) == 2
    session.does("go")
    assert session.answers["branches"]["also"] == ("food", "the harbour")


def test_a_caseworker_sees_which_questions_were_answered() -> None:
    session = hidden(EngineSession("kinds").does("food", "done", "skip"))
    mark = flow_progress(BOOK, session.position, NOTHING)
    assert mark is not None
    assert (mark.answered, mark.skipped, mark.open_step) == (("needs",), ("people",), "where")


def test_what_an_earlier_release_stored_is_read_and_can_be_veiled() -> None:
    """Fields are read by their place: those of today without the last."""
    now = kinds().writes("beside it").position
    (frame,) = msgspec.to_builtins(now)[0]
    old = msgspec.msgpack.encode([[frame[:-1]], ["beside it"], []])
    read = unpack(msgspec.msgpack.decode(old), BOOK)
    assert read == now
    hide_earlier_answers(BOOK, read, OURS)
    assert read.frames[0].hidden_answers == now.frames[0].answers
    assert read.hidden_extras == ["beside it"]


def test_concealing_a_draft_ends_no_flow_and_loses_no_answer() -> None:
    assert len(PLACES) > 40
    for place in PLACES:
        position = copy_position(reachable_positions()[place])
        before = {
            frame.flow: {**frame.answers} for frame in position.frames if frame.flow in DRAFT_FLOWS
        }
        hide_earlier_answers(FLOWS, position, DRAFT_FLOWS)
        turn = begin(FLOWS, position, place[0], STAFFED)
        assert turn.endings == [], place
        assert (position.frames[-1].flow, position.frames[-1].answers) == (place[0], {}), place
        hidden = {frame.flow: frame.hidden_answers for frame in position.frames}
        assert hidden == before, place
