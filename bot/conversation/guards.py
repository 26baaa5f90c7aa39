"""Guards: conditions on the answers so far that decide whether a step is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.conversation.answers import Answer
    from bot.text import Text

    Answers = Mapping[str, Answer]
    Facts = frozenset[str]
    Namer = Callable[["AskedStep", str | None], str]
    """Names a question (None) or one of its choices."""


class AskedStep(Protocol):
    """A question, as far as a guard has to know it."""

    name: str
    short: Text


class Guard:
    """A condition on answers and facts. `str` of it is what a diagram shows."""

    __slots__ = ()

    def holds(self, _answers: Answers, _facts: Facts, /) -> bool:
        """Return whether the step is shown."""
        return True

    def leaves(self) -> Iterator[Guard]:
        """Yield the guards it is composed of, or itself."""
        yield self

    def looks_at(self) -> frozenset[AskedStep]:
        """Return the questions it depends on."""
        return frozenset(leaf.question for leaf in self.leaves() if isinstance(leaf, AnswerGuard))

    def facts(self) -> frozenset[str]:
        """Return the facts it depends on."""
        return frozenset(leaf.name for leaf in self.leaves() if isinstance(leaf, Fact))

    def describe(self, _name: Namer, /) -> str:
        """Return the guard as the rest of a sentence that begins with "only if"."""
        return "always"

    def __str__(self) -> str:
        return self.describe(name_by_code)

    def __and__(self, other: Guard) -> Guard:
        return GuardPair(self, "and", other)

    def __or__(self, other: Guard) -> Guard:
        return GuardPair(self, "or", other)

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
class AnswerGuard(Guard):
    """Holds if the answer is one of the codes, has one of them, or exists and was not skipped."""

    question: AskedStep
    relation: Literal["is", "has", "was answered"]
    codes: tuple[str, ...] = ()

    def holds(self, answers: Answers, _facts: Facts, /) -> bool:
        """Return whether the answer fits."""
        answer = answers.get(self.question.name)
        if self.relation == "is":
            return answer in self.codes
        if self.relation == "has":
            return isinstance(answer, tuple) and any(code in answer for code in self.codes)
        return answer not in (None, ())

    def describe(self, name: Namer, /) -> str:
        """Return the question and the codes."""
        codes = " or ".join(name(self.question, code) for code in self.codes)
        return f"{name(self.question, None)} {self.relation} {codes}".rstrip()


@dataclass(frozen=True, slots=True)
class GuardPair(Guard):
    """Holds if both guards hold, or at least one of them."""

    left: Guard
    word: Literal["and", "or"]
    right: Guard

    def holds(self, answers: Answers, facts: Facts, /) -> bool:
        """Return whether enough of them hold."""
        if self.word == "and":
            return self.left.holds(answers, facts) and self.right.holds(answers, facts)
        return self.left.holds(answers, facts) or self.right.holds(answers, facts)

    def leaves(self) -> Iterator[Guard]:
        """Yield the leaves of both."""
        yield from self.left.leaves()
        yield from self.right.leaves()

    def describe(self, name: Namer, /) -> str:
        """Return both, in parentheses where they are joined by the other word."""
        parts = []
        for guard in (self.left, self.right):
            part = guard.describe(name)
            is_mixed = isinstance(guard, GuardPair) and guard.word != self.word
            parts.append(f"({part})" if is_mixed else part)
        return f" {self.word} ".join(parts)


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


def name_by_code(question: AskedStep, code: str | None) -> str:
    """Return the name of a question, or the code of its choice."""
    return code or question.name
