"""When a step is spoken: small conditions on the answers so far, which can also be read aloud."""

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
    """Names a question (None), or one of its choices."""


class Guard:
    """A yes-or-no question about the answers so far. Its `str` is what a picture shows."""

    __slots__ = ()

    def holds(self, answers: Answers, facts: Facts) -> bool:  # noqa: ARG002 - the signature of all guards
        """Return whether the step is to be spoken."""
        return True

    def leaves(self) -> Iterator[Guard]:
        """Yield the guards it is put together from, itself if it is from none."""
        yield self

    def looks_at(self) -> frozenset[Question[Answer]]:
        """Return the questions it depends on."""
        return frozenset(
            leaf.question for leaf in self.leaves() if isinstance(leaf, Chose | Ticked | IsAnswered)
        )

    def facts(self) -> frozenset[str]:
        """Return the facts from outside it depends on."""
        return frozenset(leaf.name for leaf in self.leaves() if isinstance(leaf, Fact))

    def describe(self, name: Namer) -> str:  # noqa: ARG002 - as above
        """Return the guard as a half-sentence after "only if"."""
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
    """Holds when the house told the engine this fact, e.g. `rehearsal` or `staffed`."""

    name: str

    def holds(self, answers: Answers, facts: Facts) -> bool:  # noqa: ARG002 - as above
        """Return whether the fact is known."""
        return self.name in facts

    def describe(self, name: Namer) -> str:  # noqa: ARG002 - as above
        """Return that it is known."""
        return f"known: {self.name}"


@dataclass(frozen=True, slots=True)
class Chose(Guard):
    """Holds when one of these choices was made."""

    question: Question[Answer]
    codes: tuple[str, ...]

    def holds(self, answers: Answers, facts: Facts) -> bool:  # noqa: ARG002 - as above
        """Return whether one of the codes is the answer."""
        return answers.get(self.question.name) in self.codes

    def describe(self, name: Namer) -> str:
        """Return what the answer is."""
        return f"{name(self.question, None)} is {_join_codes(self, name)}"


@dataclass(frozen=True, slots=True)
class Ticked(Guard):
    """Holds when at least one of these was among the choices made."""

    question: Question[Answer]
    codes: tuple[str, ...]

    def holds(self, answers: Answers, facts: Facts) -> bool:  # noqa: ARG002 - as above
        """Return whether one of the codes is among the answers."""
        made = answers.get(self.question.name)
        return isinstance(made, tuple) and any(code in made for code in self.codes)

    def describe(self, name: Namer) -> str:
        """Return what is among the answers."""
        return f"{name(self.question, None)} has {_join_codes(self, name)}"


@dataclass(frozen=True, slots=True)
class IsAnswered(Guard):
    """Holds when the question was answered and not skipped."""

    question: Question[Answer]

    def holds(self, answers: Answers, facts: Facts) -> bool:  # noqa: ARG002 - as above
        """Return whether there is an answer."""
        return answers.get(self.question.name) not in (None, ())

    def describe(self, name: Namer) -> str:
        """Return that it was answered."""
        return f"{name(self.question, None)} was answered"


@dataclass(frozen=True, slots=True)
class GuardPair(Guard):
    """Two guards together."""

    left: Guard
    right: Guard

    def leaves(self) -> Iterator[Guard]:
        """Yield the leaves of both."""
        yield from self.left.leaves()
        yield from self.right.leaves()


@dataclass(frozen=True, slots=True)
class And(GuardPair):
    """Holds when both hold."""

    def holds(self, answers: Answers, facts: Facts) -> bool:
        """Return whether both hold."""
        return self.left.holds(answers, facts) and self.right.holds(answers, facts)

    def describe(self, name: Namer) -> str:
        """Return both, joined by "and"."""
        return " and ".join(_parenthesize(one, Or, name) for one in (self.left, self.right))


@dataclass(frozen=True, slots=True)
class Or(GuardPair):
    """Holds when one of the two holds, or both."""

    def holds(self, answers: Answers, facts: Facts) -> bool:
        """Return whether at least one holds."""
        return self.left.holds(answers, facts) or self.right.holds(answers, facts)

    def describe(self, name: Namer) -> str:
        """Return both, joined by "or"."""
        return " or ".join(_parenthesize(one, And, name) for one in (self.left, self.right))


@dataclass(frozen=True, slots=True)
class Not(Guard):
    """Holds when the other does not."""

    guard: Guard

    def holds(self, answers: Answers, facts: Facts) -> bool:
        """Return whether the other does not hold."""
        return not self.guard.holds(answers, facts)

    def leaves(self) -> Iterator[Guard]:
        """Yield the leaves of the other."""
        return self.guard.leaves()

    def describe(self, name: Namer) -> str:
        """Return the other, denied."""
        return f"not ({self.guard.describe(name)})"


def name_by_code(question: Question[Answer], code: str | None) -> str:
    """Name questions and choices as they are called in the flow."""
    return code or question.name


def _join_codes(guard: Chose | Ticked, name: Namer) -> str:
    return " or ".join(name(guard.question, code) for code in guard.codes)


def _parenthesize(guard: Guard, looser: type[Guard], name: Namer) -> str:
    words = guard.describe(name)
    return f"({words})" if isinstance(guard, looser) else words
