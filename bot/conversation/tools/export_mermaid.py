"""A flow as a Mermaid diagram, for review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.guards import ALWAYS
from bot.conversation.questions.question import Question
from bot.conversation.steps import Begin, End, Step
from bot.conversation.tools.paths import explore

if TYPE_CHECKING:
    from bot.conversation.flow import Flow

MAX_PHRASE_LENGTH = 60
"""Characters shown of each phrase."""
RESERVED = frozenset(
    {"call", "class", "classDef", "click", "default", "direction", "end", "flowchart", "graph"}
    | {"href", "linkStyle", "style", "subgraph"}
)


def draw_mermaid(flow: type[Flow]) -> str:
    """Return the flow as Mermaid text, with an arrow between steps that can be consecutive."""
    edges = explore(flow).edges
    lines = ["flowchart TD"]
    lines += [f"    {_id(step)}{_shape(step)}" for step in flow.steps]
    for here, step in enumerate(flow.steps):
        lines += [
            f"    {_id(step)} -->{_condition(later)} {_id(later)}"
            for later in flow.steps[here + 1 :]
            if (step.name, later.name) in edges
        ]
    return "\n".join(lines) + "\n"


def _id(step: Step) -> str:
    """Return the name of a step, changed if Mermaid reserves it."""
    return f"{step.name}_" if step.name in RESERVED else step.name


def _shape(step: Step) -> str:
    """Return the shape of a step: a hexagon for a question, round for an end, framed for a flow."""
    words = next((text.source for text in step.phrases()), "")
    if isinstance(step, Begin):
        return f'[["{_quoted(step.flow_name)}"]]'
    if isinstance(step, End):
        return f'(["{_quoted(words)}{"<br/>" if words else ""}= {step.outcome}"])'
    if isinstance(step, Question):
        return f'{{{{"{_quoted(words)}"}}}}'
    return f'["{_quoted(words)}"]'


def _condition(step: Step) -> str:
    return "" if step.when is ALWAYS else f'|"{_escaped(str(step.when))}"|'


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return _escaped(line if len(line) <= MAX_PHRASE_LENGTH else line[: MAX_PHRASE_LENGTH - 1] + "…")


def _escaped(text: str) -> str:
    for char, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(char, entity)
    return text
