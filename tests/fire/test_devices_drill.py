"""An account on several devices loses nothing unsent and shows none of it: `devices_drill.py`."""

from __future__ import annotations

import pytest

from tests.fire.drills.devices_drill import FLAWS, run
from tests.support.drill_length import drill_length


def test_no_device_reads_or_erases_what_another_wrote() -> None:
    people = drill_length(6, 60)
    found = run(people)
    assert (found.lost, found.shown) == ([], [])
    assert found.people == found.drafts == found.returned == people
    assert found.changes >= 2 * people


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_bot_that_erases_or_shows_what_is_unsent_is_detected(flaw: str) -> None:
    """The negative control."""
    found = run(20, flaw=flaw)
    assert found.lost if flaw == "erases" else found.shown
