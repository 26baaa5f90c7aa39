"""An old case is found by a word with two keys after typing, and reopened and claimed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import PATIENCE, WIDE, complaints_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.browser.browser_desk_harness import BrowserCaseworker

WORDS = "He keeps my passport in the kitchen."


async def _comes(browser: Browser, office: BrowserDeskHarness, who: BrowserCaseworker) -> Page:
    context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await who.signs_in(page, office.address)
    await page.wait_for_url("**/queue/*")  # with its scripts: a key works
    return page


async def _closes(page: Page, reference: str) -> None:
    """Claim the next case and close it."""
    keys = page.keyboard
    await keys.press("n")
    await page.wait_for_url(f"**/cases/{reference}")
    await keys.press("e")
    await page.locator("#more-close select").select_option("helped")
    await page.locator("#more-close button.primary").click()
    await expect(page.locator(".case-status")).to_contain_text("Closed: helped.")


async def test_an_old_case_is_found_by_a_word_with_two_keys_and_reopened(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        _person, old = await office.somebody(WORDS)
        page = await _comes(browser, office, mei)
        complaints = complaints_of(page, office.address)
        await _closes(page, old)
        await office.somebody("Another matter.")
        keys = page.keyboard
        await keys.press("/")
        await expect(page.locator("#find")).to_be_focused()
        await keys.type("kitchen")
        await keys.press("Enter")  # the first key after typing
        await expect(page.locator(f"#found-{old} a.case-link")).to_be_focused()
        assert "kitchen" not in page.url
        await keys.press("Enter")  # the second
        await page.wait_for_url(f"**/cases/{old}")
        await expect(page.locator("main")).to_contain_text(WORDS)
        await keys.press("g")
        await keys.press("c")
        await page.wait_for_url("**/queue/closed")
        await page.locator(f"#reopen-{old} button").click()
        await page.wait_for_url(f"**/cases/{old}")
        await keys.press("c")  # it waits again: claimed as any other
        await expect(page.locator(".case-status")).to_contain_text("Assigned to you.")
        await page.context.close()
        assert complaints == []


async def test_words_in_the_command_bar_stand_in_no_address(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        _person, reference = await office.somebody(WORDS)
        page = await _comes(browser, office, mei)
        asked: list[str] = []
        page.on("request", lambda it: asked.append(it.url.lower()))
        options, keys = page.locator("#bar").get_by_role("option"), page.keyboard
        await keys.press("Control+k")
        typed = ("bathroom", "karaoke", "0912345678", "my-father")
        for words in typed:
            await page.locator("#bar-words").fill(words)
            await expect(options).to_have_count(0)
            await expect(page.locator("#bar-none")).to_be_visible()
            await keys.press("Enter")
        await page.locator("#bar-words").fill("father")  # it has the form of a number
        await expect(options).to_have_text(["Go to case FATHER"])
        await keys.press("Enter")
        await page.wait_for_url("**/find/words")
        await expect(page.locator("#found")).to_contain_text("Nothing found")
        await keys.press("Escape")  # out of the search box
        await keys.press("Control+k")
        await page.locator("#bar-words").fill(f"{reference[:3].lower()}-{reference[3:].lower()}")
        await keys.press("Enter")
        await page.wait_for_url(f"**/cases/{reference}")
        assert [it for it in asked if any(word in it for word in (*typed, "father"))] == []
        await page.context.close()


async def test_a_long_search_shows_its_end_without_another_key(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        _person, reference = await office.somebody(WORDS)
        page = await _comes(browser, office, mei)
        # Both places are taken, so that this search waits until one of them is free.
        slots = office.front.search_slots
        for _place in range(2):
            await slots.acquire()
        await page.locator("#find").fill("kitchen")
        await page.locator("#find").press("Enter")
        await expect(page.locator("#found progress")).to_be_visible()
        for _place in range(2):
            slots.release()
        await expect(page.locator(f"#found-{reference} a.case-link")).to_be_focused()
        await page.context.close()
