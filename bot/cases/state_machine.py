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


class CaseState(StrEnum):
    """How far a case has come: what `cases.status` holds."""

    WAITING = "waiting"
    CLAIMED = "held"
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


class CaseAction(StrEnum):
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
class ActionRefusal:
    """Why a case stays where it is."""

    text: Text
    """For staff."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """Who asks for a move."""

    role: Role | None
    """None: the house itself, by the clock or because the person did something."""
    is_holder: bool
    has_reason: bool


@dataclass(frozen=True, slots=True)
class ActionGuard:
    """What must be true of whoever asks."""

    name: str
    """As the picture says it."""
    predicate: Callable[[ActionRequest], bool]
    refusal: Text

    def __call__(self, asked: ActionRequest) -> bool:
        """Tell whether it is."""
        return self.predicate(asked)


@dataclass(slots=True)
class _MachineModel:
    state: CaseState


SENIOR_ROLES = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
"""They may move what others hold."""

IS_STAFF = ActionGuard(
    "caseworker, supervisor, administrator",
    lambda asked: asked.role is not None and asked.role is not Role.AUDITOR,
    _("An auditor reads and changes nothing."),
)
IS_HOLDER = ActionGuard(
    "holder",
    lambda asked: asked.is_holder and IS_STAFF(asked),
    _("Only whoever holds the case may do that; claim it first."),
)
IS_SENIOR = ActionGuard(
    "supervisor, administrator",
    lambda asked: asked.role in SENIOR_ROLES,
    _("Only a supervisor or an administrator may do that."),
)
IS_SYSTEM = ActionGuard(
    "the house",
    lambda asked: asked.role is None,
    _("That happens by itself; nobody does it."),
)
HOLDER_OR_SENIOR = ActionGuard(
    "holder, supervisor, administrator",
    lambda asked: IS_HOLDER(asked) or IS_SENIOR(asked),
    _("Only whoever holds the case, or a supervisor, may do that."),
)
HOLDER_SENIOR_OR_SYSTEM = ActionGuard(
    "holder, supervisor, administrator, the house",
    lambda asked: HOLDER_OR_SENIOR(asked) or IS_SYSTEM(asked),
    HOLDER_OR_SENIOR.refusal,
)
HOLDER_OR_SYSTEM = ActionGuard(
    "holder, the house", lambda asked: IS_HOLDER(asked) or IS_SYSTEM(asked), IS_HOLDER.refusal
)
SENIOR_OR_SYSTEM = ActionGuard(
    "supervisor, administrator, the house",
    lambda asked: IS_SENIOR(asked) or IS_SYSTEM(asked),
    IS_SENIOR.refusal,
)
HAS_REASON = ActionGuard(
    "with a reason",
    lambda asked: asked.has_reason,
    _("Please say why: that needs a reason."),
)

WRONG_STATE = {
    CaseState.WAITING: _("This case waits in the queue; claim it first."),
    CaseState.CLAIMED: _("Somebody holds this case."),
    CaseState.OPEN: _("Somebody holds this case."),
    CaseState.REFERRED: _("This case was referred; it has to be reopened first."),
    CaseState.CLOSED: _("This case is closed; it has to be reopened first."),
    CaseState.REOPENED: _("This case waits in the queue; claim it first."),
}
"""What is said of a move that a case in this state does not know."""

_QUEUED = (CaseState.WAITING, CaseState.REOPENED)
_CLAIMED = (CaseState.CLAIMED, CaseState.OPEN)
_WORK_STATES = (
    (CaseState.CLAIMED, CaseState.OPEN),
    (CaseState.OPEN, CaseState.OPEN),
    (CaseState.REFERRED, CaseState.REFERRED),
)
"""What work does to a case: a claim becomes an open case, and nothing else changes."""

Transition = tuple[CaseAction, CaseState, CaseState, tuple[ActionGuard, ...]]


def _all_transitions() -> list[Transition]:
    """Return every way a case can go; the first one whose guards hold is gone."""
    ways: list[Transition] = [
        (CaseAction.CLAIM, here, CaseState.CLAIMED, (IS_STAFF,)) for here in _QUEUED
    ]
    ways += [
        (CaseAction.RELEASE, here, CaseState.WAITING, (HOLDER_SENIOR_OR_SYSTEM,))
        for here in _CLAIMED
    ]
    ways += [(CaseAction.LAPSE, CaseState.CLAIMED, CaseState.WAITING, (IS_SYSTEM,))]
    ways += [(CaseAction.TRANSFER, here, CaseState.CLAIMED, (IS_SENIOR,)) for here in _QUEUED]
    ways += [
        (CaseAction.TRANSFER, here, CaseState.CLAIMED, (HOLDER_OR_SENIOR,)) for here in _CLAIMED
    ]
    for verb in (CaseAction.WORK, CaseAction.TAKE_OVER, CaseAction.HAND_BACK):
        ways += [(verb, here, there, (IS_HOLDER,)) for here, there in _WORK_STATES]
    ways += [
        (CaseAction.INSIST, here, there, (IS_HOLDER, HAS_REASON)) for here, there in _WORK_STATES
    ]
    for verb, above, reason in (
        (CaseAction.NOTE, IS_SENIOR, ()),
        (CaseAction.RAISE, SENIOR_OR_SYSTEM, ()),
        (CaseAction.LOWER, IS_SENIOR, (HAS_REASON,)),
    ):
        ways += [(verb, here, there, (IS_HOLDER, *reason)) for here, there in _WORK_STATES]
        # A word from above is no sign that the holder is at it: the claim can still lapse.
        ways += [
            (verb, here, here, (above, *reason)) for here in CaseState if here != CaseState.CLOSED
        ]
    ways += [(CaseAction.NOTE, CaseState.CLOSED, CaseState.CLOSED, (IS_SENIOR,))]
    ways += [(CaseAction.REFER, here, CaseState.REFERRED, (HOLDER_OR_SYSTEM,)) for here in _CLAIMED]
    ways += [(CaseAction.REFER, CaseState.REFERRED, CaseState.REFERRED, (HOLDER_OR_SYSTEM,))]
    ways += [
        (CaseAction.CLOSE, here, CaseState.CLOSED, (HOLDER_OR_SENIOR,))
        for here in (*_CLAIMED, CaseState.REFERRED)
    ]
    ways += [
        (CaseAction.REOPEN, here, CaseState.REOPENED, (SENIOR_OR_SYSTEM,))
        for here in (CaseState.REFERRED, CaseState.CLOSED)
    ]
    return ways


TRANSITIONS = tuple(_all_transitions())


class CaseStateMachine:
    """The ways a case can go, as a machine; no case belongs to it."""

    def __init__(self, transitions: Sequence[Transition]) -> None:
        self._transitions = transitions
        self.machine = Machine(
            model=None,
            states=CaseState,
            initial=CaseState.WAITING,
            auto_transitions=False,
            model_attribute="state",
        )
        for verb, here, there, guards in transitions:
            self.machine.add_transition(verb.value, here, there, conditions=list(guards))

    def next_state(
        self,
        state: CaseState,
        action: CaseAction,
        role: Role | None,
        is_holder: bool = False,
        reason: str = "",
    ) -> CaseState | ActionRefusal:
        """Return where a move leads a case, or why it stays where it is.

        Args:
            state: where the case is.
            action: what is asked for.
            role: of whoever asks; None for the house itself.
            is_holder: whether they hold the case.
            reason: what they said; only whether there is one matters.
        """
        if role is Role.AUDITOR:
            return ActionRefusal(IS_STAFF.refusal)
        asked = ActionRequest(role, is_holder, bool(reason.strip()))
        guarded = [ways[3] for ways in self._transitions if ways[:2] == (action, state)]
        if not guarded:
            return ActionRefusal(WRONG_STATE[state])
        frame = _MachineModel(state)
        if self.machine.events[action.value].trigger(frame, asked):
            return frame.state
        return ActionRefusal(_closest_refusal(asked, guarded))


def _closest_refusal(asked: ActionRequest, ways: Sequence[Sequence[ActionGuard]]) -> Text:
    """Return what was missing on the way that came closest."""
    missing = [[guard for guard in guards if not guard(asked)] for guards in ways]
    return min(missing, key=len)[0].refusal


STATE_MACHINE = CaseStateMachine(TRANSITIONS)
next_state = STATE_MACHINE.next_state


def draw_mermaid(machine: CaseStateMachine = STATE_MACHINE) -> str:
    """Return the machine as Mermaid text: an arrow for every way, with who may go it.

    Ways between the same states with the same guards share an arrow.
    """
    arrows: dict[tuple[CaseState, CaseState, str], list[str]] = {}
    for verb, event in machine.machine.events.items():
        for way in (way for ways in event.transitions.values() for way in ways):
            here, there = CaseState[str(way.source)], CaseState[str(way.dest)]
            guards = ", ".join(condition.func.name for condition in way.conditions)  # type: ignore[union-attr]  # ours are guards
            arrows.setdefault((here, there, guards), []).append(verb)
    lines = ["stateDiagram-v2", f"    [*] --> {CaseState.WAITING}"]
    lines += [
        f"    {here} --> {there}: {', '.join(verbs)} [{guards}]"
        for (here, there, guards), verbs in sorted(arrows.items(), key=_lifecycle_order)
    ]
    return "\n".join([*lines, f"    {CaseState.CLOSED} --> [*]"]) + "\n"


def _lifecycle_order(
    arrow: tuple[tuple[CaseState, CaseState, str], list[str]],
) -> tuple[int, int, str]:
    """Order arrows as a case lives."""
    (here, there, guards), _verbs = arrow
    states = list(CaseState)
    return states.index(here), states.index(there), guards
