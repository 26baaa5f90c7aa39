"""A conversation in plain text, for the terminal and for transcripts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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

COMMANDS = {"start": "welcome", "mydata": "my_data", "vanish": "auto_delete"}
"""Commands whose name differs from the flow they begin."""
POINT = re.compile(r"<location\s+(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*>")
FILE = re.compile(r"<(photo|video|voice|audio|document|sticker|animation)\s*([^<>]*)>")
INDENT = "     "
TICK = "✓"


@dataclass
class TextSession:
    """A conversation whose inputs and messages are lines of text."""

    registry: FlowRegistry
    flow: str
    """The flow to begin with."""
    catalogue: Catalogue
    facts: frozenset[str] = frozenset()
    blanks: Mapping[str, str] | None = None
    """Values of blanks; other blanks stay as they are."""
    languages: Callable[[str], Catalogue] | None = None
    """Returns the catalogue when another language is chosen."""
    position: Position = field(default_factory=Position)
    file_count: int = 0

    @property
    def is_over(self) -> bool:
        """Whether all flows have ended."""
        return not self.position.frames

    def run(self, read: Callable[[], str | None], write: Callable[[str], None]) -> None:
        """Hold the conversation until it ends or `read` returns None."""
        lines = self.begin()
        while True:
            for line in lines:
                write(line)
            if self.is_over:
                return
            if controls := self.controls_line():
                write(INDENT + controls)
            line_read = read()
            if line_read is None:
                return
            lines = self.submit(line_read)

    def begin(self) -> list[str]:
        """Return the first messages."""
        return self._render_turn(begin(self.registry, self.position, self.flow, self._all_facts()))

    def submit(self, line: str) -> list[str]:
        """Take a line from the person and return the messages that follow."""
        command = line.removeprefix("/")
        flow = COMMANDS.get(command, command)
        if line.startswith("/") and flow in self.registry.compiled:
            return self._render_turn(begin(self.registry, self.position, flow, self._all_facts()))
        return self._render_turn(
            answer(self.registry, self.position, self.parse_line(line), self._all_facts())
        )

    def _all_facts(self) -> frozenset[str]:
        is_unsent = self.registry.has_unsent_content(self.position)
        return self.facts | {"unsent"} if is_unsent else self.facts

    def parse_line(self, line: str) -> Input:
        """Return what a line means: a control, a location, files, a label, or text."""
        if line.startswith("/") and line[1:] in CONTROLS:
            return PressInput(line[1:])
        if point := POINT.fullmatch(line.strip()):
            return LocationInput(float(point[1]), float(point[2]))
        if FILE.match(line):
            return self._parse_files(line)
        return self._parse_label(line) or TextInput(line.replace("\\n", "\n"))

    def controls_line(self) -> str:
        """Return the controls of the open question, as they are typed here."""
        question = open_question(self.registry, self.position)
        controls = question.controls if question else ()
        return " ".join(f"/{name} ({CONTROLS[name].render(self.catalogue)})" for name in controls)

    def _parse_files(self, line: str) -> FilesInput:
        files = []
        for kind, name in FILE.findall(line):
            self.file_count += 1
            files.append(FileRef(f"file{self.file_count}", kind, name=name))
        return FilesInput(tuple(files), FILE.sub("", line).strip())

    def _parse_label(self, line: str) -> PressInput | None:
        question = open_question(self.registry, self.position)
        if question is None:
            return None
        labels = [(choice.label, choice.code) for choice in question.choices]
        labels += [(CONTROLS[name], name) for name in question.controls]
        for label, code in labels:
            if fold(line) in (fold(label.render(self.catalogue)), fold(label.source)):
                return PressInput(code)
        return None

    def _render_turn(self, turn: Turn) -> list[str]:
        for ended in turn.endings:
            language = ended.answers.get("language")
            if ended.outcome is Outcome.LANGUAGE_CHOSEN and self.languages and language:
                self.catalogue = self.languages(str(language))
        lines = []
        for place, reply in enumerate(turn.replies):
            lines += [*self._render_outcomes(turn, place), *self._render_reply(reply)]
        return [*lines, *self._render_outcomes(turn, len(turn.replies))]

    def _render_outcomes(self, turn: Turn, place: int) -> Iterator[str]:
        """Yield the outcomes before a reply; FINISHED only if the conversation is over."""
        for ended in turn.endings:
            is_shown = ended.outcome is not Outcome.FINISHED or self.is_over
            if ended.reply_count == place and is_shown:
                yield f"== {ended.outcome}"

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
