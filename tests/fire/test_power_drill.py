"""Nothing acknowledged is lost or stored twice by a power cut; the short drill.

The long one is `./run fire power --long`.
"""

from __future__ import annotations

import pytest

from tests.fire.drills.power_drill import run

CUTS = 60


def test_a_power_cut_at_a_sync_loses_nothing_acknowledged_and_stores_nothing_twice() -> None:
    found = run(cuts=CUTS)
    assert found.faults == {}
    assert found.cuts == CUTS
    assert found.syncs >= 2
    assert found.acknowledged > CUTS


@pytest.mark.parametrize("control", ["unsynced", "early"])
def test_the_drill_notices_a_haven_that_acknowledges_what_is_not_on_the_disk(control: str) -> None:
    found = run(cuts=CUTS, control=control)
    assert found.lost + found.damaged
