"""What rows of cases show: no line is cut while there is room for it, on wide pages and phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.cases.intake import Intake
from bot.cases.state_machine import Role
from bot.cases.urgency import Priority
from bot.hotline.commands.types import Verb
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.desk_windows import held, mei_at_the_desk, signed_in, store_desk_command, window
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import BOT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
MAX_MARGINS = 60
"""Pixels that a wide list leaves at both sides together."""
OUTSIDE = """(it) => {
  const inner = it.getBoundingClientRect(), outer = it.closest("td").getBoundingClientRect();
  return Math.max(0, inner.right - outer.right, inner.left < outer.left ? 1 : 0);
}"""
CARD = "() => document.querySelector('.table-card').getBoundingClientRect().width"


async def test_a_list_takes_the_width_and_the_gravest_reason_is_read_whole(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await office.somebody()
        ((case,),) = query(office.database, "SELECT id FROM cases")
        intake, now = Intake(office.vault, BOT), office.clock.now()
        office.database.writer.run_sync(
            lambda work: intake.raise_priority(
                work, case, {"tell": "now", "alarms": ("held", "violence")},
                Priority.EMERGENCY, now,
            )
        )  # fmt: skip
        await page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        await page.goto(f"{office.address}/queue/waiting")
        first = page.locator(".lines .reasons-cell span").first
        await expect(first).to_contain_text("Reports danger now")
        assert await first.evaluate(OUTSIDE) == 0
        assert await page.evaluate(CARD) >= DESKTOP["width"] - MAX_MARGINS


async def test_a_report_that_is_due_is_read_whole_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as mine:
        mei, hua = office.worker("Mei"), office.worker("Hua", Role.SUPERVISOR)
        await held(await signed_in(mine, mei, office.address), office)
        store_desk_command(office, mei, Verb.BEGIN_DUTY, code="police")
        await office.house.dispatcher.resume()
        async with window(browser) as theirs:
            page = await signed_in(theirs, hua, office.address)
            await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            await page.goto(f"{office.address}/team")
            lines = page.locator("#open-duties .reply-due")
            await expect(lines).to_have_count(1)
            assert await lines.evaluate(OUTSIDE) == 0
            card = page.locator("#open-duties .table-card")
            assert await card.evaluate("(it) => it.scrollWidth - it.clientWidth") == 0
