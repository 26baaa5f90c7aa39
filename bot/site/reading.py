"""A flow read as one text: its cards in order, as if every "Next" were pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation import Card, Choose, Say
from flows.information.quiz import Quiz
from flows.texts import cards

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation import Answer, Flow
    from bot.text import Text

NEXT = "next"
"""The button of a card that shows the one after it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a flow says for one answer to its question."""

    labels: tuple[Text, ...]
    """The answers for which it says the same."""
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question of the quiz, the answers to choose from, and what is true."""

    question: Text
    choices: tuple[Text, ...]
    truth: tuple[Text, ...]


def read_flow(
    flow: type[Flow], facts: frozenset[str], chosen: Mapping[str, str] | None = None
) -> list[Text]:
    """Return the texts of a flow in order, without its questions.

    Args:
        flow: a flow of information.
        facts: what is known, as in a conversation.
        chosen: the answers to its questions by step name; the others are not answered.
    """
    answers: dict[str, Answer] = dict(chosen or {})
    texts = []
    for step in flow.steps:
        if step.when.holds(answers, facts):
            if isinstance(step, Card):
                texts.append(step.prompt)
                answers[step.name] = NEXT
            elif isinstance(step, Say):
                texts.append(step.text)
    return texts


def read_by_answer(
    flow: type[Flow], question: Choose, facts: frozenset[str]
) -> tuple[list[Reading], list[Text]]:
    """Return what a flow says for each answer to a question, and what it says without one."""
    general = read_flow(flow, facts)
    found: dict[tuple[Text, ...], tuple[Text, ...]] = {}
    for code, label in question.choices.items():
        texts = read_flow(flow, facts, {question.name: code})
        own = tuple(text for text in texts if text not in general)
        if own:
            found[own] = (*found.get(own, ()), label)
    return [Reading(labels, own) for own, labels in found.items()], general


def read_quiz() -> tuple[list[Text], list[QuizQuestion], list[Text]]:
    """Return the texts before the questions of the quiz, the questions, and those at its end."""
    before: list[Text] = []
    after: list[Text] = []
    questions: list[QuizQuestion] = []
    for step in Quiz.steps:
        if isinstance(step, Card):
            if step.choices == cards.LAST:
                after.append(step.prompt)
            elif questions:
                questions[-1] = _with_truth(questions[-1], step.prompt)
            else:
                before.append(step.prompt)
        elif isinstance(step, Choose):
            questions.append(QuizQuestion(step.prompt, tuple(step.choices.values()), ()))
    return before, questions, after


def _with_truth(asked: QuizQuestion, truth: Text) -> QuizQuestion:
    return QuizQuestion(asked.question, asked.choices, (*asked.truth, truth))
