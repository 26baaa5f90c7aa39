"""Idle sockets and strangers who guess keep no colleague from the desk: `sockets_drill.py`."""

from __future__ import annotations

from tests.fire.drills.sockets_drill import run


def test_idle_and_slow_sockets_keep_no_colleague_out() -> None:
    found = run(1300, colleagues=10)
    assert found.faults == {}
    assert found.sockets == 1300
    assert found.answered == found.colleagues == 10
    assert found.invitations == 1
    assert found.crowd == 2 * 1300
    assert found.crowd_answered == found.crowd_colleagues >= 20


def test_a_server_that_waits_for_ever_is_detected() -> None:
    """The negative control."""
    found = run(1300, colleagues=1, flaw="patient")
    assert found.faults["kept out"] == 1
    assert found.faults["left open"] >= 1200
    assert "invitations" in found.faults


def test_a_full_server_that_makes_no_room_is_detected() -> None:
    """The negative control of silent sockets from many addresses."""
    found = run(1300, colleagues=2, flaw="full")
    assert found.faults["kept out by a crowd"] >= 4
