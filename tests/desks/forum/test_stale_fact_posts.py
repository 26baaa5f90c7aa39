"""What nobody has read again is said in the group, once, to those who can have it read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.places.taiwan.directory import EXPIRES_ON
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("mode", ["notify", "content"])
async def test_what_is_too_old_to_be_told_is_said_once_a_day_where_all_look(
    mode: str, tmp_path: Path
) -> None:
    async with ForumDeskHarness.opened(tmp_path, desk_mode=mode) as office:
        office.enrolled("Mei")
        office.enrolled("Hua", role=Role.SUPERVISOR)
        house, zone = office.house, office.house.setting.zone
        for hour in (9, 10, 11):
            at = datetime(EXPIRES_ON.year, EXPIRES_ON.month, EXPIRES_ON.day, hour, tzinfo=zone)
            now = int(at.timestamp()) * SECOND
            letters = house.database.writer.run_sync(
                lambda work, now=now: house.staff.check_due(work, now)
            )
            house.courier.enqueue(letters)
            await house.courier.drain()
        (told,) = [it for it in office.texts() if "hidden from people" in it]
        assert f"the first since {EXPIRES_ON}" in told
        assert "haven directory todo" in told
        assert told.endswith("Hua")
        assert "Mei" not in told
