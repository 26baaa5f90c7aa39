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
UNTIL = """async (found) => {
  for (;;) {
    const worker = await navigator.serviceWorker.getRegistration('/static/push_worker.js');
    const result = worker && (await found(worker));
    if (result) return result;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
"""`wait_for_function` does not wait for what a promise brings."""
REGISTERED = f"({UNTIL})((worker) => Boolean(worker.active))"
SHOWN = f"""({UNTIL})(async (worker) => {{
  const all = await worker.getNotifications();
  return all.length && all.map((it) => [it.title, it.body]);
}})"""


async def test_a_push_shows_that_something_waits_and_no_more(
    full_chromium: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path, push_contact="admin@example.org") as office:
        mei = office.worker("Mei")
        roster = OnCallRoster(office.vault, office.settings.zone)
        settings, now = OnCallSettings((CallChannel.TELEGRAM,)), office.clock.now()
        office.database.writer.run_sync(lambda work: roster.set(work, mei.id, 1, settings, now))
        context = await full_chromium.new_context(
            viewport=WIDE,  # type: ignore[arg-type]
            permissions=["notifications"],
        )
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        await mei.signs_in(page, office.address)
        complaints = complaints_of(page, office.address)
        await page.goto(f"{office.address}/account/calls")
        pushes = await _worker_of(page)
        await page.get_by_role("button", name="Call me in this browser").click()
        async with asyncio.timeout(PATIENCE / 1000):
            await page.evaluate(REGISTERED)
            assert await _shown_after(pushes, page) == [["Haven", WAITS]]
        # The page's policy allowed the worker; without a network no push service gives an address.
        assert [it for it in complaints if "policy" in it.lower()] == []
        await context.close()


async def _shown_after(pushes: Any, page: Page) -> Any:
    """Push until a notification is shown: a worker that has just started may miss the first."""
    shown = asyncio.ensure_future(page.evaluate(SHOWN))
    while not shown.done():
        await pushes(WAITS)
        await asyncio.wait((shown,), timeout=2)
    return await shown


async def _worker_of(page: Page) -> Any:
    """Return what delivers a push to the worker of a page, as a push service would."""
    tools = await page.context.new_cdp_session(page)
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def note(event: dict[str, Any]) -> None:
        for it in event["registrations"]:
            if not known.done():
                known.set_result(it["registrationId"])

    tools.on("ServiceWorker.workerRegistrationUpdated", note)
    await tools.send("ServiceWorker.enable")

    async def delivers(words: str) -> None:
        origin = page.url.split("/account", maxsplit=1)[0]
        number = await known
        await tools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": number, "data": words},
        )

    return delivers
