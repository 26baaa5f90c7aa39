"""What the bot says in one turn, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation.answers import Answer
    from bot.conversation.outcomes import Outcome
    from bot.text import Catalogue

NOT_UNDERSTOOD = _("That does not fit this question, but we kept it. Please choose one of these.")
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
}
"""Buttons a question may have beside its choices. A choice may not use these codes."""

CHANGE = pgettext("button", "Change")
LEAVE_OUT = pgettext("button", "Leave out")


class Choice(msgspec.Struct, frozen=True):
    """One thing to press."""

    code: str
    label: Text
    number: int
    """The digit on the button, which can be typed instead."""
    ticked: bool = False
    offered: bool = True
    """Whether it can be pressed here; its number stays its own where it cannot."""


class SummaryLine(msgspec.Struct, frozen=True):
    """One question of a summary and what was answered."""

    number: int
    """0: no button belongs to it."""
    prompt: Text
    answer: tuple[Text | str, ...]
    """Phrases of ours, which are translated, and words of the person, which are not."""


class Reply(msgspec.Struct, frozen=True):
    """One message."""

    text: Text
    values: Mapping[str, str] = {}
    choices: tuple[Choice, ...] = ()
    controls: tuple[str, ...] = ()
    fleeting: bool = False
    """Whether it vanishes at the next step."""
    is_question: bool = False
    """Whether it waits for an answer, and so offers danger and stop as well."""
    edits_last: bool = False
    """Whether it replaces the question shown last: a tick was set or cleared."""
    lines: tuple[SummaryLine, ...] = ()
    """The summary, when this is one."""

    def render(self, catalogue: Catalogue, blanks: Mapping[str, str] | None = None) -> str:
        """Return the whole message in the catalogue's language, the summary included."""
        values = {**blanks, **self.values} if blanks and self.values else blanks or self.values
        head = self.text.render(catalogue, values)
        if not self.lines:
            return head
        return "\n\n".join([head, *(_render_line(line, catalogue, values) for line in self.lines)])


class FlowEnded(msgspec.Struct, frozen=True):
    """A flow ended."""

    outcome: Outcome
    flow: str
    answers: dict[str, Answer]
    """By step. Where words are taken along, `also` and `also_files` hold what was said beside."""
    reply_count: int = 0
    """How many replies of the turn belong to what came before this, its own last words included."""


class Turn(msgspec.Struct):
    """One turn of the conversation."""

    replies: list[Reply] = []
    endings: list[FlowEnded] = []


def _render_line(line: SummaryLine, catalogue: Catalogue, values: Mapping[str, str]) -> str:
    told = ", ".join(
        part if isinstance(part, str) else part.render(catalogue, values) for part in line.answer
    )
    number = f"{line.number}. " if line.number else ""
    head = f"{number}{line.prompt.render(catalogue, values)}"
    return f"{head}\n{told}" if line.answer else head
