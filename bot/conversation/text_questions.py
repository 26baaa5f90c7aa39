"""Open questions: words, a voice message, or a number."""

from __future__ import annotations

from typing import ClassVar

from bot.conversation.answers import Answer, FileRef
from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput
from bot.conversation.inputs import TextInput as Written
from bot.conversation.parse_input import parse_number
from bot.conversation.questions import AnswerParts, Complete, NoMatch, ParsedInput, Question
from bot.conversation.replies import NOT_A_NUMBER
from bot.text import Text, _

FILE_KINDS: dict[str, Text] = {
    "photo": _("photo"),
    "video": _("video"),
    "voice": _("voice message"),
}
OTHER_FILE = _("file")


class FreeText:
    """Any words are an answer, and so is a voice message or any other file."""

    accepts_files: ClassVar[bool] = True

    def parse(self, text: str) -> str | int | None:
        """Return the words, or None when there are none."""
        return text.strip() or None


class Number(FreeText):
    """One whole number between two bounds, in the digits of any script."""

    accepts_files: ClassVar[bool] = False

    def __init__(self, min: int = 0, max: int = 10**9) -> None:  # noqa: A002 - as flows read best
        self.minimum = min
        self.maximum = max

    def parse(self, text: str) -> str | int | None:
        """Return the number, or None when it is none or out of bounds."""
        number = parse_number(text)
        return number if number is not None and self.minimum <= number <= self.maximum else None


class Ask(Question[str | int | tuple[str | FileRef, ...]]):
    """Ask an open question."""

    def __init__(  # noqa: PLR0913 - what every question has, by keyword
        self,
        prompt: Text,
        *,
        why: Text | None,
        accepts: FreeText | None = None,
        short: Text | None = None,
        skippable: bool = True,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=why, short=short, skippable=skippable, when=when)
        self.accepts = accepts or FreeText()

    def parse(self, incoming: Input, partial: AnswerParts) -> ParsedInput:  # noqa: ARG002 - nothing is put together
        """Take words that fit, and files where words are asked for."""
        if isinstance(incoming, Written):
            answer = self.accepts.parse(incoming.text)
            return NoMatch(self._unfit(incoming.text)) if answer is None else Complete(answer)
        if isinstance(incoming, FilesInput) and self.accepts.accepts_files:
            return Complete(with_captions(incoming))
        if isinstance(incoming, LocationInput) and self.accepts.accepts_files:
            return Complete(f"{incoming.latitude}, {incoming.longitude}")
        return NoMatch(None if isinstance(incoming, PressInput) else NOT_A_NUMBER)

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the words, or what kind of files were sent."""
        return describe_files(answer) if isinstance(answer, tuple) else (str(answer),)

    def _unfit(self, text: str) -> Text | None:
        return NOT_A_NUMBER if text.strip() else None


def with_captions(incoming: FilesInput) -> tuple[FileRef, ...]:
    """Return the files; words sent with them are written to the first that has none of its own."""
    if not incoming.caption or any(note.caption == incoming.caption for note in incoming.files):
        return incoming.files
    first, *others = incoming.files or (FileRef("", "words"),)
    caption = f"{first.caption}\n{incoming.caption}" if first.caption else incoming.caption
    return (_with_caption(first, caption), *others)


def describe_files(parts: tuple[str | FileRef, ...]) -> tuple[Text | str, ...]:
    """Return what kind of files they are, and what stood under them."""
    told: list[Text | str] = []
    for part in parts:
        if isinstance(part, FileRef):
            told.append(FILE_KINDS.get(part.kind, OTHER_FILE))
            told += [part.caption] if part.caption else []
        else:
            told.append(part)
    return tuple(told)


def _with_caption(note: FileRef, caption: str) -> FileRef:
    return FileRef(note.handle, note.kind, note.size, note.name, caption, note.unique, note.mime)
