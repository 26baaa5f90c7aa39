"""Open questions: words, a voice message, or a number."""

from __future__ import annotations

from typing import ClassVar

from bot.conversation.answers import Answer, FileNote
from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import Files, Heard, Located, Pressed
from bot.conversation.inputs import Words as Written
from bot.conversation.parse_input import read_number
from bot.conversation.questions import Beside, Parts, Question, Reading, Said
from bot.conversation.replies import NOT_A_NUMBER
from bot.text import Text, _

FILE_KINDS: dict[str, Text] = {
    "photo": _("photo"),
    "video": _("video"),
    "voice": _("voice message"),
}
OTHER_FILE = _("file")


class Words:
    """Any words are an answer, and so is a voice message or any other file."""

    takes_files: ClassVar[bool] = True

    def read(self, words: str) -> str | int | None:
        """Return the words, or None when there are none."""
        return words.strip() or None


class Number(Words):
    """One whole number between two bounds, in the digits of any script."""

    takes_files: ClassVar[bool] = False

    def __init__(self, min: int = 0, max: int = 10**9) -> None:  # noqa: A002 - as flows read best
        self.least = min
        self.most = max

    def read(self, words: str) -> str | int | None:
        """Return the number, or None when it is none or out of bounds."""
        number = read_number(words)
        return number if number is not None and self.least <= number <= self.most else None


class Ask(Question[str | int | tuple[str | FileNote, ...]]):
    """Ask an open question."""

    def __init__(  # noqa: PLR0913 - what every question has, by keyword
        self,
        prompt: Text,
        *,
        why: Text | None,
        reads: Words | None = None,
        short: Text | None = None,
        skippable: bool = True,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=why, short=short, skippable=skippable, when=when)
        self.reads = reads or Words()

    def read(self, heard: Heard, held: Parts) -> Reading:  # noqa: ARG002 - nothing is put together
        """Take words that fit, and files where words are asked for."""
        if isinstance(heard, Written):
            answer = self.reads.read(heard.text)
            return Beside(self._unfit(heard.text)) if answer is None else Said(answer)
        if isinstance(heard, Files) and self.reads.takes_files:
            return Said(captioned(heard))
        if isinstance(heard, Located) and self.reads.takes_files:
            return Said(f"{heard.latitude}, {heard.longitude}")
        return Beside(None if isinstance(heard, Pressed) else NOT_A_NUMBER)

    def told(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the words, or what kind of files were sent."""
        return files_told(answer) if isinstance(answer, tuple) else (str(answer),)

    def _unfit(self, words: str) -> Text | None:
        return NOT_A_NUMBER if words.strip() else None


def captioned(heard: Files) -> tuple[FileNote, ...]:
    """Return the files; words sent with them are written to the first that has none of its own."""
    if not heard.caption or any(note.caption == heard.caption for note in heard.files):
        return heard.files
    first, *others = heard.files or (FileNote("", "words"),)
    caption = f"{first.caption}\n{heard.caption}" if first.caption else heard.caption
    return (_with_caption(first, caption), *others)


def files_told(parts: tuple[str | FileNote, ...]) -> tuple[Text | str, ...]:
    """Return what kind of files they are, and what stood under them."""
    told: list[Text | str] = []
    for part in parts:
        if isinstance(part, FileNote):
            told.append(FILE_KINDS.get(part.kind, OTHER_FILE))
            told += [part.caption] if part.caption else []
        else:
            told.append(part)
    return tuple(told)


def _with_caption(note: FileNote, caption: str) -> FileNote:
    return FileNote(note.handle, note.kind, note.size, note.name, caption, note.unique, note.mime)
