"""What a person writes is seen at once in every tab, whatever the caseworker does just then."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from bot.cases.state_machine import Role
from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.desk_windows import (
    BACK,
    held,
    mei_at_the_desk,
    new_in,
    said_in,
    says,
    signed_in,
    window,
)

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import (
        Browser,
    )


SOUNDS = """
window.AudioContext = class {
  currentTime = 0;
  createGain() {
    document.documentElement.dataset.sounded = "";
    return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {} };
  }
  createOscillator() { return { frequency: {}, connect() {}, start() {}, stop() {} }; }
  close() { return Promise.resolve(); }
};
"""
"""A browser that notes a sound instead of making it."""


async def test_a_message_in_another_case_is_seen_at_once_on_every_page(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        page = await signed_in(context, mei, office.address)
        one, first = await held(page, office)
        _other, second = await held(page, office)
        for path in (f"/cases/{second}", "/queue/waiting", "/account", "/shift"):
            await page.goto(f"{office.address}{path}")
            await expect(page.locator(f"#own-{first}")).to_be_visible()
            before = await new_in(page, first).count()
            await says(office, one)
            toast = page.locator("a.toast")
            await expect(toast).to_contain_text(first)
            await expect(new_in(page, first)).to_be_visible()
            assert before == 0 or path != f"/cases/{second}"
            await expect(page).to_have_title(re.compile(r"^\(\d\) "))
            body = await page.locator("body").inner_text()
            assert BACK not in body, path
        await toast.click()
        await expect(page.locator(".message.person").filter(has_text=BACK).last).to_be_visible()
        await expect(new_in(page, first)).to_have_count(0)  # it is before her eyes now
        await expect(page).not_to_have_title(re.compile(r"^\("))


async def test_what_is_due_first_stands_first_and_a_danger_is_said(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        one, first = await held(page, office)
        _other, second = await held(page, office)
        own = page.locator(".own-cases [data-own]")
        await page.locator("#say-words").fill("Are you safe?")
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        await expect(said_in(page)).to_have_text(["Are you safe?"])
        await expect(own.first).to_have_attribute("data-own", first)  # the other is answered
        await page.goto(f"{office.address}/cases/{first}")
        await page.locator("#say-words").fill("I am here.")
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        await expect(said_in(page)).to_have_text(["I am here."])
        await page.goto(f"{office.address}/cases/{second}")
        await says(office, one, "Are you there?")
        await expect(own.first).to_have_attribute("data-own", first)
        await page.goto(f"{office.address}/queue/mine")
        row = page.locator("table tbody tr").first
        await expect(row).to_have_id(f"case-{first}")
        await expect(row.locator(".unread")).to_have_text("1 new")
        await expect(row.locator("[data-label='Last message']")).to_contain_text(":")

        await page.goto(f"{office.address}/cases/{second}")
        async with window(browser) as other:
            chief = await signed_in(other, office.worker("Hua", Role.SUPERVISOR), office.address)
            await chief.goto(f"{office.address}/cases/{first}")
            await chief.locator("[name=reason]").fill("A call came.")
            await chief.locator("form[action$='/break-glass'] button").click()
            await chief.locator("#case-actions > summary").click()
            await chief.locator("#more-priority > summary").click()
            await chief.locator("#more-priority select").select_option("0")
            await chief.locator("#more-priority button").click()
            await expect(page.locator("a.toast")).to_contain_text(f"{first} is P0 now")


async def test_sound_that_was_chosen_is_heard_while_the_page_has_the_focus(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        await context.add_init_script(SOUNDS)
        page = await signed_in(context, office.worker("Mei"), office.address)
        person, _first = await held(page, office)
        await held(page, office)
        await page.goto(f"{office.address}/account")
        await page.get_by_role("checkbox", name="Short sound").check()
        await page.locator("form[data-alerts-form] button").click()
        await page.goto(f"{office.address}/queue/mine")
        await page.locator("h1").click()  # browsers let no page sound that nobody has touched
        await says(office, person)
        await expect(page.locator("html")).to_have_attribute("data-sounded", "")
        assert await page.evaluate("document.hasFocus()")


async def test_four_tabs_of_one_browser_share_a_stream_and_all_hear(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        first_page = await signed_in(context, mei, office.address)
        person, first = await held(first_page, office)
        _other, second = await held(first_page, office)
        pages = [first_page]
        for path in (f"/cases/{second}", "/queue/waiting", "/account", "/queue/all"):
            page = await context.new_page()
            await page.goto(f"{office.address}{path}")
            pages.append(page)
        for page in pages:
            await expect(page.locator(f"#own-{first}")).to_be_visible()
        await asyncio.sleep(0.5)
        assert office.front.streams.count(mei.id) == 1
        await pages[0].goto(f"{office.address}/queue/mine")
        await says(office, person)
        for page in pages:
            await expect(page.locator("a.toast")).to_contain_text(first)
        await pages[0].close()  # the one that held the connection
        await expect(pages[4].locator("a.toast")).to_have_count(0)
        await says(office, person, "Again")
        await expect(pages[4].locator("a.toast")).to_contain_text(first)
        assert office.front.streams.count(mei.id) == 1


@pytest.mark.parametrize("blocked", ["aborted", "silent"])
async def test_where_streams_are_blocked_requests_that_wait_take_their_place(
    browser: Browser, tmp_path: Path, blocked: str
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:

        async def block(route: Any) -> None:
            if blocked == "aborted":
                await route.abort()

        await context.route(re.compile(r"/stream"), block)
        page = await signed_in(context, office.worker("Mei"), office.address)
        person, first = await held(page, office)
        async with page.expect_request(re.compile(r"/events")):
            await page.goto(f"{office.address}/queue/all")
        await says(office, person)
        await expect(page.locator("a.toast")).to_contain_text(first)
        await expect(page.locator(".banner:visible")).to_have_count(0)


async def test_a_blip_of_the_network_is_shown_and_taken_back(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        person, first = await held(page, office)
        async with page.expect_response(re.compile(r"/stream")):
            await page.goto(f"{office.address}/queue/all")
        await page.context.set_offline(True)
        await expect(page.locator("#offline")).to_be_visible()
        await says(office, person)
        await page.context.set_offline(False)
        await expect(page.locator(".banner:visible")).to_have_count(0)
        await expect(new_in(page, first)).to_have_text("1 new")  # of what was missed as well
