"""What is true of answers that were sent, for rules that stand as data in rooms beside each other.

A guard looks at a question of its own flow while it is being asked. A condition looks at answers
by name, later and from elsewhere: how urgent a case is, which body the law means. It reads codes
only, never words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation.answers import PlaceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Answers = Mapping[str, object]


class Condition:
    """Something that is true of the answers or not."""

    def __call__(self, answers: Answers) -> bool:
        """Tell whether it holds."""
        raise NotImplementedError

    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield every answer it asks for, so that a test finds those no flow can give."""
        raise NotImplementedError


@dataclass(frozen=True)
class AnswerIs(Condition):
    """Holds when one of these was answered."""

    step: str
    codes: frozenset[str]

    def __call__(self, answers: Answers) -> bool:
        """Tell whether one of the codes is among the answers to the question."""
        return not self.codes.isdisjoint(_codes(answers, self.step))

    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield itself."""
        yield self


@dataclass(frozen=True)
class AnswerIsOpen(AnswerIs):
    """Holds also when the question was asked and left open."""

    def __call__(self, answers: Answers) -> bool:
        """Tell whether the question was asked and has no answer, or one of the codes."""
        asked = self.step in answers
        return asked and (answers[self.step] is None or super().__call__(answers))


@dataclass(frozen=True)
class ConditionGroup(Condition):
    """Several conditions: all of them, or one that is enough."""

    conditions: tuple[Condition, ...]
    needs_all: bool

    def __call__(self, answers: Answers) -> bool:
        """Tell whether enough of them hold."""
        held = (condition(answers) for condition in self.conditions)
        return all(held) if self.needs_all else any(held)

    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield what each looks at."""
        for condition in self.conditions:
            yield from condition.looks_at()


@dataclass(frozen=True)
class NoneHold(Condition):
    """Holds when another does not: also where nothing was asked."""

    condition: Condition

    def __call__(self, answers: Answers) -> bool:
        """Tell whether the other does not hold."""
        return not self.condition(answers)

    def looks_at(self) -> Iterator[AnswerIs]:
        """Yield what the other looks at."""
        yield from self.condition.looks_at()


def answer_is(step: str, *codes: str) -> Condition:
    """Hold when one of these was answered."""
    return AnswerIs(step, frozenset(codes))


def answer_is_open(step: str, *codes: str) -> Condition:
    """Hold when the question was asked and left open, or answered with one of these."""
    return AnswerIsOpen(step, frozenset(codes))


def all_of(*conditions: Condition) -> Condition:
    """Hold when all hold."""
    return ConditionGroup(conditions, needs_all=True)


def any_of(*conditions: Condition) -> Condition:
    """Hold when one holds."""
    return ConditionGroup(conditions, needs_all=False)


def none_of(*conditions: Condition) -> Condition:
    """Hold when none of them holds."""
    return NoneHold(any_of(*conditions))


def _codes(answers: Answers, step: str) -> set[object]:
    answer = answers.get(step)
    if isinstance(answer, tuple | list):
        return set(answer)
    if isinstance(answer, PlaceAnswer):
        return {answer.county}
    return {answer}


# --- What several rooms ask of the answers; the steps are those of `flows` -----------------

UNDER_18 = any_of(answer_is("under_18", "under"), answer_is("they_under_18", "under"))
AGE_UNKNOWN = any_of(
    answer_is_open("under_18", "unsaid"), answer_is_open("they_under_18", "unsure")
)
AT_SEA = answer_is("county", "at_sea")


def situation(*codes: str) -> Condition:
    """Hold when one of these fits whoever wrote, or whom they wrote about."""
    return any_of(answer_is("situation", *codes), answer_is("they_situation", *codes))


ABROAD = any_of(answer_is("county", "abroad"), situation("abroad"))
