"""The operator's page works on a bare Debian, as it stands: `clean_root_drill.py`."""

from __future__ import annotations

import pytest

from tests.fire.drills.clean_root_drill import drill, lines_of_page
from tests.support.booted_root import no_boot
from tests.support.clean_root import missing


@pytest.mark.full_length("`cli/test_documented_steps.py` follows the pages without a root")
def test_the_page_leads_from_a_bare_machine_to_a_hotline_and_to_another_machine() -> None:
    """Before its first line no Python is there: what works came by the lines of the page."""
    if why := missing():
        pytest.skip(why)
    found = drill()
    assert found["faults"] == {}
    assert found["started_by"] == ("haven start" if no_boot() else "systemd")
    assert found["upgraded"] == ["0.3.0"]
    assert len(found["steps"]) == 8, found["steps"]


def test_the_page_has_the_lines_that_are_followed() -> None:
    assert lines_of_page("apt-get update")[-1] == "haven setup"
    assert "--host-key" in lines_of_page("haven restore")[0]
