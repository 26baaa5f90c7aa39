"""A call in a browser, with a real service worker: the push comes, a notification is shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.hotline.on_call.roster import CallChannel, OnCallRoster, OnCallSettings
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import PATIENCE, WIDE, complaints_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

WAITS = "Haven: something waits for you."
REGISTERED = """navigator.serviceWorker.getRegistration('/static/push_worker.js')
  .then((it) => Boolean(it?.active))"""
SHOWN = """navigator.serviceWorker.getRegistration('/static/push_worker.js')
  .then((it) => it.getNotifications()).then((all) => all.map((it) => [it.title, it.body]))"""


async def test_a_push_shows_that_something_waits_and_no_more(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path, push_contact="admin@example.org") as office:
        mei = office.worker("Mei")
        roster = OnCallRoster(office.vault, office.settings.zone)
        settings, now = OnCallSettings((CallChannel.TELEGRAM,)), office.clock.now()
        office.database.writer.run_sync(lambda work: roster.set(work, mei.id, 1, settings, now))
        context = await browser.new_context(viewport=WIDE, permissions=["notifications"])  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        await mei.signs_in(page, office.address)
        complaints = complaints_of(page, office.address)
        await page.goto(f"{office.address}/account/calls")
        pushes = await _worker_of(page)
        await page.get_by_role("button", name="Call me in this browser").click()
        await page.wait_for_function(REGISTERED)
        await pushes(WAITS)
        await page.wait_for_function(f"{SHOWN}.then((all) => all.length)")
        assert await page.evaluate(SHOWN) == [["Haven", WAITS]]
        # The page's policy allowed the worker; without a network no push service gives an address.
        assert [it for it in complaints if "policy" in it.lower()] == []
        await context.close()


async def _worker_of(page: Page) -> Any:
    """Return what delivers a push to the worker of a page, as a push service would."""
    tools = await page.context.new_cdp_session(page)
    known: asyncio.Queue[str] = asyncio.Queue()

    def note(event: dict[str, Any]) -> None:
        for it in event["registrations"]:
            known.put_nowait(it["registrationId"])

    tools.on("ServiceWorker.workerRegistrationUpdated", note)
    await tools.send("ServiceWorker.enable")

    async def delivers(words: str) -> None:
        origin = page.url.split("/account", maxsplit=1)[0]
        number = await asyncio.wait_for(known.get(), PATIENCE / 1000)
        await tools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": number, "data": words},
        )

    return delivers
