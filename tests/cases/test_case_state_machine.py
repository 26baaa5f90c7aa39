"""The life of a case: who may move what, and from where; against a table written by hand."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.cases.state_machine import (
    IS_STAFF,
    TRANSITIONS,
    ActionRefusal,
    CaseAction,
    CaseState,
    CaseStateMachine,
    Role,
    draw_mermaid,
    next_state,
)
from bot.hotline.commands.types import Verb
from bot.store.tables.main import cases
from tests.support.content.catalogue_files import read_in
from tests.support.drill_length import drill_length

if TYPE_CHECKING:
    from bot.cases.state_machine import Transition

TABLE: dict[str, dict[str, dict[str, str]]] = {
    "waiting": {
        "claim": {"C": "held", "S": "held"},
        "transfer": {"S": "held"},
        "note": {"S": "waiting"},
        "raise": {"S": "waiting", "M": "waiting"},
        "lower": {"S": "waiting"},
    },
    "held": {
        "release": {"H": "waiting", "S": "waiting", "M": "waiting"},
        "lapse": {"M": "waiting"},
        "transfer": {"H": "held", "S": "held"},
        "work": {"H": "open"},
        "take_over": {"H": "open"},
        "hand_back": {"H": "open"},
        "insist": {"H": "open"},
        "note": {"H": "open", "S": "held"},
        "raise": {"H": "open", "S": "held", "M": "held"},
        "lower": {"H": "open", "S": "held"},
        "refer": {"H": "referred", "M": "referred"},
        "close": {"H": "closed", "S": "closed"},
    },
    "open": {
        "release": {"H": "waiting", "S": "waiting", "M": "waiting"},
        "transfer": {"H": "held", "S": "held"},
        "work": {"H": "open"},
        "take_over": {"H": "open"},
        "hand_back": {"H": "open"},
        "insist": {"H": "open"},
        "note": {"H": "open", "S": "open"},
        "raise": {"H": "open", "S": "open", "M": "open"},
        "lower": {"H": "open", "S": "open"},
        "refer": {"H": "referred", "M": "referred"},
        "close": {"H": "closed", "S": "closed"},
    },
    "referred": {
        "release": {"H": "waiting", "S": "waiting"},
        "transfer": {"H": "held", "S": "held"},
        "work": {"H": "referred"},
        "take_over": {"H": "referred"},
        "hand_back": {"H": "referred"},
        "insist": {"H": "referred"},
        "note": {"H": "referred", "S": "referred"},
        "raise": {"H": "referred", "S": "referred", "M": "referred"},
        "lower": {"H": "referred", "S": "referred"},
        "refer": {"H": "referred", "M": "referred"},
        "close": {"H": "closed", "S": "closed"},
        "reopen": {"H": "reopened", "S": "reopened", "M": "reopened"},
    },
    "closed": {
        "note": {"S": "closed"},
        "reopen": {"H": "reopened", "S": "reopened", "M": "reopened"},
    },
    "reopened": {
        "claim": {"C": "held", "S": "held"},
        "transfer": {"S": "held"},
        "note": {"S": "reopened"},
        "raise": {"S": "reopened", "M": "reopened"},
        "lower": {"S": "reopened"},
    },
}
"""Where each move leads: for whoever Holds the case, a Caseworker who does not, whoever Stands
above, and the house itself (M)."""
NEEDS_A_REASON = {"lower", "insist"}
ROLES = (None, *Role)
HANDS_ON = {CaseState.CLAIMED, CaseState.OPEN, CaseState.REFERRED}


def expected(state: str, verb: str, role: Role | None, holds: bool, reason: str) -> str | None:
    """Return where the table says a case goes, None when it stays."""
    if role in {Role.AUDITOR, Role.INTERPRETER} or (verb in NEEDS_A_REASON and not reason.strip()):
        return None
    ways = TABLE[state].get(verb, {})
    if role is None:
        return ways.get("M")
    if role is Role.ADMINISTRATOR:
        return ways.get("S") if verb == "release" else None
    if holds and "H" in ways:
        return ways["H"]
    return ways.get("S" if role is Role.SUPERVISOR else "C")


def differences(life: CaseStateMachine) -> list[tuple[object, ...]]:
    """Return every question that a life answers otherwise than the table."""
    found = []
    for asked in itertools.product(
        CaseState, CaseAction, ROLES, (False, True), ("", " ", "because")
    ):
        state, verb, role, holds, reason = asked
        if holds and role is None:
            continue  # the house holds nothing
        said = life.next_state(state, verb, role, holds, reason)
        came = None if isinstance(said, ActionRefusal) else said.value
        if came != expected(state.value, verb.value, role, holds, reason):
            found.append((*asked, said))
    return found


def test_every_move_of_everybody_leads_where_the_table_says() -> None:
    assert differences(CaseStateMachine(TRANSITIONS)) == []


WRONG: list[tuple[str, list[Transition]]] = [
    ("anybody closes", [(CaseAction.CLOSE, CaseState.OPEN, CaseState.CLOSED, ())]),
    (
        "a closed case is claimed",
        [(CaseAction.CLAIM, CaseState.CLOSED, CaseState.CLAIMED, (IS_STAFF,))],
    ),
    (
        "a priority is lowered without a word",
        [(CaseAction.LOWER, CaseState.OPEN, CaseState.OPEN, (IS_STAFF,))],
    ),
]


@pytest.mark.parametrize(("name", "more"), WRONG)
def test_a_way_too_many_would_be_found(name: str, more: list[Transition]) -> None:
    assert differences(CaseStateMachine((*TRANSITIONS, *more)))


def test_a_way_too_few_would_be_found() -> None:
    for left_out in range(len(TRANSITIONS)):
        assert differences(
            CaseStateMachine(TRANSITIONS[:left_out] + TRANSITIONS[left_out + 1 :])
        ), TRANSITIONS[left_out]


def test_the_table_holds_every_state_and_every_move() -> None:
    assert set(TABLE) == set(CaseState)
    assert {verb for ways in TABLE.values() for verb in ways} == set(CaseAction)


# --- Histories -----------------------------------------------------------------------------------

STAFF = {
    "lin": Role.CASEWORKER,
    "mei": Role.CASEWORKER,
    "wu": Role.SUPERVISOR,
    "ada": Role.ADMINISTRATOR,
    "rex": Role.AUDITOR,
    "": None,
}


class Lives(RuleBasedStateMachine):
    """Several cases, several caseworkers, any order: the machine beside a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, tuple[CaseState, str]] = {}
        self.model: dict[str, tuple[str, str]] = {}

    @initialize(many=st.integers(1, 3))
    def opens(self, many: int) -> None:
        for number in range(many):
            self.kept[f"case{number}"] = CaseState.WAITING, ""
            self.model[f"case{number}"] = "waiting", ""

    @rule(
        dice=st.randoms(use_true_random=False),
        verb=st.sampled_from(CaseAction),
        who=st.sampled_from(sorted(STAFF)),
        to=st.sampled_from(["lin", "mei", "wu"]),
        reason=st.sampled_from(["", "because"]),
    )
    def moves(self, dice: object, verb: CaseAction, who: str, to: str, reason: str) -> None:
        case = dice.choice(sorted(self.kept))  # type: ignore[attr-defined]
        self.kept[case] = self._moved(self.kept[case], verb, who, to, reason)
        state, holder = self.model[case]
        there = expected(state, verb.value, STAFF[who], bool(who) and who == holder, reason)
        if there is not None:
            holder = {"claim": who, "transfer": to}.get(verb.value, holder)
            self.model[case] = there, "" if there in {"waiting", "reopened"} else holder

    @staticmethod
    def _moved(
        case: tuple[CaseState, str], verb: CaseAction, who: str, to: str, reason: str
    ) -> tuple[CaseState, str]:
        state, holder = case
        there = next_state(state, verb, STAFF[who], bool(who) and who == holder, reason)
        if isinstance(there, ActionRefusal):
            return state, holder
        if there in {CaseState.WAITING, CaseState.REOPENED}:
            return there, ""
        return there, {CaseAction.CLAIM: who, CaseAction.TRANSFER: to}.get(verb, holder)

    @invariant()
    def they_agree(self) -> None:
        assert self.kept == self.model

    @invariant()
    def whoever_waits_is_held_by_nobody_and_whoever_is_held_by_one(self) -> None:
        for state, holder in self.kept.values():
            assert (holder != "") == (state in HANDS_ON | {CaseState.CLOSED}), (state, holder)
            assert STAFF[holder] not in {Role.AUDITOR, Role.ADMINISTRATOR}


Lives.TestCase.settings = settings(
    max_examples=drill_length(50, 150), stateful_step_count=40, deadline=None
)
TestLives = Lives.TestCase


@pytest.mark.parametrize("state", CaseState)
def test_from_every_state_staff_can_bring_a_case_to_every_other(state: CaseState) -> None:
    reached, more = {state}, [state]
    while more:
        here = more.pop()
        for verb in CaseAction:
            for role, holds in ((Role.CASEWORKER, False), (Role.SUPERVISOR, True)):
                there = next_state(here, verb, role, holds, "because")
                if isinstance(there, CaseState) and there not in reached:
                    reached.add(there)
                    more.append(there)
    assert reached == set(CaseState)


# --- Words ---------------------------------------------------------------------------------------


def refusals() -> set[str]:
    found = set()
    for asked in itertools.product(CaseState, CaseAction, ROLES, (False, True), ("", "because")):
        said = next_state(*asked)
        if isinstance(said, ActionRefusal):
            found.add(said.text.source)
    return found


def test_every_refusal_is_translated_for_staff() -> None:
    chinese = read_in("zh_Hant", "staff")
    assert refusals()
    for source in refusals():
        assert chinese.gettext(source) != source


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ((CaseState.CLAIMED, CaseAction.CLAIM, Role.CASEWORKER), "This case is already assigned."),
        ((CaseState.OPEN, CaseAction.TAKE_OVER, Role.CASEWORKER), "claim the case first"),
        ((CaseState.OPEN, CaseAction.TAKE_OVER, Role.SUPERVISOR), "claim the case first"),
        ((CaseState.OPEN, CaseAction.CLOSE, Role.CASEWORKER), "or a supervisor"),
        ((CaseState.OPEN, CaseAction.LOWER, Role.CASEWORKER, True), "give a reason"),
        ((CaseState.OPEN, CaseAction.LOWER, Role.SUPERVISOR), "give a reason"),
        ((CaseState.CLOSED, CaseAction.NOTE, Role.CASEWORKER), "Only a supervisor"),
        ((CaseState.CLOSED, CaseAction.TAKE_OVER, Role.CASEWORKER, True), "reopen it first"),
        ((CaseState.WAITING, CaseAction.CLAIM, Role.AUDITOR), "Auditors"),
        ((CaseState.WAITING, CaseAction.CLAIM, Role.ADMINISTRATOR), "Administrators open no case"),
        ((CaseState.OPEN, CaseAction.CLOSE, Role.ADMINISTRATOR, True), "Ask a caseworker"),
        ((CaseState.CLAIMED, CaseAction.LAPSE, Role.SUPERVISOR), "automatically"),
    ],
)
def test_a_refusal_says_what_was_missing(
    asked: tuple[CaseState, CaseAction, Role], words: str
) -> None:
    said = next_state(*asked)
    assert isinstance(said, ActionRefusal)
    assert words in said.text.source


def test_every_state_fits_its_column() -> None:
    assert max(len(state) for state in CaseState) <= cases.c.status.type.length  # type: ignore[attr-defined]


def test_what_a_caseworker_can_do_to_a_case_is_called_the_same_everywhere() -> None:
    never_said = {"lapse", "work", "raise", "lower"}
    assert set(CaseAction) - never_said <= set(Verb)


# --- The picture ---------------------------------------------------------------------------------

ARROW = re.compile(r"    (\w+) --> (\w+): ([a-z_, ]+) \[([a-z, ]+)\]")


def drawn(life: CaseStateMachine) -> set[tuple[str, str, str, str]]:
    """Return every way in a picture: from, to, move, who."""
    return {
        (found[1], found[2], verb, found[4])
        for line in draw_mermaid(life).splitlines()
        if (found := ARROW.fullmatch(line))
        for verb in found[3].split(", ")
    }


def test_the_picture_has_every_way_and_no_other() -> None:
    assert drawn(CaseStateMachine(TRANSITIONS)) == {
        (here.value, there.value, verb.value, ", ".join(guard.name for guard in guards))
        for verb, here, there, guards in TRANSITIONS
    }
    lines = draw_mermaid().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> waiting"]
    assert lines[-1] == "    closed --> [*]"
    assert all(ARROW.fullmatch(line) for line in lines[2:-1])


def test_a_way_that_is_gone_is_gone_from_the_picture() -> None:
    assert (
        len(drawn(CaseStateMachine(TRANSITIONS[1:])))
        == len(drawn(CaseStateMachine(TRANSITIONS))) - 1
    )
