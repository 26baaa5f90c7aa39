"""The life of a case, as a state machine that belongs to no case: who may move what, and when.

A frame passes through the machine, as in a flow's (`bot/conversation/machine.py`). `move` touches
nothing: whoever asks is told where the case would be, or why not, in words for staff.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from transitions import Machine

from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


logging.getLogger("transitions").setLevel(logging.WARNING)


class State(StrEnum):
    """How far a case has come: what `cases.status` holds."""

    WAITING = "waiting"
    HELD = "held"
    """Claimed, and nobody has worked on it yet."""
    OPEN = "open"
    """Worked on: a takeover, a word, a note, an answer, a priority, a referral."""
    REFERRED = "referred"
    CLOSED = "closed"
    REOPENED = "reopened"
    """Back in the queue after it was closed or referred."""


class Role(StrEnum):
    """What a caseworker answers for."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    """Reads, and changes nothing."""


class Move(StrEnum):
    """What can be done to a case."""

    CLAIM = "claim"
    RELEASE = "release"
    LAPSE = "lapse"
    """The house gives a claim back that nobody worked on."""
    TRANSFER = "transfer"
    WORK = "work"
    """Anything that shows that somebody is at it: a word, an answer."""
    INSIST = "insist"
    """Ask for the person outside their contact rule."""
    NOTE = "note"
    TAKE_OVER = "take_over"
    HAND_BACK = "hand_back"
    RAISE = "raise"
    LOWER = "lower"
    REFER = "refer"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a case stays where it is."""

    text: Text
    """For staff."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a move."""

    role: Role | None
    """None: the house itself, by the clock or because the person did something."""
    is_holder: bool
    has_reason: bool


@dataclass(frozen=True, slots=True)
class Guard:
    """What must be true of whoever asks."""

    name: str
    """As the picture says it."""
    holds: Callable[[Asked], bool]
    otherwise: Text

    def __call__(self, asked: Asked) -> bool:
        """Tell whether it is."""
        return self.holds(asked)


@dataclass(slots=True)
class _Frame:
    state: State


ABOVE = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
"""They may move what others hold."""

IS_STAFF = Guard(
    "caseworker, supervisor, administrator",
    lambda asked: asked.role is not None and asked.role is not Role.AUDITOR,
    _("An auditor reads and changes nothing."),
)
HOLDS = Guard(
    "holder",
    lambda asked: asked.is_holder and IS_STAFF(asked),
    _("Only whoever holds the case may do that; claim it first."),
)
IS_ABOVE = Guard(
    "supervisor, administrator",
    lambda asked: asked.role in ABOVE,
    _("Only a supervisor or an administrator may do that."),
)
IS_HOUSE = Guard(
    "the house",
    lambda asked: asked.role is None,
    _("That happens by itself; nobody does it."),
)
HOLDS_OR_ABOVE = Guard(
    "holder, supervisor, administrator",
    lambda asked: HOLDS(asked) or IS_ABOVE(asked),
    _("Only whoever holds the case, or a supervisor, may do that."),
)
HOLDS_ABOVE_OR_HOUSE = Guard(
    "holder, supervisor, administrator, the house",
    lambda asked: HOLDS_OR_ABOVE(asked) or IS_HOUSE(asked),
    HOLDS_OR_ABOVE.otherwise,
)
HOLDS_OR_HOUSE = Guard(
    "holder, the house", lambda asked: HOLDS(asked) or IS_HOUSE(asked), HOLDS.otherwise
)
ABOVE_OR_HOUSE = Guard(
    "supervisor, administrator, the house",
    lambda asked: IS_ABOVE(asked) or IS_HOUSE(asked),
    IS_ABOVE.otherwise,
)
HAS_REASON = Guard(
    "with a reason",
    lambda asked: asked.has_reason,
    _("Please say why: that needs a reason."),
)

NOT_FROM = {
    State.WAITING: _("This case waits in the queue; claim it first."),
    State.HELD: _("Somebody holds this case."),
    State.OPEN: _("Somebody holds this case."),
    State.REFERRED: _("This case was referred; it has to be reopened first."),
    State.CLOSED: _("This case is closed; it has to be reopened first."),
    State.REOPENED: _("This case waits in the queue; claim it first."),
}
"""What is said of a move that a case in this state does not know."""

_QUEUE = (State.WAITING, State.REOPENED)
_TAKEN = (State.HELD, State.OPEN)
_WORKED = ((State.HELD, State.OPEN), (State.OPEN, State.OPEN), (State.REFERRED, State.REFERRED))
"""What work does to a case: a claim becomes an open case, and nothing else changes."""

Way = tuple[Move, State, State, tuple[Guard, ...]]


def _ways() -> list[Way]:
    """Return every way a case can go; the first one whose guards hold is gone."""
    ways: list[Way] = [(Move.CLAIM, here, State.HELD, (IS_STAFF,)) for here in _QUEUE]
    ways += [(Move.RELEASE, here, State.WAITING, (HOLDS_ABOVE_OR_HOUSE,)) for here in _TAKEN]
    ways += [(Move.LAPSE, State.HELD, State.WAITING, (IS_HOUSE,))]
    ways += [(Move.TRANSFER, here, State.HELD, (IS_ABOVE,)) for here in _QUEUE]
    ways += [(Move.TRANSFER, here, State.HELD, (HOLDS_OR_ABOVE,)) for here in _TAKEN]
    for verb in (Move.WORK, Move.TAKE_OVER, Move.HAND_BACK):
        ways += [(verb, here, there, (HOLDS,)) for here, there in _WORKED]
    ways += [(Move.INSIST, here, there, (HOLDS, HAS_REASON)) for here, there in _WORKED]
    for verb, above, reason in (
        (Move.NOTE, IS_ABOVE, ()),
        (Move.RAISE, ABOVE_OR_HOUSE, ()),
        (Move.LOWER, IS_ABOVE, (HAS_REASON,)),
    ):
        ways += [(verb, here, there, (HOLDS, *reason)) for here, there in _WORKED]
        # A word from above is no sign that the holder is at it: the claim can still lapse.
        ways += [(verb, here, here, (above, *reason)) for here in State if here != State.CLOSED]
    ways += [(Move.NOTE, State.CLOSED, State.CLOSED, (IS_ABOVE,))]
    ways += [(Move.REFER, here, State.REFERRED, (HOLDS_OR_HOUSE,)) for here in _TAKEN]
    ways += [(Move.REFER, State.REFERRED, State.REFERRED, (HOLDS_OR_HOUSE,))]
    ways += [
        (Move.CLOSE, here, State.CLOSED, (HOLDS_OR_ABOVE,)) for here in (*_TAKEN, State.REFERRED)
    ]
    ways += [
        (Move.REOPEN, here, State.REOPENED, (ABOVE_OR_HOUSE,))
        for here in (State.REFERRED, State.CLOSED)
    ]
    return ways


WAYS = tuple(_ways())


class Life:
    """The ways a case can go, as a machine; no case belongs to it."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = ways
        self.machine = Machine(
            model=None,
            states=State,
            initial=State.WAITING,
            auto_transitions=False,
            model_attribute="state",
        )
        for verb, here, there, guards in ways:
            self.machine.add_transition(verb.value, here, there, conditions=list(guards))

    def move(
        self,
        state: State,
        verb: Move,
        role: Role | None,
        is_holder: bool = False,
        reason: str = "",
    ) -> State | Refusal:
        """Return where a move leads a case, or why it stays where it is.

        Args:
            state: where the case is.
            verb: what is asked for.
            role: of whoever asks; None for the house itself.
            is_holder: whether they hold the case.
            reason: what they said; only whether there is one matters.
        """
        if role is Role.AUDITOR:
            return Refusal(IS_STAFF.otherwise)
        asked = Asked(role, is_holder, bool(reason.strip()))
        guarded = [ways[3] for ways in self._ways if ways[:2] == (verb, state)]
        if not guarded:
            return Refusal(NOT_FROM[state])
        frame = _Frame(state)
        if self.machine.events[verb.value].trigger(frame, asked):
            return frame.state
        return Refusal(_missing(asked, guarded))


def _missing(asked: Asked, ways: Sequence[Sequence[Guard]]) -> Text:
    """Return what was missing on the way that came closest."""
    missing = [[guard for guard in guards if not guard(asked)] for guards in ways]
    return min(missing, key=len)[0].otherwise


LIFE = Life(WAYS)
move = LIFE.move


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
