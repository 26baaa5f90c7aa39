"""Senior staff hear on Mondays what waits in the directory of services, and only then."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cases.state_machine import Role
from bot.clock import DAY, HOUR, SECOND
from bot.hotline.directory.alerts import DirectoryAlerts
from bot.hotline.directory.freshness import FreshnessRule
from bot.hotline.directory.model import ServiceContent
from bot.hotline.directory.rules import known_codes
from bot.hotline.directory.store import ServiceDirectory
from bot.places.taiwan import TAIWAN
from flows.texts.counties import COUNTIES
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from tests.support.harnesses.queue_harness import QueueHarness

TAIPEI = ZoneInfo("Asia/Taipei")
MONDAY = int(datetime(2027, 11, 1, 9, tzinfo=TAIPEI).timestamp()) * SECOND
CLINIC = ServiceContent(name="A", services=("doctor",), contact="02-1", source="call")


async def test_what_waits_in_the_directory_is_told_on_mondays(queue_harness: QueueHarness) -> None:
    line = queue_harness
    senior = line.add_caseworker("lin", role=Role.SUPERVISOR)
    directory = ServiceDirectory(VAULT, line.audit, known_codes(TAIWAN.services, COUNTIES))
    alerts = DirectoryAlerts(directory, FreshnessRule(), line.staff, TAIPEI)

    def told(now: int) -> list[dict[str, str]]:
        found = line.run(lambda work: alerts.check(work, now))
        assert all(it.to == (senior.id,) for it in found)
        return [dict(it.values) for it in found]

    assert told(MONDAY) == []
    assert told(MONDAY + 2 * HOUR) == []  # nothing waits
    now = MONDAY + 3 * HOUR
    add = directory.propose_new
    for _again in range(2):
        line.run(lambda work: add(work, CLINIC, "mei", now, verified_at=0))
    line.run(lambda work: directory.approve(work, 1, "jun", now, seen=0))
    assert told(MONDAY + DAY) == []
    assert told(MONDAY + DAY + 2 * HOUR) == []
    assert told(MONDAY + 7 * DAY) == []
    assert told(MONDAY + 7 * DAY + 2 * HOUR) == [{"count": "1", "waiting": "1"}]
    assert told(MONDAY + 7 * DAY + 3 * HOUR) == []
