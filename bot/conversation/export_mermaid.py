"""Draw a flow as a Mermaid diagram, for people who review it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.guards import ALWAYS
from bot.conversation.paths import explore
from bot.conversation.questions import Question
from bot.conversation.steps import Begin, End, Step

if TYPE_CHECKING:
    from bot.conversation.flow import Flow

MAX_PHRASE_LENGTH = 60
"""Of each phrase this much is drawn."""
RESERVED = frozenset(
    {"call", "class", "classDef", "click", "default", "direction", "end", "flowchart", "graph"}
    | {"href", "linkStyle", "style", "subgraph"}
)


def draw_mermaid(flow: type[Flow]) -> str:
    """Return the flow as Mermaid text, one arrow for every way a conversation can take."""
    ways = explore(flow).edges
    lines = ["flowchart TD"]
    lines += [f"    {_id(step)}{_shape(step)}" for step in flow.steps]
    for here, step in enumerate(flow.steps):
        lines += [
            f"    {_id(step)} -->{_condition(later)} {_id(later)}"
            for later in flow.steps[here + 1 :]
            if (step.name, later.name) in ways
        ]
    return "\n".join(lines) + "\n"


def _id(step: Step) -> str:
    """Return a step's name, made different from the words Mermaid keeps for itself."""
    return f"{step.name}_" if step.name in RESERVED else step.name


def _shape(step: Step) -> str:
    """Return a step as it is drawn: a question is a hexagon, an end is round, a flow framed."""
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
    """Return words as Mermaid reads them between quotes."""
    for sign, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(sign, entity)
    return text
