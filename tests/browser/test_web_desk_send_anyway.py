"""Words the desk asks about once more are in one place until they are sent: none is ever lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.desk_windows import held, mei_at_the_desk, said_in
from tests.browser.test_web_desk_send_file import PICTURE
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Locator, Page, Route

    from tests.browser.browser_desk_harness import BrowserDeskHarness

OTHER_LANGUAGE = "Xin chào, chị có khỏe không? Tôi ở đây."
OWN_LANGUAGE = "Are you safe where you are now?"
QUESTION = "looks like another language"


def bar(page: Page) -> Locator:
    return page.locator("#outgoing")


async def sends(page: Page, words: str) -> Locator:
    """Press the keys that send words; return their field."""
    field = page.locator("#say-words")
    await field.fill(words)
    await page.keyboard.press("Control+Enter")
    return field


async def is_asked(page: Page, words: str = OTHER_LANGUAGE) -> Locator:
    """Send words in another language; return their field, once the desk asks about them."""
    field = await sends(page, words)
    await expect(bar(page)).to_contain_text(QUESTION)
    return field


async def comes_back(page: Page, office: BrowserDeskHarness, reference: str) -> None:
    """Open another page at once, and the case again."""
    await page.goto(f"{office.address}/queue/mine")
    await page.goto(f"{office.address}/cases/{reference}")


def messages(office: BrowserDeskHarness) -> int:
    ((count,),) = query(office.database, "SELECT count(*) FROM exchanges WHERE kind = 'words'")
    return int(count)


async def test_words_that_are_asked_about_stand_in_their_field_with_what_is_typed_since(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        field = await is_asked(page)
        await expect(field).to_have_value(OTHER_LANGUAGE)
        await field.focus()
        await page.keyboard.press("End")
        await page.keyboard.type("x")
        await comes_back(page, office, reference)
        await expect(field).to_have_value(f"{OTHER_LANGUAGE}x")
        await expect(page.locator("#say-unsent")).to_be_visible()
        await expect(said_in(page)).to_have_count(0)


async def test_a_second_message_takes_the_place_of_no_other_and_is_not_lost(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        field = await is_asked(page)
        await field.press("Control+End")
        await page.keyboard.type(f"\n{OWN_LANGUAGE}")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("[data-send-anyway]")).to_be_focused()  # the question comes first
        await page.reload()
        await expect(field).to_have_value(f"{OTHER_LANGUAGE}\n{OWN_LANGUAGE}")


async def test_words_in_the_language_of_the_person_replace_those_that_were_asked_about(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        field = await is_asked(page)
        await field.fill(OWN_LANGUAGE)
        await page.keyboard.press("Control+Enter")
        await expect(said_in(page)).to_have_text([OWN_LANGUAGE])
        await expect(field).to_have_value("")
        assert messages(office) == 1


async def test_words_typed_while_the_desk_looks_stand_behind_those_it_asks_about(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        typed = asyncio.Event()

        async def looks_later(route: Route) -> None:
            await typed.wait()
            await route.continue_()

        await page.route("**/check", looks_later)
        field = await sends(page, OTHER_LANGUAGE)
        await page.keyboard.type("And")
        typed.set()
        await expect(bar(page)).to_contain_text(QUESTION)
        await expect(field).to_have_value(f"{OTHER_LANGUAGE}\nAnd")


async def test_send_anyway_sends_the_words_as_their_field_has_them_and_leaves_none(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        field = await is_asked(page)
        await field.press("Control+End")
        await page.keyboard.type(" Chị ơi?")
        await page.locator("[data-send-anyway]").click()
        await expect(said_in(page)).to_have_text([f"{OTHER_LANGUAGE} Chị ơi?"])
        await expect(field).to_have_value("")
        await expect(bar(page)).to_be_hidden()
        await page.reload()
        await expect(field).to_have_value("")
        assert messages(office) == 1


async def test_a_question_ends_with_undo_or_once_its_words_are_deleted(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        field = await is_asked(page)
        await page.locator("#outgoing [data-undo]").click()
        await expect(bar(page)).to_be_hidden()
        await expect(field).to_have_value(OTHER_LANGUAGE)
        await is_asked(page)
        await field.fill("")
        await expect(bar(page)).to_be_hidden()
        assert messages(office) == 0


async def test_words_typed_after_a_message_are_still_a_draft_once_it_was_sent(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        field = await sends(page, OWN_LANGUAGE)
        async with page.expect_response("**/drafts/say"):
            await page.keyboard.type("Are you")  # with which the message begins
        await expect(said_in(page)).to_have_text([OWN_LANGUAGE])
        await page.reload()
        await expect(field).to_have_value("Are you")


async def test_words_typed_after_a_message_are_kept_when_its_page_is_left_at_once(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        field = await sends(page, OWN_LANGUAGE)
        await page.keyboard.type("Are you")
        await comes_back(page, office, reference)
        await expect(field).to_have_value("Are you")
        await expect(said_in(page)).to_have_text([OWN_LANGUAGE])


async def test_words_with_a_file_take_the_place_of_no_message(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        field, words = page.locator("#say-words"), page.locator("#file-words")
        async with page.expect_response("**/drafts/say"):
            await field.fill(OWN_LANGUAGE)
        await page.locator("#attach summary").click()
        await page.locator("#send-file [type=file]").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": PICTURE}
        )
        await words.fill(OTHER_LANGUAGE)
        await page.locator("#send-file button").click()
        await expect(bar(page)).to_contain_text(QUESTION)
        await expect(words).to_have_value(OTHER_LANGUAGE)
        await page.locator("[data-send-anyway]").click()
        await expect(page.locator(".message.caseworker").last).to_contain_text(OTHER_LANGUAGE)
        await page.reload()
        await expect(field).to_have_value(OWN_LANGUAGE)


async def test_changed_words_of_a_message_are_asked_about_and_then_changed(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        await sends(page, OWN_LANGUAGE)
        await expect(said_in(page)).to_have_text([OWN_LANGUAGE])
        change = page.locator("details.change")
        await change.locator("summary").click()
        await change.locator("textarea").fill(OTHER_LANGUAGE)
        await change.locator("button").click()
        await expect(bar(page)).to_contain_text(QUESTION)
        await expect(change.locator("textarea")).to_have_value(OTHER_LANGUAGE)
        await page.locator("[data-send-anyway]").click()
        await expect(said_in(page).first).to_have_text(OTHER_LANGUAGE)


async def test_what_was_told_in_a_call_is_there_on_the_next_page_until_it_is_saved(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await held(page, office)
        call = page.locator("label", has=page.locator("#as-call"))
        await call.click()
        await page.locator("#call-words").fill("She is locked in.")
        await page.locator("#told-words").fill("We will call again at nine.")
        await comes_back(page, office, reference)
        await call.click()
        await expect(page.locator("#call-words")).to_have_value("She is locked in.")
        await expect(page.locator("#told-words")).to_have_value("We will call again at nine.")
        await page.locator("#call select").select_option(index=1)
        await page.locator("#call button").click()
        await expect(page.locator(".message.note")).to_contain_text("She is locked in.")
        await page.reload()
        await expect(page.locator("#told-words")).to_have_value("")
