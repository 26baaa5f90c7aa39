"""Several cases, several tabs, several caseworkers: nobody is overlooked, and no words are lost."""

from __future__ import annotations

import asyncio
import math
import re
import sqlite3
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.hotline.commands.store import submit_command
from bot.hotline.commands.types import Command, Verb
from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import PATIENCE, WIDE, complaints_of
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Request,
        Response,
        Route,
    )

    from tests.browser.browser_desk_harness import BrowserCaseworker
    from tests.support.people.chat_person import ChatPerson

BACK = "He is back, help"
SOUNDS = """
window.AudioContext = class {
  currentTime = 0;
  createGain() {
    document.documentElement.dataset.sounded = "";
    return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {} };
  }
  createOscillator() { return { frequency: {}, connect() {}, start() {}, stop() {} }; }
  close() { return Promise.resolve(); }
};
"""
"""A browser that notes a sound instead of making it."""


@asynccontextmanager
async def window(browser: Browser, **how: Any) -> AsyncIterator[BrowserContext]:
    """Open a browser of its own."""
    context = await browser.new_context(viewport=WIDE, reduced_motion="reduce", **how)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        await context.close()


async def signed_in(
    context: BrowserContext, who: BrowserCaseworker, address: str, *, is_again: bool = False
) -> Page:
    page = await context.new_page()
    await who.signs_in(page, address, is_again=is_again)
    return page


async def takes(page: Page, office: BrowserDeskHarness, reference: str) -> None:
    """Claim a case and take the chat over."""
    await page.goto(f"{office.address}/cases/{reference}")
    await page.locator("form[action$='/do/claim'] button").click()
    await expect(page.locator("#do-take_over")).to_be_visible()
    await without_time_to_undo(page)
    await page.locator("form[action$='/do/take_over'] button").click()
    await expect(page.locator("#say-words")).to_have_count(1)
    await expect(page.locator("#sending p")).to_have_count(0)


async def held(page: Page, office: BrowserDeskHarness) -> tuple[ChatPerson, str]:
    """Let somebody come, and their case be held by who looks at this page."""
    person, reference = await office.somebody()
    await takes(page, office, reference)
    return person, reference


def new_in(page: Page, reference: str) -> Any:
    return page.locator(f"#own-{reference} .unread")


def said_in(page: Page) -> Any:
    """Find what the caseworker wrote, without the opening question the desk puts before it."""
    return page.locator(".message.caseworker:not(:has(.person-text)) .text").filter(
        has_not_text="Is this a good moment"
    )


async def says(office: BrowserDeskHarness, person: ChatPerson, words: str = BACK) -> None:
    await office.hears(person.words(words))


# --- nobody unseen ----------------------------------------------------------------------------


async def test_a_message_in_another_case_is_seen_at_once_on_every_page(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        page = await signed_in(context, mei, office.address)
        one, first = await held(page, office)
        _other, second = await held(page, office)
        for path in (f"/cases/{second}", "/queue/waiting", "/account", "/shift"):
            await page.goto(f"{office.address}{path}")
            await expect(page.locator(f"#own-{first}")).to_be_visible()
            before = await new_in(page, first).count()
            await says(office, one)
            toast = page.locator("a.toast")
            await expect(toast).to_contain_text(first)
            await expect(new_in(page, first)).to_be_visible()
            assert before == 0 or path != f"/cases/{second}"
            await expect(page).to_have_title(re.compile(r"^\(\d\) "))
            body = await page.locator("body").inner_text()
            assert BACK not in body, path
        await toast.click()
        await expect(page.locator(".message.person").filter(has_text=BACK).last).to_be_visible()
        await expect(new_in(page, first)).to_have_count(0)  # it is before her eyes now
        await expect(page).not_to_have_title(re.compile(r"^\("))


async def test_what_is_due_first_stands_first_and_a_danger_is_said(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
        one, first = await held(page, office)
        _other, second = await held(page, office)
        own = page.locator(".own-cases [data-own]")
        await page.locator("#say-words").fill("Are you safe?")
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        await expect(said_in(page)).to_have_text(["Are you safe?"])
        await expect(own.first).to_have_attribute("data-own", first)  # the other is answered
        await page.goto(f"{office.address}/cases/{first}")
        await page.locator("#say-words").fill("I am here.")
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        await expect(said_in(page)).to_have_text(["I am here."])
        await page.goto(f"{office.address}/cases/{second}")
        await says(office, one, "Are you there?")
        await expect(own.first).to_have_attribute("data-own", first)
        await page.goto(f"{office.address}/queue/mine")
        row = page.locator("table tbody tr").first
        await expect(row).to_have_id(f"case-{first}")
        await expect(row.locator(".unread")).to_have_text("1 new")
        await expect(row.locator("[data-label='Last message']")).to_contain_text(":")

        await page.goto(f"{office.address}/cases/{second}")
        async with window(browser) as other:
            chief = await signed_in(other, office.worker("Hua", Role.SUPERVISOR), office.address)
            await chief.goto(f"{office.address}/cases/{first}")
            await chief.locator("[name=reason]").fill("A call came.")
            await chief.locator("form[action$='/break-glass'] button").click()
            await chief.locator("#case-actions > summary").click()
            await chief.locator("#more-priority > summary").click()
            await chief.locator("#more-priority select").select_option("0")
            await chief.locator("#more-priority button").click()
            await expect(page.locator("a.toast")).to_contain_text(f"{first} is P0 now")


async def test_sound_that_was_chosen_is_heard_while_the_page_has_the_focus(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        await context.add_init_script(SOUNDS)
        page = await signed_in(context, office.worker("Mei"), office.address)
        person, _first = await held(page, office)
        await held(page, office)
        await page.goto(f"{office.address}/account")
        await page.get_by_role("checkbox", name="Short sound").check()
        await page.locator("form[data-alerts-form] button").click()
        await page.goto(f"{office.address}/queue/mine")
        await page.locator("h1").click()  # browsers let no page sound that nobody has touched
        await says(office, person)
        await expect(page.locator("html")).to_have_attribute("data-sounded", "")
        assert await page.evaluate("document.hasFocus()")


async def test_four_tabs_of_one_browser_share_a_stream_and_all_hear(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        first_page = await signed_in(context, mei, office.address)
        person, first = await held(first_page, office)
        _other, second = await held(first_page, office)
        pages = [first_page]
        for path in (f"/cases/{second}", "/queue/waiting", "/account", "/queue/all"):
            page = await context.new_page()
            await page.goto(f"{office.address}{path}")
            pages.append(page)
        for page in pages:
            await expect(page.locator(f"#own-{first}")).to_be_visible()
        await asyncio.sleep(0.5)
        assert office.front.streams.count(mei.id) == 1
        await pages[0].goto(f"{office.address}/queue/mine")
        await says(office, person)
        for page in pages:
            await expect(page.locator("a.toast")).to_contain_text(first)
        await pages[0].close()  # the one that held the connection
        await expect(pages[4].locator("a.toast")).to_have_count(0)
        await says(office, person, "Again")
        await expect(pages[4].locator("a.toast")).to_contain_text(first)
        assert office.front.streams.count(mei.id) == 1


@pytest.mark.parametrize("blocked", ["aborted", "silent"])
async def test_where_streams_are_blocked_requests_that_wait_take_their_place(
    browser: Browser, tmp_path: Path, blocked: str
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:

        async def block(route: Any) -> None:
            if blocked == "aborted":
                await route.abort()

        await context.route(re.compile(r"/stream"), block)
        page = await signed_in(context, office.worker("Mei"), office.address)
        person, first = await held(page, office)
        async with page.expect_request(re.compile(r"/events")):
            await page.goto(f"{office.address}/queue/all")
        await says(office, person)
        await expect(page.locator("a.toast")).to_contain_text(first)
        await expect(page.locator(".banner:visible")).to_have_count(0)


async def test_a_blip_of_the_network_is_shown_and_taken_back(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
        person, first = await held(page, office)
        async with page.expect_response(re.compile(r"/stream")):
            await page.goto(f"{office.address}/queue/all")
        await context.set_offline(True)
        await expect(page.locator("#offline")).to_be_visible()
        await says(office, person)
        await context.set_offline(False)
        await expect(page.locator(".banner:visible")).to_have_count(0)
        await expect(new_in(page, first)).to_have_text("1 new")  # of what was missed as well


# --- sending --------------------------------------------------------------------------------------


async def test_two_messages_within_five_seconds_are_two_messages(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
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
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
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
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
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
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
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
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
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
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
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
        give(office, mei, Verb.HAND_BACK)
        await page.locator("#say-words").fill("Are you safe?")
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        waits = page.locator("#sending p")
        await expect(waits).to_contain_text("as soon as the bot runs")
        await page.locator("#say-words").fill("And then?")
        give(office, mei, Verb.TAKE_OVER)
        assert wake is not None
        await wake()
        await expect(page.locator("#say-words")).to_have_value("Are you safe?\nAnd then?")
        await expect(page.locator(".toast").last).to_contain_text("was not sent or saved")
        await expect(waits).to_have_count(0)
        await expect(said_in(page)).to_have_count(0)


def give(office: BrowserDeskHarness, by: BrowserCaseworker, verb: Verb, code: str = "") -> None:
    """Store a command about the only case, as a desk does."""
    ((case,),) = query(office.database, "SELECT id FROM cases")
    command, now = Command(verb=verb, by=by.id, case=case, code=code), office.clock.now()
    office.database.writer.run_sync(lambda work: submit_command(work, office.vault, command, now))


async def test_signing_in_again_in_another_tab_rescues_this_one(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei = office.worker("Mei")
        page = await signed_in(context, mei, office.address)
        _person, _first = await held(page, office)
        await page.locator("#say-words").fill("Half a sentence")
        await office.front.sessions.end_all()
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


# --- passing on ---------------------------------------------------------------------------------


async def test_a_transfer_lists_who_can_take_it_and_ends_on_the_queue(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
        jun, away = office.worker("Jun"), office.worker("Lin")
        office.database.writer.run_sync(
            lambda work: office.front.staff.set_duty(work, away.id, on=False)
        )
        _person, reference = await held(page, office)
        await page.locator("#case-actions > summary").click()
        await page.locator("#more-transfer > summary").click()
        choice = page.locator("#transfer-to")
        await expect(choice.locator(f"option[value='{jun.id}']")).to_have_text(
            "Jun · English, Indonesian, Thai · 0 of 9"
        )
        await expect(choice.locator(f"option[value='{away.id}']")).to_contain_text("off duty")
        await expect(choice.locator(f"option[value='{away.id}']")).to_be_disabled()
        await choice.select_option(jun.id)
        await page.locator("#more-transfer textarea").fill("She likes short sentences.")
        await page.locator("#more-transfer button").click()
        await page.wait_for_url("**/queue/mine")
        await expect(page.locator(".toast")).to_contain_text(f"Case {reference} was transferred")


async def test_a_refused_transfer_stays_and_says_why(browser: Browser, tmp_path: Path) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
        jun, ann = office.worker("Jun"), office.worker("Ann")
        office.database.writer.run_sync(
            lambda work: office.front.staff.set_duty(work, ann.id, on=False)
        )
        _person, reference = await held(page, office)
        await page.locator("#case-actions > summary").click()
        await page.locator("#more-transfer > summary").click()
        choice = page.locator("#transfer-to")
        await choice.select_option(jun.id)
        await page.locator("#more-transfer textarea").fill("She likes short sentences.")
        office.database.writer.run_sync(
            lambda work: office.front.staff.set_duty(work, jun.id, on=False)
        )
        await page.locator("#more-transfer button").click()
        why = page.locator("#more-transfer [data-error]")
        await expect(why).to_contain_text("not on duty")
        await expect(page).to_have_url(re.compile(f"/cases/{reference}$"))
        await expect(page.locator("#more-transfer textarea")).to_have_value(
            "She likes short sentences."
        )
        # The list was fetched again: no one stands there under the name of another.
        await expect(choice.locator(f"option[value='{jun.id}']")).to_contain_text("Jun")
        await expect(choice.locator(f"option[value='{ann.id}']")).to_contain_text("Ann")
        await expect(choice).to_have_value("")


async def test_a_case_given_away_in_the_middle_of_a_sentence_says_to_whom_and_by_whom(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        window(browser) as context,
        window(browser) as others,
    ):
        page = await signed_in(context, office.worker("Mei"), office.address)
        jun = office.worker("Jun")
        chief = await signed_in(others, office.worker("Hua", Role.SUPERVISOR), office.address)
        _person, reference = await held(page, office)
        words = page.locator("#say-words")
        await words.focus()
        await page.keyboard.type("Please do not open the do")
        await chief.goto(f"{office.address}/team")
        row = chief.locator(f"#workload #assign-{reference}")
        await row.locator("summary").click()
        await row.locator(f"button[value='{jun.id}']").click()
        moved = page.locator("#moved")
        await expect(moved).to_contain_text(f"Jun has case {reference} now: Hua transferred it at")
        await expect(moved).to_contain_text("What you typed was not sent")
        await page.keyboard.type("or")
        await expect(words).to_have_value("Please do not open the door")
        for empty in ("#messages", "#case-file"):
            await expect(page.locator(empty)).to_be_empty()
            await expect(page.locator(empty)).to_be_hidden()
        whole = "Please do not open the door"
        await expect(page.locator("main #moved blockquote")).to_have_text(whole)
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        await moved.get_by_role("button", name="Copy").click()
        assert await page.evaluate("navigator.clipboard.readText()") == whole
        await expect(words).to_be_hidden()
        await moved.get_by_role("link").click()
        await page.wait_for_url("**/queue/mine")
        await page.go_back()
        await page.wait_for_url("**/queue/mine")  # no error page behind it either


async def test_a_note_for_the_next_caseworker_is_shown_when_the_case_is_given_away(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        mei, jun = office.worker("Mei"), office.worker("Jun")
        page = await signed_in(context, mei, office.address)
        _person, reference = await held(page, office)
        await page.locator("#case-actions > summary").click()
        await page.locator("#more-transfer > summary").click()
        await page.locator("#more-transfer textarea").fill("She likes short sentences.")
        give(office, mei, Verb.TRANSFER, code=jun.id)
        await office.house.dispatcher.resume()
        await expect(page.locator("#moved blockquote")).to_have_text("She likes short sentences.")
        await expect(page.locator("#moved")).to_contain_text(f"Jun has case {reference} now")


async def test_who_loses_a_race_for_a_case_reads_who_has_it(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        window(browser) as context,
        window(browser) as others,
    ):
        mei = await signed_in(context, office.worker("Mei"), office.address)
        jun = await signed_in(others, office.worker("Jun"), office.address)
        _person, reference = await office.somebody()
        for page in (mei, jun):
            await page.goto(f"{office.address}/cases/{reference}")
            await expect(page.locator("#do-claim")).to_be_visible()
        await asyncio.gather(
            *(page.locator("#do-claim button").click() for page in (mei, jun)),
            return_exceptions=True,
        )
        lost = {asyncio.ensure_future(it.wait_for_selector("#moved")): it for it in (mei, jun)}
        (first, *_), others_wait = await asyncio.wait(lost, return_when=asyncio.FIRST_COMPLETED)
        for waits in others_wait:
            waits.cancel()
        loser, winner = (mei, "Jun") if lost[first] is mei else (jun, "Mei")
        await expect(loser.locator("#moved")).to_contain_text(f"{winner} has case {reference} now")
        await loser.goto(f"{office.address}/cases/{reference}")
        await loser.wait_for_url("**/queue/mine")
        await expect(loser.locator(".toast")).to_contain_text(f"{winner} has case {reference} now")


async def test_assigning_moves_no_column_and_every_page_counts_what_waits(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        for name in ("Mei", "Jun", "Ann", "Ming-Hua Chang"):
            office.worker(name)
        chief = await signed_in(context, office.worker("Hua", Role.SUPERVISOR), office.address)
        _person, reference = await office.somebody()
        await chief.goto(f"{office.address}/team")
        waiting = chief.locator("[data-count=waiting]")
        await expect(waiting).to_have_text("1")
        heads = chief.locator("#waiting th")
        before = [await it.bounding_box() for it in await heads.all()]
        await chief.locator(f"#waiting #assign-{reference} summary").click()
        await expect(chief.locator(f"#waiting #assign-{reference} button").first).to_be_visible()
        assert [await it.bounding_box() for it in await heads.all()] == before
        await chief.goto(f"{office.address}/account")
        await office.somebody()
        await expect(waiting).to_have_text("2")


@pytest.mark.parametrize("by", ["Mei", "Hua"])
async def test_after_a_transfer_the_page_asks_for_nothing_of_the_case(
    browser: Browser, tmp_path: Path, by: str
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        window(browser) as context,
        window(browser) as others,
    ):
        await context.add_init_script(SAYS_WHEN_GONE)
        page = await signed_in(context, office.worker("Mei"), office.address)
        jun = office.worker("Jun")
        chief = await signed_in(others, office.worker("Hua", Role.SUPERVISOR), office.address)
        _person, reference = await held(page, office)
        complaints = complaints_of(page, office.address)
        refused = refused_requests(page)
        if by == "Mei":
            await page.route("**/do/transfer", answered_late)
            await page.locator("#case-actions > summary").click()
            await page.locator("#more-transfer > summary").click()
            await page.locator("#transfer-to").select_option(jun.id)
            await page.locator("#more-transfer button").click()
            await page.wait_for_url("**/queue/mine")
        else:
            await chief.goto(f"{office.address}/team")
            row = chief.locator(f"#workload #assign-{reference}")
            await row.locator("summary").click()
            await row.locator(f"button[value='{jun.id}']").click()
            await expect(page.locator("#moved")).to_contain_text("Hua transferred it at")
            async with page.expect_response("**/own-cases"):  # all that the page shows
                await page.evaluate(
                    "for (const it of ['offline', 'online']) dispatchEvent(new Event(it))"
                )
        await expect(page.locator(f"#own-{reference}")).to_have_count(0)
        assert refused.after_gone() == []
        # What was asked for before the page was told may be answered once the case has left.
        assert [it for it in complaints if "404" not in it] == []


SAYS_WHEN_GONE = """
const listen = EventSource.prototype.addEventListener;
EventSource.prototype.addEventListener = function (kind, does) {
  const first = (event) => {
    console.info(`gone ${Date.now()}`);
    does(event);
  };
  return listen.call(this, kind, kind === "gone" ? first : does);
};
"""
"""Lets a page say at which moment, in milliseconds, it was told that it lost a case."""


@dataclass
class RefusedRequests:
    """Requests of a page that were answered 404, and when it was told that a case is gone."""

    gone_at: float = math.inf
    requests: list[Request] = field(default_factory=list)

    def hear(self, said: ConsoleMessage) -> None:
        """Note the moment of the event, whose words are in `SAYS_WHEN_GONE`."""
        if said.text.startswith("gone "):
            self.gone_at = min(self.gone_at, float(said.text.removeprefix("gone ")))

    def note(self, answer: Response) -> None:
        """Note a request that was refused."""
        if answer.status == HTTPStatus.NOT_FOUND:
            self.requests.append(answer.request)

    def after_gone(self) -> list[str]:
        """Return what was asked for after the page had been told."""
        return [it.url for it in self.requests if it.timing["startTime"] > self.gone_at]


def refused_requests(page: Page) -> RefusedRequests:
    """Gather them for as long as the page is open."""
    made = RefusedRequests()
    page.on("console", made.hear)
    page.on("response", made.note)
    return made


async def answered_late(route: Route) -> None:
    """Let a form be carried out, and its answer come after the events of it."""
    answer = await route.fetch()
    await asyncio.sleep(1)
    await route.fulfill(response=answer)


async def test_a_transfer_asks_about_words_that_were_not_sent(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office, window(browser) as context:
        page = await signed_in(context, office.worker("Mei"), office.address)
        jun = office.worker("Jun")
        await held(page, office)
        await page.locator("#say-words").fill("Half a sentence")
        await page.locator("#case-actions > summary").click()
        await page.locator("#more-transfer > summary").click()
        await page.locator("#transfer-to").select_option(jun.id)
        await page.locator("#more-transfer button").click()
        asked = page.locator("#more-transfer [data-error]")
        await expect(asked).to_contain_text("Some words are not sent yet.")
        await expect(page.locator("#say-words")).to_have_value("Half a sentence")
        await page.locator("#more-transfer button").click()
        await page.wait_for_url("**/queue/mine")
