"""Conditions over the answers of a sent report, for rules such as urgency and routing.

A guard looks at a question of its own flow while the flow runs. A condition looks at answers by
step name, later and in other packages. It reads codes only, never text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation.answers import PlaceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Answers = Mapping[str, object]


class Condition(ABC):
    """A predicate over answers."""

    @abstractmethod
    def __call__(self, answers: Answers) -> bool:
        """Return whether the condition holds."""

    @abstractmethod
    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield every answer the condition depends on, so that a test finds impossible ones."""


@dataclass(frozen=True)
class AnswerIs(Condition):
    """Holds if one of the codes is among the answers to the question."""

    step: str
    codes: frozenset[str]

    def __call__(self, answers: Answers) -> bool:
        """Return whether the condition holds."""
        return not self.codes.isdisjoint(_codes(answers, self.step))

    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield itself."""
        yield self


@dataclass(frozen=True)
class AnswerIsOpen(AnswerIs):
    """Holds if the question was asked, and skipped or answered with one of the codes."""

    def __call__(self, answers: Answers) -> bool:
        """Return whether the condition holds."""
        return self.step in answers and (answers[self.step] is None or super().__call__(answers))


@dataclass(frozen=True)
class ConditionGroup(Condition):
    """Holds if all, or at least one, of several conditions hold."""

    conditions: tuple[Condition, ...]
    needs_all: bool

    def __call__(self, answers: Answers) -> bool:
        """Return whether the condition holds."""
        held = (condition(answers) for condition in self.conditions)
        return all(held) if self.needs_all else any(held)

    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield what each condition depends on."""
        for condition in self.conditions:
            yield from condition.looks_at()


@dataclass(frozen=True)
class NoneHold(Condition):
    """Holds if another condition does not, also where nothing was asked."""

    condition: Condition

    def __call__(self, answers: Answers) -> bool:
        """Return whether the condition holds."""
        return not self.condition(answers)

    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield what the other condition depends on."""
        yield from self.condition.looks_at()


def answer_is(step: str, *codes: str) -> Condition:
    """Return a condition that one of the codes was answered."""
    return AnswerIs(step, frozenset(codes))


def answer_is_open(step: str, *codes: str) -> Condition:
    """Return a condition that the question was skipped or answered with one of the codes."""
    return AnswerIsOpen(step, frozenset(codes))


def all_of(*conditions: Condition) -> Condition:
    """Return a condition that all of these hold."""
    return ConditionGroup(conditions, needs_all=True)


def any_of(*conditions: Condition) -> Condition:
    """Return a condition that at least one of these holds."""
    return ConditionGroup(conditions, needs_all=False)


def none_of(*conditions: Condition) -> Condition:
    """Return a condition that none of these holds."""
    return NoneHold(any_of(*conditions))


def _codes(answers: Answers, step: str) -> set[object]:
    answer = answers.get(step)
    if isinstance(answer, tuple | list):
        return set(answer)
    if isinstance(answer, PlaceAnswer):
        return {answer.county}
    return {answer}


# --- Conditions that several packages use; the step names are those of `flows` ------------

UNDER_18 = any_of(answer_is("under_18", "under"), answer_is("they_under_18", "under"))
AGE_UNKNOWN = any_of(
    answer_is_open("under_18", "unsaid"), answer_is_open("they_under_18", "unsure")
)
AT_SEA = answer_is("county", "at_sea")


def situation(*codes: str) -> Condition:
    """Return a condition on the situation of the person who wrote, or whom they wrote about."""
    return any_of(answer_is("situation", *codes), answer_is("they_situation", *codes))


ABROAD = any_of(answer_is("county", "abroad"), situation("abroad"))
