"""Guards: conditions on the answers so far that decide whether a step is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.conversation.answers import Answer
    from bot.conversation.questions import Question

    Answers = Mapping[str, Answer]
    Facts = frozenset[str]
    Namer = Callable[[Question[Answer], str | None], str]
    """Names a question (None) or one of its choices."""


class Guard:
    """A condition on answers and facts. `str` of it is what a diagram shows."""

    __slots__ = ()

    def holds(self, _answers: Answers, _facts: Facts, /) -> bool:
        """Return whether the step is shown."""
        return True

    def leaves(self) -> Iterator[Guard]:
        """Yield the guards it is composed of, or itself."""
        yield self

    def looks_at(self) -> frozenset[Question[Answer]]:
        """Return the questions it depends on."""
        return frozenset(
            leaf.question for leaf in self.leaves() if isinstance(leaf, Chose | Ticked | IsAnswered)
        )

    def facts(self) -> frozenset[str]:
        """Return the facts it depends on."""
        return frozenset(leaf.name for leaf in self.leaves() if isinstance(leaf, Fact))

    def describe(self, _name: Namer, /) -> str:
        """Return the guard as the rest of a sentence that begins with "only if"."""
        return "always"

    def __str__(self) -> str:
        return self.describe(name_by_code)

    def __and__(self, other: Guard) -> Guard:
        return And(self, other)

    def __or__(self, other: Guard) -> Guard:
        return Or(self, other)

    def __invert__(self) -> Guard:
        return Not(self)


ALWAYS = Guard()


@dataclass(frozen=True, slots=True)
class Fact(Guard):
    """Holds if the caller of the engine states this fact, such as `rehearsal` or `staffed`."""

    name: str

    def holds(self, _answers: Answers, facts: Facts, /) -> bool:
        """Return whether the fact is stated."""
        return self.name in facts

    def describe(self, _name: Namer, /) -> str:
        """Return the name of the fact."""
        return f"known: {self.name}"


@dataclass(frozen=True, slots=True)
class Chose(Guard):
    """Holds if the answer to a `Choose` is one of the codes."""

    question: Question[Answer]
    codes: tuple[str, ...]

    def holds(self, answers: Answers, _facts: Facts, /) -> bool:
        """Return whether one of the codes is the answer."""
        return answers.get(self.question.name) in self.codes

    def describe(self, name: Namer, /) -> str:
        """Return the question and the codes."""
        return f"{name(self.question, None)} is {_join_codes(self, name)}"


@dataclass(frozen=True, slots=True)
class Ticked(Guard):
    """Holds if the answer to a `ChooseMany` contains one of the codes."""

    question: Question[Answer]
    codes: tuple[str, ...]

    def holds(self, answers: Answers, _facts: Facts, /) -> bool:
        """Return whether one of the codes is among the answers."""
        answer = answers.get(self.question.name)
        return isinstance(answer, tuple) and any(code in answer for code in self.codes)

    def describe(self, name: Namer, /) -> str:
        """Return the question and the codes."""
        return f"{name(self.question, None)} has {_join_codes(self, name)}"


@dataclass(frozen=True, slots=True)
class IsAnswered(Guard):
    """Holds if the question was answered and not skipped."""

    question: Question[Answer]

    def holds(self, answers: Answers, _facts: Facts, /) -> bool:
        """Return whether there is an answer."""
        return answers.get(self.question.name) not in (None, ())

    def describe(self, name: Namer, /) -> str:
        """Return the question."""
        return f"{name(self.question, None)} was answered"


@dataclass(frozen=True, slots=True)
class GuardPair(Guard):
    """Two guards."""

    left: Guard
    right: Guard

    def leaves(self) -> Iterator[Guard]:
        """Yield the leaves of both."""
        yield from self.left.leaves()
        yield from self.right.leaves()


@dataclass(frozen=True, slots=True)
class And(GuardPair):
    """Holds if both guards hold."""

    def holds(self, answers: Answers, facts: Facts, /) -> bool:
        """Return whether both hold."""
        return self.left.holds(answers, facts) and self.right.holds(answers, facts)

    def describe(self, name: Namer, /) -> str:
        """Return both, joined by "and"."""
        return " and ".join(_parenthesize(one, Or, name) for one in (self.left, self.right))


@dataclass(frozen=True, slots=True)
class Or(GuardPair):
    """Holds if at least one of two guards holds."""

    def holds(self, answers: Answers, facts: Facts, /) -> bool:
        """Return whether at least one holds."""
        return self.left.holds(answers, facts) or self.right.holds(answers, facts)

    def describe(self, name: Namer, /) -> str:
        """Return both, joined by "or"."""
        return " or ".join(_parenthesize(one, And, name) for one in (self.left, self.right))


@dataclass(frozen=True, slots=True)
class Not(Guard):
    """Holds if the other guard does not."""

    guard: Guard

    def holds(self, answers: Answers, facts: Facts, /) -> bool:
        """Return whether the other does not hold."""
        return not self.guard.holds(answers, facts)

    def leaves(self) -> Iterator[Guard]:
        """Yield the leaves of the other."""
        return self.guard.leaves()

    def describe(self, name: Namer, /) -> str:
        """Return the other, negated."""
        return f"not ({self.guard.describe(name)})"


def name_by_code(question: Question[Answer], code: str | None) -> str:
    """Return the name of a question, or the code of its choice."""
    return code or question.name


def _join_codes(guard: Chose | Ticked, name: Namer) -> str:
    return " or ".join(name(guard.question, code) for code in guard.codes)


def _parenthesize(guard: Guard, looser: type[Guard], name: Namer) -> str:
    description = guard.describe(name)
    return f"({description})" if isinstance(guard, looser) else description
