"""Files from the desk in a real browser: chosen, dropped, undone, and shown again."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.messages import SendUpload
from tests.browser.browser_desk_harness import without_time_to_undo
from tests.browser.desk_windows import says
from tests.browser.test_web_desk_conversation import a_conversation_held
from tests.support.hostile_images import image_with_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.browser.browser_desk_harness import BrowserDeskHarness

PICTURE = image_with_metadata("JPEG")
DROPS = """([data, kind]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], "door.jpg", { type: "image/jpeg" }));
  const about = { bubbles: true, cancelable: true };
  const event =
    kind === "drop"
      ? new DragEvent(kind, { ...about, dataTransfer })
      : new ClipboardEvent(kind, { ...about, clipboardData: dataTransfer });
  document.getElementById("say-words").dispatchEvent(event);
}"""


async def drops(page: Page, kind: str) -> None:
    """Drop or paste a picture into the page."""
    await page.evaluate(DROPS, [base64.b64encode(PICTURE).decode(), kind])


async def arrived(office: BrowserDeskHarness) -> list[SendUpload]:
    """Return the files that came to the person."""
    await office.house.courier.drain()
    return [it for _chat, it in office.post.arrived if isinstance(it, SendUpload)]


async def test_a_dropped_picture_goes_out_with_words_and_can_be_undone(
    browser: Browser, tmp_path: Path
) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, office, _person, _reference):
        await drops(page, "drop")
        await page.keyboard.type("Is it this door?")
        await page.locator("#send-file button").click()
        await expect(page.locator("#outgoing")).to_contain_text("door.jpg · Is it this door?")
        await page.locator("[data-undo]").click()
        await expect(page.locator("#outgoing")).to_be_hidden()
        assert await arrived(office) == []
        await expect(page.locator("#file-words")).to_have_value("Is it this door?")
        await without_time_to_undo(page)
        await page.locator("#send-file button").click()
        await expect(page.locator(".message.caseworker").last).to_contain_text("Is it this door?")
        (sent,) = await arrived(office)
        assert sent.caption == "Is it this door?"
        await page.locator(".message.caseworker [data-picture]").last.click()
        await expect(page.locator(".message.caseworker img.picture")).to_be_visible()


async def test_a_pasted_picture_goes_out_without_words(browser: Browser, tmp_path: Path) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, office, _person, _reference):
        await drops(page, "paste")
        await without_time_to_undo(page)
        await page.locator("#send-file button").click()
        await expect(page.locator(".message.caseworker [data-picture]")).to_have_count(1)
        (sent,) = await arrived(office)
        assert sent.upload.kind == "photo"
        await expect(page.locator("#attach")).not_to_have_attribute("open", "")
        await page.locator("#attach > summary").click()
        await page.locator("#send-place input[name=place]").fill("25.0330, 121.5654")
        await page.locator("#send-place button").click()
        await expect(page.locator("#outgoing")).to_contain_text("25.0330, 121.5654")
        await page.locator("[data-undo]").click()
        await expect(page.locator("#outgoing")).to_be_hidden()
        await expect(page.locator("#send-place input[name=place]")).to_be_visible()


async def test_a_message_that_was_sent_can_be_changed(browser: Browser, tmp_path: Path) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, office, person, _reference):
        await page.locator("#say-words").fill("Come at 10.")
        await without_time_to_undo(page)
        await page.locator("#say button").click()
        own = page.locator(".message.caseworker").last
        await expect(own).to_contain_text("Come at 10.")
        await office.house.courier.drain()
        await own.locator("summary", has_text="Change").click()
        await own.locator("textarea").fill("Come at 11.")
        await own.locator("form button").click()
        await expect(own.locator("> .text")).to_have_text("Come at 11.")
        await office.house.courier.drain()
        assert "Come at 11." in person.texts
        assert "Come at 10." not in person.texts


async def test_a_file_that_comes_after_the_person_left_is_named_and_kept_on_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, office, person, _reference):
        await drops(page, "drop")
        await page.keyboard.type("Is it this door?")
        await page.locator("#send-file button").click()
        await expect(page.locator("#outgoing")).to_contain_text("door.jpg · Is it this door?")
        await says(office, person, "/bye")
        told = page.locator("#toasts")
        await expect(told).to_contain_text("Not sent: door.jpg.", timeout=15_000)
        await expect(told).to_contain_text("Not sent: the person ended the chat.")
        await expect(page.locator("#kept-words")).to_contain_text("Is it this door?")
        assert await arrived(office) == []
        await without_time_to_undo(page)
        await page.locator("#do-take_over button").click()
        await expect(page.locator("#send-file")).to_be_attached()
        kept = "() => document.querySelector('#send-file input[type=file]').files[0]?.name"
        await page.wait_for_function(f"({kept})() === 'door.jpg'")
