"""An evening at the desk in a browser, from a report on a phone until nothing of it is left.

Somebody who reads Indonesian sends a report; a caseworker who reads English takes over, writes and
is answered, has an office told what the person agreed to, hands back, and erases it at their wish.
The pictures of the desk in the README are taken on the way.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from bot.hotline.commands.texts import NO_MATCHING_CONSENT
from flows.own_data.delete import Delete
from flows.own_data.my_data import MyData
from flows.requests.afterwards import Afterwards
from flows.texts import hotline
from flows.texts.phrasebook import PHRASES
from tests.browser.browser_desk_harness import without_time_to_undo
from tests.browser.conftest import NARROW, WIDE
from tests.browser.phone_page_person import is_in_danger
from tests.browser.phone_page_reports import sends_a_report, wants_to_talk
from tests.browser.test_web_desk_shortcuts_and_alerts import sits_down
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess
    from tests.browser.phone_page_person import PhonePagePerson

HAPPENED = "Majikan simpan paspor saya. Gaji cuma setengah dari janji."
AFRAID = "Saya takut dia tahu saya menulis."
HERE = "Saya di sini. Kita bisa menulis pelan-pelan."
SCROLLS_UP = "it => { it.scrollTop = 0; it.dispatchEvent(new Event('scroll')); }"
"""A script's scrolling is heard of a frame later, when a new event may have drawn the end again."""
PICTURES = TESTS / "browser" / "pictures"
"""What the README shows. `PICTURES=1 ./run test tests/browser` takes them anew."""
PHONE = {"width": 390, "height": 844}
OFFICE = "labor_1955"
NUMBER = "[A-Z0-9]{6}"
AWAITED = (
    rf"^403 \S+/cases/{NUMBER}/do/erase$"
    rf"|^404 \S+/(cases/{NUMBER}(/panes/\w+(\?\S*)?|/moved|/looked|/seen)?|find\S*|stream\S+)$"
    rf"|^409 \S+/cases/{NUMBER}/panes/\w+(\?\S*)?$"
    "|^Failed to load resource: .* 40[349] "
)
"""What is refused at the desk in this evening: erasing before a second factor, what is gone, and
what is being erased at this moment."""
DO = "form[action$='/do/{}']"
POST = """([address, fields]) => fetch(address, {
  method: "POST",
  headers: { "X-Haven": "1" },
  body: new URLSearchParams({
    ...fields, csrf: document.body.dataset.csrf, nonce: crypto.randomUUID().replaceAll("-", ""),
  }),
}).then((answer) => answer.json())"""


async def test_an_evening_from_the_first_word_until_nothing_is_left(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with (
        open_demo_page(NARROW) as one,
        open_demo_page(WIDE) as two,
        open_demo_page(WIDE, awaited=AWAITED) as page,
    ):
        await sits_down(page, demo)
        sari = await add_phone(one, "Sari", "Bahasa Indonesia", "id")
        reference = await sends_a_report(sari, HAPPENED)
        await is_in_danger(await add_phone(two, "Malee", "ไทย", "th"))
        await wants_to_talk(await add_phone(two, "Jo", "Filipino", "fil"))
        others = await _opens(page, reference)
        await _takes_over(page, sari)
        await _write_to_each_other(page, sari)
        await _keeps_the_newest_in_sight(page)
        await _nobody_is_told_without_a_yes(page, sari, reference)
        await _is_told_on(page, sari)
        await _hands_back(page, sari)
        await _wants_it_erased(sari)
        await _erases(page, reference, others[0])
        await _is_gone_at_the_desk(page, reference, others)
        await _is_gone_on_the_phone(sari)
        left = [it["reference"] for it in await demo.haven("cases", "list")]
        assert left == others


async def _opens(page: Page, reference: str) -> list[str]:
    """Open the case that is second in the queue; return the numbers of the others."""
    await page.locator("[data-tab=waiting]").click()
    rows = page.locator("a.case-link")
    await expect(rows).to_have_count(3)
    found = await rows.all_inner_texts()
    assert found.index(reference) == 1  # danger now stands before it, whoever is safe behind it
    await _photographs(page, "queue-en", clip={"x": 0, "y": 0, "width": 1280, "height": 360})
    if os.environ.get("PICTURES"):
        await _changes_language(page)
        await _photographs(page, "queue-zh", clip={"x": 0, "y": 0, "width": 1280, "height": 360})
        await _changes_language(page)
    await rows.nth(1).click()
    await page.wait_for_url(f"**/cases/{reference}")
    await expect(page.locator("#messages").get_by_text(HAPPENED)).to_be_visible()
    return [it for it in found if it != reference]


async def _takes_over(page: Page, person: PhonePagePerson) -> None:
    await page.keyboard.press("c")
    await expect(page.locator(".own-cases [aria-current]")).to_be_visible()  # it is one of hers now
    await expect(page.locator("#do-take_over button")).to_be_visible()  # it comes a moment later
    await without_time_to_undo(page)
    await page.keyboard.press("t")
    await expect(page.locator("#do-hand_back button")).to_be_visible()
    opener = PHRASES["opener"]
    await person.hears(opener.text)
    await person.presses(opener.replies["can_write"])
    await _reads(page, "person", "I can write now")


async def _write_to_each_other(page: Page, person: PhonePagePerson) -> None:
    """In words of their own, and by a sentence that each reads in their language."""
    await person.writes(AFRAID)
    await _reads(page, "person", AFRAID)
    await page.keyboard.press("r")
    await page.keyboard.type(HERE)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#outgoing")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await page.locator("#phrase-words").fill("alone")
    await page.locator("#phrase-alone button").click()
    await expect(person.said.filter(has_text=HERE)).to_be_visible()
    alone = PHRASES["alone"]
    await person.hears(alone.text)
    asked = await _reads(page, "caseworker", "Are you alone right now?")
    await expect(asked.locator(".person-text")).to_contain_text(person.read(alone.text))
    await person.presses(alone.replies["alone"])
    pressed = await _reads(page, "person", "I am alone")
    await expect(pressed.locator(".person-text")).to_contain_text(
        person.read(alone.replies["alone"])
    )


async def _keeps_the_newest_in_sight(page: Page) -> None:
    """See it still when there is less room than when it came, but for whoever scrolled away."""
    newest = page.locator(".message").last
    await expect(newest).to_be_in_viewport(ratio=1)
    await page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"] - 200})
    await expect(newest).to_be_in_viewport(ratio=1)
    await page.locator("#messages").evaluate(SCROLLS_UP)
    await expect(newest).not_to_be_in_viewport()
    await page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"] - 240})
    await expect(page.locator(".report-card").first).to_be_in_viewport()
    await expect(newest).not_to_be_in_viewport()
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    await page.locator("#messages").evaluate("it => { it.scrollTop = it.scrollHeight; }")
    await expect(newest).to_be_in_viewport(ratio=1)


async def _nobody_is_told_without_a_yes(
    page: Page, person: PhonePagePerson, reference: str
) -> None:
    """Ask; until the person agrees nobody can be told, nor any more once they take it back."""
    told = page.locator(DO.format("tell_others"))
    await _asks_to_tell(page)
    await expect(page.locator("#referrals")).to_contain_text("consent asked")
    await expect(told).to_have_count(0)
    await person.presses(hotline.REFERRAL["show"])
    await person.presses(hotline.REFERRAL["agree"])
    await expect(told).to_be_visible()
    agreed = await told.locator("input[name=code]").input_value()
    await person.presses(hotline.REFERRAL["take_back"])
    await person.hears(hotline.REFERRAL["revoked"])
    await expect(told).to_have_count(0)
    said = await _orders(page, reference, "tell_others", code=agreed)  # by a page that is late
    assert said["refused"]
    assert said["told"] == NO_MATCHING_CONSENT.source


async def _is_told_on(page: Page, person: PhonePagePerson) -> None:
    """Ask anew; the person ticks parts until there are two and agrees to those."""
    await _asks_to_tell(page)
    await person.presses(hotline.REFERRAL["show"])
    ticked = person.asked.get_by_role("button", name=re.compile(r"^✓ \d+$"))
    await expect(ticked.first).to_be_visible()
    empty = person.asked.get_by_role("button", name=re.compile(r"^\d+$"))
    while (count := await ticked.count()) < 2:
        await empty.first.click()
        await expect(ticked).to_have_count(count + 1)
    await person.presses(hotline.REFERRAL["agree"])
    told = page.locator("details[id^=referral-]")
    await expect(told.locator("dt")).to_have_text(
        ["Language", "What is needed"]
    )  # she reads what to tell
    await _shows_both_languages(page)
    await page.locator(DO.format("tell_others")).locator("button").click()
    await person.hears(hotline.REFERRAL["sent"])
    await expect(page.locator("#referrals")).to_contain_text("referred")
    note = page.locator(DO.format("recipient_reply")).locator("input[name=words]")
    await expect(note).to_have_value("")  # what stood in the form before is not in this one
    await expect(page.locator(".case-status .pill")).to_have_text("referred")


async def _hands_back(page: Page, person: PhonePagePerson) -> None:
    await page.keyboard.press("t")
    await person.hears(hotline.CASEWORKER_LEFT)
    await person.chooses(Afterwards.what_now, "where")
    await person.hears(hotline.NEXT_STEP["referred"])
    await expect(page.locator(DO.format("take_over"))).to_be_visible()


async def _shows_both_languages(page: Page) -> None:
    """Take the pictures of a case: on a phone, and in each language of the desk."""
    if not os.environ.get("PICTURES"):
        return
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await _photographs(page, "case-phone")
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    for name, scheme in (("case-en", "light"), ("case-zh-dark", "dark")):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.locator("#consent").evaluate("it => it.scrollIntoView()")
        await _photographs(page, name)
        await _photographs_part(page, "#referrals", f"referral-{name.split('-')[1]}")
        await _changes_language(page)
    await page.emulate_media(color_scheme="light")


async def _wants_it_erased(person: PhonePagePerson) -> None:
    """See that there is something to erase, and ask for it."""
    await person.writes("/mydata")
    await person.chooses(MyData.what_now, "show")
    await person.hears(hotline.YOUR_DATA["report"])
    await expect(person.phone.get_by_text(AFRAID)).to_have_count(1)
    await person.writes("/delete")
    await person.chooses(Delete.go_on, "erase")
    await person.hears(Delete.erased.text)
    await expect(person.phone.get_by_text(AFRAID)).to_have_count(0)  # the chat was cleared


async def _erases(page: Page, reference: str, other: str) -> None:
    """Show the second factor first, then type the number of this case and of no other."""
    await expect(page.locator("#erasure-request")).to_contain_text(
        "Erasure of this case was requested"
    )
    if os.environ.get("PICTURES"):
        for language in ("en", "zh"):
            await _photographs_part(page, "#erasure-request", f"erasure-{language}")
            await _changes_language(page)
    await _types_its_number(page, reference)
    await page.wait_for_url(re.compile(r"/step-up\b"))
    code = re.search(r"\b\d{6}\b", await page.locator("#demo-code").inner_text())
    assert code is not None
    await page.locator("input[name=code]").fill(code[0])
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(f"**/cases/{reference}")
    await expect(page.locator("#more-erase input[name=code]")).to_have_value(reference)
    await expect(page.locator("#messages").get_by_text(HAPPENED)).to_be_visible()
    await _types_its_number(page, other)
    await expect(page.locator(".toast.refused")).to_contain_text("Nothing was erased")
    await _types_its_number(page, reference)


async def _types_its_number(page: Page, number: str) -> None:
    drop = page.locator("#more-erase")
    if await drop.get_attribute("open") is None:
        await drop.locator("summary").click()
    await drop.locator("input[name=code]").fill(number)
    await drop.get_by_role("button", name="Erase permanently").click()


async def _is_gone_at_the_desk(page: Page, reference: str, others: list[str]) -> None:
    """The page that was open shows nothing of it any more, nor does anything that leads to it."""
    await expect(page.locator("#moved h2")).to_have_text(re.compile(r"^Case \w+ is erased\.$"))
    await expect(page.get_by_text(HAPPENED)).to_have_count(0)
    await page.get_by_role("link", name="Go to your cases").click()
    await page.locator("[data-tab=all]").click()
    await expect(page.locator("a.case-link")).to_have_text(others)
    await page.locator("#find").fill(reference)
    await page.locator("#find").press("Enter")
    await expect(page.get_by_text("no case that you may open has this number")).to_be_visible()


async def _is_gone_on_the_phone(person: PhonePagePerson) -> None:
    """It knows of nothing that was sent, and offers nothing that could be taken back."""
    await person.writes("/mydata")
    await person.hears(MyData.quiet.text)


# --- small things at the desk -------------------------------------------------------------------


async def _photographs(page: Page, name: str, **how: Any) -> None:
    """Take a picture for the README, when that is wanted: of a page on which nothing passes."""
    if os.environ.get("PICTURES"):
        await expect(page.locator(".toast")).to_have_count(0)
        await page.mouse.move(0, 0)
        taken = await page.screenshot(animations="disabled", caret="hide", **how)
        (PICTURES / f"{name}.png").write_bytes(taken)


async def _photographs_part(page: Page, selector: str, name: str) -> None:
    """Take a picture of one part of a page for the caseworker's guide."""
    if os.environ.get("PICTURES"):
        await expect(page.locator(".toast")).to_have_count(0)
        taken = await page.locator(selector).screenshot(animations="disabled", caret="hide")
        (PICTURES / f"{name}.png").write_bytes(taken)


async def _changes_language(page: Page) -> None:
    await page.locator("button[name=language]").click()
    await page.wait_for_load_state()


async def _reads(page: Page, side: str, words: str) -> Locator:
    bubble = page.locator(f".message.{side}", has_text=words).last
    await expect(bubble).to_be_visible()
    return bubble


async def _asks_to_tell(page: Page) -> None:
    form = page.locator(DO.format("refer"))
    await form.locator("select").select_option(OFFICE)
    await form.locator("button").click()
    await expect(form.locator("select")).to_have_value("")  # nothing stays chosen for the next time


async def _orders(page: Page, reference: str, verb: str, **fields: str) -> dict[str, Any]:
    """Send a form whose button the page does not have any more."""
    root = await page.evaluate("document.body.dataset.root")
    said = await page.evaluate(POST, [f"{root}/cases/{reference}/do/{verb}", fields])
    return dict(said)
