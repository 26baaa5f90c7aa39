"""Questions for facts that have a shape of their own: files, a place, a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.answers import Answer, FileRef, PlaceAnswer, TimeAnswer
from bot.conversation.choice_questions import ListQuestion, labels
from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput, TextInput
from bot.conversation.parse_input import parse_day
from bot.conversation.questions import (
    AnswerParts,
    Complete,
    NoMatch,
    ParsedInput,
    Partial,
    Question,
)
from bot.conversation.replies import POINT_SHARED, RECEIVED
from bot.conversation.text_questions import describe_files, with_captions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text


class Collect(Question[tuple[str | FileRef, ...]]):
    """Ask for any number of files, voice messages and photos, then "Done"."""

    collects_parts = True

    def __init__(
        self, prompt: Text, *, why: Text | None, short: Text | None = None, when: Guard = ALWAYS
    ) -> None:
        super().__init__(prompt, why=why, short=short, when=when)

    def parse(self, incoming: Input, partial: AnswerParts) -> ParsedInput:
        """Take files until "Done"; words written between them are kept beside."""
        if isinstance(incoming, FilesInput):
            return Partial((*partial, *with_captions(incoming)))
        if isinstance(incoming, PressInput):
            return Complete(partial) if incoming.code == "done" and partial else NoMatch(None)
        return NoMatch(RECEIVED)

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return what kinds of files there are."""
        return describe_files(answer) if isinstance(answer, tuple) else ()


class AskPlace(ListQuestion[PlaceAnswer]):
    """Ask where: a county from the list, a point on the map, or words."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        counties: Mapping[str, Text],
        short: Text | None = None,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=why, choices=counties, short=short, when=when)

    def parse(self, incoming: Input, partial: AnswerParts) -> ParsedInput:  # noqa: ARG002 - nothing is put together
        """Take a county, its number, a point on the map, or any words."""
        if isinstance(incoming, LocationInput):
            return Complete(PlaceAnswer(latitude=incoming.latitude, longitude=incoming.longitude))
        if isinstance(incoming, PressInput):
            return (
                Complete(PlaceAnswer(incoming.code))
                if incoming.code in self.choices
                else NoMatch(None)
            )
        if isinstance(incoming, TextInput) and incoming.text.strip():
            code = self.code_of(incoming.text)
            return Complete(PlaceAnswer(code) if code else PlaceAnswer(text=incoming.text.strip()))
        return NoMatch()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the county's name, the words, or that a point was shared."""
        if not isinstance(answer, PlaceAnswer):
            return ()
        county = labels(self.choices, (answer.county,)) if answer.county else ()
        words = (answer.text,) if answer.text else ()
        return (*county, *words, *((POINT_SHARED,) if answer.latitude is not None else ()))


class AskWhen(ListQuestion[TimeAnswer]):
    """Ask when: "about then" by a button, or a day in the person's words."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        short: Text | None = None,
        when: Guard = ALWAYS,
        choices: Mapping[str, Text] | None = None,
        **about: Text,
    ) -> None:
        super().__init__(
            prompt, why=why, choices={**(choices or {}), **about}, short=short, when=when
        )

    def parse(self, incoming: Input, partial: AnswerParts) -> ParsedInput:  # noqa: ARG002 - nothing is put together
        """Take a button, its number, a day, or any words."""
        if isinstance(incoming, PressInput):
            return (
                Complete(TimeAnswer(incoming.code))
                if incoming.code in self.choices
                else NoMatch(None)
            )
        if isinstance(incoming, TextInput) and incoming.text.strip():
            words = incoming.text.strip()
            code = self.code_of(words)
            return Complete(
                TimeAnswer(code) if code else TimeAnswer(date=parse_day(words), text=words)
            )
        return NoMatch()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the label, or the words."""
        if not isinstance(answer, TimeAnswer):
            return ()
        return labels(self.choices, (answer.code,)) if answer.code else (answer.text,)
