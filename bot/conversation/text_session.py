"""Hold a conversation in plain text: for a console, and for transcripts an editor can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.conversation.answers import FileRef
from bot.conversation.engine import answer, begin, open_question
from bot.conversation.inputs import FilesInput, Input, LocationInput, PressInput, TextInput
from bot.conversation.outcomes import Outcome
from bot.conversation.replies import CONTROLS, Choice, Reply, Turn
from bot.conversation.state import Position
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.conversation.registry import FlowRegistry
    from bot.text import Catalogue

COMMANDS = {"start": "welcome"}
"""Typed commands that are called otherwise than the flow they begin."""
POINT = re.compile(r"<location\s+(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*>")
FILE = re.compile(r"<(photo|video|voice|audio|document|sticker|animation)\s*([^<>]*)>")
INDENT = "     "
TICK = "✓"


class Rehearsal:
    """One conversation, spoken in lines of text."""

    def __init__(  # noqa: PLR0913 - the conversation, and what it is read in
        self,
        registry: FlowRegistry,
        flow: str,
        catalogue: Catalogue,
        *,
        facts: frozenset[str] = frozenset(),
        blanks: Mapping[str, str] | None = None,
        languages: Callable[[str], Catalogue] | None = None,
    ) -> None:
        """Prepare a conversation.

        Args:
            registry: every flow.
            flow: the one to begin with.
            catalogue: what the words are read in.
            facts: facts from outside.
            blanks: what fills the blanks; they stay as they are otherwise.
            languages: finds the catalogue when another language is chosen on the way.
        """
        self.registry = registry
        self.flow = flow
        self.catalogue = catalogue
        self.facts = facts
        self.blanks = blanks
        self.languages = languages
        self.position = Position()
        self.files = 0

    @property
    def is_over(self) -> bool:
        """Whether no question is open."""
        return not self.position.frames

    def begin(self) -> list[str]:
        """Return what is said first."""
        return self._render_turn(begin(self.registry, self.position, self.flow, self._all_facts()))

    def submit(self, line: str) -> list[str]:
        """Hear what the person does, as a line of text, and return what is said then."""
        command = line.removeprefix("/")
        flow = COMMANDS.get(command, command)
        if line.startswith("/") and flow in self.registry.compiled:
            return self._render_turn(begin(self.registry, self.position, flow, self._all_facts()))
        return self._render_turn(
            answer(self.registry, self.position, self.parse_line(line), self._all_facts())
        )

    def _all_facts(self) -> frozenset[str]:
        """Return the facts from outside, and whether something was told that is not sent."""
        is_unsent = self.registry.has_unsent_content(self.position)
        return self.facts | {"unsent"} if is_unsent else self.facts

    def parse_line(self, line: str) -> Input:
        """Return what a line means: a label, a command, files, a place on the map, or words."""
        if line.startswith("/") and line[1:] in CONTROLS:
            return PressInput(line[1:])
        if point := POINT.fullmatch(line.strip()):
            return LocationInput(float(point[1]), float(point[2]))
        if FILE.match(line):
            return self._parse_files(line)
        return self._parse_label(line) or TextInput(line.replace("\\n", "\n"))

    def controls_line(self) -> str:
        """Return the controls of the open question, as they are typed here."""
        asked = open_question(self.registry, self.position)
        controls = asked.controls if asked else ()
        return " ".join(f"/{name} ({CONTROLS[name].render(self.catalogue)})" for name in controls)

    def _parse_files(self, line: str) -> FilesInput:
        notes = []
        for kind, name in FILE.findall(line):
            self.files += 1
            notes.append(FileRef(f"file{self.files}", kind, name=name))
        return FilesInput(tuple(notes), FILE.sub("", line).strip())

    def _parse_label(self, line: str) -> PressInput | None:
        asked = open_question(self.registry, self.position)
        if asked is None:
            return None
        labels = [(choice.label, choice.code) for choice in asked.choices]
        labels += [(CONTROLS[name], name) for name in asked.controls]
        for label, code in labels:
            if fold(line) in (fold(label.render(self.catalogue)), fold(label.source)):
                return PressInput(code)
        return None

    def _render_turn(self, turn: Turn) -> list[str]:
        for came in turn.endings:
            chosen = came.answers.get("language")
            if came.outcome is Outcome.LANGUAGE_CHOSEN and self.languages and chosen:
                self.catalogue = self.languages(str(chosen))
        lines = []
        for place, reply in enumerate(turn.replies):
            lines += [*self._render_outcomes(turn, place), *self._render_reply(reply)]
        return [*lines, *self._render_outcomes(turn, len(turn.replies))]

    def _render_outcomes(self, turn: Turn, after: int) -> Iterator[str]:
        """Yield what came of it at that place; that an aside has ended is no news."""
        for came in turn.endings:
            if came.reply_count == after and (came.outcome is not Outcome.FINISHED or self.is_over):
                yield f"== {came.outcome}"

    def _render_reply(self, reply: Reply) -> Iterator[str]:
        manner = " (edited)" if reply.edits_last else " (fleeting)" if reply.fleeting else ""
        first, *others = reply.render(self.catalogue, self.blanks).split("\n")
        yield f"bot{manner}: {first}"
        yield from (INDENT + line for line in others if line)
        if reply.choices:
            yield INDENT + " ".join(self._render_button(choice) for choice in reply.choices)

    def _render_button(self, choice: Choice) -> str:
        tick = TICK if choice.ticked else ""
        return f"[{tick}{choice.number} {choice.label.render(self.catalogue)}]"


def rehearse(  # noqa: PLR0913 - the conversation, and the two ends of a console
    registry: FlowRegistry,
    flow: str,
    catalogue: Catalogue,
    read: Callable[[], str | None],
    write: Callable[[str], None],
    *,
    facts: frozenset[str] = frozenset(),
    blanks: Mapping[str, str] | None = None,
    languages: Callable[[str], Catalogue] | None = None,
) -> None:
    """Hold a conversation at a console until it ends, or `read` returns None."""
    rehearsal = Rehearsal(
        registry, flow, catalogue, facts=facts, blanks=blanks, languages=languages
    )
    lines = rehearsal.begin()
    while True:
        for line in lines:
            write(line)
        if rehearsal.is_over:
            return
        if ways_on := rehearsal.controls_line():
            write(INDENT + ways_on)
        said = read()
        if said is None:
            return
        lines = rehearsal.submit(said)
