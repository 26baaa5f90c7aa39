"""Machines of one deployment are killed while people write; nothing is lost, done twice or moved.

The short drill: each role once. Pauses, a frozen primary, a promotion, a worker that is cut off,
and the four Havens that are broken on purpose are in `./run fire machines`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fire.delivery_findings import DeliveryFindings
from tests.fire.drills.machines_drill import MachinesFindings, MachinesPlan, faults_of, run

if TYPE_CHECKING:
    from pathlib import Path

ONCE = MachinesPlan(kills=1, pauses=0, disconnects=2, outages=0, workers=2)
FINE = MachinesFindings(answered_after_promotion=5.0, frozen_noticed_after=5.0)


async def test_nothing_is_lost_whichever_machine_is_killed(tmp_path: Path) -> None:
    found, kept, _times = await run(ONCE, tmp_path)
    assert faults_of(ONCE, found, kept) == {}
    assert (found.kills, found.letters) == (4, len(ONCE.faults))


@pytest.mark.parametrize(
    "wrong",
    [
        {"letters_twice": 1}, {"letters_lost": 1}, {"letters_out_of_order": 1},
        {"stuck": "waits"}, {"answered_after_promotion": 15.1}, {"frozen_noticed_after": 10.1},
        {"frozen_noticed_after": 0.0}, {"idle_transactions": 1.1},
    ],
)  # fmt: skip
def test_the_drill_finds_fault_with_what_machines_must_not_do(wrong: dict[str, object]) -> None:
    plan = MachinesPlan()
    assert faults_of(plan, FINE, DeliveryFindings()) == {}
    assert set(faults_of(plan, replace(FINE, **wrong), DeliveryFindings())) == set(wrong)


def test_letters_may_be_repeated_only_if_a_leader_died_over_them() -> None:
    plan, kept = MachinesPlan(), DeliveryFindings(repeated=1)
    assert "repeated" in faults_of(plan, FINE, kept)
    assert faults_of(plan, replace(FINE, repeated_allowed=1), kept) == {}


def test_a_letter_whose_fate_staff_are_told_is_unknown_is_not_called_lost() -> None:
    plan, kept, found = MachinesPlan(), DeliveryFindings(unsent=1), replace(FINE, letters_lost=1)
    assert {"unsent", "letters_lost"} <= faults_of(plan, found, kept).keys()
    assert faults_of(plan, replace(found, uncertain=1), kept) == {}
