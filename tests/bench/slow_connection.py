"""The desk on a slow connection: `python -m tests.bench.slow_connection`.

A real browser, slowed down by its own developer tools, signs in and opens the queue and a case. It
says after how many seconds each page is shown, and after how many its scripts have run.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pyotp
from playwright.async_api import async_playwright
from rich.console import Console
from rich.table import Table

from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.support.chromium import CHROMIUM, QUIET
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from playwright.async_api import Page

BITS, LATENCY = 50_000, 2_000
"""Bits a second in each direction, and milliseconds until an answer begins."""
PHONE: Final = {"width": 390, "height": 844}
PATIENCE: Final = 120_000
SHOWN: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
SENT: Final = "performance.getEntriesByType('resource').filter((it) => it.transferSize).length + 1"


class PageLoad(NamedTuple):
    """How a page came."""

    name: str
    shown_s: float
    done_s: float
    answers: int
    """Answers that came over the wire."""


async def measure() -> list[PageLoad]:
    """Sign in on a slow connection and look at the first pages."""
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as tools, BrowserDeskHarness.open(Path(folder)) as office:
            browser = await tools.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            mei = office.worker("Mei")
            _person, reference = await office.somebody()
            await _slow_down(page)
            found = [await _opened(page, "sign-in", f"{office.address}/signin")]
            await page.wait_for_timeout(5_000)  # name, password and code are typed
            await page.fill("[name=who]", mei.id)
            await page.fill("[name=password]", PASSWORD)
            await page.fill("[name=code]", pyotp.TOTP(mei.secret).now())
            begun = time.monotonic()
            await page.locator("form:has([name=code]) button").click(no_wait_after=True)
            await page.wait_for_url("**/queue/**", wait_until="load")
            found.append(await _load(page, "first queue, from the click on", begun))
            for name, path in (("queue", "/queue/waiting"), ("case", f"/cases/{reference}")):
                found.append(await _opened(page, name, f"{office.address}{path}"))
            await browser.close()
            return found


async def _slow_down(page: Page) -> None:
    tools = await page.context.new_cdp_session(page)
    await tools.send("Network.enable")
    rate = BITS / 8
    await tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )


async def _opened(page: Page, name: str, address: str) -> PageLoad:
    begun = time.monotonic()
    await page.goto(address, wait_until="load")
    return await _load(page, name, begun)


async def _load(page: Page, name: str, begun: float) -> PageLoad:
    done = time.monotonic() - begun
    shown, answers = await page.evaluate(SHOWN), await page.evaluate(SENT)
    return PageLoad(name, shown / 1000, done, answers)


def main() -> None:
    """Print the figures."""
    argparse.ArgumentParser("tests.bench.slow_connection", description=__doc__).parse_args()
    table = Table(title=f"{BITS // 1000} kbit/s, {LATENCY / 1000:g} s of latency, 390 x 844")
    for column in ("page", "shown, s", "scripts have run, s", "answers"):
        table.add_column(column, justify="left" if column == "page" else "right")
    for it in asyncio.run(measure()):
        table.add_row(it.name, f"{it.shown_s:.1f}", f"{it.done_s:.1f}", str(it.answers))
    Console().print(table)


if __name__ == "__main__":
    main()
