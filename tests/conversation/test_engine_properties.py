"""Properties of the engine, on random flows and inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import (
    Answer,
    FileRef,
    FlowRegistry,
    Input,
    PlaceAnswer,
    Position,
    PressInput,
    TimeAnswer,
    Turn,
    answer,
    ask_again,
    begin,
    pack,
    unpack,
)
from bot.conversation.engine import open_question
from bot.conversation.inputs import FilesInput, LocationInput
from bot.conversation.inputs import TextInput as Written
from tests.support.content.random_flows import HEARD, KNOWN, StepPlan, book_of, plans, releases
from tests.support.drill_length import drill_length

if TYPE_CHECKING:
    from bot.conversation.state import Frame

MANY = settings(max_examples=drill_length(50, 150), deadline=None)
ASIDES = ("danger", "f0", "f1")
DONE = st.one_of(HEARD, st.sampled_from(ASIDES))
STEPS = st.lists(DONE, max_size=25)


def do(book: FlowRegistry, position: Position, done: Input | str, known: frozenset[str]) -> Turn:
    """Do what a person does, or begin an aside."""
    if isinstance(done, str):
        return begin(book, position, done, known)
    return answer(book, position, done, known)


def hold_session(
    book: FlowRegistry, doing: list[Input | str], known: frozenset[str]
) -> tuple[Position, list[Turn]]:
    position = Position()
    turns = [begin(book, position, "f0", known)]
    turns += [do(book, position, done, known) for done in doing]
    return position, turns


def assert_waits_or_is_over(
    book: FlowRegistry, position: Position, turn: Turn, known: frozenset[str]
) -> None:
    if not position.frames:
        return
    top = position.frames[-1]
    question = book.compiled[top.flow].questions[top.step]
    asked, waiting = turn.replies[-1], open_question(book, position)
    assert waiting is not None
    assert asked.is_question
    assert (asked.choices, asked.controls) == (waiting.choices, waiting.controls)
    assert question.when.holds(top.answers, known)


@MANY
@given(plans(), plans(), STEPS, KNOWN)
def test_a_conversation_always_waits_on_an_open_question_or_is_over(
    first: list[StepPlan], second: list[StepPlan], doing: list[Input | str], known: frozenset[str]
) -> None:
    book, position = book_of(first, second), Position()
    assert_waits_or_is_over(book, position, begin(book, position, "f0", known), known)
    for done in doing:
        turn = do(book, position, done, known)
        assert_waits_or_is_over(book, position, turn, known)


@MANY
@given(plans(), plans(), STEPS, KNOWN)
def test_no_flow_ever_lies_on_itself(
    first: list[StepPlan], second: list[StepPlan], doing: list[Input | str], known: frozenset[str]
) -> None:
    position, _turns = hold_session(book_of(first, second), doing, known)
    flows = [frame.flow for frame in position.frames]
    assert len(set(flows)) == len(flows)


def ends(book: FlowRegistry, position: Position, known: frozenset[str]) -> bool:
    """Answer whatever is asked as briefly as can be."""
    for _ in range(200):
        reply = open_question(book, position)
        if reply is None:
            return not position.frames
        way = next((name for name in ("done", "keep", "skip") if name in reply.controls), None)
        codes = [choice.code for choice in reply.choices]
        do(book, position, PressInput(way or ("go" if "go" in codes else codes[0])), known)
    return False


@MANY
@given(plans(), plans(), STEPS, KNOWN)
def test_every_conversation_can_be_brought_to_its_end(
    first: list[StepPlan], second: list[StepPlan], doing: list[Input | str], known: frozenset[str]
) -> None:
    book = book_of(first, second)
    position, _turns = hold_session(book, doing, known)
    assert ends(book, position, known)


@MANY
@given(plans(), plans(), STEPS, KNOWN)
def test_a_restart_between_any_two_lines_changes_nothing(
    first: list[StepPlan], second: list[StepPlan], doing: list[Input | str], known: frozenset[str]
) -> None:
    book = book_of(first, second)
    position, turns = hold_session(book, doing, known)
    again = Position()
    said = [begin(book, again, "f0", known)]
    for done in doing:
        stored = msgspec.msgpack.encode(pack(again))
        again = unpack(msgspec.msgpack.decode(stored), book)
        said.append(do(book, again, done, known))
    assert again == position
    assert said == turns


@MANY
@given(plans(), plans(), STEPS, KNOWN)
def test_an_answer_belongs_to_a_step_that_would_be_spoken(
    first: list[StepPlan], second: list[StepPlan], doing: list[Input | str], known: frozenset[str]
) -> None:
    book = book_of(first, second)
    position, _turns = hold_session(book, doing, known)
    for frame in position.frames:
        for name in frame.answers:
            assert book.compiled[frame.flow].steps[name].when.holds(frame.answers, known)


def as_said(  # noqa: PLR0911 - one for each kind
    given_answer: Answer,
) -> Input:
    """Return what a person did to give an answer."""
    match given_answer:
        case None:
            return PressInput("clear")
        case PlaceAnswer(county=None, latitude=float(latitude), longitude=float(longitude)):
            return LocationInput(latitude, longitude)
        case PlaceAnswer(county=code, text=words) | TimeAnswer(code=code, text=words):
            return PressInput(code) if code else Written(words)
        case int(number):
            return Written(str(number))
        case tuple(parts) if parts and isinstance(parts[0], FileRef):
            return FilesInput(tuple(part for part in parts if isinstance(part, FileRef)))
        case tuple():
            return PressInput("done")
        case words:
            return Written(words)


@MANY
@given(
    plans(kinds=("choose", "ask", "number", "place", "when", "say", "review")),
    st.lists(HEARD, max_size=12),
    KNOWN,
)
def test_going_back_and_giving_the_same_answer_leads_to_the_same_place(
    plan: list[StepPlan], doing: list[Input | str], known: frozenset[str]
) -> None:
    book = book_of(plan)
    position, _turns = hold_session(book, doing, known)
    reply = open_question(book, position)
    if reply is None or "back" not in reply.controls:
        return
    position.frames[-1].partial_answers.clear()
    asked_at = position.frames[-1].step
    before = msgspec.msgpack.encode(position)
    do(book, position, PressInput("back"), known)
    frame = position.frames[-1]
    if frame.step in frame.answers:
        same = frame.answers[frame.step]
        question = book.compiled[frame.flow].questions[frame.step]
        code = isinstance(same, str) and hasattr(question, "was")
        do(book, position, PressInput(str(same)) if code else as_said(same), known)
    else:
        do(book, position, PressInput("go"), known)
    if not _was_further_on(before, asked_at):
        assert msgspec.msgpack.encode(position) == before


def _was_further_on(packed: bytes, step: str) -> bool:
    """Return whether the person was looking at an answered question: going on passes it."""
    frame: Frame = msgspec.msgpack.decode(packed, type=Position).frames[-1]
    return step in frame.answers


def answered(position: Position) -> dict[tuple[str, str], Answer]:
    return {
        (frame.flow, name): said
        for frame in position.frames
        for name, said in frame.answers.items()
    }


@MANY
@given(plans(), plans(), STEPS, KNOWN)
def test_no_answer_is_lost_unless_it_was_changed_or_its_way_was_left(
    first: list[StepPlan], second: list[StepPlan], doing: list[Input | str], known: frozenset[str]
) -> None:
    book, position = book_of(first, second), Position()
    begin(book, position, "f0", known)
    for done in doing:
        before = answered(position)
        asked = (position.frames[-1].flow, position.frames[-1].step) if position.frames else None
        turn = do(book, position, done, known)
        now = answered(position)
        now |= {(came.flow, name): a for came in turn.endings for name, a in came.answers.items()}
        for place, said in before.items():
            if place == asked or now.get(place, "lost") == said:
                continue
            flow, name = place
            there = {step: a for (other, step), a in now.items() if other == flow}
            assert not book.compiled[flow].steps[name].when.holds(there, known)


def all_words(position: Position, turns: list[Turn]) -> str:
    return repr((position, [turn.endings for turn in turns]))


@MANY
@given(plans(), plans(), st.lists(st.integers(0, 3), min_size=1, max_size=25), KNOWN)
def test_every_input_becomes_an_answer_or_is_kept_as_extra(
    first: list[StepPlan], second: list[StepPlan], how: list[int], known: frozenset[str]
) -> None:
    book, position = book_of(first, second), Position()
    turns = [begin(book, position, "f0", known)]
    for number, way in enumerate(how):
        written = f"(words {number})"
        done: Input = (
            FilesInput((FileRef("f", "photo", caption=written),)) if way == 0 else Written(written)
        )
        turns.append(do(book, position, done, known))
        for earlier in range(number + 1):
            assert f"(words {earlier})" in all_words(position, turns)
        if way == 3 and position.frames:
            reply = open_question(book, position)
            turns.append(do(book, position, PressInput(onward(reply)), known))


def onward(reply: object) -> str:
    controls = getattr(reply, "controls", ())
    codes = [choice.code for choice in getattr(reply, "choices", ())]
    if "done" in controls:
        return "done"
    return "skip" if "skip" in controls else "go" if "go" in codes else codes[0]


@MANY
@given(st.data(), plans(), plans(), STEPS, KNOWN)
def test_a_release_that_renames_removes_and_adds_steps_strands_no_one(
    data: st.DataObject,
    first: list[StepPlan],
    second: list[StepPlan],
    doing: list[Input | str],
    known: frozenset[str],
) -> None:
    old = book_of(first, second)
    position, _turns = hold_session(old, doing, known)
    plan, renamed = data.draw(releases(first)).plan(first)
    new = book_of(plan, second, renamed=renamed)
    words = {name: said for (flow, name), said in answered(position).items() if flow == "f0"}
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(pack(position)))
    position = unpack(stored, new)
    after = {name: said for (flow, name), said in answered(position).items() if flow == "f0"}
    assert after == {renamed.get(name, name): said for name, said in words.items()}
    turn = ask_again(new, position, known)
    if position.frames:
        assert turn.replies[-1].is_question
    assert ends(new, position, known)
