"""What every question has: a prompt, a reason, a way past it, and how an answer is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

import msgspec

from bot.conversation.answers import Answer, FileNote
from bot.conversation.guards import ALWAYS, Given, Guard
from bot.conversation.replies import NOT_UNDERSTOOD, Reply
from bot.conversation.steps import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation.inputs import Heard
    from bot.conversation.replies import Choice
    from bot.conversation.state import Frame
    from bot.text import Text

A_co = TypeVar("A_co", bound=Answer, covariant=True)

Parts = tuple[str | FileNote, ...]
"""An answer being put together."""


class Said(msgspec.Struct, frozen=True):
    """The question is answered."""

    answer: Answer


class Held(msgspec.Struct, frozen=True):
    """Part of an answer: more may come before "Done"."""

    parts: Parts
    edits: bool = False
    """Whether the question as it stands is enough to show it: a tick."""


class Beside(msgspec.Struct, frozen=True):
    """It answers nothing here. It is kept, and the question is asked again."""

    text: Text | None = NOT_UNDERSTOOD
    """What to say first."""


class Shown(msgspec.Struct, frozen=True):
    """The person wants to see what was answered."""


class Changed(msgspec.Struct, frozen=True):
    """The person wants to answer an earlier question anew."""

    name: str


class LeftOut(msgspec.Struct, frozen=True):
    """The person does not want what was written beside to go along."""


Reading = Said | Held | Beside | Shown | Changed | LeftOut


class Question(Step, Generic[A_co]):
    """A step that waits for an answer of that type."""

    gathers: ClassVar[bool] = False
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
        self.given: Guard = Given(cast("Question[Answer]", self))
        self._first_put: dict[bool, Reply] = {}
        """The question as it is put where nothing was answered yet: the same for everybody."""

    def answer_in(self, answers: Mapping[str, Answer]) -> A_co | None:
        """Return the answer to this question, in the type it asks for; None when skipped."""
        return cast("A_co | None", answers.get(self.name))

    def read(self, heard: Heard, held: Parts) -> Reading:
        """Turn what a person did into an answer; `held` is what they had begun."""
        raise NotImplementedError

    def begun(self, frame: Frame) -> Parts:
        """Return what is put together so far; coming back to the question adds to its answer."""
        held = frame.held.get(self.name)
        if held is not None or not self.gathers:
            return held or ()
        answer = frame.answers.get(self.name)
        return answer if isinstance(answer, tuple) else ()

    def told(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return an answer as it is read back: our phrases, the person's words."""
        return (str(answer),)

    def ask(self, frame: Frame, *, back: bool, edits: bool = False) -> Reply:
        """Return the question as it is put now."""
        if edits or self.name in frame.held or self.name in frame.answers:
            return self._put(frame, back=back, edits=edits)
        found = self._first_put.get(back)
        if found is None:
            found = self._first_put[back] = self._put(frame, back=back, edits=False)
        return found

    def _put(self, frame: Frame, *, back: bool, edits: bool) -> Reply:
        held = self.begun(frame)
        return Reply(
            self.prompt,
            choices=self.choices_now(held),
            controls=self.controls_now(frame, back=back, held=held) if self.controls else (),
            question=True,
            edits=edits,
        )

    def choices_now(self, held: Parts) -> tuple[Choice, ...]:  # noqa: ARG002 - for those with ticks
        """Return what can be pressed."""
        return ()

    def controls_now(self, frame: Frame, *, back: bool, held: Parts) -> tuple[str, ...]:
        """Return the controls in the order they are shown."""
        controls = ["done"] if held and self.name in frame.held else []
        if frame.answers.get(self.name) is not None:
            controls += ["keep", "clear"] if self.skippable else ["keep"]
        elif self.skippable and not held:
            controls.append("skip")
        if self.why is not None:
            controls.append("why")
        if back:
            controls.append("back")
        return tuple(controls)

    def phrases(self) -> tuple[Text, ...]:
        """Return everything a person may read here."""
        return tuple(text for text in (self.prompt, self.why) if text is not None)
