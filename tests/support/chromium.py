"""One Chromium for every test of a process that needs a browser: starting it takes a second.

It is the headless shell where Debian's package for it is installed: the same engine without the
window, menus and extensions of Chromium, which cost a third of the processor's time of a test.
What the shell lacks (shown notifications) asks for `full_chromium`.

The tests of `tests/browser` and `tests/sandbox` therefore share an event loop; see
`tests/conftest.py`. Each has browser contexts of its own, which are closed after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FULL_CHROMIUM = "/usr/bin/chromium"
_SHELL = "/usr/bin/chromium-headless-shell"
CHROMIUM = _SHELL if Path(_SHELL).exists() else FULL_CHROMIUM
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Start Chromium once."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def full_chromium() -> AsyncIterator[Browser]:
    """Start the whole of Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=FULL_CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Return Chromium, with nothing open in it."""
    yield chromium
    for context in chromium.contexts:
        await context.close()
