"""Questions with buttons: `Choose`, `Decide`, `Menu`, `Card` and `ChooseMany`."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, ClassVar, Generic

from bot.conversation.answers import Answer, FileRef
from bot.conversation.guards import ALWAYS, AnswerGuard, Guard
from bot.conversation.inputs import Input, PressInput, TextInput
from bot.conversation.questions.parse_input import parse_number, parse_numbers
from bot.conversation.questions.question import (
    A_co,
    AnswerParts,
    Complete,
    NoMatch,
    ParsedInput,
    Partial,
    Question,
)
from bot.conversation.replies import CONTROLS, Choice

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.text import Text


TALK = "talk"
"""The choice that leads to a person: a question with it needs no control for that."""
MAX_TICK_CACHE = 512
"""Combinations of ticks cached for each question."""


class ListQuestion(Question[A_co], Generic[A_co]):
    """A question with a list of choices: a code and the label people read for each."""

    withheld: frozenset[str] = frozenset()
    """Choices this deployment does not offer. The numbers of the others stay the same."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        choices: Mapping[str, Text],
        short: Text | None = None,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=why, short=short, when=when)
        if taken := choices.keys() & CONTROLS.keys():
            raise ValueError(f"these codes are controls: {', '.join(sorted(taken))}")
        self.choices = dict(choices)
        self.codes = tuple(self.choices)
        self.offers_person = TALK not in self.choices
        self.numbered = number_choices(self.choices)

    def code_of(self, text: str) -> str | None:
        """Return the code of the choice whose number was written."""
        number = parse_number(text)
        if number is None or not 1 <= number <= len(self.codes):
            return None
        code = self.codes[number - 1]
        return None if code in self.withheld else code

    def choices_now(self, _partial: AnswerParts, /) -> tuple[Choice, ...]:
        """Return the choices, each with its number."""
        return self.numbered

    def check_codes(self, codes: Collection[str]) -> tuple[str, ...]:
        """Return the codes.

        Raises:
            ValueError: one of them is not a choice here.
        """
        if unknown := [code for code in codes if code not in self.choices]:
            raise ValueError(f"no such choice here: {', '.join(unknown)}")
        return tuple(codes)

    def phrases(self) -> tuple[Text, ...]:
        """Return the question, its reason and its choices."""
        return (*super().phrases(), *self.choices.values())


class Choose(ListQuestion[str]):
    """Ask for one of a few choices. The answer is its code."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        short: Text | None = None,
        when: Guard = ALWAYS,
        choices: Mapping[str, Text] | None = None,
        reassuring: Collection[str] = (),
        **codes: Text,
    ) -> None:
        super().__init__(
            prompt, why=why, choices=_merge_choices(choices, codes), short=short, when=when
        )
        self.reassuring = frozenset(self.check_codes(reassuring))
        """Choices after which helpers hurry less. Typed, only the whole text counts as one: "they
        say it is safe" is not "safe"."""

    def was(self, *codes: str) -> Guard:
        """Return a guard that holds if one of these choices was made."""
        return AnswerGuard(self, "is", self.check_codes(codes))

    def parse(self, incoming: Input, _partial: AnswerParts, /) -> ParsedInput:
        """Accept a press, or the number of a choice."""
        if type(incoming) is PressInput:
            is_offered = incoming.code in self.choices and incoming.code not in self.withheld
            return Complete(incoming.code) if is_offered else NoMatch(None)
        if type(incoming) is TextInput:
            code = self.code_of(incoming.text)
            return NoMatch() if code is None else Complete(code)
        return NoMatch()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the label."""
        return labels(self.choices, (answer,))


class Decide(Choose):
    """A choice that cannot be skipped: the bot needs a decision, e.g. whether to send."""

    skippable: ClassVar[bool] = False


class Menu(Decide):
    """Offer where to go next. It asks nothing: its only control leads to a person."""

    controls = False

    def __init__(
        self,
        prompt: Text,
        *,
        when: Guard = ALWAYS,
        choices: Mapping[str, Text] | None = None,
        withheld: Collection[str] = (),
        **codes: Text,
    ) -> None:
        super().__init__(prompt, why=None, when=when, choices=_merge_choices(choices, codes))
        self.withheld = frozenset(self.check_codes(withheld))
        self.numbered = number_choices(self.choices, self.withheld)


class Card(Decide):
    """Information to read. It asks nothing, so it has no reason."""

    def __init__(self, text: Text, *, when: Guard = ALWAYS, choices: Mapping[str, Text]) -> None:
        super().__init__(text, why=None, choices=choices, when=when)


def on_any(code: str, *cards: Card) -> Guard:
    """Return a guard that holds if this was chosen on one of the cards."""
    return reduce(or_, (card.was(code) for card in cards))


class ChooseMany(ListQuestion[tuple[str | FileRef, ...]]):
    """Ask for any number of choices: each press sets or clears a tick, until "Done"."""

    collects_parts = True

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        short: Text | None = None,
        when: Guard = ALWAYS,
        exclusive: Collection[str] = (),
        choices: Mapping[str, Text] | None = None,
        **codes: Text,
    ) -> None:
        super().__init__(
            prompt, why=why, choices=_merge_choices(choices, codes), short=short, when=when
        )
        self.exclusive = frozenset(self.check_codes(tuple(exclusive)))
        """Choices that rule out all others, such as "None of these"."""
        self._ticked: dict[AnswerParts, tuple[Choice, ...]] = {}

    def has(self, code: str) -> Guard:
        """Return a guard that holds if this choice was made."""
        return self.any(code)

    def any(self, *codes: str) -> Guard:
        """Return a guard that holds if at least one of these choices was made."""
        return AnswerGuard(self, "has", self.check_codes(codes))

    def parse(self, incoming: Input, partial: AnswerParts, /) -> ParsedInput:
        """Accept ticks until "Done", or several numbers in one text."""
        if isinstance(incoming, PressInput):
            return self._parse_press(incoming.code, partial)
        if isinstance(incoming, TextInput):
            numbers = parse_numbers(incoming.text)
            if numbers and all(1 <= number <= len(self.codes) for number in numbers):
                return Complete(self._sort_codes({*partial, *(self.codes[n - 1] for n in numbers)}))
        return NoMatch()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the labels."""
        return labels(self.choices, answer if isinstance(answer, tuple) else (answer,))

    def choices_now(self, partial: AnswerParts, /) -> tuple[Choice, ...]:
        """Return the choices with the ticks set so far."""
        if not partial:
            return self.numbered
        ticks = self._sort_codes(partial)
        if ticks not in self._ticked:
            if len(self._ticked) >= MAX_TICK_CACHE:
                self._ticked.clear()
            self._ticked[ticks] = tuple(
                Choice(code, label, number, code in ticks)
                for number, (code, label) in enumerate(self.choices.items(), 1)
            )
        return self._ticked[ticks]

    def _parse_press(self, code: str, partial: AnswerParts) -> ParsedInput:
        if code == "done":
            return Complete(self._sort_codes(partial)) if partial else NoMatch(None)
        if code not in self.choices:
            return NoMatch(None)
        if code in partial:
            return Partial(tuple(part for part in partial if part != code), edits_last=True)
        if code in self.exclusive:
            return Partial((code,), edits_last=True)
        return Partial(
            (*(part for part in partial if part not in self.exclusive), code), edits_last=True
        )

    def _sort_codes(self, codes: Collection[str | FileRef]) -> tuple[str, ...]:
        """Return the codes in the order of the list, without exclusive ones if there are others."""
        if len(codes) > 1 and not self.exclusive.issuperset(codes):
            codes = [code for code in codes if code not in self.exclusive]
        return tuple(code for code in self.codes if code in codes)


def _merge_choices(choices: Mapping[str, Text] | None, codes: dict[str, Text]) -> dict[str, Text]:
    merged = {**(choices or {}), **codes}
    if not merged:
        raise ValueError("a question with choices needs at least one")
    return merged


def number_choices(
    choices: Mapping[str, Text], withheld: Collection[str] = ()
) -> tuple[Choice, ...]:
    """Return choices with the numbers on their buttons."""
    return tuple(
        Choice(code, label, number, offered=code not in withheld)
        for number, (code, label) in enumerate(choices.items(), 1)
    )


def labels(choices: Mapping[str, Text], codes: tuple[object, ...]) -> tuple[Text | str, ...]:
    """Return the labels of codes; a code that no longer exists stays as it is."""
    return tuple(choices.get(str(code), str(code)) for code in codes)
