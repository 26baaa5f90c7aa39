"""The evening of the hotline, walked in windows: two people, two caseworkers, the bot begun anew.

`tests/stories/test_hotline_evening.py` plays the same and reads everything back from the
store; this is what people see of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from flows.requests.report import Report
from flows.texts import hotline
from flows.texts.phrasebook import PHRASES
from tests.browser.conftest import NARROW, WIDE
from tests.browser.group_page_caseworker import GroupPageCaseworker
from tests.browser.phone_page_person import is_in_danger
from tests.browser.phone_page_reports import wants_to_talk

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess
    from tests.browser.phone_page_person import PhonePagePerson

LOCKED = "Dia mengunci pintu"
HERE = "Saya di sini."
PASSPORT = "Chủ giữ hộ chiếu của tôi"
HELLO = "Tôi đã đọc tin của bạn."


async def test_an_evening_in_windows(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with (
        open_demo_page(NARROW) as one,
        open_demo_page(WIDE) as two,
        open_demo_page(WIDE) as first,
        open_demo_page(WIDE) as second,
    ):
        sari = await add_phone(one, "Sari", "Bahasa Indonesia", "id")
        linh = await add_phone(two, "Linh", "Tiếng Việt", "vi")
        mei = await GroupPageCaseworker.open_group_page(first, demo, "Mei")
        jun = await GroupPageCaseworker.open_group_page(second, demo, "Jun")
        await wants_to_talk(linh, "Tôi muốn nói chuyện")
        await is_in_danger(sari)
        await _danger_comes_first(mei, sari, two)
        await _a_colleague_goes_on(jun, mei, linh)
        await _two_things_are_told(mei, linh)


async def _danger_comes_first(
    mei: GroupPageCaseworker, sari: PhonePagePerson, anywhere: Page
) -> None:
    """Meet Sari; the bot ends and begins anew in between, and she keeps her place."""
    await mei.opens("P0")
    await _takes_over(mei, sari)
    await sari.writes(LOCKED)
    await mei.reads(LOCKED)
    await _begin_the_bot_anew(anywhere)
    await mei.answers(LOCKED, HERE)
    await expect(sari.said.filter(has_text=HERE)).to_be_visible()
    await mei.writes("/answer report.safe unsure")
    await mei.reads("Mei filled in an answer")
    await mei.writes("/handback")
    await sari.is_asked(Report.needs)


async def _a_colleague_goes_on(
    jun: GroupPageCaseworker, mei: GroupPageCaseworker, linh: PhonePagePerson
) -> None:
    """Pass Linh on; the colleague is told what was promised, and Linh hears of it."""
    await jun.opens("P1")
    await _takes_over(jun, linh)
    await linh.writes(PASSPORT)
    await jun.reads(PASSPORT)
    await jun.writes("/transfer Mei Needs a lawyer.")
    context = await jun.reads("Language: Vietnamese.")
    await expect(context).to_contain_text("Priority: P1")
    await expect(context).to_contain_text("any time", ignore_case=True)
    await mei.opens("P1")
    await mei.answers(PASSPORT, HELLO)
    await expect(linh.said.filter(has_text=HELLO)).to_be_visible()


async def _two_things_are_told(mei: GroupPageCaseworker, linh: PhonePagePerson) -> None:
    """Ask Linh; she ticks parts until there are two, and agrees to those."""
    await mei.writes("/refer labor_1955")
    show = hotline.REFERRAL["show"]
    await expect(linh.key(show)).to_be_visible()
    await linh.presses(show)
    ticked = linh.asked.get_by_role("button", name=re.compile(r"^✓ \d+$"))
    await expect(ticked.first).to_be_visible()
    empty = linh.asked.get_by_role("button", name=re.compile(r"^\d+$"))
    while (count := await ticked.count()) < 2:
        await empty.first.click()
        await expect(ticked).to_have_count(count + 1)
    await linh.presses(hotline.REFERRAL["agree"])
    agreed = await mei.reads("The person agrees that exactly this is told to")
    assert (await agreed.inner_text()).count("•") == 2
    await mei.presses("Record as referred")
    await mei.reads("was told what the person agreed to.")
    await mei.writes("/close referred")
    await mei.reads("Mei closed the case")


async def _takes_over(worker: GroupPageCaseworker, person: PhonePagePerson) -> None:
    await worker.presses("Claim")
    await worker.reads(f"{worker.name} claimed the case.")
    await worker.presses("Take over")
    await worker.reads(f"{worker.name} holds the conversation")
    await person.hears(PHRASES["opener"].text)
    await person.presses(PHRASES["opener"].replies["can_write"])
    await worker.reads("Pressed: I can write now")


async def _begin_the_bot_anew(page: Page) -> None:
    await page.get_by_role("button", name="Faults").click()
    async with page.expect_response("**/sandbox/restart") as answered:
        await page.get_by_role("button", name="Restart it").click()
    assert (await answered.value).ok
    await page.get_by_role("button", name="Close the faults").click()
