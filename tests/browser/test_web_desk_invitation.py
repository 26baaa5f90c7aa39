"""An administrator invites a caseworker, who comes by the link and the picture, and signs in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyotp
from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.totp import STEP_SECONDS, SecondFactors
from bot.desks.web.qr_code import qr_code
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import PATIENCE, WIDE, complaints_of
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

WORDS = "He keeps my passport."
PHONE = {"width": 390, "height": 844}
SIDEWAYS = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
ANSWERED = re.compile(r"422 \S+/staff/new|404 \S+/welcome/[0-9a-f]{64}|status of (422|404)")
"""What a browser notes of a form that lacks a field, and of a link that was used."""
_DRAWN = re.compile(r' d="([^"]+)"')


async def _window(browser: Browser, size: dict[str, int]) -> Page:
    context = await browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return await context.new_page()


async def _drawn(page: Page) -> list[str]:
    """Return the paths of the QR code on a page."""
    paths: list[str] = await page.eval_on_selector_all(
        ".qr-frame svg path", "all => all.map((it) => it.getAttribute('d'))"
    )
    return paths


async def _invites(page: Page, office: BrowserDeskHarness) -> str:
    """Fill in the form of a new colleague; return the link that is shown."""
    await page.get_by_role("link", name="Administration").click()
    await page.get_by_role("link", name="Invite a colleague").click()
    await page.get_by_label("Name", exact=True).fill("Nguyen Thi Hoa")
    await page.get_by_role("radio", name=re.compile("^administrator ")).check()
    await expect(page.get_by_label("Vietnamese")).to_be_hidden()  # who reads no case has none
    await page.get_by_role("radio", name=re.compile("^caseworker ")).check()
    await page.get_by_role("button", name="Make an invitation link").click()
    await expect(page.locator("#fault-languages")).to_have_text("Choose at least one language.")
    for label in ("English", "Vietnamese", "Trafficking", "Labour"):
        await page.get_by_label(label, exact=True).check()
    await page.get_by_label("What people are told").select_option("counsellor")
    await page.get_by_role("button", name="Make an invitation link").click()
    link = await page.locator("p.secret").inner_text()
    assert await _drawn(page) == _DRAWN.findall(qr_code(link))
    await page.reload()
    await expect(page.locator("p.secret")).to_have_count(0)  # it is shown once
    assert link.startswith(f"{office.address}/welcome/")
    return link


async def _enrols(page: Page, office: BrowserDeskHarness, link: str) -> str:
    """Come by a link; return the secret that the picture holds."""
    await page.goto(link)
    for name in ("password", "again"):
        await page.locator(f"input[name={name}]").fill(PASSWORD)
    await page.locator("main button.primary").click()
    secret = (await page.locator("p.secret").inner_text()).replace(" ", "")
    organisation = office.settings.organisation
    address = SecondFactors.totp_address(secret, "Nguyen Thi Hoa", organisation)
    assert await _drawn(page) == _DRAWN.findall(qr_code(address))
    assert await page.evaluate(SIDEWAYS) <= 0
    await page.locator("input[name=code]").fill(pyotp.TOTP(secret).now())
    await page.locator("form:has(input[name=code]) button").click()
    await expect(page.locator("p.secret")).to_contain_text("-")  # the recovery key
    await page.get_by_role("link", name="Go to the desk").click()
    return secret


async def test_an_invited_caseworker_enrols_by_the_picture_and_signs_in(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        _person, reference = await office.somebody(WORDS)
        chief, hoa = await _window(browser, WIDE), await _window(browser, PHONE)
        complaints = [complaints_of(it, office.address) for it in (chief, hoa)]
        await office.worker("Wu", Role.ADMINISTRATOR).signs_in(chief, office.address)
        link = await _invites(chief, office)
        await chief.goto(f"{office.address}/cases/{reference}")
        await expect(chief.locator("main")).not_to_contain_text(WORDS)
        secret = await _enrols(hoa, office, link)
        await hoa.goto(f"{office.address}/account")
        await hoa.locator("[popovertarget=menu]").first.click()  # on a phone it is in the menu
        await hoa.locator("form[action$='/signout'] button").first.click()
        await hoa.goto(link)
        await expect(hoa.locator("main")).to_contain_text("already used or has expired")
        await hoa.goto(f"{office.address}/signin")
        await hoa.locator("input[name=who]").fill("Nguyen Thi Hoa")
        await hoa.locator("input[name=password]").fill(PASSWORD)
        # The code of this half minute was used; that of the next one is accepted already.
        soon = office.clock.now() // SECOND + STEP_SECONDS
        await hoa.locator("input[name=code]").fill(pyotp.TOTP(secret).at(soon))
        await hoa.locator("form:has(input[name=code]) button").click()
        await hoa.wait_for_selector("body.desk")
        await hoa.goto(f"{office.address}/cases/{reference}")
        await expect(hoa.locator("main")).to_contain_text(WORDS)
        for page in (chief, hoa):
            await page.context.close()
        noted = [it for each in complaints for it in each]
        assert [it for it in noted if not ANSWERED.search(it)] == []


async def test_no_page_of_the_administration_scrolls_sideways_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei, page, wide = office.worker("Lin Mei-hua"), await _window(browser, PHONE), {}
        await office.worker("Wu", Role.ADMINISTRATOR).signs_in(page, office.address)
        for path in ("/staff", "/staff/new", f"/staff/account/{mei.id}"):
            await page.goto(f"{office.address}{path}")
            wide[path] = await page.evaluate(SIDEWAYS)
        await page.goto(f"{office.address}/staff")
        subjects = await page.eval_on_selector_all(
            "nav.subjects a", "all => all.map((it) => it.href)"
        )
        assert len(subjects) > 5
        for address in subjects:
            await page.goto(address)
            wide[address] = await page.evaluate(SIDEWAYS)
        await page.context.close()
        assert {path: more for path, more in wide.items() if more > 0} == {}
