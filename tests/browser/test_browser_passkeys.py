"""A real browser with an authenticator of its own: the first administrator, then a caseworker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import PATIENCE, WIDE, complaints_of
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

CARRIED = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
    "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True, "hasPrf": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
WORDS = "He keeps my passport."


async def _window(browser: Browser, **other: bool) -> Page:
    """Return a page of a browser that has an authenticator."""
    context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    devices = await context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": CARRIED | other})
    return page


async def _signs_out_and_in_again(page: Page, office: BrowserDeskHarness) -> None:
    await page.locator("form[action$='/signout'] button").first.click()
    await page.goto(f"{office.address}/signin")
    await page.locator("form[data-passkey] button").click()


async def test_the_first_administrator_walks_in_with_a_passkey(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        page = await _window(browser)
        complaints = complaints_of(page, office.address)
        await page.goto(office.invites("Wu"))
        for name in ("password", "again"):
            await page.locator(f"input[name={name}]").fill(PASSWORD)
        await page.locator("main button.primary").click()
        await page.locator("form[data-passkey] button").click()
        await expect(page.locator("p.secret")).to_contain_text("-")  # the recovery key
        await page.goto(f"{office.address}/staff")
        await expect(page.locator("h1")).to_have_text("Staff")
        await _signs_out_and_in_again(page, office)
        await page.wait_for_url("**/queue/*")
        await page.context.close()
        assert complaints == []


async def test_a_passkey_that_computes_opens_a_caseworkers_cases(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei, page = office.worker("Mei"), await _window(browser)
        complaints = complaints_of(page, office.address)
        _person, reference = await office.somebody(WORDS)
        await mei.signs_in(page, office.address)
        await page.goto(f"{office.address}/account")
        await page.locator("form[data-register] button").click()
        await expect(page.locator("#passkeys li")).to_contain_text("unlocks your cases")
        await _signs_out_and_in_again(page, office)
        await page.wait_for_url("**/queue/*")
        await page.goto(f"{office.address}/cases/{reference}")
        await expect(page.get_by_text(WORDS).first).to_be_visible()
        await page.goto(f"{office.address}/step-up?back=/account")
        await page.locator("form[data-passkey] button").click()
        await page.wait_for_url("**/account")
        await page.context.close()
        assert complaints == []


async def test_a_passkey_without_prf_asks_for_the_password_too(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei, page = office.worker("Mei"), await _window(browser, hasPrf=False)
        _person, reference = await office.somebody(WORDS)
        await mei.signs_in(page, office.address)
        await page.goto(f"{office.address}/account")
        await page.locator("form[data-register] button").click()
        await expect(page.locator("#passkeys li")).not_to_contain_text("unlocks your cases")
        await _signs_out_and_in_again(page, office)
        await expect(page.locator("form[data-passkey]")).to_have_count(0)  # the next page is there
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("main button.primary").click()
        await page.wait_for_url("**/queue/*")
        await page.goto(f"{office.address}/cases/{reference}")
        await expect(page.get_by_text(WORDS).first).to_be_visible()
        await page.context.close()
