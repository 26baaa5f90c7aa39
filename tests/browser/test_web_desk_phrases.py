"""A phrase in a real browser: a supervisor writes it, a caseworker sends it a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.cases.state_machine import Role
from tests.browser.test_web_desk_accessibility import SIDEWAYS
from tests.browser.test_web_desk_conversation import a_conversation_held
from tests.browser.test_web_desk_phone import PHONE

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

ENGLISH = "Please bring your papers. We are there {time}."


async def test_a_phrase_written_on_a_phone_is_sent_by_a_colleague_a_moment_later(
    browser: Browser, tmp_path: Path
) -> None:
    async with a_conversation_held(browser, tmp_path) as (mei, office, person, _reference):
        hui = await browser.new_page(
            viewport=PHONE,  # type: ignore[arg-type]
            has_touch=True, is_mobile=True, reduced_motion="reduce",
        )  # fmt: skip
        await office.worker("Hui", Role.SUPERVISOR).signs_in(hui, office.address)
        await _writes(hui, f"{office.address}/administration/phrases")
        await mei.keyboard.press("/")
        await mei.keyboard.type("papers")
        phrase = mei.locator("#phrase-papers")
        await expect(mei.locator("#phrase-results form")).to_have_count(3)  # the search has ended
        await phrase.get_by_label("Day and time").fill("5 Jan 2030 14:00")
        await phrase.get_by_role("button", name="Send").click()
        await mei.keyboard.press("Control+Enter")
        read = "Please bring your papers. We are there Saturday, January 5, 14:00."
        await expect(mei.locator("#messages")).to_contain_text(read)
        assert person.last == read
        await hui.get_by_role("button", name="Withdraw").tap()
        await expect(hui.locator(".notice")).to_contain_text("Withdrawn by Hui")
        await mei.keyboard.press("/")
        await mei.locator("#phrase-words").fill("bring")
        await expect(mei.locator("#phrases .phrases li").first).to_be_visible()
        await expect(phrase).to_have_count(0)
        await hui.close()


async def _writes(page: Page, address: str) -> None:
    """Write a phrase, first with a blank that one text lacks."""
    await page.goto(address)
    await page.get_by_role("link", name="New phrase").tap()
    await page.get_by_label("Code").fill("papers")
    await page.get_by_label("Group").select_option("meeting")
    await page.locator("[name='text.en']").fill(ENGLISH)
    await page.locator("[name='text.vi']").fill("Xin mang theo giấy tờ.")
    await page.get_by_role("button", name="Save").tap()
    await expect(page.locator("[id='fault-text.vi']")).to_contain_text("{time}")
    assert not await page.evaluate(SIDEWAYS)
    await page.locator("[name='text.vi']").fill("Xin mang theo giấy tờ. Hẹn gặp {time}.")
    await page.get_by_role("button", name="Save").tap()
    await expect(page.locator("#text-vi")).to_contain_text("not reviewed")
    assert not await page.evaluate(SIDEWAYS)
