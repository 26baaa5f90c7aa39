"""Browser windows of caseworkers at the desk, and the cases they hold there."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from bot.hotline.commands.store import submit_command
from bot.hotline.commands.types import Command, Verb
from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import PATIENCE, WIDE
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import (
        Browser,
        BrowserContext,
        Page,
    )

    from tests.browser.browser_desk_harness import BrowserCaseworker
    from tests.support.people.chat_person import ChatPerson

BACK = "He is back, help"


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


@asynccontextmanager
async def mei_at_the_desk(
    browser: Browser, folder: Path
) -> AsyncIterator[tuple[BrowserDeskHarness, Page]]:
    """Open a desk at which Mei has signed in."""
    async with BrowserDeskHarness.open(folder) as office, window(browser) as context:
        yield office, await signed_in(context, office.worker("Mei"), office.address)


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


def store_desk_command(
    office: BrowserDeskHarness, by: BrowserCaseworker, verb: Verb, code: str = ""
) -> None:
    """Store a command about the only case, as a desk does."""
    ((case,),) = query(office.database, "SELECT id FROM cases")
    command, now = Command(verb=verb, by=by.id, case=case, code=code), office.clock.now()
    office.database.writer.run_sync(lambda work: submit_command(work, office.vault, command, now))
