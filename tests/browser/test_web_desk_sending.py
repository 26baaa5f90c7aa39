"""What a caseworker types is sent once, waits visibly, and is never lost."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.hotline.commands.types import Verb
from bot.store.statements import delete_by
from bot.store.tables.desk import desk_sessions
from tests.browser.browser_desk_harness import (
    SHOWN_WITHIN,
    BrowserDeskHarness,
    without_time_to_undo,
)
from tests.browser.desk_windows import (
    held,
    mei_at_the_desk,
    said_in,
    says,
    signed_in,
    store_desk_command,
    takes,
    window,
)
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import (
        Browser,
    )

CONSENT = "There is a question for you here."
_TOO_LONG = "660 of 500 characters. Shorten it; until then nothing is saved."
END_ALL = delete_by(desk_sessions, ())


async def test_two_messages_within_five_seconds_are_two_messages(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        words = page.locator("#say-words")
        await words.focus()
        await page.keyboard.type("Are you safe?")
        await page.keyboard.press("Control+Enter")
        await page.keyboard.type("Where are you?")
        await page.keyboard.press("Control+Enter")
        await page.keyboard.type("I wait")  # and goes on
        await expect(said_in(page)).to_have_text(["Are you safe?", "Where are you?"])
        await expect(words).to_have_value("I wait")
        await expect(words).to_be_focused()


async def test_a_letter_typed_when_the_field_was_lost_is_no_command(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        words = page.locator("#say-words")
        await words.focus()
        await page.keyboard.type("Wai")
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.type("t here")
        await expect(page.locator("#outgoing")).to_be_hidden()
        await expect(page.locator("details.more[open], dialog[open]")).to_have_count(0)
        await page.keyboard.press("Escape")
        await page.keyboard.press("t")  # and after Escape it is one
        await expect(page.locator("#outgoing")).to_be_visible()


async def test_words_typed_while_taking_over_waits_are_words_and_no_commands(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await office.somebody()
        await page.keyboard.press("n")
        await expect(page.locator("#do-take_over")).to_be_visible()
        await page.keyboard.press("t")
        await expect(page.locator("#outgoing")).to_contain_text("Take over")
        await page.keyboard.press("r")  # at once: five seconds are not waited for
        await page.keyboard.type("Are you somewhere safe?")
        await expect(page.locator("#say-words")).to_be_focused()
        await expect(page.locator("#say-words")).to_have_value("Are you somewhere safe?")
        await expect(page.locator("details.more[open], dialog[open]")).to_have_count(0)
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#outgoing")).to_contain_text("Are you somewhere safe?")


async def test_taking_over_can_be_undone_for_five_seconds(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        _person, reference = await office.somebody()
        await page.goto(f"{office.address}/cases/{reference}")
        await page.keyboard.press("c")
        await expect(page.locator("#do-take_over")).to_be_visible()
        await page.keyboard.press("t")
        bar = page.locator("#outgoing")
        await expect(bar).to_contain_text("Take over")
        await page.keyboard.press("u")
        await expect(bar).to_be_hidden()
        await expect(page.locator("#do-take_over")).to_be_visible()
        await page.keyboard.press("t")
        await page.keyboard.press("t")  # twice is once
        await expect(page.locator("#do-hand_back")).to_be_visible()


async def test_sent_words_wait_visibly_while_the_database_is_busy(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        await page.locator("#say-words").fill("Are you safe?")
        await page.keyboard.press("Control+Enter")
        (path,) = [row[2] for row in query(office.database, "PRAGMA database_list")]
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waits = page.locator("#sending p")
        await expect(waits).to_contain_text("Are you safe?")
        await expect(page.locator("#outgoing")).to_be_hidden()
        await expect(page.locator("#say-words")).to_have_value("")
        other.execute("ROLLBACK")
        other.close()
        await expect(said_in(page)).to_have_text(["Are you safe?"])
        await expect(waits).to_have_count(0)


async def test_words_that_are_stored_and_not_carried_out_do_not_come_back(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        wake, office.front.command_client.wake_dispatcher = (
            office.front.command_client.wake_dispatcher,
            None,
        )  # fmt: skip - as if the bot were down
        await page.locator("#say-words").fill("Are you safe?")
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        waits = page.locator("#sending p")
        await expect(waits).to_contain_text("as soon as the bot runs")
        await expect(page.locator("#say-words")).to_have_value("")  # sent twice otherwise
        assert wake is not None
        await wake()
        await expect(said_in(page)).to_have_text(["Are you safe?"])
        await expect(waits).to_have_count(0)


async def test_words_that_are_stored_and_refused_later_are_in_the_composer_again(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        page = await signed_in(context, mei, office.address)
        await held(page, office)
        client = office.front.command_client
        wake, client.wake_dispatcher = client.wake_dispatcher, None  # as if the bot were down
        store_desk_command(office, mei, Verb.HAND_BACK)
        await page.locator("#say-words").fill("Are you safe?")
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        waits = page.locator("#sending p")
        await expect(waits).to_contain_text("as soon as the bot runs")
        await page.locator("#say-words").fill("And then?")
        store_desk_command(office, mei, Verb.TAKE_OVER)
        assert wake is not None
        await wake()
        await expect(page.locator("#say-words")).to_have_value("Are you safe?\nAnd then?")
        await expect(page.locator(".toast").last).to_contain_text("was not sent or saved")
        await expect(waits).to_have_count(0)
        await expect(said_in(page)).to_have_count(0)


async def test_signing_in_again_in_another_tab_rescues_this_one(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        page = await signed_in(context, mei, office.address)
        _person, _first = await held(page, office)
        await page.locator("#say-words").fill("Half a sentence")
        await office.front.database.writer.run(lambda work: work.run(END_ALL))
        office.front.streams.end_all()
        await expect(page.locator("#signed-out")).to_be_visible()
        await expect(page.locator("#case-file")).to_be_empty()
        await expect(page.locator("#say-words")).to_have_value("Half a sentence")
        await signed_in(context, mei, office.address, is_again=True)
        await expect(page.locator("#signed-out")).to_be_hidden()
        await expect(page.locator("#case-file")).not_to_be_empty()
        await expect(page.locator("#say-words")).to_have_value("Half a sentence")
        await page.locator("#say-words").focus()
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        await expect(said_in(page)).to_have_text(["Half a sentence"])


async def test_control_z_in_the_field_takes_back_what_was_just_sent(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        words = page.locator("#say-words")
        await words.fill("Are you safe?")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#outgoing [data-undo]")).to_contain_text("Ctrl Z")
        await expect(words).to_be_focused()
        await page.keyboard.press("Control+z")
        await expect(words).to_have_value("Are you safe?")
        await expect(page.locator("#outgoing")).to_be_hidden()
        await expect(said_in(page)).to_have_count(0)


async def test_a_question_for_consent_does_not_overtake_what_was_sent_before(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        person, _reference = await held(page, office)
        await office.presses(person, "I can write now")
        await page.locator("#say-words").fill("Are you safe?")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#outgoing")).to_be_visible()
        form = page.locator("form[action$='/do/refer']")
        await form.locator("select").select_option(index=1)
        await form.locator("button").first.click()
        await expect(said_in(page)).to_have_text(["Are you safe?"])
        async with asyncio.timeout(SHOWN_WITHIN):
            while CONSENT not in person.last:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.02)
        assert person.texts[-2] == "Are you safe?"


async def test_pasted_words_that_are_too_long_stay_whole_and_are_not_sent(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        words, count = page.locator("#say-words"), page.locator("#say [data-count]")
        await words.fill("Are you safe?")
        await expect(count).to_be_hidden()
        long = "Ten words. " * 909 + "A"  # 10,000 characters
        await words.fill("")
        await words.focus()
        await page.keyboard.insert_text(long)
        await expect(words).to_have_value(long)
        await expect(count).to_contain_text("10,000 of 4,096 characters")
        await page.keyboard.press("Control+Enter")
        await expect(words).to_have_value(long)
        await expect(page.locator("#outgoing")).to_be_hidden()
        await words.fill("A" * 4096)
        await expect(count).to_have_text("4,096 of 4,096 characters")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#outgoing")).to_be_visible()
        await expect(count).to_be_hidden()


async def test_a_pasted_note_that_is_too_long_stays_whole_and_says_so(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        await page.locator("label", has=page.locator("#as-note")).click()
        note, count = page.locator("#note-words"), page.locator("#note [data-count]")
        long = "Ten words. " * 1182 + "A"  # 13,003 characters
        await note.focus()
        await page.keyboard.insert_text(long)
        await expect(note).to_have_value(long)
        await expect(count).to_have_text(
            "13,003 of 12,000 characters. Shorten it; until then nothing is saved."
        )
        wide = await note.evaluate("it => it.offsetWidth / it.form.offsetWidth")
        assert wide > 0.7
        async with page.expect_response("**/drafts/note"):
            await page.locator("#note button").click()
        await expect(note).to_have_value(long)
        await page.reload()  # it can be shortened later
        await page.locator("label", has=page.locator("#as-note")).click()
        await expect(note).to_have_value(long)
        await note.fill("A" * 12_000)
        await expect(count).to_have_text("12,000 of 12,000 characters")
        await page.locator("#note button").click()
        await expect(note).to_have_value("")
        await expect(count).to_be_hidden()


async def test_pasted_words_stay_whole_in_every_long_field_of_the_case(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        await page.locator("label", has=page.locator("#show-plan")).click()
        await page.locator("#make-appointment summary").click()
        form = page.locator("#make-appointment form")
        place, companion = (form.locator(f"[name='value.{it}']") for it in ("place", "companion"))
        long = "Ten words. " * 60  # 660 characters
        for field in (place, companion):
            await field.focus()
            await page.keyboard.insert_text(long)
            await expect(field).to_have_value(long)
        counts = form.locator("[data-count]:not([hidden])")
        await expect(counts).to_have_text([_TOO_LONG, _TOO_LONG])  # each next to its field
        await companion.fill("")
        await form.locator("select").select_option(index=1)
        await form.locator("[name='value.at']").fill("tomorrow 14:00")
        await form.locator("button").last.click()
        await expect(place).to_be_focused()
        await expect(place).to_have_value(long)
        await place.fill("Room 3")
        await expect(counts).to_have_count(0)
        await form.locator("button").last.click()
        await expect(page.locator(".appointment")).to_contain_text("Room 3")


async def test_words_that_come_after_the_person_left_stay_on_the_page_with_the_reason(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        person, _reference = await held(page, office)
        await page.locator("#say-words").fill("Are you safe?")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#outgoing")).to_be_visible()
        await says(office, person, "/bye")
        kept = page.locator("#kept-words")
        await expect(kept).to_contain_text("Not sent: the person ended the chat.")
        await expect(kept).to_contain_text("Are you safe?")
        await expect(page.locator("#note-words")).to_be_visible()
        await expect(page.locator("#messages")).to_contain_text("The person cleared the chat")
        assert "Are you safe?" not in person.texts


async def test_when_a_takeover_ends_under_an_empty_field_the_note_can_be_written(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        person, _reference = await held(page, office)
        await page.locator("#say-words").focus()
        await says(office, person, "/bye")
        await expect(page.locator("#as-message")).to_be_disabled()
        await expect(page.locator("#note-words")).to_be_visible()
        await expect(page.locator("#as-note")).to_be_checked()


async def test_words_sent_as_the_case_returns_to_the_queue_wait_for_nothing_and_are_kept(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        person, reference = await held(page, office)
        other = await page.context.new_page()
        await other.goto(f"{office.address}/cases/{reference}")
        await page.bring_to_front()
        await page.locator("#say-words").fill("Are you safe?")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#outgoing")).to_contain_text("Sending in a few seconds.")
        returns = "document.querySelector(\"form[action$='/do/release']\").requestSubmit()"
        await other.evaluate(returns)
        await expect(page.locator("#outgoing")).to_be_hidden(timeout=3_000)
        kept = page.locator("#kept-words")
        await expect(kept).to_contain_text("Not sent: claim the case to write.")
        await expect(kept).to_contain_text("Are you safe?")
        assert "Are you safe?" not in person.texts
        await takes(page, office, reference)
        await expect(page.locator("#say-words")).to_have_value("Are you safe?")
