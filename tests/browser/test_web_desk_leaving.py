"""Leaving a page shortens no time for undoing: the letter goes out at its moment, once."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.browser_desk_harness import SHOWN_WITHIN
from tests.browser.desk_windows import held, mei_at_the_desk, said_in
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Locator, Page

    from tests.browser.browser_desk_harness import BrowserDeskHarness

WORDS = "Are you safe?"


async def sends(page: Page) -> None:
    """Send words, which can be undone for five seconds."""
    await page.locator("#say-words").fill(WORDS)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#outgoing")).to_contain_text(WORDS)


def bar(page: Page, reference: str) -> Locator:
    return page.locator(f'[data-delayed="{reference}"]')


def commands(office: BrowserDeskHarness) -> list[str]:
    return [str(row[0]) for row in query(office.database, "SELECT state FROM staff_commands")]


def written(office: BrowserDeskHarness) -> int:
    """Return how many messages caseworkers have written."""
    ((count,),) = query(office.database, "SELECT count(*) FROM exchanges WHERE author <> ''")
    return int(count)


async def test_a_message_can_be_undone_on_the_next_page(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        await sends(page)
        await page.locator('[data-tab="waiting"]').first.click()
        await page.wait_for_url("**/queue/waiting")
        await expect(bar(page, reference)).to_contain_text(f"Sending to {reference} in")
        await page.keyboard.press("u")
        await expect(page.locator("a.toast")).to_contain_text("Not sent.")
        await expect(bar(page, reference)).to_have_count(0)
        assert commands(office) == []
        await page.locator("a.toast").click()
        await expect(page.locator("#say-words")).to_have_value(WORDS)
        await expect(said_in(page)).to_have_count(0)


async def test_an_undo_that_does_not_reach_the_desk_says_so_and_is_tried_again(
    browser: Browser, tmp_path: Path
) -> None:
    """It was silent, and the letter went out."""
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        await sends(page)
        await page.locator('[data-tab="waiting"]').first.click()
        await expect(bar(page, reference)).to_contain_text(f"Sending to {reference} in")
        await page.route("**/undo", lambda route: route.abort())
        await page.keyboard.press("u")
        toast = page.locator(".toast.refused")
        await expect(toast).to_contain_text("Not undone yet: the desk cannot be reached.")
        await page.unroute("**/undo")
        told = page.locator(".toast").filter(has_text=re.compile("Not sent|gone out already"))
        await expect(told).to_be_visible()
        is_undone = "Not sent" in await told.inner_text()
        assert commands(office) == ([] if is_undone else ["done"])


async def test_words_undone_after_coming_back_are_before_newer_ones(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        await sends(page)
        await page.reload()
        await page.locator("#say-words").fill("And now?")
        await bar(page, reference).get_by_role("button").click()
        await expect(page.locator("#say-words")).to_have_value(f"{WORDS}\nAnd now?")
        await expect(page.locator("#say-words")).to_be_focused()
        await expect(said_in(page)).to_have_count(0)


async def test_what_undo_gives_back_is_the_draft_and_an_older_one_is_gone(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        words = page.locator("#say-words")
        async with page.expect_response("**/drafts/say"):
            await words.fill("An older draft")
        await sends(page)
        async with page.expect_response("**/drafts/say"):
            await page.keyboard.press("Control+z")
        await expect(words).to_have_value(WORDS)
        await page.reload()
        await expect(words).to_have_value(WORDS)
        await expect(said_in(page)).to_have_count(0)


async def test_a_message_of_a_closed_page_goes_out_once(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        other = await page.context.new_page()
        await other.goto(f"{office.address}/cases/{reference}")
        await page.bring_to_front()
        await sends(page)
        await page.close()
        await expect(bar(other, reference)).to_contain_text(f"Sending to {reference} in")
        await expect(said_in(other)).to_have_count(0)
        await expect(said_in(other)).to_have_text([WORDS])  # no more than five seconds later
        await expect(bar(other, reference)).to_have_count(0)


async def test_a_message_goes_out_although_its_caseworker_signs_out(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        before = written(office)
        await sends(page)
        await page.locator("form[action$='/signout'] button").click()
        said = page.get_by_role("status").filter(has_text="signed out")
        await expect(said).to_be_visible()
        assert (commands(office), written(office)) == (["delayed"], before)
        async with asyncio.timeout(SHOWN_WITHIN):
            while commands(office):  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.02)
        assert written(office) == before + 1


async def test_a_message_can_be_undone_in_a_tab_that_was_open_before(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        other = await page.context.new_page()
        await other.goto(f"{office.address}/queue/mine")
        await page.bring_to_front()
        await sends(page)
        await expect(bar(other, reference)).to_contain_text(f"Sending to {reference} in")
        assert WORDS not in await other.content()
        await other.bring_to_front()
        await other.keyboard.press("u")
        await expect(bar(other, reference)).to_have_count(0)
        await expect(other.locator(".toast").last).to_contain_text("Not sent.")
        await expect(page.locator("#say-words")).to_have_value(WORDS)
        await expect(page.locator("#outgoing")).to_be_hidden()
        assert commands(office) == []
