"""The engine: moves a conversation by one turn.

Every function changes the position it gets and returns the messages to send. Between two turns the
last frame is at an open question, or there is no frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.answers import FileRef
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput, TextInput
from bot.conversation.machine import START
from bot.conversation.outcomes import ENDS_ALL_FLOWS, TAKES_EXTRAS, Outcome
from bot.conversation.questions.question import (
    ChangeAnswer,
    Complete,
    DiscardExtras,
    NoMatch,
    ParsedInput,
    Partial,
    Question,
)
from bot.conversation.questions.review import Review
from bot.conversation.questions.text import with_captions
from bot.conversation.replies import FILE_KEPT, NO_REASON, RECEIVED, FlowEnded, Reply, Turn
from bot.conversation.state import Frame
from bot.conversation.steps import PERSON, WARNING, Begin, End, is_warning

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation.answers import Answer
    from bot.conversation.registry import FlowRegistry
    from bot.conversation.state import Position
    from bot.conversation.steps import Step

    Facts = frozenset[str]


def begin(registry: FlowRegistry, position: Position, flow_name: str, facts: Facts) -> Turn:
    """Begin a flow above the running ones, up to its first open question.

    A flow that is already running moves to the top instead: its messages are repeated, its answered
    questions are not. So a flow never runs twice, however often a button is pressed.
    """
    turn = Turn()
    _push_flow(registry, position, flow_name)
    _run_until_question(registry, position, facts, turn)
    return turn


def answer(registry: FlowRegistry, position: Position, incoming: Input, facts: Facts) -> Turn:
    """Answer the open question, and go on to the next."""
    question = _open_question(registry, position)
    if question is None:
        keep_extra(position, incoming)
        return ask_again(registry, position, facts)
    if type(incoming) is PressInput and incoming.code in CONTROL_HANDLERS:
        return CONTROL_HANDLERS[incoming.code](registry, position, facts)
    parsed = question.parse(incoming, question.partial_answer(position.frames[-1]))
    if type(parsed) is Complete:
        return _record_answer(registry, position, question, parsed.answer, facts)
    return _keep_asking(registry, position, question, parsed, incoming)


def skip(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Skip the open question if it is skippable; parts of an answer or an earlier one stay."""
    question = _open_question(registry, position)
    if question is None or not question.skippable:
        return ask_again(registry, position, facts)
    if question.partial_answer(position.frames[-1]):
        return answer(registry, position, PressInput("done"), facts)
    if question.name in position.frames[-1].answers:
        return keep(registry, position, facts)
    return _record_answer(registry, position, question, None, facts)


def ask_for_person(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Begin the flow that asks for a caseworker; the open question waits below it."""
    if PERSON not in registry.compiled:
        return ask_again(registry, position, facts)
    return begin(registry, position, PERSON, facts)


def keep(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Keep the earlier answer of a question that is asked again."""
    question = _open_question(registry, position)
    if question is None or question.name not in position.frames[-1].answers:
        return ask_again(registry, position, facts)
    position.frames[-1].partial_answers.pop(question.name, None)
    return _advance(registry, position, facts)


def clear(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Remove the earlier answer of a question that is asked again, if it is skippable."""
    question = _open_question(registry, position)
    if question is None or not question.skippable:
        return ask_again(registry, position, facts)
    return _record_answer(registry, position, question, None, facts)


def back(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Return to the previous question, in this flow or the one below; its answer is kept."""
    if not _can_go_back(registry, position):
        return ask_again(registry, position, facts)
    frames = position.frames
    while not (compiled := registry.compiled[frames[-1].flow]).has_earlier_answer(frames[-1]):
        _keep_partial_files(position, frames.pop())
        if (below := _open_question(registry, position)) is not None:
            return Turn([_ask(registry, position, below)])
    frame = frames[-1]
    if frame.step in compiled.reviews:
        frame.partial_answers.pop(frame.step, None)
    compiled.go_back(frame)
    _end_change(frame)
    return Turn([_ask(registry, position, compiled.questions[frame.step])])


def why(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Give the reason for the open question, and ask it again."""
    question = _open_question(registry, position)
    turn = ask_again(registry, position, facts)
    if question is not None:
        turn.replies.insert(0, Reply(question.why or NO_REASON))
    return turn


def ask_again(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    """Ask the open question again, with its summary if that is shown."""
    reply = open_question(registry, position)
    if reply is not None:
        return Turn([reply])
    turn = Turn()
    _run_until_question(registry, position, facts, turn)
    return turn


def open_question(registry: FlowRegistry, position: Position) -> Reply | None:
    """Return the open question as it was asked last, or None."""
    question = _open_question(registry, position)
    if question is None:
        return None
    frame = position.frames[-1]
    back = _can_go_back(registry, position)
    if isinstance(question, Review) and question.name in frame.partial_answers:
        return question.summary(frame, position, back=back)
    return question.ask(frame, back=back)


CHANGING = "*"
"""Among the done steps: the open question is changed from a review."""
CONTROL_HANDLERS: dict[str, Callable[[FlowRegistry, Position, Facts], Turn]] = {
    "skip": skip,
    "why": why,
    "back": back,
    "keep": keep,
    "clear": clear,
    "person": ask_for_person,
}
"""The controls. "done" is not here: questions parse it."""


def _record_answer(
    registry: FlowRegistry,
    position: Position,
    question: Question[Answer],
    given: Answer,
    facts: Facts,
) -> Turn:
    frame = position.frames[-1]
    compiled = registry.compiled[frame.flow]
    name = question.name
    amends = name in frame.answers or not frame.answers.keys().isdisjoint(compiled.later[name])
    if frame.partial_answers:
        frame.partial_answers.pop(name, None)
    if type(question) is Review:
        frame.done_steps.append(name)
    else:
        frame.answers[name] = given
    if amends:
        compiled.discard_unreachable(frame, facts)
    return _advance(registry, position, facts)


def _advance(registry: FlowRegistry, position: Position, facts: Facts) -> Turn:
    turn = Turn()
    frame = position.frames[-1]
    _end_change(frame)
    registry.compiled[frame.flow].forward(frame, frame.answers, facts)
    _run_until_question(registry, position, facts, turn)
    return turn


def _end_change(frame: Frame) -> None:
    if CHANGING in frame.done_steps:
        frame.done_steps.remove(CHANGING)


def _keep_asking(
    registry: FlowRegistry,
    position: Position,
    question: Question[Answer],
    parsed: ParsedInput,
    incoming: Input,
) -> Turn:
    """Ask the question again, or go from a review to a question that is changed."""
    if type(parsed) is Partial:
        position.frames[-1].partial_answers[question.name] = parsed.parts
        reply = _ask(registry, position, question, edits=parsed.edits_last)
        return Turn([reply if parsed.edits_last else msgspec.structs.replace(reply, text=RECEIVED)])
    if type(parsed) is NoMatch:
        keep_extra(position, incoming)
        text = FILE_KEPT if isinstance(incoming, FilesInput | LocationInput) else parsed.text
        again = _ask(registry, position, question)
        return Turn([again] if text is None else [Reply(text), again])
    if isinstance(question, Review):
        return _handle_review(registry, position, question, parsed)
    return Turn([_ask(registry, position, question)])


def _handle_review(
    registry: FlowRegistry, position: Position, review: Review, parsed: ParsedInput
) -> Turn:
    """Show the answers, or go to the one that is changed."""
    frame = position.frames[-1]
    if type(parsed) is ChangeAnswer and parsed.name in frame.answers:
        frame.partial_answers.pop(review.name, None)
        compiled = registry.compiled[frame.flow]
        compiled.change(frame, parsed.name)
        frame.done_steps.append(CHANGING)
        return Turn([_ask(registry, position, compiled.questions[frame.step])])
    if type(parsed) is DiscardExtras:
        position.extra_texts.clear()
        position.extra_files.clear()
    return Turn([review.summary(frame, position, back=_can_go_back(registry, position))])


def _run_until_question(
    registry: FlowRegistry, position: Position, facts: Facts, turn: Turn
) -> None:
    """Go from step to step until a question is open or all flows have ended."""
    while position.frames:
        frame = position.frames[-1]
        compiled = registry.compiled[frame.flow]
        step = compiled.steps.get(frame.step)
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
            _say(position, step, turn)
        compiled.forward(frame, frame.answers, facts)


def _say(position: Position, step: Step, turn: Turn) -> None:
    """Send a message, except a warning that a flow below has said and that still stands."""
    *below, frame = position.frames
    if not (is_warning(step) and any(_has_warned(each) for each in below)):
        turn.replies += [Reply(text) for text in step.phrases()]
    frame.done_steps.append(step.name)


def _has_warned(frame: Frame) -> bool:
    """Return whether a flow warned, and the chat has not been silent since."""
    return not frame.hidden_answers and any(it.startswith(WARNING) for it in frame.done_steps)


def _push_flow(registry: FlowRegistry, position: Position, flow_name: str) -> None:
    """Put a flow on top, at its first step, with its answers if it is already running."""
    compiled = registry.compiled[flow_name]
    for here, frame in enumerate(position.frames):
        if frame.flow == flow_name:
            del position.frames[here]
            position.frames.append(frame)
            frame.step = START
            frame.done_steps = [name for name in frame.done_steps if name not in compiled.say_steps]
            return
    position.frames.append(Frame(flow_name, START))


def _end_flow(registry: FlowRegistry, position: Position, step: End, turn: Turn) -> bool:
    """End the top flow; return whether the conversation now waits, or all flows have ended."""
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
        below = position.frames[-1]
        if below.step != START:
            below.done_steps.append(below.step)
        return False
    turn.replies.append(_ask(registry, position, question))
    return True


def _outgoing_answers(position: Position, frame: Frame, outcome: Outcome) -> dict[str, Answer]:
    answers = frame.all_answers
    if outcome in TAKES_EXTRAS:
        hidden = position.hidden_extras
        texts = (*(part for part in hidden if isinstance(part, str)), *position.extra_texts)
        files = (*(part for part in hidden if isinstance(part, FileRef)), *position.extra_files)
        if texts:
            answers["also"] = texts
        if files:
            answers["also_files"] = files
        position.extra_texts, position.extra_files, position.hidden_extras = [], [], []
    return answers


def _open_question(registry: FlowRegistry, position: Position) -> Question[Answer] | None:
    """Return the question the top frame is at; None if it is at another step or there is none."""
    if not position.frames:
        return None
    frame = position.frames[-1]
    return registry.compiled[frame.flow].questions.get(frame.step)


def _ask(
    registry: FlowRegistry, position: Position, question: Question[Answer], *, edits: bool = False
) -> Reply:
    frame = position.frames[-1]
    if type(question) is Review:
        frame.partial_answers.pop(question.name, None)  # the buttons of a summary shown before
    return question.ask(frame, back=_can_go_back(registry, position), edits_last=edits)


def _can_go_back(registry: FlowRegistry, position: Position) -> bool:
    """Return whether there is a previous question, in this flow or one below.

    A frame with hidden answers ends the search, so that Back does not reach them. A question that
    is changed leads back to the review by itself.
    """
    if CHANGING in position.frames[-1].done_steps:
        return False
    for depth, frame in enumerate(reversed(position.frames)):
        compiled = registry.compiled[frame.flow]
        if depth and frame.step in compiled.questions:
            return True
        if compiled.has_earlier_answer(frame):
            return True
        if frame.hidden_answers:
            return False
    return False


def keep_extra(position: Position, incoming: Input) -> None:
    """Keep input that answers no question: it is sent with the rest."""
    if isinstance(incoming, TextInput):
        position.add_extra(incoming.text)
    elif isinstance(incoming, FilesInput):
        position.extra_files += with_captions(incoming)
    elif isinstance(incoming, LocationInput):
        position.add_extra(f"{incoming.latitude}, {incoming.longitude}")


def _keep_partial_files(position: Position, left: Frame) -> None:
    """Keep the files of a flow that is left before its first answer."""
    for parts in left.partial_answers.values():
        position.extra_files += [part for part in parts if isinstance(part, FileRef)]
