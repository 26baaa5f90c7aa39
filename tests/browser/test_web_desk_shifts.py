"""Shifts in a real browser: planned on a phone, and a notice when one ends on an open page."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.hotline.staff.duty_shifts import DutyShifts, moments_of
from bot.hotline.staff.service_hours import DAYS, SpecialDay
from bot.hotline.staff.shift_notice import NOTICE_BEFORE
from bot.hotline.staff.typed_hours import parse_typed_hours
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import WIDE
from tests.browser.test_web_desk_accessibility import SIDEWAYS
from tests.browser.test_web_desk_phone import PHONE, phone
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

    from bot.store.writer import Work


async def test_a_supervisor_plans_next_week_on_a_phone_and_copies_it(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path, "en", hours="09:00-18:00") as office,
        phone(browser, office) as page,
    ):
        mei, jun, hui = (
            office.worker("Mei"), office.worker("Jun"), office.worker("Hui", Role.SUPERVISOR),
        )  # fmt: skip
        _plan_others(office, (jun.id, "13-21"), (hui.id, "9-17"))
        await hui.signs_in(page, office.address)
        await page.goto(f"{office.address}/roster?week=1")
        row = page.locator(f"#shifts-{mei.id}")
        await row.locator(".edit").tap()
        await page.locator("#day1").fill("9\uff5e18")
        await page.locator("#day6").fill("22-6")
        assert not await page.evaluate(SIDEWAYS)
        await page.locator(".plan-form button.primary").tap()
        await expect(row.locator(".shift")).to_have_text(["09:00-18:00", "22:00-06:00"])
        assert not await page.evaluate(SIDEWAYS)
        if os.environ.get("PICTURES"):
            await expect(page.locator(".toast")).to_have_count(0)
            await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            taken = await page.screenshot(animations="disabled", caret="hide")
            (TESTS / "browser" / "pictures" / "roster-en.png").write_bytes(taken)
            await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await page.locator("#plan a", has_text="Next week").tap()
        await expect(row.locator(".shift")).to_have_count(0)
        await expect(row.locator(".no-shift")).to_be_visible()  # its days are not shown here
        await page.locator("form[action$='/roster/copy'] button").tap()
        await expect(row.locator(".shift")).to_have_text(["09:00-18:00", "22:00-06:00"])


def _plan_others(office: BrowserDeskHarness, *planned: tuple[str, str]) -> None:
    """Plan Tuesday to Friday of next week for colleagues, with a holiday on the Wednesday."""
    zone, now = office.front.zone, office.clock.now()
    today = datetime.fromtimestamp(now / SECOND, zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    holiday = [SpecialDay(monday + timedelta(days=2), "Typhoon")]

    def plan(work: Work) -> None:
        office.front.service_hours.set(work, DAYS, holiday, planned[0][0], now)
        for who, hours in planned:
            spans = parse_typed_hours(hours)
            assert isinstance(spans, tuple)
            for number in (1, 3, 4):
                ((begins_at, ends_at),) = moments_of(monday + timedelta(days=number), spans, zone)
                DutyShifts.plan(work, who, begins_at, ends_at)

    office.database.writer.run_sync(plan)


async def test_an_open_page_says_by_itself_that_the_shift_ends(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        mei = office.worker("Mei")
        await mei.signs_in(page, office.address)
        now = office.clock.now()
        ends_at = now + NOTICE_BEFORE + 4 * SECOND
        office.database.writer.run_sync(lambda work: DutyShifts.plan(work, mei.id, now, ends_at))
        await page.goto(f"{office.address}/account")
        await expect(page.locator("#shift-notice [data-changes-in]")).to_have_count(1)
        await expect(page.locator("#shift-notice .shift-notice")).to_contain_text("Your shift ends")
