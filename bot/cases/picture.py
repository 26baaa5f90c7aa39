"""Draw the life of a case as a Mermaid diagram, for people who review it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.life import LIFE, State

if TYPE_CHECKING:
    from bot.cases.life import Life


def draw(life: Life = LIFE) -> str:
    """Return the machine as Mermaid text: an arrow for every way, with who may go it.

    Ways between the same states with the same guards share an arrow.
    """
    arrows: dict[tuple[State, State, str], list[str]] = {}
    for verb, event in life.machine.events.items():
        for way in (way for ways in event.transitions.values() for way in ways):
            here, there = State[str(way.source)], State[str(way.dest)]
            guards = ", ".join(condition.func.name for condition in way.conditions)  # type: ignore[union-attr]  # ours are guards
            arrows.setdefault((here, there, guards), []).append(verb)
    lines = ["stateDiagram-v2", f"    [*] --> {State.WAITING}"]
    lines += [
        f"    {here} --> {there}: {', '.join(verbs)} [{guards}]"
        for (here, there, guards), verbs in sorted(arrows.items(), key=_as_lived)
    ]
    return "\n".join([*lines, f"    {State.CLOSED} --> [*]"]) + "\n"


def _as_lived(arrow: tuple[tuple[State, State, str], list[str]]) -> tuple[int, int, str]:
    """Order arrows as a case lives."""
    (here, there, guards), _verbs = arrow
    states = list(State)
    return states.index(here), states.index(there), guards
