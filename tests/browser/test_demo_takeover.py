"""The demo walked in two windows: a person at a phone, a caseworker at the desk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from playwright.async_api import expect

from flows.requests.report import Report
from flows.texts import phrases
from flows.texts.phrasebook import PHRASES
from tests.browser.conftest import NARROW, WIDE
from tests.browser.group_page_caseworker import GroupPageCaseworker
from tests.browser.phone_page_person import is_in_danger
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess
    from tests.browser.phone_page_person import PhonePagePerson

PICTURE = TESTS / "browser" / "pictures" / "desk-en.png"
"""What the README shows. `PICTURES=1 ./run test tests/browser` takes it anew."""
PASSPORT = "นายจ้างเอาหนังสือเดินทางไป"
THANKS = "ขอบคุณที่บอกเรา"
THANKS_AGAIN = "ขอบคุณมากที่บอกเรา"
DOOR = "ประตูนี้"
ARRIVED = "\U0001f44d"


async def test_a_caseworker_steps_into_the_chat_and_the_person_keeps_their_place(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as phone, open_demo_page(WIDE) as desk:
        malee = await add_phone(phone, "Malee", "ไทย", "th")
        mei = await GroupPageCaseworker.open_group_page(desk, demo, "Mei")
        await is_in_danger(malee)
        await mei.reads("is waiting: P0 danger now, Thai")
        await mei.opens("P0")
        await mei.presses("Claim")
        await mei.reads("Mei claimed the case.")
        await mei.presses("Take over")
        await mei.reads("Mei holds the conversation")
        await malee.hears(PHRASES["opener"].text)
        await malee.presses(PHRASES["opener"].replies["can_write"])
        await mei.reads("Pressed: I can write now")
        await malee.writes(PASSPORT)
        note = await mei.writes("Ask the embassy tomorrow")
        said = await mei.answers(PASSPORT, THANKS)
        await expect(malee.said.filter(has_text=THANKS)).to_be_visible()
        await expect(said.locator(".sign")).to_have_text(ARRIVED)
        await expect(note.locator(".sign")).to_be_visible()
        await expect(malee.said.filter(has_text="embassy")).to_have_count(0)
        await mei.edits(said, THANKS_AGAIN)
        await expect(malee.said.filter(has_text=THANKS_AGAIN)).to_be_visible()
        await mei.encloses(PASSPORT, "Made-up photo", DOOR)
        await expect(malee.said.filter(has_text=DOOR).locator("img.photo")).to_be_visible()
        await mei.encloses(PASSPORT, "Voice note of 2 seconds", "")
        await expect(malee.said.locator(".voice")).to_be_visible()
        await mei.encloses(PASSPORT, "Location", "")
        await expect(malee.said.locator(".place")).to_be_visible()
        await _asks_from_the_phrasebook(mei, malee)
        if os.environ.get("PICTURES"):
            PICTURE.write_bytes(await desk.screenshot(animations="disabled", caret="hide"))
        await mei.writes("/handback")
        await malee.is_asked(Report.needs)


async def test_a_deleted_topic_is_there_again_and_a_second_caseworker_goes_on(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with (
        open_demo_page(NARROW) as phone,
        open_demo_page(WIDE) as first,
        open_demo_page(WIDE) as second,
    ):
        sari = await add_phone(phone, "Sari", "Bahasa Indonesia", "id")
        mei = await GroupPageCaseworker.open_group_page(first, demo, "Mei")
        jun = await GroupPageCaseworker.open_group_page(second, demo, "Jun")
        await is_in_danger(sari)
        await mei.opens("P0")
        await mei.presses("Claim")
        await mei.reads("Mei claimed the case.")
        await first.get_by_role("button", name="More for this topic").click()
        await first.get_by_role("menuitem", name="Delete the topic").click()
        await mei.reads("is waiting")  # where all look
        await sari.presses(phrases.DANGER)
        await jun.opens("P0")
        await jun.reads("Mei (a caseworker) answers for this case.")


async def _asks_from_the_phrasebook(worker: GroupPageCaseworker, person: PhonePagePerson) -> None:
    """Pick a sentence in English; the person reads it in Thai, and the answer comes back."""
    await worker.writes("/phrase")
    await worker.presses("Safety")
    await worker.presses("Are you safe where you are right now?")
    await worker.presses("Send")
    safe = PHRASES["safe"]
    await person.hears(safe.text)
    await person.presses(safe.replies["safe"])
    await worker.reads("Pressed: I am safe here")
