"""The state of a conversation: flows that have begun and not ended, and their answers."""

import msgspec

from bot.conversation.answers import Answer, FileRef

# No postponed annotations here: msgspec needs the types of the fields at run time.
MAX_EXTRAS = 50
"""Beyond this number the oldest extra texts are joined, not deleted."""


class Frame(msgspec.Struct, array_like=True):
    """A flow that has begun and not ended. It is stored as an array: add new fields at the end."""

    flow: str
    step: str
    """The open question. The state machine moves it."""
    answers: dict[str, Answer] = {}
    done_steps: list[str] = []
    """Steps without an answer that are done: messages sent, flows that ended."""
    partial_answers: dict[str, tuple[str | FileRef, ...]] = {}
    """Parts of answers before "Done": ticks and files."""
    hidden_answers: dict[str, Answer] = {}
    """Answers from before a silence: they are sent, but not shown, and no guard uses them."""

    @property
    def all_answers(self) -> dict[str, Answer]:
        """Return all answers, hidden ones included."""
        return {**self.hidden_answers, **self.answers} if self.hidden_answers else self.answers


class Position(msgspec.Struct, array_like=True):
    """Where a person is. The last frame is the running flow; the others wait below it."""

    frames: list[Frame] = []
    extra_texts: list[str] = []
    """Texts that answered no question, oldest first."""
    extra_files: list[FileRef] = []
    """Files sent where none was asked for."""
    hidden_extras: list[str | FileRef] = []
    """Extra texts and files from before a silence: they are sent, but not shown."""

    def add_extra(self, text: str) -> None:
        """Keep a text that answers no question."""
        if not text.strip():
            return
        self.extra_texts.append(text)
        if len(self.extra_texts) > MAX_EXTRAS:
            self.extra_texts[:2] = ["\n".join(self.extra_texts[:2])]

    def extras_only(self) -> "Position":
        """Return the extra texts and files, without flows."""
        return Position([], self.extra_texts, self.extra_files, self.hidden_extras)

    def merge_extras(self, other: "Position") -> None:
        """Add the extra texts and files of another position."""
        self.extra_texts += other.extra_texts
        self.extra_files += other.extra_files
        self.hidden_extras += other.hidden_extras


def pack(position: Position) -> object:
    """Return the position in a form `msgspec` can encode."""
    return position
