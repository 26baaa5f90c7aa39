"""The state machine of a case: which role may take which action in which state.

One machine serves all cases (as in `bot/conversation/machine.py`). `next_state` is pure: it returns
the new state, or a refusal in words for staff.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from transitions import Machine

from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


logging.getLogger("transitions").setLevel(logging.WARNING)


class CaseState(StrEnum):
    """The states of a case, as stored in `cases.status`."""

    WAITING = "waiting"
    CLAIMED = "held"
    """Claimed, but not worked on yet."""
    OPEN = "open"
    """Worked on: a takeover, a message, a note, a changed priority, a referral."""
    REFERRED = "referred"
    CLOSED = "closed"
    REOPENED = "reopened"
    """Back in the queue after it was closed or referred."""


class Role(StrEnum):
    """The roles of staff."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    """Reads, and changes nothing."""
    INTERPRETER = "interpreter"
    """Renders what a caseworker shares, in one conversation at a time; works on no case."""


class CaseAction(StrEnum):
    """The actions on a case."""

    CLAIM = "claim"
    RELEASE = "release"
    LAPSE = "lapse"
    """The system returns a claimed case to the queue because the caseworker did not work on it."""
    TRANSFER = "transfer"
    WORK = "work"
    """Any sign of work by the assigned caseworker: a message, an answer."""
    INSIST = "insist"
    """Contact the person outside their contact rule."""
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
    """The reason why an action is refused."""

    text: Text
    """For staff."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """Who asks for an action."""

    role: Role | None
    """None: the system, at a set time or because the person did something."""
    is_holder: bool
    has_reason: bool


@dataclass(frozen=True, slots=True)
class ActionGuard:
    """A condition on who asks for an action."""

    name: str
    """Its label in the diagram."""
    predicate: Callable[[ActionRequest], bool]
    refusal: Text

    def __call__(self, request: ActionRequest) -> bool:
        """Tell whether the condition holds."""
        return self.predicate(request)


@dataclass(slots=True)
class _MachineModel:
    state: CaseState


SENIOR_ROLES = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Roles that see which cases all others have."""
CASE_ROLES = SENIOR_ROLES | {Role.CASEWORKER}
"""Roles that see the lists of cases."""
CASEWORK_ROLES = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
"""Roles whose key opens cases, so that they can work on one.

No one else may hold a case: it would look answered, and its alarm would stop, unread.
"""
OPENS_NO_CASE = _(
    "Administrators open no case, so they can only return one to the queue. Ask a caseworker or a "
    "supervisor."
)

IS_STAFF = ActionGuard(
    "caseworker, supervisor",
    lambda request: request.role in CASEWORK_ROLES,
    _("Auditors can read, but not change anything."),
)
IS_HOLDER = ActionGuard(
    "holder",
    lambda request: request.is_holder and IS_STAFF(request),
    _("Only the assigned caseworker can do that; claim the case first."),
)
IS_SUPERVISOR = ActionGuard(
    "supervisor",
    lambda request: request.role is Role.SUPERVISOR,
    _("Only a supervisor can do that."),
)
IS_SYSTEM = ActionGuard(
    "the system", lambda request: request.role is None, _("The system does that automatically.")
)
HOLDER_OR_SUPERVISOR = ActionGuard(
    "holder, supervisor",
    lambda request: IS_HOLDER(request) or IS_SUPERVISOR(request),
    _("Only the assigned caseworker or a supervisor can do that."),
)
HOLDER_SUPERVISOR_OR_SYSTEM = ActionGuard(
    "holder, supervisor, the system",
    lambda request: HOLDER_OR_SUPERVISOR(request) or IS_SYSTEM(request),
    HOLDER_OR_SUPERVISOR.refusal,
)
HOLDER_OR_SENIOR = ActionGuard(
    "holder, supervisor, administrator",
    lambda request: IS_HOLDER(request) or request.role in SENIOR_ROLES,
    HOLDER_OR_SUPERVISOR.refusal,
)
HOLDER_SENIOR_OR_SYSTEM = ActionGuard(
    "holder, supervisor, administrator, the system",
    lambda request: HOLDER_OR_SENIOR(request) or IS_SYSTEM(request),
    HOLDER_OR_SUPERVISOR.refusal,
)
HOLDER_OR_SYSTEM = ActionGuard(
    "holder, the system",
    lambda request: IS_HOLDER(request) or IS_SYSTEM(request),
    IS_HOLDER.refusal,
)
SUPERVISOR_OR_SYSTEM = ActionGuard(
    "supervisor, the system",
    lambda request: IS_SUPERVISOR(request) or IS_SYSTEM(request),
    IS_SUPERVISOR.refusal,
)
HAS_REASON = ActionGuard("with a reason", lambda it: it.has_reason, _("Please give a reason."))

_IN_QUEUE = _("This case is in the queue; claim it first.")
_ASSIGNED = _("This case is already assigned.")
_QUEUED = (CaseState.WAITING, CaseState.REOPENED)
_CLAIMED = (CaseState.CLAIMED, CaseState.OPEN)
WRONG_STATE = {
    **dict.fromkeys(_QUEUED, _IN_QUEUE),
    **dict.fromkeys(_CLAIMED, _ASSIGNED),
    CaseState.REFERRED: _("This case was referred; reopen it first."),
    CaseState.CLOSED: _("This case is closed; reopen it first."),
}
"""By state: the refusal of an action that the state does not allow."""

_TAKEN = (*_CLAIMED, CaseState.REFERRED)
_WORK_STATES = (*((it, CaseState.OPEN) for it in _CLAIMED), (CaseState.REFERRED,) * 2)
"""States before and after work: a claimed case becomes an open one."""

Transition = tuple[CaseAction, CaseState, CaseState, tuple[ActionGuard, ...]]


def _moves(
    action: CaseAction, sources: Iterable[CaseState], target: CaseState, *guards: ActionGuard
) -> list[Transition]:
    return [(action, source, target, guards) for source in sources]


def _works(action: CaseAction, *guards: ActionGuard) -> list[Transition]:
    return [(action, source, target, guards) for source, target in _WORK_STATES]


def _by_supervisor(action: CaseAction, *guards: ActionGuard) -> list[Transition]:
    """Return transitions that are no work of the holder: a claim can still lapse."""
    return [(action, state, state, guards) for state in CaseState if state != CaseState.CLOSED]


TRANSITIONS: tuple[Transition, ...] = (
    *_moves(CaseAction.CLAIM, _QUEUED, CaseState.CLAIMED, IS_STAFF),
    *_moves(CaseAction.RELEASE, _CLAIMED, CaseState.WAITING, HOLDER_SENIOR_OR_SYSTEM),
    *_moves(CaseAction.RELEASE, [CaseState.REFERRED], CaseState.WAITING, HOLDER_OR_SENIOR),
    *_moves(CaseAction.LAPSE, [CaseState.CLAIMED], CaseState.WAITING, IS_SYSTEM),
    *_moves(CaseAction.TRANSFER, _QUEUED, CaseState.CLAIMED, IS_SUPERVISOR),
    *_moves(CaseAction.TRANSFER, _TAKEN, CaseState.CLAIMED, HOLDER_OR_SUPERVISOR),
    *_works(CaseAction.WORK, IS_HOLDER),
    *_works(CaseAction.TAKE_OVER, IS_HOLDER),
    *_works(CaseAction.HAND_BACK, IS_HOLDER),
    *_works(CaseAction.INSIST, IS_HOLDER, HAS_REASON),
    *_works(CaseAction.NOTE, IS_HOLDER),
    *_by_supervisor(CaseAction.NOTE, IS_SUPERVISOR),
    *_works(CaseAction.RAISE, IS_HOLDER),
    *_by_supervisor(CaseAction.RAISE, SUPERVISOR_OR_SYSTEM),
    *_works(CaseAction.LOWER, IS_HOLDER, HAS_REASON),
    *_by_supervisor(CaseAction.LOWER, IS_SUPERVISOR, HAS_REASON),
    *_moves(CaseAction.NOTE, [CaseState.CLOSED], CaseState.CLOSED, IS_SUPERVISOR),
    *_moves(CaseAction.REFER, _TAKEN, CaseState.REFERRED, HOLDER_OR_SYSTEM),
    *_moves(CaseAction.CLOSE, _TAKEN, CaseState.CLOSED, HOLDER_OR_SUPERVISOR),
    *_moves(
        CaseAction.REOPEN,
        (CaseState.REFERRED, CaseState.CLOSED),
        CaseState.REOPENED,
        HOLDER_SUPERVISOR_OR_SYSTEM,
    ),
)
"""Of several transitions of one action from one state, the first whose guards hold is taken."""


class CaseStateMachine:
    """The machine of all cases."""

    def __init__(self, transitions: Sequence[Transition]) -> None:
        self._transitions = transitions
        self.machine = Machine(
            model=None, states=CaseState, initial=CaseState.WAITING, auto_transitions=False,
            model_attribute="state",
        )  # fmt: skip
        for action, source, target, guards in transitions:
            self.machine.add_transition(action.value, source, target, conditions=list(guards))

    def next_state(
        self, state: CaseState, action: CaseAction, role: Role | None, is_holder: bool = False,
        reason: str = "",
    ) -> CaseState | ActionRefusal:  # fmt: skip
        """Return the state after an action, or why the action is refused.

        A role of None is the system. Of the reason, only whether there is one matters.
        """
        if role is not None and role not in CASE_ROLES:
            return ActionRefusal(IS_STAFF.refusal)
        if role is Role.ADMINISTRATOR and action is not CaseAction.RELEASE:
            return ActionRefusal(OPENS_NO_CASE)
        request = ActionRequest(role, is_holder, bool(reason.strip()))
        guarded = [each[3] for each in self._transitions if each[:2] == (action, state)]
        if not guarded:
            return ActionRefusal(WRONG_STATE[state])
        model = _MachineModel(state)
        if self.machine.events[action.value].trigger(model, request):
            return model.state
        return ActionRefusal(_closest_refusal(request, guarded))


def _closest_refusal(request: ActionRequest, ways: Sequence[Sequence[ActionGuard]]) -> Text:
    """Return the refusal of the transition with the fewest failing guards."""
    failing = [[guard for guard in guards if not guard(request)] for guards in ways]
    return min(failing, key=len)[0].refusal


STATE_MACHINE = CaseStateMachine(TRANSITIONS)
next_state = STATE_MACHINE.next_state


def draw_mermaid(machine: CaseStateMachine = STATE_MACHINE) -> str:
    """Return the machine as a Mermaid diagram: an arrow for every transition, with its guards.

    Transitions between the same states with the same guards share an arrow.
    """
    arrows: dict[tuple[CaseState, CaseState, str], list[str]] = {}
    for action, event in machine.machine.events.items():
        for way in (way for ways in event.transitions.values() for way in ways):
            source, target = CaseState[str(way.source)], CaseState[str(way.dest)]
            guards = ", ".join(condition.func.name for condition in way.conditions)  # type: ignore[union-attr]  # ours are guards
            arrows.setdefault((source, target, guards), []).append(action)
    order = list(CaseState)
    lines = ["stateDiagram-v2", f"    [*] --> {CaseState.WAITING}"]
    lines += [
        f"    {source} --> {target}: {', '.join(actions)} [{guards}]"
        for (source, target, guards), actions in sorted(
            arrows.items(), key=lambda it: (order.index(it[0][0]), order.index(it[0][1]), it[0][2])
        )
    ]
    return "\n".join([*lines, f"    {CaseState.CLOSED} --> [*]"]) + "\n"
