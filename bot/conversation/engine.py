"""Hold a conversation, one turn at a time, without touching the world.

Every function moves the position it is given and returns what to say. Between two turns the last
frame stands on an open question, or there is no frame at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.conversation.answers import FileNote
from bot.conversation.inputs import Files, Heard, Located, Pressed, Words
from bot.conversation.machine import START
from bot.conversation.outcomes import CARRIES_WORDS, ENDS_ALL, Outcome
from bot.conversation.questions import (
    Beside,
    Changed,
    Held,
    LeftOut,
    Question,
    Reading,
    Said,
)
from bot.conversation.replies import FILE_KEPT, NO_REASON, RECEIVED, Came, Reply, Turn
from bot.conversation.review import Review
from bot.conversation.state import Frame
from bot.conversation.steps import Begin, End
from bot.conversation.text_questions import captioned

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation.answers import Answer
    from bot.conversation.registry import Book
    from bot.conversation.state import Position
    from bot.conversation.steps import Step
    from bot.text import Text

    Facts = frozenset[str]


def begin(book: Book, position: Position, flow_name: str, known: Facts) -> Turn:
    """Begin a flow on top of whatever is going on, and speak until it waits.

    A flow that is already going on is picked up: what it says is said again, what was answered is
    not asked again. So no flow ever lies on itself, however often a button is pressed.
    """
    turn = Turn()
    _push(book, position, flow_name)
    _walk(book, position, known, turn)
    return turn


def answer(book: Book, position: Position, heard: Heard, known: Facts) -> Turn:
    """Hear an answer to the open question and speak until the conversation waits again."""
    question = _open_question(book, position)
    if question is None:
        keep_beside(position, heard)
        return ask_again(book, position, known)
    if type(heard) is Pressed and heard.code in PRESSED:
        return PRESSED[heard.code](book, position, known)
    reading = question.read(heard, question.begun(position.frames[-1]))
    if type(reading) is Said:
        return _said(book, position, question, reading.answer, known)
    return _go_on_asking(book, position, question, reading, heard)


def skip(book: Book, position: Position, known: Facts) -> Turn:
    """Leave the open question unanswered, if it may be; what was begun or answered is kept."""
    question = _open_question(book, position)
    if question is None or not question.skippable:
        return ask_again(book, position, known)
    if question.begun(position.frames[-1]):
        return answer(book, position, Pressed("done"), known)
    if question.name in position.frames[-1].answers:
        return keep(book, position, known)
    return _said(book, position, question, None, known)


def keep(book: Book, position: Position, known: Facts) -> Turn:
    """Leave the answer of a question asked again as it was."""
    question = _open_question(book, position)
    if question is None or question.name not in position.frames[-1].answers:
        return ask_again(book, position, known)
    frame = position.frames[-1]
    frame.held.pop(question.name, None)
    return _forward(book, position, known)


def clear(book: Book, position: Position, known: Facts) -> Turn:
    """Take the answer of a question asked again back, if it may be left unanswered."""
    question = _open_question(book, position)
    if question is None or not question.skippable:
        return ask_again(book, position, known)
    return _said(book, position, question, None, known)


def back(book: Book, position: Position, known: Facts) -> Turn:
    """Return to the question before, in this flow or the one beneath; its answer is kept."""
    if not _can_go_back(book, position):
        return ask_again(book, position, known)
    frames = position.frames
    while not (sheet := book.sheets[frames[-1].flow]).was_asked_before(frames[-1]):
        _keep_files(position, frames.pop())
        if (beneath := _open_question(book, position)) is not None:
            return Turn([_asked(book, position, beneath)])
    left = frames[-1]
    if left.step in sheet.reviews:
        left.held.pop(left.step, None)
    sheet.go_back(left)
    return Turn([_asked(book, position, sheet.questions[left.step])])


def why(book: Book, position: Position, known: Facts) -> Turn:
    """Say why the open question is asked, and ask it again."""
    question = _open_question(book, position)
    turn = ask_again(book, position, known)
    if question is not None:
        turn.replies.insert(0, Reply(question.why or NO_REASON))
    return turn


def ask_again(book: Book, position: Position, known: Facts) -> Turn:
    """Ask the open question once more, a summary that is being looked at included."""
    reply = open_question(book, position)
    if reply is not None:
        return Turn([reply])
    turn = Turn()
    _walk(book, position, known, turn)
    return turn


def open_question(book: Book, position: Position) -> Reply | None:
    """Return the question that waits, as it was put last; None where none does."""
    question = _open_question(book, position)
    if question is None:
        return None
    frame = position.frames[-1]
    back = _can_go_back(book, position)
    if isinstance(question, Review) and question.name in frame.held:
        return question.summary(frame, position, back=back)
    return question.ask(frame, back=back)


PRESSED: dict[str, Callable[[Book, Position, Facts], Turn]] = {
    "skip": skip,
    "why": why,
    "back": back,
    "keep": keep,
    "clear": clear,
}
"""What the controls do. "done" is an answer like any other."""


def _said(
    book: Book, position: Position, question: Question[Answer], said: Answer, known: Facts
) -> Turn:
    frame = position.frames[-1]
    sheet = book.sheets[frame.flow]
    name = question.name
    amends = name in frame.answers or not frame.answers.keys().isdisjoint(sheet.later[name])
    if frame.held:
        frame.held.pop(name, None)
    if type(question) is Review:
        frame.passed.append(name)
    else:
        frame.answers[name] = said
    if amends:
        sheet.drop_unguarded(frame, known)
    return _forward(book, position, known)


def _forward(book: Book, position: Position, known: Facts) -> Turn:
    turn = Turn()
    frame = position.frames[-1]
    book.sheets[frame.flow].forward(frame, frame.answers, known)
    _walk(book, position, known, turn)
    return turn


def _go_on_asking(
    book: Book, position: Position, question: Question[Answer], reading: Reading, heard: Heard
) -> Turn:
    """Stay at the question, or go from a review to one that shall be changed."""
    frame = position.frames[-1]
    if type(reading) is Held:
        frame.held[question.name] = reading.parts
        reply = _asked(book, position, question, edits=reading.edits)
        return Turn([reply if reading.edits else msgspec.structs.replace(reply, text=RECEIVED)])
    if type(reading) is Beside:
        return _set_beside(book, position, question, reading.text, heard)
    if isinstance(question, Review):
        return _reviewed(book, position, question, reading)
    return Turn([_asked(book, position, question)])


def _reviewed(book: Book, position: Position, review: Review, reading: Reading) -> Turn:
    """Read the answers back, or go to the one that shall be changed."""
    frame = position.frames[-1]
    if type(reading) is Changed and reading.name in frame.answers:
        frame.held.pop(review.name, None)
        sheet = book.sheets[frame.flow]
        sheet.change(frame, reading.name)
        question = sheet.questions[frame.step]
        return Turn([_asked(book, position, question)])
    if type(reading) is LeftOut:
        position.also.clear()
        position.also_files.clear()
    return Turn([review.summary(frame, position, back=_can_go_back(book, position))])


def _set_beside(
    book: Book, position: Position, question: Question[Answer], text: Text | None, heard: Heard
) -> Turn:
    """Keep what answers nothing here, say so, and ask again."""
    keep_beside(position, heard)
    if isinstance(heard, Files | Located):
        text = FILE_KEPT
    again = _asked(book, position, question)
    return Turn([again] if text is None else [Reply(text), again])


def _walk(book: Book, position: Position, known: Facts, turn: Turn) -> None:
    """Go from step to step until a question is open or nothing is left."""
    while position.frames:
        frame = position.frames[-1]
        sheet = book.sheets[frame.flow]
        step = sheet.steps.get(frame.step)
        if isinstance(step, Question):
            if frame.step not in frame.answers and frame.step not in frame.passed:
                turn.replies.append(_asked(book, position, step))
                return
        elif isinstance(step, End):
            if _end(book, position, step, turn):
                return
            continue
        elif step is None:
            frame.step = START
        elif frame.step not in frame.passed:
            if isinstance(step, Begin):
                _push(book, position, step.flow_name)
                continue
            _say(frame, step, turn)
        sheet.forward(frame, frame.answers, known)


def _say(frame: Frame, step: Step, turn: Turn) -> None:
    turn.replies += [Reply(text) for text in step.phrases()]
    frame.passed.append(step.name)


def _push(book: Book, position: Position, flow_name: str) -> None:
    """Lay a flow on top, from its first step; one that is going on is taken from where it lies."""
    sheet = book.sheets[flow_name]
    for here, frame in enumerate(position.frames):
        if frame.flow == flow_name:
            del position.frames[here]
            position.frames.append(frame)
            frame.step = START
            frame.passed = [name for name in frame.passed if name not in sheet.spoken]
            return
    position.frames.append(Frame(flow_name, START))


def _end(book: Book, position: Position, step: End, turn: Turn) -> bool:
    """End the flow on top; return whether what lay beneath now waits for an answer."""
    frame = position.frames.pop()
    turn.replies += [Reply(text) for text in step.phrases()]
    answers = _handed_over(position, frame, step.outcome)
    turn.came.append(Came(step.outcome, frame.flow, answers, len(turn.replies)))
    if step.outcome in ENDS_ALL:
        position.frames.clear()
        position.also.clear()
        position.also_files.clear()
        position.veiled.clear()
    if not position.frames:
        return True
    question = _open_question(book, position)
    if question is None:
        beneath = position.frames[-1]
        if beneath.step != START:
            beneath.passed.append(beneath.step)
        return False
    turn.replies.append(_asked(book, position, question))
    return True


def _handed_over(position: Position, frame: Frame, outcome: Outcome) -> dict[str, Answer]:
    answers = frame.told
    if outcome in CARRIES_WORDS:
        before = position.veiled
        words = (*(part for part in before if isinstance(part, str)), *position.also)
        files = (*(part for part in before if isinstance(part, FileNote)), *position.also_files)
        if words:
            answers["also"] = words
        if files:
            answers["also_files"] = files
        position.also, position.also_files, position.veiled = [], [], []
    return answers


def _open_question(book: Book, position: Position) -> Question[Answer] | None:
    """Return the question the conversation waits at; None where it must walk on first."""
    if not position.frames:
        return None
    frame = position.frames[-1]
    return book.sheets[frame.flow].questions.get(frame.step)


def _asked(
    book: Book, position: Position, question: Question[Answer], *, edits: bool = False
) -> Reply:
    frame = position.frames[-1]
    if type(question) is Review:
        frame.held.pop(question.name, None)  # what was shown was fleeting
    return question.ask(frame, back=_can_go_back(book, position), edits=edits)


def _can_go_back(book: Book, position: Position) -> bool:
    """Return whether a question was asked before: in this flow, or in one beneath.

    Nobody goes back behind a veil: there would be an answer, and a flow with some is not left.
    """
    for depth, frame in enumerate(reversed(position.frames)):
        sheet = book.sheets[frame.flow]
        if depth and frame.step in sheet.questions:
            return True
        if sheet.was_asked_before(frame):
            return True
        if frame.veiled:
            return False
    return False


def keep_beside(position: Position, heard: Heard) -> None:
    """Keep what answers no question; it goes along with what the person sends."""
    if isinstance(heard, Words):
        position.keep(heard.text)
    elif isinstance(heard, Files):
        position.also_files += captioned(heard)
    elif isinstance(heard, Located):
        position.keep(f"{heard.latitude}, {heard.longitude}")


def _keep_files(position: Position, left: Frame) -> None:
    """Keep files of a flow that is left before its first answer."""
    for parts in left.held.values():
        position.also_files += [part for part in parts if isinstance(part, FileNote)]
