"""The telephone rings: a case is opened, called back and joined by a chat, with the keyboard."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import PATIENCE, WIDE, complaints_of
from tests.browser.test_web_desk_key_counts import CountedKeys
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import FIRST_PERSON
from tests.support.paths import TESTS
from tests.support.people.chat_person import ChatPerson

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

MOST_KEYS = 25
SAID = "They took my passport. I have worked four months without pay."
NUMBER = "0912 345 678"
PICTURE = TESTS / "browser" / "pictures" / "new-case-en.png"
SMALL = {"width": 320, "height": 568}
SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth"


async def take_picture(page: Page) -> None:
    """Take the picture of the guide, if pictures are wanted."""
    if os.environ.get("PICTURES"):
        await page.evaluate("() => scrollTo(0, 0)")
        PICTURE.write_bytes(await page.screenshot(animations="disabled", caret="hide"))


async def test_a_call_becomes_a_case_within_25_keys_and_a_chat_joins_it(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        await mei.signs_in(page, office.address)
        await page.wait_for_url("**/queue/*")
        complaints = complaints_of(page, office.address)
        keys = CountedKeys(page)

        await keys.press("p")
        await page.wait_for_url("**/new-case")
        await keys.press("2")
        await page.wait_for_url("**/new-case/vi")
        await keys.press("1")  # by telephone
        await page.keyboard.type(SAID)
        await keys.press("Tab", "1")  # safe where they are
        await page.keyboard.type(NUMBER)
        await keys.press("Enter", "4", "1")  # in the evening; hang up if another answers
        await take_picture(page)
        await keys.press("1")  # agreed
        await expect(page.locator("footer .primary")).to_be_focused()
        await keys.press("Enter")
        await page.wait_for_url("**/cases/*")
        assert keys.take() <= MOST_KEYS
        assert query(office.database, "SELECT status, holder, address FROM cases") == [
            ("open", mei.id, None)
        ]
        assert query(office.database, "SELECT count(*) FROM opening_drafts") == [(0,)]
        await expect(page.locator(".report-card")).to_contain_text(SAID)
        await expect(page.locator(".call-back-line")).to_contain_text(NUMBER)

        await keys.press("l")
        await page.keyboard.type("She is at her aunt's")
        await page.locator("#call select").select_option("we_called")
        await page.locator("#call button").click()
        await expect(page.locator(".message.call")).to_contain_text("She is at her aunt's")

        await page.locator("#join-code button").click()
        code = await page.locator(".join-code").inner_text()
        person = ChatPerson(office, FIRST_PERSON + 1, "vi")  # type: ignore[arg-type]
        await office.hears(person.words(code))
        words = await page.locator(".join-words").inner_text()
        picture = words.split()[0]
        assert any(picture in it for it in person.texts)
        await page.locator(".join-phone button").click()
        await page.wait_for_url("**/cases/*")
        await expect(page.locator("#do-take_over")).to_be_visible()
        assert query(office.database, "SELECT count(*) FROM join_codes") == [(0,)]
        assert complaints == []
        await context.close()


async def test_what_is_typed_survives_a_reload_and_a_refusal_leaves_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        await mei.signs_in(page, office.address)
        await page.goto(f"{office.address}/new-case/vi")
        await page.keyboard.press("1")
        await page.keyboard.type(SAID)
        await page.keyboard.press("Tab")
        async with page.expect_response("**/draft") as kept:
            await page.keyboard.press("2")  # not safe: the numbers appear
        assert (await kept.value).ok
        await expect(page.locator(".danger-numbers")).to_contain_text("110")
        await page.goto(f"{office.address}/new-case")
        await expect(page.locator(".notice")).to_be_visible()
        await page.goto(f"{office.address}/new-case/vi")
        await expect(page.locator("textarea[name=words]")).to_have_value(SAID)
        await page.locator("footer .by-agreed.primary").click()  # without an answer to the consent
        await expect(page.locator("form > .error")).to_be_visible()
        await expect(page.locator("textarea[name=words]")).to_have_value(SAID)
        await page.locator("[name=consent][value=refused]").check()
        await page.locator("footer .by-refused").click()
        await page.wait_for_url("**/refused")
        for table in ("cases", "opening_drafts", "agreements"):
            assert query(office.database, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
        await page.set_viewport_size(SMALL)  # type: ignore[arg-type]
        for path in ("/new-case", "/new-case/my", "/new-case/vi"):
            await page.goto(f"{office.address}{path}")
            assert not await page.evaluate(SIDEWAYS), path
        await expect(page.locator("textarea[name=words]")).to_have_value("")
        await context.close()
