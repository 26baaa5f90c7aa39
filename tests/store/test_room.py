"""What is done before a commit can fail for want of room."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.store.disk_space import LEAST, Room, Step, step_of

if TYPE_CHECKING:
    from pathlib import Path

Disk = namedtuple("Disk", "total free")  # noqa: PYI024 - what the system returns is one as well
WHOLE = 100 * 2**30


@pytest.mark.parametrize(
    ("total", "free", "step"),
    [
        (WHOLE, WHOLE, Step.ROOM),
        (WHOLE, WHOLE * 20 // 100, Step.ROOM),
        (WHOLE, WHOLE * 19 // 100, Step.TEXT_ONLY),
        (WHOLE, WHOLE * 9 // 100, Step.LITTLE),
        (WHOLE, WHOLE * 2 // 100 + 1, Step.LITTLE),
        (WHOLE, WHOLE * 2 // 100 - 1, Step.FULL),
        (WHOLE, 0, Step.FULL),
        (20 * LEAST, LEAST - 1, Step.FULL),
        (2 * LEAST, LEAST // 2, Step.ROOM),
        (0, 0, Step.FULL),
    ],
)
def test_each_step_begins_where_the_figures_say(total: int, free: int, step: Step) -> None:
    assert step_of(Disk(total, free)) is step


def test_a_disk_that_cannot_be_asked_is_full(tmp_path: Path) -> None:
    assert not Room(tmp_path / "gone").is_left()
    assert Room(tmp_path).step() in Step


def test_a_read_only_disk_has_no_room_and_it_is_said_once(tmp_path: Path) -> None:
    frozen = True
    room = Room(tmp_path, lambda _: Disk(WHOLE, WHOLE), lambda _: frozen)
    with capture_logs() as logs:
        assert not room.is_left()
        assert not room.is_left()
        assert not room.takes_files()
        frozen = False
        assert room.is_left()
        assert room.takes_files()
    assert [each["event"] for each in logs] == ["disk_read_only"]


@pytest.mark.parametrize(("free", "takes"), [(20, True), (19, False), (3, False)])
def test_below_a_fifth_no_files_are_taken(tmp_path: Path, free: int, *, takes: bool) -> None:
    room = Room(tmp_path, lambda _: Disk(WHOLE, WHOLE * free // 100), lambda _: False)
    assert room.is_left()
    assert room.takes_files() is takes
