"""Hold a conversation, one turn at a time, without touching the world.

Every function moves the position it is given and returns what to say. Between two turns the last
frame stands on an open question, or there is no frame at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.answers import FileRef
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput, TextInput
from bot.conversation.machine import START
from bot.conversation.outcomes import ENDS_ALL_FLOWS, TAKES_EXTRAS, Outcome
from bot.conversation.questions import (
    ChangeAnswer,
    Complete,
    DiscardExtras,
    NoMatch,
    ParsedInput,
    Partial,
    Question,
)
from bot.conversation.replies import FILE_KEPT, NO_REASON, RECEIVED, FlowEnded, Reply, Turn
from bot.conversation.review import Review
from bot.conversation.state import Frame
from bot.conversation.steps import Begin, End
from bot.conversation.text_questions import with_captions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation.answers import Answer
    from bot.conversation.registry import FlowRegistry
    from bot.conversation.state import Position
    from bot.conversation.steps import Step
    from bot.text import Text

    Facts = frozenset[str]


def begin(registry: FlowRegistry, position: Position, flow_name: str, facts: Facts) -> Turn:
    """Begin a flow on top of whatever is going on, and speak until it waits.

    A flow that is already going on is picked up: what it says is said again, what was answered is
    not asked again. So no flow ever lies on itself, however often a button is pressed.
    """
    turn = Turn()
    _push_flow(registry, position, flow_name)
    _run_until_question(registry, position, facts, turn)
    return turn


def answer(registry: FlowRegistry, position: Position, incoming: Input, facts: Facts) -> Turn:
    """Hear an answer to the open question and speak until the conversation waits again."""
    question = _open_question(registry, position)
    if question is None:
        keep_extra(position, incoming)
        return ask_again(registry, position, facts)
    if type(incoming) is PressInput and incoming.code in CONTROL_HANDLERS:
        return CONTROL_HANDLERS[incoming.code](registry, position, facts)
    reading = question.parse(incoming, question.partial_answer(position.frames[-1]))
    if type(reading) is Complete:
        return _record_answer(registry, position, question, reading.answer, facts)
    return _keep_asking(registry, position, question, reading, incoming)


def skip(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Leave the open question unanswered, if it may be; what was begun or answered is kept."""
    question = _open_question(registry, position)
    if question is None or not question.skippable:
        return ask_again(registry, position, facts)
    if question.partial_answer(position.frames[-1]):
        return answer(registry, position, PressInput("done"), facts)
    if question.name in position.frames[-1].answers:
        return keep(registry, position, facts)
    return _record_answer(registry, position, question, None, facts)


def keep(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Leave the answer of a question asked again as it was."""
    question = _open_question(registry, position)
    if question is None or question.name not in position.frames[-1].answers:
        return ask_again(registry, position, facts)
    frame = position.frames[-1]
    frame.partial_answers.pop(question.name, None)
    return _advance(registry, position, facts)


def clear(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Take the answer of a question asked again back, if it may be left unanswered."""
    question = _open_question(registry, position)
    if question is None or not question.skippable:
        return ask_again(registry, position, facts)
    return _record_answer(registry, position, question, None, facts)


def back(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Return to the question before, in this flow or the one beneath; its answer is kept."""
    if not _can_go_back(registry, position):
        return ask_again(registry, position, facts)
    frames = position.frames
    while not (sheet := registry.compiled[frames[-1].flow]).has_earlier_answer(frames[-1]):
        _keep_partial_files(position, frames.pop())
        if (beneath := _open_question(registry, position)) is not None:
            return Turn([_ask(registry, position, beneath)])
    left = frames[-1]
    if left.step in sheet.reviews:
        left.partial_answers.pop(left.step, None)
    sheet.go_back(left)
    return Turn([_ask(registry, position, sheet.questions[left.step])])


def why(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Say why the open question is asked, and ask it again."""
    question = _open_question(registry, position)
    turn = ask_again(registry, position, facts)
    if question is not None:
        turn.replies.insert(0, Reply(question.why or NO_REASON))
    return turn


def ask_again(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Ask the open question once more, a summary that is being looked at included."""
    reply = open_question(registry, position)
    if reply is not None:
        return Turn([reply])
    turn = Turn()
    _run_until_question(registry, position, facts, turn)
    return turn


def open_question(registry: FlowRegistry, position: Position) -> Reply | None:
    """Return the question that waits, as it was put last; None where none does."""
    question = _open_question(registry, position)
    if question is None:
        return None
    frame = position.frames[-1]
    back = _can_go_back(registry, position)
    if isinstance(question, Review) and question.name in frame.partial_answers:
        return question.summary(frame, position, back=back)
    return question.ask(frame, back=back)


CONTROL_HANDLERS: dict[str, Callable[[FlowRegistry, Position, Facts], Turn]] = {
    "skip": skip,
    "why": why,
    "back": back,
    "keep": keep,
    "clear": clear,
}
"""What the controls do. "done" is an answer like any other."""


def _record_answer(
    registry: FlowRegistry,
    position: Position,
    question: Question[Answer],
    given: Answer,
    facts: Facts,
) -> Turn:
    frame = position.frames[-1]
    sheet = registry.compiled[frame.flow]
    name = question.name
    amends = name in frame.answers or not frame.answers.keys().isdisjoint(sheet.later[name])
    if frame.partial_answers:
        frame.partial_answers.pop(name, None)
    if type(question) is Review:
        frame.done_steps.append(name)
    else:
        frame.answers[name] = given
    if amends:
        sheet.discard_unreachable(frame, facts)
    return _advance(registry, position, facts)


def _advance(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    turn = Turn()
    frame = position.frames[-1]
    registry.compiled[frame.flow].forward(frame, frame.answers, facts)
    _run_until_question(registry, position, facts, turn)
    return turn


def _keep_asking(
    registry: FlowRegistry,
    position: Position,
    question: Question[Answer],
    reading: ParsedInput,
    incoming: Input,
) -> Turn:
    """Stay at the question, or go from a review to one that shall be changed."""
    frame = position.frames[-1]
    if type(reading) is Partial:
        frame.partial_answers[question.name] = reading.parts
        reply = _ask(registry, position, question, edits=reading.edits_last)
        return Turn(
            [reply if reading.edits_last else msgspec.structs.replace(reply, text=RECEIVED)]
        )
    if type(reading) is NoMatch:
        return _keep_and_ask_again(registry, position, question, reading.text, incoming)
    if isinstance(question, Review):
        return _handle_review(registry, position, question, reading)
    return Turn([_ask(registry, position, question)])


def _handle_review(
    registry: FlowRegistry, position: Position, review: Review, reading: ParsedInput
) -> Turn:
    """Read the answers back, or go to the one that shall be changed."""
    frame = position.frames[-1]
    if type(reading) is ChangeAnswer and reading.name in frame.answers:
        frame.partial_answers.pop(review.name, None)
        sheet = registry.compiled[frame.flow]
        sheet.change(frame, reading.name)
        question = sheet.questions[frame.step]
        return Turn([_ask(registry, position, question)])
    if type(reading) is DiscardExtras:
        position.extra_texts.clear()
        position.extra_files.clear()
    return Turn([review.summary(frame, position, back=_can_go_back(registry, position))])


def _keep_and_ask_again(
    registry: FlowRegistry,
    position: Position,
    question: Question[Answer],
    text: Text | None,
    incoming: Input,
) -> Turn:
    """Keep what answers nothing here, say so, and ask again."""
    keep_extra(position, incoming)
    if isinstance(incoming, FilesInput | LocationInput):
        text = FILE_KEPT
    again = _ask(registry, position, question)
    return Turn([again] if text is None else [Reply(text), again])


def _run_until_question(
    registry: FlowRegistry, position: Position, facts: Facts, turn: Turn
) -> None:
    """Go from step to step until a question is open or nothing is left."""
    while position.frames:
        frame = position.frames[-1]
        sheet = registry.compiled[frame.flow]
        step = sheet.steps.get(frame.step)
        if isinstance(step, Question):
            if frame.step not in frame.answers and frame.step not in frame.done_steps:
                turn.replies.append(_ask(registry, position, step))
                return
        elif isinstance(step, End):
            if _end_flow(registry, position, step, turn):
                return
            continue
        elif step is None:
            frame.step = START
        elif frame.step not in frame.done_steps:
            if isinstance(step, Begin):
                _push_flow(registry, position, step.flow_name)
                continue
            _say(frame, step, turn)
        sheet.forward(frame, frame.answers, facts)


def _say(frame: Frame, step: Step, turn: Turn) -> None:
    turn.replies += [Reply(text) for text in step.phrases()]
    frame.done_steps.append(step.name)


def _push_flow(registry: FlowRegistry, position: Position, flow_name: str) -> None:
    """Lay a flow on top, from its first step; one that is going on is taken from where it lies."""
    sheet = registry.compiled[flow_name]
    for here, frame in enumerate(position.frames):
        if frame.flow == flow_name:
            del position.frames[here]
            position.frames.append(frame)
            frame.step = START
            frame.done_steps = [name for name in frame.done_steps if name not in sheet.say_steps]
            return
    position.frames.append(Frame(flow_name, START))


def _end_flow(registry: FlowRegistry, position: Position, step: End, turn: Turn) -> bool:
    """End the flow on top; return whether what lay beneath now waits for an answer."""
    frame = position.frames.pop()
    turn.replies += [Reply(text) for text in step.phrases()]
    answers = _outgoing_answers(position, frame, step.outcome)
    turn.endings.append(FlowEnded(step.outcome, frame.flow, answers, len(turn.replies)))
    if step.outcome in ENDS_ALL_FLOWS:
        position.frames.clear()
        position.extra_texts.clear()
        position.extra_files.clear()
        position.hidden_extras.clear()
    if not position.frames:
        return True
    question = _open_question(registry, position)
    if question is None:
        beneath = position.frames[-1]
        if beneath.step != START:
            beneath.done_steps.append(beneath.step)
        return False
    turn.replies.append(_ask(registry, position, question))
    return True


def _outgoing_answers(position: Position, frame: Frame, outcome: Outcome) -> dict[str, Answer]:
    answers = frame.all_answers
    if outcome in TAKES_EXTRAS:
        before = position.hidden_extras
        words = (*(part for part in before if isinstance(part, str)), *position.extra_texts)
        files = (*(part for part in before if isinstance(part, FileRef)), *position.extra_files)
        if words:
            answers["also"] = words
        if files:
            answers["also_files"] = files
        position.extra_texts, position.extra_files, position.hidden_extras = [], [], []
    return answers


def _open_question(registry: FlowRegistry, position: Position) -> Question[Answer] | None:
    """Return the question the conversation waits at; None where it must walk on first."""
    if not position.frames:
        return None
    frame = position.frames[-1]
    return registry.compiled[frame.flow].questions.get(frame.step)


def _ask(
    registry: FlowRegistry, position: Position, question: Question[Answer], *, edits: bool = False
) -> Reply:
    frame = position.frames[-1]
    if type(question) is Review:
        frame.partial_answers.pop(question.name, None)  # what was shown was fleeting
    return question.ask(frame, back=_can_go_back(registry, position), edits_last=edits)


def _can_go_back(registry: FlowRegistry, position: Position) -> bool:
    """Return whether a question was asked before: in this flow, or in one beneath.

    Nobody goes back behind a veil: there would be an answer, and a flow with some is not left.
    """
    for depth, frame in enumerate(reversed(position.frames)):
        sheet = registry.compiled[frame.flow]
        if depth and frame.step in sheet.questions:
            return True
        if sheet.has_earlier_answer(frame):
            return True
        if frame.hidden_answers:
            return False
    return False


def keep_extra(position: Position, incoming: Input) -> None:
    """Keep what answers no question; it goes along with what the person sends."""
    if isinstance(incoming, TextInput):
        position.add_extra(incoming.text)
    elif isinstance(incoming, FilesInput):
        position.extra_files += with_captions(incoming)
    elif isinstance(incoming, LocationInput):
        position.add_extra(f"{incoming.latitude}, {incoming.longitude}")


def _keep_partial_files(position: Position, left: Frame) -> None:
    """Keep files of a flow that is left before its first answer."""
    for parts in left.partial_answers.values():
        position.extra_files += [part for part in parts if isinstance(part, FileRef)]
