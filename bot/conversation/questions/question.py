"""What all questions share: prompt, reason, controls, and how input becomes an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

import msgspec

from bot.conversation.answers import Answer, FileRef
from bot.conversation.guards import ALWAYS, AnswerGuard, Guard
from bot.conversation.replies import MAX_CONTROLS, NOT_UNDERSTOOD, Reply
from bot.conversation.steps import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation.inputs import Input
    from bot.conversation.replies import Choice
    from bot.conversation.state import Frame
    from bot.text import Text

A_co = TypeVar("A_co", bound=Answer, covariant=True)

AnswerParts = tuple[str | FileRef, ...]
"""The parts of an answer that is not complete."""


class Complete(msgspec.Struct, frozen=True):
    """The question is answered."""

    answer: Answer


class Partial(msgspec.Struct, frozen=True):
    """A part of an answer: more may follow before "Done"."""

    parts: AnswerParts
    edits_last: bool = False
    """Whether the question is edited to show it, as a tick; else receipt is confirmed."""


class NoMatch(msgspec.Struct, frozen=True):
    """The input does not answer the question. It is kept, and the question is asked again."""

    text: Text | None = NOT_UNDERSTOOD
    """What to say first."""


class ShowSummary(msgspec.Struct, frozen=True):
    """The person wants to see their answers."""


class ChangeAnswer(msgspec.Struct, frozen=True):
    """The person wants to change the answer to an earlier question."""

    name: str


class DiscardExtras(msgspec.Struct, frozen=True):
    """The person does not want to send texts and files that answered no question."""


ParsedInput = Complete | Partial | NoMatch | ShowSummary | ChangeAnswer | DiscardExtras


class Question(Step, Generic[A_co]):
    """A step that waits for an answer of that type."""

    collects_parts: ClassVar[bool] = False
    """Whether the answer consists of parts, until "Done"."""
    skippable: ClassVar[bool] = True
    controls: bool = True
    """Whether it has controls, such as "Skip" and "Back"; its flow decides as well."""
    offers_person: bool = True
    """Whether "Talk to a person" is one of its controls; its flow decides."""

    def __init__(
        self, prompt: Text, *, why: Text | None, short: Text | None = None, when: Guard = ALWAYS
    ) -> None:
        super().__init__(when)
        self.prompt = prompt
        self.why = why
        self.short = short or prompt
        """Its name in a summary."""
        self.is_answered: Guard = AnswerGuard(cast("Question[Answer]", self), "was answered")
        self._fresh_replies: dict[bool, Reply] = {}
        """The question without an answer, which is the same for every person."""

    def answer_in(self, answers: Mapping[str, Answer]) -> A_co | None:
        """Return the answer to this question; None when skipped."""
        return cast("A_co | None", answers.get(self.name))

    def parse(self, incoming: Input, partial: AnswerParts, /) -> ParsedInput:
        """Turn input into an answer; `partial` are the parts so far."""
        raise NotImplementedError

    def partial_answer(self, frame: Frame) -> AnswerParts:
        """Return the parts so far; when the question is asked again, those of its answer."""
        partial = frame.partial_answers.get(self.name)
        if partial is not None or not self.collects_parts:
            return partial or ()
        answer = frame.answers.get(self.name)
        return answer if isinstance(answer, tuple) else ()

    def describe(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return an answer as a summary shows it: phrases to translate, and the person's text."""
        return (str(answer),)

    def ask(self, frame: Frame, *, back: bool, edits_last: bool = False) -> Reply:
        """Return the question with its current choices and controls."""
        if edits_last or self.name in frame.partial_answers or self.name in frame.answers:
            return self._build_reply(frame, back=back, edits_last=edits_last)
        reply = self._fresh_replies.get(back)
        if reply is None:
            reply = self._build_reply(frame, back=back, edits_last=False)
            self._fresh_replies[back] = reply
        return reply

    def _build_reply(self, frame: Frame, *, back: bool, edits_last: bool) -> Reply:
        partial = self.partial_answer(frame)
        return Reply(
            self.prompt,
            choices=self.choices_now(partial),
            controls=self._controls_now(frame, partial, back=back),
            is_question=True,
            edits_last=edits_last,
        )

    def choices_now(self, _partial: AnswerParts, /) -> tuple[Choice, ...]:
        """Return the choices with the ticks set so far."""
        return ()

    def _controls_now(self, frame: Frame, partial: AnswerParts, *, back: bool) -> tuple[str, ...]:
        """Return at most `MAX_CONTROLS`: the way on, the way back, a person, then the reason.

        Where a way back and "Remove my answer" do not both fit, Back stays: an answer can be
        replaced, and the review offers to remove it. Each can also be typed.
        """
        person = ["person"] if self.offers_person else []
        if not self.controls:
            return tuple(person)
        controls = self._ways_on(frame, partial)
        if back:
            controls.insert(1 if controls else 0, "back")
        if self.why is not None:
            controls.append("why")
        return (*controls[: MAX_CONTROLS - len(person)], *person)

    def _ways_on(self, frame: Frame, partial: AnswerParts) -> list[str]:
        if partial and self.name in frame.partial_answers:
            return ["done"]
        if frame.answers.get(self.name) is not None:
            return ["keep", "clear"] if self.skippable else ["keep"]
        return ["skip"] if self.skippable and not partial else []

    def phrases(self) -> tuple[Text, ...]:
        """Return all phrases a person may read here."""
        return tuple(text for text in (self.prompt, self.why) if text is not None)
