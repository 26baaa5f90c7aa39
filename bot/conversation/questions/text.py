"""Open questions: text, a voice message, or a number."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from bot.conversation.answers import Answer, FileRef
from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput, TextInput
from bot.conversation.questions.parse_input import parse_number
from bot.conversation.questions.question import (
    AnswerParts,
    Complete,
    NoMatch,
    ParsedInput,
    Question,
)
from bot.conversation.replies import NOT_A_NUMBER
from bot.text import Text, _

FILE_KINDS: dict[str, Text] = {
    "photo": _("photo"),
    "video": _("video"),
    "voice": _("voice message"),
}
OTHER_FILE = _("file")


class FreeText:
    """Accepts any text, voice messages and other files."""

    accepts_files: ClassVar[bool] = True

    def parse(self, text: str) -> str | int | None:
        """Return the text, or None if it is blank."""
        return text.strip() or None


class Number(FreeText):
    """Accepts a whole number between two bounds, in the digits of any script."""

    accepts_files: ClassVar[bool] = False

    def __init__(self, minimum: int = 0, maximum: int = 10**9) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def parse(self, text: str) -> str | int | None:
        """Return the number, or None if it is not a number or out of bounds."""
        number = parse_number(text)
        return number if number is not None and self.minimum <= number <= self.maximum else None


class Ask(Question[str | int | tuple[str | FileRef, ...]]):
    """Ask an open question."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        accepts: FreeText | None = None,
        short: Text | None = None,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=why, short=short, when=when)
        self.accepts = accepts or FreeText()

    def parse(self, incoming: Input, _partial: AnswerParts, /) -> ParsedInput:
        """Accept text that fits, and files and locations where free text is asked for."""
        if isinstance(incoming, TextInput):
            answer = self.accepts.parse(incoming.text)
            if answer is not None:
                return Complete(answer)
            return NoMatch(NOT_A_NUMBER if incoming.text.strip() else None)
        if isinstance(incoming, FilesInput) and self.accepts.accepts_files:
            return Complete(with_captions(incoming))
        if isinstance(incoming, LocationInput) and self.accepts.accepts_files:
            return Complete(f"{incoming.latitude}, {incoming.longitude}")
        return NoMatch(None if isinstance(incoming, PressInput) else NOT_A_NUMBER)

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the text, or the kinds of the files."""
        return describe_files(answer) if isinstance(answer, tuple) else (str(answer),)


def with_captions(incoming: FilesInput) -> tuple[FileRef, ...]:
    """Return the files; the caption of an album is added to that of its first file."""
    if not incoming.caption or any(file.caption == incoming.caption for file in incoming.files):
        return incoming.files
    first, *others = incoming.files or (FileRef("", "words"),)
    caption = f"{first.caption}\n{incoming.caption}" if first.caption else incoming.caption
    return (msgspec.structs.replace(first, caption=caption), *others)


def describe_files(parts: tuple[str | FileRef, ...]) -> tuple[Text | str, ...]:
    """Return the kinds of the files and their captions."""
    described: list[Text | str] = []
    for part in parts:
        if isinstance(part, FileRef):
            described.append(FILE_KINDS.get(part.kind, OTHER_FILE))
            described += [part.caption] if part.caption else []
        else:
            described.append(part)
    return tuple(described)
