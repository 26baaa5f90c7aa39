"""The review of answers before sending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import Input, PressInput, TextInput
from bot.conversation.questions.parse_input import parse_number
from bot.conversation.questions.question import (
    AnswerParts,
    ChangeAnswer,
    Complete,
    DiscardExtras,
    NoMatch,
    ParsedInput,
    Question,
    ShowSummary,
)
from bot.conversation.questions.text import describe_files
from bot.conversation.replies import (
    ALSO_WRITTEN,
    CHANGE,
    HIDDEN_EARLIER,
    LEAVE_OUT,
    LEFT_EMPTY,
    Choice,
    Reply,
    SummaryLine,
)

if TYPE_CHECKING:
    from bot.conversation.answers import Answer
    from bot.conversation.state import Frame, Position
    from bot.text import Text

MAX_TEXT_SHOWN = 120
"""Characters of an answer that are shown: enough to recognise it."""
MAX_PARTS_SHOWN = 20
"""Choices, files or messages of an answer that are shown."""

SHOW, GO, ALSO = "show", "go", "also"


class Review(Question[str]):
    """Offer to show the answers in a message that is deleted again, and to change each."""

    skippable = False

    def __init__(
        self,
        prompt: Text,
        *,
        questions: tuple[Question[Answer], ...],
        show: Text,
        go: Text,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=None, when=when)
        self.questions = questions
        self.show = show
        self.go = go
        self.buttons = (Choice(SHOW, show, 1), Choice(GO, go, 2))

    def parse(self, incoming: Input, partial: AnswerParts, /) -> ParsedInput:
        """Accept a button or its number; `partial` are the buttons of a summary that is shown."""
        shown = partial or (SHOW, GO)
        code: object = None
        if isinstance(incoming, PressInput):
            code = incoming.code
        elif isinstance(incoming, TextInput):
            number = parse_number(incoming.text) or 0
            code = shown[number - 1] if 1 <= number <= len(shown) else None
        return self._parse_code(code) or (
            NoMatch(None) if isinstance(incoming, PressInput) else NoMatch()
        )

    def choices_now(self, _partial: AnswerParts, /) -> tuple[Choice, ...]:
        """Return the buttons to show the answers and to go on."""
        return self.buttons

    def summary(self, frame: Frame, position: Position, *, back: bool) -> Reply:
        """Return the answers with a button to change each, and store the buttons in the frame."""
        answered = [question for question in self.questions if question.name in frame.answers]
        lines = [
            SummaryLine(number, question.short, _describe(question, frame.answers[question.name]))
            for number, question in enumerate(answered, 1)
        ]
        choices = [
            Choice(question.name, CHANGE, number) for number, question in enumerate(answered, 1)
        ]
        if position.extra_texts or position.extra_files:
            extras = _shorten((*position.extra_texts, *describe_files(tuple(position.extra_files))))
            lines.append(SummaryLine(len(lines) + 1, ALSO_WRITTEN, extras))
            choices.append(Choice(ALSO, LEAVE_OUT, len(choices) + 1))
        if frame.hidden_answers:
            lines.append(SummaryLine(0, HIDDEN_EARLIER, ()))
        choices.append(Choice(GO, self.go, len(choices) + 1))
        frame.partial_answers[self.name] = tuple(choice.code for choice in choices)
        return Reply(
            self.prompt,
            choices=tuple(choices),
            controls=("back",) if back else (),
            fleeting=True,
            is_question=True,
            lines=tuple(lines),
        )

    def phrases(self) -> tuple[Text, ...]:
        """Return the question and its two buttons."""
        return (*super().phrases(), self.show, self.go)

    def _parse_code(self, code: object) -> ParsedInput | None:
        if code == GO:
            return Complete(GO)
        if code == SHOW:
            return ShowSummary()
        if code == ALSO:
            return DiscardExtras()
        return next((ChangeAnswer(each.name) for each in self.questions if each.name == code), None)


def _describe(question: Question[Answer], answer: Answer) -> tuple[Text | str, ...]:
    described = () if answer is None else _shorten(question.describe(answer))
    return described or (LEFT_EMPTY,)


def _shorten(parts: tuple[Text | str, ...]) -> tuple[Text | str, ...]:
    """Limit the characters of the person's text and the number of parts."""
    left = MAX_TEXT_SHOWN
    cut: list[Text | str] = []
    for part in parts[:MAX_PARTS_SHOWN]:
        if isinstance(part, str):
            if len(part) > left:
                return (*cut, part[:left] + "…")
            left -= len(part)
        cut.append(part)
    return (*cut, "…") if len(parts) > MAX_PARTS_SHOWN else tuple(cut)
