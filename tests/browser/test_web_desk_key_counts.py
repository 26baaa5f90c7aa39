"""How many keys it takes to answer, to transfer and to refer; typed words do not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import PATIENCE, WIDE
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page


@dataclass
class CountedKeys:
    """A keyboard that counts."""

    page: Page
    count: int = 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.count += 1
            await self.page.keyboard.press(key)

    def take(self) -> int:
        """Return how many keys were pressed, and begin again."""
        count, self.count = self.count, 0
        return count


async def test_a_reply_takes_four_keys_a_transfer_and_a_referral_three(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei, jun = office.worker("Mei"), office.worker("Jun")
        _person, reference = await office.somebody()
        context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        await mei.signs_in(page, office.address)
        await page.wait_for_url("**/queue/*")
        keys = CountedKeys(page)
        await keys.press("n")
        await page.wait_for_url(f"**/cases/{reference}")
        await expect(page.locator("#do-take_over")).to_be_visible()
        await keys.press("t", "r")
        await page.keyboard.type("Are you somewhere safe?")
        await expect(page.locator("#say-words")).to_have_value("Are you somewhere safe?")
        await without_time_to_undo(page)
        await keys.press("Control+Enter")
        assert keys.take() == 4
        await expect(page.locator(".message.caseworker")).to_have_count(1)
        await page.keyboard.press("Escape")
        await keys.press("s", "ArrowDown", "Enter")
        assert keys.take() == 3
        await expect(page.locator("#referrals .fact")).to_have_count(1)
        await page.keyboard.press("Escape")
        await keys.press("h", "ArrowDown", "Enter")
        assert keys.take() == 3
        await page.wait_for_url("**/queue/*")
        assert query(office.database, "SELECT holder FROM cases") == [(jun.id,)]
        await context.close()
