"""The result of a turn: messages to send, and flows that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation.answers import Answer
    from bot.conversation.outcomes import Outcome
    from bot.text import Catalogue

NOT_UNDERSTOOD = _(
    "We kept what you wrote. Which of these fits best? You can also talk to a person."
)
NOT_A_NUMBER = _("We kept what you wrote. Please answer with a number, for example 3.")
FILE_KEPT = _("We have it. Now back to the question.")
RECEIVED = _("We have it. You can send more.")
NO_REASON = _("You can answer this as you like.")
LEFT_EMPTY = _("not answered")
POINT_SHARED = _("A place on the map")
ALSO_WRITTEN = _("You also wrote")
# Translators: below the list of answers, after a pause. Say nothing of what was written.
HIDDEN_EARLIER = _(
    "What was written here earlier is not shown, but it is kept. It goes along if you send."
)

CONTROLS: Mapping[str, Text] = {
    "skip": pgettext("button", "Skip"),
    "why": pgettext("button", "Why do you ask?"),
    "back": pgettext("button", "Back"),
    "done": pgettext("button", "Done"),
    "keep": pgettext("button", "Keep my answer"),
    "clear": pgettext("button", "Remove my answer"),
    "person": pgettext("button", "Talk to a person"),
}
"""Buttons a question has in addition to its choices. A choice may not use these codes.

"person" begins the flow that asks for a caseworker.
"""
MAX_CONTROLS = 3
"""Controls under a question; "person" is always one of them where a person can be asked for."""

CHANGE = pgettext("button", "Change")
LEAVE_OUT = pgettext("button", "Leave out")


class Choice(msgspec.Struct, frozen=True):
    """A choice of a question."""

    code: str
    label: Text
    number: int
    """The number on the button, which can be typed instead."""
    ticked: bool = False
    offered: bool = True
    """Whether this deployment offers it. A withheld choice keeps its number."""


class SummaryLine(msgspec.Struct, frozen=True):
    """A question in a summary, and its answer."""

    number: int
    """The number of its button; 0 for none."""
    prompt: Text
    answer: tuple[Text | str, ...]
    """Phrases, which are translated, and the person's text, which is not."""


class Reply(msgspec.Struct, frozen=True):
    """A message."""

    text: Text
    values: Mapping[str, str] = {}
    choices: tuple[Choice, ...] = ()
    controls: tuple[str, ...] = ()
    fleeting: bool = False
    """Whether it is deleted at the next step."""
    is_question: bool = False
    """Whether it waits for an answer, and so has the buttons "Danger now" and "Clear chat"."""
    edits_last: bool = False
    """Whether it replaces the last question, because a tick was set or cleared."""
    lines: tuple[SummaryLine, ...] = ()
    """The lines of a summary."""

    def render(self, catalogue: Catalogue, blanks: Mapping[str, str] | None = None) -> str:
        """Return the message with its summary in the catalogue's language."""
        values = {**blanks, **self.values} if blanks and self.values else blanks or self.values
        head = self.text.render(catalogue, values)
        if not self.lines:
            return head
        return "\n\n".join([head, *(_render_line(line, catalogue, values) for line in self.lines)])


class FlowEnded(msgspec.Struct, frozen=True):
    """A flow that ended in this turn."""

    outcome: Outcome
    flow: str
    answers: dict[str, Answer]
    """By step name; `also` and `also_files` hold extra texts and files that are sent too."""
    reply_count: int = 0
    """How many replies of the turn come before the end, its last message included."""


class Turn(msgspec.Struct):
    """What follows from one input."""

    replies: list[Reply] = []
    endings: list[FlowEnded] = []


def _render_line(line: SummaryLine, catalogue: Catalogue, values: Mapping[str, str]) -> str:
    answer = ", ".join(
        part if isinstance(part, str) else part.render(catalogue, values) for part in line.answer
    )
    number = f"{line.number}. " if line.number else ""
    head = f"{number}{line.prompt.render(catalogue, values)}"
    return f"{head}\n{answer}" if line.answer else head
