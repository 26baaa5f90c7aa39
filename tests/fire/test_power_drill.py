"""Nothing acknowledged is lost or stored twice by a power cut; the short drill.

The long one is `./run fire power --long`.
"""

from __future__ import annotations

import pytest

from tests.fire.drills.power_drill import run

CUTS = 60


FOUND_BY = {
    "unsynced": ("lost", "damaged"),
    "unsynced_keys": ("sealed_for_ever",),
    "early": ("lost",),
    "forgets": ("twice",),
}
"""The faults by which each control is found, by one of them at least."""


def test_a_power_cut_at_a_sync_loses_nothing_acknowledged_and_stores_nothing_twice() -> None:
    found = run(cuts=CUTS)
    assert found.faults == {}
    assert found.cuts == CUTS
    assert found.syncs >= 2
    assert found.acknowledged > CUTS
    assert found.cases > CUTS


@pytest.mark.parametrize("control", FOUND_BY)
def test_the_drill_notices_a_haven_that_does_not_keep_what_it_should(control: str) -> None:
    found = run(cuts=CUTS, control=control, enough=FOUND_BY[control])
    assert found.faults.keys() & FOUND_BY[control]
