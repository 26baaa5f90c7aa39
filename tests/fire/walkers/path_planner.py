"""How somebody comes to a question: thought out before it is walked. Pure."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from functools import cache
from typing import TYPE_CHECKING

from bot.conversation import Position, PressInput, answer, begin
from bot.conversation.inputs import TextInput
from bot.dispatch.conversation_store import copy_position
from bot.dispatch.turn.flow_names import AFTERWARDS_FLOW
from bot.dispatch.turn.outcome_rules import NEXT_STEP_OUTCOMES
from flows import ALL_FLOWS
from tests.support.dispatch_inspection import BOOK, NEXT, QUESTIONS, READS_ON, STAFFED, answers_at

if TYPE_CHECKING:
    from collections.abc import Callable

Step = tuple[str, str]
"""A flow and a question of it."""
Given = PressInput | TextInput
Way = tuple[tuple[Step, Given], ...]
"""Where somebody stands, and what they answer there, one after the other."""
KNOWN = STAFFED | {"sent", "unsent"}
AGREED = KNOWN | {"checks_in"}
DEEPEST = 4000
"""Answers tried in thought before somebody gives up on finding a way from here."""
FEW = 4
"""Ways kept to each question, the shortest: what holds here may bar one of them."""
LONGEST = 60
ROUNDS, MOST = 200, 20_000
"""Walks in thought through each flow, at least and at most."""


def step_of(position: Position) -> Step | None:
    """Return where somebody stands; None where nothing is asked."""
    return (position.frames[-1].flow, position.frames[-1].step) if position.frames else None


def has_just_begun(position: Position) -> bool:
    """Tell whether somebody stands at the beginning of a flow."""
    return bool(position.frames) and not position.frames[-1].answers


def shortest_path(position: Position, is_there: Callable[[Position], bool]) -> Way:
    """Return the shortest way from here to where somebody wants to be; empty for none."""
    ways: deque[tuple[Position, Way]] = deque([(position, ())])
    met: set[Step] = set()
    for _ in range(DEEPEST):
        if not ways:
            break
        here, way = ways.popleft()
        at = step_of(here)
        if at is None or at[0] == "language":
            continue  # whoever chose another language would not know what to look for
        for given in answers_at(here):
            ahead = _answered(here, given)
            step, gone = step_of(ahead), (*way, (at, given))
            if step is not None and is_there(ahead):
                return gone
            if step is not None and step not in met:
                met.add(step)
                ways.append((ahead, gone))
    return ()


def _answered(here: Position, given: Given) -> Position:
    ahead = copy_position(here)
    turn = answer(BOOK, ahead, given, KNOWN)
    if not ahead.frames and any(came.outcome in NEXT_STEP_OUTCOMES for came in turn.endings):
        begin(BOOK, ahead, AFTERWARDS_FLOW, KNOWN)
    return ahead


@cache
def paths_to_questions() -> dict[Step, tuple[Way, ...]]:
    """Return a few ways to each question from where its flow begins, found by chance.

    Some are asked only after certain answers together, which the shortest way misses.
    """
    dice = random.Random(11)
    found: dict[Step, set[Way]] = defaultdict(set)
    for flow in ALL_FLOWS:
        rounds = 0
        while rounds < ROUNDS or any(at not in found for at in QUESTIONS if at[0] == flow.name):
            assert rounds < MOST, f"{flow.name}: nobody came to every question of it"
            _wander(flow.name, dice, found)
            rounds += 1
    return {step: tuple(sorted(ways, key=lambda way: (len(way), str(way)))[:FEW])
            for step, ways in found.items()}  # fmt: skip


def _wander(flow: str, dice: random.Random, found: dict[Step, set[Way]]) -> None:
    position, way, known = Position(), (), dice.choice((KNOWN, AGREED))
    begin(BOOK, position, flow, known)
    for _ in range(LONGEST):
        at = step_of(position)
        if at is None:
            return
        if at[0] == flow:
            found[at].add(way)
        ways = list(answers_at(position))
        given = NEXT if NEXT in ways and dice.random() < READS_ON else dice.choice(ways)
        way = (*way, (at, given))
        answer(BOOK, position, given, known)
