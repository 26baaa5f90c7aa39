"""The desk with a keyboard alone: the sheet, the command bar, lists and their filters."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import WIDE
from tests.browser.demo import PATIENCE

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.conftest import Opens
    from tests.browser.demo import Demo

_LINK = re.compile(r"(http://\S+/desk/rehearse/\S+)")


async def sits_down(page: Page, demo: Demo) -> None:
    """Go to the desk by the link the demo prints once."""
    assert demo.process.stdout is not None
    while True:
        line = await asyncio.wait_for(demo.process.stdout.readline(), PATIENCE)
        if found := _LINK.search(line.decode()):
            break
    await page.goto(found[1])
    await page.locator("body.desk").wait_for()


async def test_all_is_reached_by_keys(demo: Demo, opens: Opens) -> None:
    async with opens(WIDE) as page:
        await sits_down(page, demo)
        keys = page.keyboard
        await keys.press("?")
        await expect(page.locator("#sheet")).to_be_visible()
        await keys.press("Escape")
        await keys.press("g")
        await keys.press("a")
        await page.wait_for_url("**/queue/all")

        await keys.press("Control+k")
        options = page.locator("#bar").get_by_role("option")
        await expect(options.first).to_be_visible()
        await page.keyboard.type("own account")
        await expect(options).to_have_count(1)
        await keys.press("Enter")
        await page.wait_for_url("**/account")

        await keys.press("Control+k")
        await page.keyboard.type("zz99zz")
        await expect(options.first).to_have_text("Go to case ZZ99ZZ")


async def test_whoever_has_no_connection_reads_so(demo: Demo, opens: Opens) -> None:
    async with opens(WIDE) as page:
        await sits_down(page, demo)
        await page.evaluate("dispatchEvent(new Event('offline'))")
        await expect(page.locator("#offline")).to_be_visible()
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.locator("#again")).to_be_visible()
