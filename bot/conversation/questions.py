"""What every question has: a prompt, a reason, a way past it, and how an answer is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

import msgspec

from bot.conversation.answers import Answer, FileRef
from bot.conversation.guards import ALWAYS, Guard, IsAnswered
from bot.conversation.replies import NOT_UNDERSTOOD, Reply
from bot.conversation.steps import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation.inputs import Input
    from bot.conversation.replies import Choice
    from bot.conversation.state import Frame
    from bot.text import Text

A_co = TypeVar("A_co", bound=Answer, covariant=True)

AnswerParts = tuple[str | FileRef, ...]
"""An answer being put together."""


class Complete(msgspec.Struct, frozen=True):
    """The question is answered."""

    answer: Answer


class Partial(msgspec.Struct, frozen=True):
    """Part of an answer: more may come before "Done"."""

    parts: AnswerParts
    edits_last: bool = False
    """Whether the question as it stands is enough to show it: a tick."""


class NoMatch(msgspec.Struct, frozen=True):
    """It answers nothing here. It is kept, and the question is asked again."""

    text: Text | None = NOT_UNDERSTOOD
    """What to say first."""


class ShowSummary(msgspec.Struct, frozen=True):
    """The person wants to see what was answered."""


class ChangeAnswer(msgspec.Struct, frozen=True):
    """The person wants to answer an earlier question anew."""

    name: str


class DiscardExtras(msgspec.Struct, frozen=True):
    """The person does not want what was written beside to go along."""


ParsedInput = Complete | Partial | NoMatch | ShowSummary | ChangeAnswer | DiscardExtras


class Question(Step, Generic[A_co]):
    """A step that waits for an answer of that type."""

    collects_parts: ClassVar[bool] = False
    """Whether the answer is put together piece by piece until "Done"."""

    def __init__(  # noqa: PLR0913 - what every question has, by keyword
        self,
        prompt: Text,
        *,
        why: Text | None,
        short: Text | None = None,
        skippable: bool = True,
        controls: bool = True,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(when)
        self.prompt = prompt
        self.why = why
        self.short = short or prompt
        """What a summary calls it."""
        self.skippable = skippable
        self.controls = controls
        self.is_answered: Guard = IsAnswered(cast("Question[Answer]", self))
        self._fresh_replies: dict[bool, Reply] = {}
        """The question as it is put where nothing was answered yet: the same for everybody."""

    def answer_in(self, answers: Mapping[str, Answer]) -> A_co | None:
        """Return the answer to this question, in the type it asks for; None when skipped."""
        return cast("A_co | None", answers.get(self.name))

    def parse(self, incoming: Input, partial: AnswerParts) -> ParsedInput:
        """Turn what a person did into an answer; `held` is what they had begun."""
        raise NotImplementedError

    def partial_answer(self, frame: Frame) -> AnswerParts:
        """Return what is put together so far; coming back to the question adds to its answer."""
        held = frame.partial_answers.get(self.name)
        if held is not None or not self.collects_parts:
            return held or ()
        answer = frame.answers.get(self.name)
        return answer if isinstance(answer, tuple) else ()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return an answer as it is read back: our phrases, the person's words."""
        return (str(answer),)

    def ask(self, frame: Frame, *, back: bool, edits_last: bool = False) -> Reply:
        """Return the question as it is put now."""
        if edits_last or self.name in frame.partial_answers or self.name in frame.answers:
            return self._build_reply(frame, back=back, edits_last=edits_last)
        found = self._fresh_replies.get(back)
        if found is None:
            found = self._fresh_replies[back] = self._build_reply(
                frame, back=back, edits_last=False
            )
        return found

    def _build_reply(self, frame: Frame, *, back: bool, edits_last: bool) -> Reply:
        held = self.partial_answer(frame)
        return Reply(
            self.prompt,
            choices=self.choices_now(held),
            controls=self.controls_now(frame, back=back, partial=held) if self.controls else (),
            is_question=True,
            edits_last=edits_last,
        )

    def choices_now(self, partial: AnswerParts) -> tuple[Choice, ...]:  # noqa: ARG002 - for those with ticks
        """Return what can be pressed."""
        return ()

    def controls_now(self, frame: Frame, *, back: bool, partial: AnswerParts) -> tuple[str, ...]:
        """Return the controls in the order they are shown."""
        controls = ["done"] if partial and self.name in frame.partial_answers else []
        if frame.answers.get(self.name) is not None:
            controls += ["keep", "clear"] if self.skippable else ["keep"]
        elif self.skippable and not partial:
            controls.append("skip")
        if self.why is not None:
            controls.append("why")
        if back:
            controls.append("back")
        return tuple(controls)

    def phrases(self) -> tuple[Text, ...]:
        """Return everything a person may read here."""
        return tuple(text for text in (self.prompt, self.why) if text is not None)
