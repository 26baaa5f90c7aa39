"""What a caseworker types survives the page it was typed on, and nothing they sent comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.phone_page_person import is_in_danger
from tests.browser.test_web_desk_shortcuts_and_alerts import sits_down

if TYPE_CHECKING:
    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess

NOTE = "Ask <b>the embassy</b> & come back."


async def test_words_that_were_begun_are_there_on_the_next_page_until_they_are_sent(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as phone, open_demo_page(WIDE) as desk:
        await sits_down(desk, demo)
        await is_in_danger(await add_phone(phone, "Malee", "ไทย", "th"))
        await desk.keyboard.press("n")
        await desk.wait_for_url("**/cases/*")
        note = desk.locator("#note-words")
        await desk.keyboard.press("m")
        async with desk.expect_response("**/drafts/note"):
            await note.fill(NOTE)
        await desk.reload()
        await desk.locator("#as-note").check()
        await expect(note).to_have_value(NOTE)
        await desk.keyboard.press("m")
        await desk.keyboard.press("Control+Enter")
        await expect(desk.locator(".message.note")).to_contain_text(NOTE)
        await desk.reload()
        await expect(note).to_have_value("")
