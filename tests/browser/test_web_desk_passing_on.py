"""A case that is transferred, assigned or lost to a colleague: who has it, and what stays."""

from __future__ import annotations

import asyncio
import math
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.hotline.commands.types import Verb
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import complaints_of
from tests.browser.desk_windows import (
    held,
    mei_at_the_desk,
    says,
    signed_in,
    store_desk_command,
    window,
)

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import (
        Browser,
        ConsoleMessage,
        Page,
        Request,
        Response,
        Route,
    )


async def test_a_transfer_lists_who_can_take_it_and_ends_on_the_queue(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
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
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
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
        await row.get_by_label("Reason").fill("Mei is away.")
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
        store_desk_command(office, mei, Verb.TRANSFER, code=jun.id)
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
        person, reference = await held(page, office)
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
            await says(office, person)
            await page.locator(".message.person [data-record]").last.click()
            await page.locator("#put-record textarea, #put-record input[type=text]").first.fill(
                "Ana"
            )
            await chief.goto(f"{office.address}/team")
            row = chief.locator(f"#workload #assign-{reference}")
            await row.locator("summary").click()
            await row.get_by_label("Reason").fill("Mei is away.")
            await row.locator(f"button[value='{jun.id}']").click()
            await expect(page.locator("#moved")).to_contain_text("Hua transferred it at")
            await expect(page.locator("#moved blockquote")).to_have_text("Ana")
            for emptied in ("#put-record [data-form]", "#use-answer [data-pane]"):
                await expect(page.locator(emptied)).to_be_empty()
            await expect(page.locator("dialog[open]")).to_have_count(0)
            async with page.expect_response("**/own-cases"):  # all that the page shows
                await page.evaluate(
                    "for (const it of ['offline', 'online']) dispatchEvent(new Event(it))"
                )
        await expect(page.locator(f"#own-{reference}")).to_have_count(0)
        assert refused.gone_at < math.inf
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


async def test_what_was_sent_a_moment_ago_goes_out_before_a_case_is_returned(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        person, _reference = await held(page, office)
        await office.presses(person, "I can write now")
        await page.locator("#say-words").fill("A colleague goes on from here.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#outgoing")).to_be_visible()
        await page.locator("#case-actions > summary").click()
        await page.locator("#more-release > summary").click()
        await page.locator("#more-release button").click()  # once: nothing is asked
        await expect(page.locator(".case-status")).to_contain_text("Not assigned yet.")
        assert person.texts.count("A colleague goes on from here.") == 1


async def test_a_transfer_asks_about_words_that_were_not_sent(
    browser: Browser, tmp_path: Path
) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
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
