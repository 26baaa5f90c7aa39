"""What is done before a commit can fail for want of room."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.store.disk_space import MIN_FREE_BYTES, DiskLevel, DiskSpace, level_of

if TYPE_CHECKING:
    from pathlib import Path

Disk = namedtuple("Disk", "total free")  # noqa: PYI024 - what the system returns is one as well
WHOLE = 100 * 2**30


@pytest.mark.parametrize(
    ("total", "free", "step"),
    [
        (WHOLE, WHOLE, DiskLevel.OK),
        (WHOLE, WHOLE * 20 // 100, DiskLevel.OK),
        (WHOLE, WHOLE * 19 // 100, DiskLevel.TEXT_ONLY),
        (WHOLE, WHOLE * 9 // 100, DiskLevel.LOW),
        (WHOLE, WHOLE * 2 // 100 + 1, DiskLevel.LOW),
        (WHOLE, WHOLE * 2 // 100 - 1, DiskLevel.FULL),
        (WHOLE, 0, DiskLevel.FULL),
        (20 * MIN_FREE_BYTES, MIN_FREE_BYTES - 1, DiskLevel.FULL),
        (2 * MIN_FREE_BYTES, MIN_FREE_BYTES // 2, DiskLevel.OK),
        (0, 0, DiskLevel.FULL),
    ],
)
def test_each_step_begins_where_the_figures_say(total: int, free: int, step: DiskLevel) -> None:
    assert level_of(Disk(total, free)) is step


def test_a_disk_that_cannot_be_asked_is_full(tmp_path: Path) -> None:
    assert not DiskSpace(tmp_path / "gone").has_space()
    assert DiskSpace(tmp_path).level() in DiskLevel


def test_a_read_only_disk_has_no_room_and_it_is_said_once(tmp_path: Path) -> None:
    frozen = True
    room = DiskSpace(tmp_path, lambda _: Disk(WHOLE, WHOLE), lambda _: frozen)
    with capture_logs() as logs:
        assert not room.has_space()
        assert not room.has_space()
        assert not room.has_space_for_files()
        frozen = False
        assert room.has_space()
        assert room.has_space_for_files()
    assert [each["event"] for each in logs] == ["disk_read_only"]


@pytest.mark.parametrize(("free", "takes"), [(20, True), (19, False), (3, False)])
def test_below_a_fifth_no_files_are_taken(tmp_path: Path, free: int, *, takes: bool) -> None:
    room = DiskSpace(tmp_path, lambda _: Disk(WHOLE, WHOLE * free // 100), lambda _: False)
    assert room.has_space()
    assert room.has_space_for_files() is takes
