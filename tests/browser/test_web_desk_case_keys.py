"""Keys and messages on the page of a case: the next case, a kept draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.desk_windows import held, mei_at_the_desk

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser


async def test_n_claims_the_next_case_inside_a_case(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        _other, reference = await office.somebody()
        await page.locator("#main").focus()
        await page.keyboard.press("n")
        await page.wait_for_url(f"**/cases/{reference}")
        await expect(page.locator("#do-take_over")).to_be_visible()


async def test_r_goes_to_the_end_of_a_draft(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        await page.locator("#say-words").fill("Are you")
        async with page.expect_response("**/drafts/say"):
            pass
        await page.reload()
        words = page.locator("#say-words")
        await expect(words).to_have_value("Are you")
        await page.keyboard.press("r")
        await expect(words).to_be_focused()
        await page.keyboard.type(" safe?")
        await expect(words).to_have_value("Are you safe?")
