"""Questions for files, a place or a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.answers import Answer, FileRef, PlaceAnswer, TimeAnswer
from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput, TextInput
from bot.conversation.questions.choice import ListQuestion, labels
from bot.conversation.questions.parse_input import parse_day
from bot.conversation.questions.question import (
    AnswerParts,
    Complete,
    NoMatch,
    ParsedInput,
    Partial,
    Question,
)
from bot.conversation.questions.text import describe_files, with_captions
from bot.conversation.replies import POINT_SHARED, RECEIVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text


class Collect(Question[tuple[str | FileRef, ...]]):
    """Ask for any number of files, photos and voice messages, until "Done"."""

    collects_parts = True

    def parse(self, incoming: Input, partial: AnswerParts, /) -> ParsedInput:
        """Accept files until "Done". Text sent between them is kept as an extra."""
        if isinstance(incoming, FilesInput):
            return Partial((*partial, *with_captions(incoming)))
        if isinstance(incoming, PressInput):
            return Complete(partial) if incoming.code == "done" and partial else NoMatch(None)
        return NoMatch(RECEIVED)

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the kinds of the files."""
        return describe_files(answer) if isinstance(answer, tuple) else ()


class AskPlace(ListQuestion[PlaceAnswer]):
    """Ask where: a county from the list, a point on the map, or text."""

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

    def parse(self, incoming: Input, _partial: AnswerParts, /) -> ParsedInput:
        """Accept a county, its number, a point on the map, or any text."""
        if isinstance(incoming, LocationInput):
            return Complete(PlaceAnswer(latitude=incoming.latitude, longitude=incoming.longitude))
        if isinstance(incoming, PressInput):
            is_county = incoming.code in self.choices
            return Complete(PlaceAnswer(incoming.code)) if is_county else NoMatch(None)
        if isinstance(incoming, TextInput) and incoming.text.strip():
            code = self.code_of(incoming.text)
            return Complete(PlaceAnswer(code) if code else PlaceAnswer(text=incoming.text.strip()))
        return NoMatch()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the name of the county, the text, or that a point was shared."""
        if not isinstance(answer, PlaceAnswer):
            return ()
        county = labels(self.choices, (answer.county,)) if answer.county else ()
        text = (answer.text,) if answer.text else ()
        return (*county, *text, *((POINT_SHARED,) if answer.latitude is not None else ()))


class AskWhen(ListQuestion[TimeAnswer]):
    """Ask when: an approximate time by a button, or a date as text."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        short: Text | None = None,
        when: Guard = ALWAYS,
        choices: Mapping[str, Text] | None = None,
        **codes: Text,
    ) -> None:
        super().__init__(
            prompt, why=why, choices={**(choices or {}), **codes}, short=short, when=when
        )

    def parse(self, incoming: Input, _partial: AnswerParts, /) -> ParsedInput:
        """Accept a choice, its number, a date, or any text."""
        if isinstance(incoming, PressInput):
            is_choice = incoming.code in self.choices
            return Complete(TimeAnswer(incoming.code)) if is_choice else NoMatch(None)
        if isinstance(incoming, TextInput) and (text := incoming.text.strip()):
            code = self.code_of(text)
            answer = TimeAnswer(code) if code else TimeAnswer(date=parse_day(text), text=text)
            return Complete(answer)
        return NoMatch()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the label, or the text."""
        if not isinstance(answer, TimeAnswer):
            return ()
        return labels(self.choices, (answer.code,)) if answer.code else (answer.text,)
