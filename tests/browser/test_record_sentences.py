"""A native speaker records a safety sentence in a browser, and another one reviews it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.app.recording_page import RECORDINGS_PATH, RecordingPage
from bot.app.texts import load_recordings
from bot.places.registry import find_place
from bot.sandbox import Sandbox, serve
from tests.browser.conftest import NARROW, WIDE, complaints_of
from tests.support.chromium import CHROMIUM, QUIET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TAIWAN = find_place("taiwan")
FAKE_MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""Chromium then hears a beep every second, and asks no one."""


@pytest_asyncio.fixture(loop_scope="session")
async def booth(tmp_path: Path) -> AsyncIterator[Page]:
    """Open the phones of a demo whose recordings go into a folder of the test."""
    sandbox = Sandbox()
    page = RecordingPage(tmp_path, TAIWAN, lambda: date(2026, 11, 24))
    sandbox.mounted_apps[RECORDINGS_PATH] = page.app()
    async with serve(sandbox) as base, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, *FAKE_MICROPHONE]
        )
        context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        page = await context.new_page()
        complaints = complaints_of(page, base)
        await page.goto(base)
        yield page
        await browser.close()
        assert complaints == []


async def open_page(phones: Page) -> None:
    """Follow the link of the phones page, in the same window."""
    link = phones.get_by_role("link", name="Record sentences")
    await expect(link).to_be_visible()
    await phones.goto(f"{phones.url.rstrip('/')}{await link.get_attribute('href')}")
    await phones.wait_for_selector("body.ready")


async def listen(page: Page, label: str) -> None:
    """Play a sound to its end."""
    await page.get_by_role("button", name=label).click()
    await expect(page.locator(".card .player .length")).not_to_have_text("0:00")


async def test_one_records_listens_and_keeps_and_another_reviews(
    booth: Page, tmp_path: Path
) -> None:
    page, card = booth, booth.get_by_role("region", name="Sentence", exact=True)
    await open_page(page)
    await expect(card).to_contain_text("Kalau aman untuk menelepon")
    await expect(card).to_contain_text("A list of phone numbers follows.")
    record = card.get_by_role("button", name="Record", exact=True)
    await record.click()
    await expect(page.get_by_role("alert")).to_have_text("Enter your name first.")
    await page.get_by_label("Your name").fill("Sari")
    await record.click()
    await expect(page.get_by_role("alert")).to_contain_text("Agree")
    await page.get_by_label("This is my own voice").check()
    await record.click()
    await expect(card.locator(".going .length")).to_have_text("0:02")
    await card.get_by_role("button", name="Stop").click()
    await listen(page, "Listen to it")
    await card.get_by_role("button", name="Keep").click()
    await expect(card).to_contain_text("sentence 2 of 35")
    await expect(record).to_be_focused()
    await expect(page.get_by_role("navigation")).to_contain_text("1 to review")
    assert load_recordings(TAIWAN, ["id"], tmp_path) == {}

    await page.get_by_role("radio", name="I review").check()
    await expect(card).to_contain_text("sentence 1 of 35")
    await expect(card).to_contain_text("another native speaker has to review it")
    await page.get_by_label("Your name").fill("Putri")
    right = card.get_by_role("button", name="It is right")
    await expect(right).to_be_disabled()
    await listen(page, "Listen to the recording")
    await expect(right).to_be_enabled()
    await right.click()
    await expect(card).to_contain_text("Reviewed by Putri, 2026-11-24")
    assert len(load_recordings(TAIWAN, ["id"], tmp_path)) == 2, "alone, and before a list"


async def test_a_reviewer_asks_again_and_the_speaker_reads_why_on_a_phone(booth: Page) -> None:
    page, card = booth, booth.get_by_role("region", name="Sentence", exact=True)
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await open_page(page)
    await page.get_by_label("Your name").fill("Sari")
    await page.get_by_label("This is my own voice").check()
    await card.get_by_role("button", name="Record", exact=True).click()
    await expect(card.locator(".going .length")).to_have_text("0:02")
    await card.get_by_role("button", name="Stop").click()
    await card.get_by_role("button", name="Keep").click()
    await page.get_by_role("radio", name="I review").check()
    await page.get_by_label("Your name").fill("Putri")
    again = card.get_by_role("button", name="Ask to record again")
    await again.click()
    await expect(page.get_by_role("alert")).to_contain_text("Write what should be different")
    await card.get_by_label("What should be different").fill("“malam” is cut off")
    await again.click()
    await page.get_by_role("radio", name="I record").check()
    await expect(card).to_contain_text("Putri asks: “malam” is cut off")
    await page.get_by_label("Language").select_option("English")
    await expect(card).to_contain_text("If you can call safely")
    await expect(card).not_to_contain_text("null")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"]


async def test_phones_without_a_demo_offer_no_recording(browser: Browser) -> None:
    sandbox = Sandbox()
    async with serve(sandbox) as base:
        page = await browser.new_page()
        await page.goto(base)
        await page.wait_for_selector("body.ready")
        await expect(page.get_by_role("link", name="Record sentences")).to_be_hidden()
