"""What of an answer is only a code: enough for urgency and for a card, and no word of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation import Moment, Where
from bot.conversation.choices import Listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.conversation import Answer, Book

    Keep = Callable[[str, Mapping[str, Answer]], dict[str, Answer]]


def nothing(_flow: str, _answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Keep nothing: for whoever shows nothing."""
    return {}


def everything(_flow: str, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Keep all of it: for a desk that is allowed to show a person's words."""
    return dict(answers)


def codes_in(book: Book) -> Keep:
    """Return what keeps only codes: choices, numbers, counties."""

    def keep(flow: str, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        found = ((step, _coded(book, flow, step, answer)) for step, answer in answers.items())
        return {step: answer for step, answer in found if answer not in {None, ()}}

    return keep


def _coded(book: Book, flow: str, step: str, answer: Answer) -> Answer:
    if isinstance(answer, Where):
        return Where(county=answer.county) if answer.county else None
    if isinstance(answer, Moment):
        return Moment(code=answer.code) if answer.code else None
    if isinstance(answer, int):
        return answer
    question = book.question(flow, step)
    if not isinstance(question, Listed):
        return None
    if isinstance(answer, tuple):
        return tuple(code for code in answer if isinstance(code, str) and code in question.codes)
    return answer if answer in question.codes else None
