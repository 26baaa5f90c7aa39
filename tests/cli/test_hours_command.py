"""`haven hours` says what holds, and whether the settings or the desk say so."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.duty.hours import hours_rows
from bot.hotline.staff.opening_hours import Span, same_week
from bot.hotline.staff.service_hours import (
    QUEUE_WEEK,
    REPLIES,
    ServicePlan,
    SpecialDay,
    StoredBy,
    plan_of_settings,
)
from bot.settings import Settings
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.cli_runner import CommandResult

    Haven = Callable[..., CommandResult]


def test_each_part_says_whether_it_is_of_the_settings_or_of_the_desk() -> None:
    week = same_week("14:00-17:00", {2})
    assert week is not None
    plan = ServicePlan(
        ZoneInfo("Asia/Taipei"), same_week("09:00-18:00", {1}),
        (SpecialDay(date(2020, 1, 1)), SpecialDay(date(2099, 1, 1), "Typhoon", (Span(540, 720),))),
        (2, 15, 240, 1440, 4320), {"labour": week},
        {REPLIES: StoredBy("hui", MIDDAY), QUEUE_WEEK + "labour": StoredBy("hui", MIDDAY)},
    )  # fmt: skip
    found = {it.part: it for it in hours_rows(plan, MIDDAY)}
    assert found["opening hours"].value == "Mon 09:00-18:00"
    assert found["opening hours"].source == "HAVEN_HOURS, HAVEN_WEEKDAYS"
    assert found["queue labour"].value == "Tue 14:00-17:00"
    assert found["queue labour"].source.startswith("the desk: hui, ")
    assert found["special days"].value == "2099-01-01 09:00-12:00 Typhoon"
    assert found["special days"].source == "HAVEN_HOLIDAYS"
    assert found["reply times"].source.startswith("the desk: hui, ")


def test_without_any_hours_that_is_said() -> None:
    found = {it.part: it.value for it in hours_rows(plan_of_settings(Settings()), MIDDAY)}
    assert found["opening hours"] == "no fixed hours"
    assert found["special days"] == "none ahead"


def test_the_command_lists_them_for_people_and_for_programs(run_command: Haven) -> None:
    assert run_command("staff", "add", "Mei", "--language", "id").returncode == 0
    listed = json.loads(run_command("hours", "--json").stdout)
    assert [it["part"] for it in listed] == ["opening hours", "special days", "reply times"]
    assert "HAVEN_PROMISE_MINUTES" in run_command("hours").stdout
