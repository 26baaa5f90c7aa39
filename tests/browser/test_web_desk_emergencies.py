"""A P0 that comes while a caseworker works on another case is said there, and in the title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import WIDE
from tests.browser.desk_windows import held, mei_at_the_desk, signed_in, window
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.support.people.chat_person import ChatPerson

PHONE = {"width": 390, "height": 844}
MAX_LINE, MAX_TWO_LINES = 50, 100
"""Pixels of the notices on a phone, and on a wide page."""
HEIGHT = "() => document.getElementById('emergencies').getBoundingClientRect().height"
SIDEWAYS = "() => document.documentElement.scrollWidth > window.innerWidth"
WAITS = re.compile(r"^(\(\d+\) )?⚠ P0 · ")


async def in_danger(office: BrowserDeskHarness) -> tuple[ChatPerson, str]:
    """Return somebody who said that they are in danger now, and the number of their case."""
    person = office.newcomer()
    await office.hears(person.words("/start"))
    for label in ("English", "Tell what happened", "About me", "I am safe here"):
        await office.presses(person, label)
    for label in ("Danger now", "Tell them now"):
        await office.presses(person, label)
    rows = query(office.database, "SELECT reference FROM cases ORDER BY opened_at DESC, id DESC")
    return person, str(rows[0][0])


async def test_an_emergency_is_said_in_another_case_until_it_is_dismissed(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, first = await held(page, office)
        other = await page.context.new_page()
        await other.goto(f"{office.address}/queue/mine")
        await page.locator("#say-words").fill("Half a sentence")
        _in_need, reference = await in_danger(office)
        for each in (page, other):
            notice = each.locator(f'[data-emergency="{reference}"]')
            await expect(notice).to_contain_text(f"Emergency (P0): case {reference} waits")
            await expect(each).to_have_title(WAITS)
        await expect(page.locator("#emergencies")).to_have_attribute("role", "alert")
        send = page.locator("#say button")
        await send.click(trial=True)  # nothing lies over it
        await expect(page.locator("#say-words")).to_be_focused()

        await page.get_by_role("button", name=f"Dismiss the notice of case {reference}").click()
        for each in (page, other):
            await expect(each.locator("[data-emergency]")).to_have_count(0)
            await expect(each).not_to_have_title(WAITS)
        await page.reload()
        await expect(page.locator(f"#own-{first}")).to_be_visible()
        await expect(page.locator("[data-emergency]")).to_have_count(0)
        await expect(page).not_to_have_title(WAITS)


async def test_an_emergency_a_colleague_claims_is_said_no_more(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as mine:
        mei, jun = office.worker("Mei"), office.worker("Jun")
        page = await signed_in(mine, mei, office.address)
        await held(page, office)
        _person, reference = await in_danger(office)
        await expect(page.locator(f'[data-emergency="{reference}"]')).to_be_visible()
        async with window(browser) as theirs:
            jun_page = await signed_in(theirs, jun, office.address)
            await jun_page.locator(f'[data-emergency="{reference}"] a').click()
            await jun_page.locator("form[action$='/do/claim'] button").click()
            await expect(page.locator("[data-emergency]")).to_have_count(0)
            await expect(page).not_to_have_title(WAITS)


async def test_many_emergencies_take_one_line_of_a_phone_and_two_of_a_wide_page(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, own = await held(page, office)
        references = [(await in_danger(office))[1] for _ in range(4)]
        await page.goto(f"{office.address}/cases/{own}")
        notices = page.locator("#emergencies")
        await expect(notices.locator("[data-emergency]")).to_have_count(2)
        await expect(notices).to_contain_text("More emergencies: 2")
        assert 0 < await page.evaluate(HEIGHT) <= MAX_TWO_LINES

        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await expect(notices.locator("[data-emergency]:visible")).to_have_count(1)
        first = notices.locator(f'[data-emergency="{references[0]}"]')
        await expect(first).to_contain_text(f"P0 {references[0]}: ")
        await expect(notices.get_by_role("link", name="More emergencies: 3")).to_have_text("+3")
        assert 0 < await page.evaluate(HEIGHT) <= MAX_LINE
        assert not await page.evaluate(SIDEWAYS)
        await notices.get_by_role("link", name="More emergencies: 3").click()
        await expect(page).to_have_url(re.compile("/queue/waiting$"))
        await page.goto(f"{office.address}/cases/{references[0]}")  # the open case is left out
        await expect(notices.locator(f'[data-emergency="{references[0]}"]')).to_have_count(0)
        await expect(notices.get_by_role("link", name="More emergencies: 2")).to_have_text("+2")
        await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        await expect(notices).to_contain_text("More emergencies: 1")
