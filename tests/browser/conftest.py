"""A demo that runs for all walks, and browsers in which nothing may go wrong unseen."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.demo_process import DemoProcess
from tests.browser.phone_page_person import PhonePagePerson

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

NARROW = {"width": 360, "height": 740}
SMALLEST = {"width": 320, "height": 568}
"""The smallest phone that people still use."""
WIDE = {"width": 1280, "height": 900}
PATIENCE = 60_000
"""Milliseconds anything on a page may take on a busy machine."""


class OpenDemoPage(Protocol):
    """Opens the demo's page in a window of its own."""

    def __call__(
        self, size: dict[str, int], *, awaited: str = "", **how: Any
    ) -> AbstractAsyncContextManager[Page]:
        """Open a window; what it may complain of is awaited, as a pattern, and has to come."""
        ...


class AddPhone(Protocol):
    """Gives somebody a phone of their own."""

    async def __call__(self, page: Page, name: str, app: str, tag: str) -> PhonePagePerson: ...


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoProcess]:
    """Give a demo that runs, and see that it stops when it is told to."""
    demo = await DemoProcess.started(tmp_path_factory.mktemp("demo") / "data")
    yield demo
    assert await demo.stop() == 0


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def open_demo_page(browser: Browser, demo: DemoProcess) -> OpenDemoPage:
    """Open pages that may neither complain nor ask anybody but the demo."""

    @asynccontextmanager
    async def opened(size: dict[str, int], *, awaited: str = "", **how: Any) -> AsyncIterator[Page]:
        context = await browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            reduced_motion="reduce",
            **how,
        )
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        complaints = complaints_of(page, demo.address)
        yield page
        await context.close()
        known = [it for it in complaints if awaited and re.search(awaited, it)]
        assert [it for it in complaints if it not in known] == []
        assert bool(known) == bool(awaited)

    return opened


@pytest.fixture
def add_phone(demo: DemoProcess) -> AddPhone:
    """Choose a phone as one does on the page: alone on a narrow screen, beside others on a wide."""

    async def joined(page: Page, name: str, app: str, tag: str) -> PhonePagePerson:
        await page.goto(demo.address)
        await page.wait_for_selector("body.ready")
        alone = page.viewport_size in (NARROW, SMALLEST)
        if alone and not await page.get_by_role("region").count():
            await page.get_by_role("button", name=app, exact=True).click()
        else:
            await _adds_another(page, name, app)
        phone = page.get_by_role("region", name=f"Phone of {name}")
        await expect(phone).to_be_visible()
        if alone:
            await page.goto(f"{demo.address}/phone/{await phone.get_attribute('data-phone')}")
            await page.wait_for_selector("body.ready")
        return PhonePagePerson(page, phone, tag)

    return joined


async def _adds_another(page: Page, name: str, app: str) -> None:
    await page.get_by_role("button", name="Add a phone").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_role("button", name=app, exact=True).click()


def complaints_of(page: Page, address: str) -> list[str]:
    """Gather whatever a page complains of, its policy's refusals and foreign requests included."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("crash", lambda _: complaints.append("the page crashed"))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((f"{address}/", "blob:"))
            else complaints.append(f"asked {asked.url}")
        ),
    )
    page.on(
        "response",
        lambda got: complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None,
    )
    return complaints
