"""Answers as the real flows give them: calm ones, to be changed one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.conversation import ChooseMany, FlowRegistry, PlaceAnswer
from bot.conversation.questions.choice import ListQuestion
from flows import ALL_FLOWS

if TYPE_CHECKING:
    from bot.conversation import Answer

BOOK = FlowRegistry(ALL_FLOWS)


class FlowAnswers(NamedTuple):
    """What was answered in one flow."""

    flow: str
    answers: dict[str, Answer]


REPORT: dict[str, Answer] = {
    "about": "me", "under_18": "adult", "safe": "safe", "keep": "may", "needs": ("nothing",),
    "hurt": "nobody", "leaving": "free", "moved": "no_sign", "county": PlaceAnswer("TPE"),
    "work": "factory", "what": None, "send": "more", "signs": ("none",), "who": None,
}  # fmt: skip
"""A report in which nothing is urgent."""
REQUEST: dict[str, Answer] = {
    "about": "me", "under_18": "adult", "safe": "safe", "keep": "may",
    "needs": ("counselling",), "soon": "later", "county": PlaceAnswer("TPE"), "anything_else": None,
}  # fmt: skip
"""The same for somebody who asks for help."""
BY_ANOTHER = {"about": "other", "under_18": ..., "safe": ..., "they_under_18": "adult",
              "they_safe": "no_danger"}  # fmt: skip
"""What somebody answers who writes about another person; `...` is not asked then."""


def report(**changed: object) -> FlowAnswers:
    return FlowAnswers("report", _asked("report", _changed(REPORT, changed)))


def about_another(**changed: object) -> FlowAnswers:
    return report(**{**BY_ANOTHER, **changed})


def request(**changed: object) -> FlowAnswers:
    return FlowAnswers("ask_for_help", _asked("ask_for_help", _changed(REQUEST, changed)))


def talk(**changed: object) -> FlowAnswers:
    return FlowAnswers("talk", _changed({"safe": "safe"}, changed))


def danger(tell: str) -> FlowAnswers:
    return FlowAnswers("danger", {"tell": tell})


def from_check_in(what: str) -> FlowAnswers:
    """Return what we make of an agreed hour; nobody answers that."""
    return FlowAnswers("check_in", {"check_in": what})


def _changed(calm: dict[str, Answer], changed: dict[str, object]) -> dict[str, Answer]:
    answers: dict[str, object] = {**calm, **changed}
    return {step: answer for step, answer in answers.items() if answer is not ...}  # type: ignore[misc]


def _asked(flow: str, answers: dict[str, Answer]) -> dict[str, Answer]:
    """Leave out whether answers may be kept where that is not asked: in danger."""
    is_asked = BOOK.compiled[flow].questions["keep"].when.holds(answers, frozenset())
    return {step: answer for step, answer in answers.items() if is_asked or step != "keep"}


def impossible_answers(told: FlowAnswers) -> list[str]:
    """Return why a person could not have answered like this."""
    steps = BOOK.compiled[told.flow].questions
    found = []
    for step, answer in told.answers.items():
        if step in {"alarms", "check_in"}:  # found by us
            continue
        if step not in steps:
            found.append(f"{told.flow} asks no {step}")
        elif not steps[step].when.holds(told.answers, frozenset()):
            found.append(f"{step} is not asked here")
        else:
            found += [
                f"{step} has no {code}" for code in _codes(answer) - codes_of(told.flow, step)
            ]
    return found


def codes_of(flow: str, step: str) -> set[object]:
    question = BOOK.compiled[flow].questions[step]
    return set(question.codes) if isinstance(question, ListQuestion) else set()


def takes_many(flow: str, step: str) -> bool:
    return isinstance(BOOK.compiled[flow].questions[step], ChooseMany)


def _codes(answer: object) -> set[object]:
    if isinstance(answer, PlaceAnswer):
        return {answer.county}
    return set(answer) if isinstance(answer, tuple) else {answer} - {None}
