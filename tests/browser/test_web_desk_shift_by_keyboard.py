"""A shift without a mouse: in, the next case, held, written, called back, handed back, closed.

Put aside, followed up and taken out in between; each key also stands in the sheet, and what has
dropped down closes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
from playwright.async_api import expect

from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import PATIENCE, WIDE, complaints_of
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

FOCUSED = "wanted => document.activeElement?.matches(wanted) ?? false"
MOST_TABS = 150
HELLO = "Are you somewhere safe?"
HALO = "Apakah Anda aman di sana? Tolong tulis kepada saya."
"""In a language the person does not read."""


async def _tabs_to(page: Page, wanted: str) -> None:
    """Press Tab until this has the focus."""
    for _time in range(MOST_TABS):
        if await page.evaluate(FOCUSED, wanted):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"nobody comes to {wanted} with Tab alone")


async def test_everything_of_a_shift_is_done_with_keys_alone(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        _person, reference = await office.somebody()
        context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        complaints = complaints_of(page, office.address)
        await page.goto(f"{office.address}/signin")
        await expect(page.locator("input[name=who]")).to_be_focused()
        keys = page.keyboard
        for typed in (mei.id, PASSWORD):
            await keys.type(typed)
            await keys.press("Tab")
        await keys.type(pyotp.TOTP(mei.secret).now())
        await keys.press("Enter")
        await page.wait_for_url("**/queue/*")
        await keys.press("n")
        await page.wait_for_url(f"**/cases/{reference}")
        await _writes(page)
        await _is_asked(page)
        await _looks_a_sentence_up(page)
        await _puts_off(page)
        await keys.press("t")
        await expect(page.locator("form[action$='/do/take_over']")).to_be_visible()
        await expect(page.locator("#as-note")).to_be_checked()
        await _leaves_a_form(page)
        await _takes_out(page, reference)
        await _closes(page)
        await context.close()
        assert complaints == []


async def _writes(page: Page) -> None:
    keys, words = page.keyboard, page.locator("#say-words")
    await without_time_to_undo(page)
    await keys.press("t")
    await expect(words).to_have_count(1)
    await expect(page.locator("#as-message")).to_be_checked()  # whoever takes over wants to write
    await keys.press("r")
    await expect(words).to_be_focused()
    await keys.type(HELLO)
    await keys.press("Control+Enter")
    await expect(page.locator("#outgoing")).to_be_visible()
    await keys.press("Escape")
    await keys.press("u")
    await expect(page.locator("#outgoing")).to_be_hidden()
    await expect(words).to_have_value(HELLO)
    sent = page.locator(".message.caseworker").filter(has_text=HELLO)
    await expect(sent).to_have_count(0)
    await without_time_to_undo(page)
    await keys.press("Control+Enter")
    await expect(sent).to_be_visible()
    await keys.press("Escape")


async def _is_asked(page: Page) -> None:
    """Write what the person cannot read: the desk asks, and waits for whoever wrote it."""
    keys, words = page.keyboard, page.locator("#say-words")
    await keys.press("r")
    await keys.type(HALO)
    await keys.press("Control+Enter")
    asked = page.locator(".outgoing-question")
    await expect(asked).to_contain_text("The person reads English")
    await keys.press("Escape")
    await keys.press("u")
    await expect(words).to_have_value(HALO)
    await keys.press("Control+Enter")
    await expect(asked).to_be_visible()
    await keys.press("Escape")
    await keys.press("y")
    await expect(page.locator(".message.caseworker").filter(has_text=HALO)).to_be_visible()
    await expect(words).to_have_value("")


async def _looks_a_sentence_up(page: Page) -> None:
    keys, said = page.keyboard, page.locator(".message.caseworker, .opener")
    before = await said.count()
    await keys.press("/")
    await expect(page.locator("#phrases")).to_be_visible()
    await expect(page.locator("#phrase-words")).to_be_focused()
    await keys.type("write")
    await expect(page.locator("#phrase-results li").first).to_be_visible()
    await _tabs_to(page, "#phrase-results form:not(:has(input[required])) button")
    await keys.press("Enter")
    await expect(page.locator("#phrases")).to_be_hidden()
    await expect(page.locator("#outgoing")).to_be_visible()  # a sentence can be called back as well
    await keys.press("u")
    await expect(page.locator("#outgoing")).to_be_hidden()
    await expect(said).to_have_count(before)
    await keys.press("/")
    await _tabs_to(page, "#phrase-results form:not(:has(input[required])) button")
    await without_time_to_undo(page)
    await keys.press("Enter")
    await expect(said).to_have_count(before + 1)


async def _puts_off(page: Page) -> None:
    """Put the case aside and set a day for it, by the first moment and day that are offered."""
    keys, said = page.keyboard, page.locator(".case-header .notice")
    for key, moments, reads in (
        ("a", "snooze-options", "Snoozed until"),
        ("f", "follow-up-options", "Follow-up on"),
    ):
        await expect(said.filter(has_text=reads)).to_have_count(0)
        offered = await page.locator(f"#{moments} option").first.get_attribute("value") or ""
        await keys.press(key)
        assert await page.evaluate(FOCUSED, f"[list={moments}]")
        await keys.type(offered)
        await keys.press("Tab")
        await keys.type("She is at work until then.")
        await keys.press("Enter")
        await expect(said.filter(has_text=reads)).to_be_visible()


async def _leaves_a_form(page: Page) -> None:
    """Open one form after another: there is one at a time, and Escape leads back to its name."""
    keys, dropped = page.keyboard, page.locator("details.more[open]")
    await expect(dropped).to_have_count(0)  # what was sent is shut
    for key, name in (("b", "release"), ("h", "transfer"), ("i", "priority"), ("e", "close")):
        await keys.press(key)
        assert await page.evaluate(FOCUSED, f"#more-{name} .dropdown :is(textarea, select)")
        await expect(dropped).to_have_count(1)
        await keys.press("Escape")
        assert await page.evaluate(FOCUSED, f"#more-{name} summary")
        await expect(dropped).to_have_count(0)


async def _takes_out(page: Page, reference: str) -> None:
    keys = page.keyboard
    for key in ("o", "p"):
        await keys.press(key)
    await page.wait_for_url(f"**/cases/{reference}/print")
    await _tabs_to(page, ".no-print a")
    await keys.press("Enter")
    await page.wait_for_url(f"**/cases/{reference}")


async def _closes(page: Page) -> None:
    keys = page.keyboard
    for opened in ("#case-actions > summary", "#more-close > summary"):
        await _tabs_to(page, opened)
        await keys.press("Enter")
    await _tabs_to(page, "#more-close select")
    await keys.press("ArrowDown")
    await _tabs_to(page, "#more-close button")
    await keys.press("Enter")
    await expect(page.locator("#more-close")).to_have_count(0)
