"""An export that needs a second factor goes on by itself after it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pyotp
from playwright.async_api import expect

from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.auth.totp import STEP_SECONDS
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.desk_windows import held, signed_in, window

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Download, Page

    from tests.browser.browser_desk_harness import BrowserCaseworker


async def confirms(page: Page, who: BrowserCaseworker, times: int) -> Download:
    """Give the second factor for the nth time; return the file that comes without another press."""
    code = pyotp.TOTP(who.secret).at(int(time.time()) + times * STEP_SECONDS)
    await page.locator("input[name=code]").fill(code)
    async with page.expect_download() as found:
        await page.get_by_role("button", name="Continue").click()
    return await found.value


async def test_a_download_goes_on_by_itself_after_the_second_factor(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        page = await signed_in(context, mei, office.address)
        _person, reference = await held(page, office)
        await page.goto(f"{office.address}/cases/{reference}#export")  # shows that part of the file
        forgets_the_second_factor(office)
        await page.get_by_text("For a court or a prosecutor").click()
        form = page.locator("#bundle form")
        await form.locator("select").select_option("order")
        await form.locator("input[name=words]").fill("Taipei District, 115-1234")
        await form.locator("button").click()
        saved = await confirms(page, mei, 1)
        assert saved.suggested_filename == f"{reference}-evidence.zip"
        await expect(page.locator(".toast")).to_contain_text("The file is being made.")
        await expect(page.locator("#goes-on")).to_be_hidden()
        await expect(page).to_have_url(f"{office.address}/cases/{reference}#export")


def forgets_the_second_factor(office: BrowserDeskHarness) -> None:
    """Let the time pass for which a second factor counts."""
    for session in office.front.sessions._sessions.values():
        session.proved_at -= STEP_UP_LIFETIME + 1
