"""Look over what was answered, change it, and go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import Heard, Pressed, Words
from bot.conversation.parse_input import read_number
from bot.conversation.questions import (
    Beside,
    Changed,
    LeftOut,
    Parts,
    Question,
    Reading,
    Said,
    Shown,
)
from bot.conversation.replies import (
    CHANGE,
    EARLIER,
    LEAVE_OUT,
    LEFT_EMPTY,
    WRITTEN_BESIDE,
    Choice,
    Line,
    Reply,
)
from bot.conversation.text_questions import files_told

if TYPE_CHECKING:
    from bot.conversation.answers import Answer
    from bot.conversation.state import Frame, Position
    from bot.text import Text

LONGEST_TOLD = 120
"""Of the words in one answer this much is read back: enough to know them again."""
MOST_TOLD = 20
"""Of several choices, files or messages this many."""

SHOW, GO, ALSO = "show", "go", "also"


class Review(Question[str]):
    """Offer to read the answers back, once and fleetingly, and to change each of them."""

    def __init__(
        self,
        prompt: Text,
        *,
        of: tuple[Question[Answer], ...],
        show: Text,
        go: Text,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=None, skippable=False, when=when)
        self.of = of
        self.show = show
        self.go = go
        self.two_ways = (Choice(SHOW, show, 1), Choice(GO, go, 2))

    def read(self, heard: Heard, held: Parts) -> Reading:
        """Take a button or its number; `held` are the buttons that stand under a summary."""
        shown = held or (SHOW, GO)
        code: object = None
        if isinstance(heard, Pressed):
            code = heard.code
        elif isinstance(heard, Words):
            number = read_number(heard.text) or 0
            code = shown[number - 1] if 1 <= number <= len(shown) else None
        return self._asked_for(code) or Beside(None if isinstance(heard, Pressed) else BESIDE.text)

    def choices_now(self, held: Parts) -> tuple[Choice, ...]:  # noqa: ARG002 - the summary has its own
        """Return the two ways on."""
        return self.two_ways

    def summary(self, frame: Frame, position: Position, *, back: bool) -> Reply:
        """Return what was answered, with a button to change each; remember the buttons."""
        lines = [
            Line(number, question.short, _told(question, frame.answers[question.name]))
            for number, question in enumerate(self._answered(frame), 1)
        ]
        choices = [
            Choice(question.name, CHANGE, number)
            for number, question in enumerate(self._answered(frame), 1)
        ]
        if position.also or position.also_files:
            told = _cut((*position.also, *files_told(tuple(position.also_files))))
            lines.append(Line(len(lines) + 1, WRITTEN_BESIDE, told))
            choices.append(Choice(ALSO, LEAVE_OUT, len(choices) + 1))
        if frame.veiled:
            lines.append(Line(0, EARLIER, ()))
        choices.append(Choice(GO, self.go, len(choices) + 1))
        frame.held[self.name] = tuple(choice.code for choice in choices)
        return Reply(
            self.prompt,
            choices=tuple(choices),
            controls=("back",) if back else (),
            fleeting=True,
            question=True,
            lines=tuple(lines),
        )

    def phrases(self) -> tuple[Text, ...]:
        """Return the question and its two ways on."""
        return (*super().phrases(), self.show, self.go)

    def _answered(self, frame: Frame) -> list[Question[Answer]]:
        return [question for question in self.of if question.name in frame.answers]

    def _asked_for(self, code: object) -> Reading | None:
        if code == GO:
            return Said(GO)
        if code == SHOW:
            return Shown()
        if code == ALSO:
            return LeftOut()
        return next((Changed(asked.name) for asked in self.of if asked.name == code), None)


BESIDE = Beside()


def _told(question: Question[Answer], answer: Answer) -> tuple[Text | str, ...]:
    told = () if answer is None else _cut(question.told(answer))
    return told or (LEFT_EMPTY,)


def _cut(told: tuple[Text | str, ...]) -> tuple[Text | str, ...]:
    """Shorten what is read back: a person's words to a length, our labels to a number."""
    left = LONGEST_TOLD
    cut: list[Text | str] = []
    for part in told[:MOST_TOLD]:
        if isinstance(part, str):
            if len(part) > left:
                return (*cut, part[:left] + "…")
            left -= len(part)
        cut.append(part)
    return (*cut, "…") if len(told) > MOST_TOLD else tuple(cut)
