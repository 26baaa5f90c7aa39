"""A sandbox whose clock stands still until a test moves it, and a real Bot before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio
import telegram

from bot.sandbox import TOKEN, Phone, Sandbox, serve
from tests.support.telegram.bot_api_oracle import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, Page

NOON = 1_795_000_000_000_000


class SandboxClock:
    """A clock nobody winds: the sandbox's own `jump` moves the time of a test."""

    def now(self) -> int:
        return NOON

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(clock=SandboxClock(), check=check)
    yield sandbox
    assert sandbox.calls.complaints == []


@pytest.fixture
def indonesian_person(sandbox: Sandbox) -> Phone:
    return sandbox.add_phone("Sari", language="id")


@pytest_asyncio.fixture(loop_scope="session")
async def base(sandbox: Sandbox) -> AsyncIterator[str]:
    async with serve(sandbox) as base:
        yield base


@pytest.fixture(autouse=True)
def allow_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask python-telegram-bot for spans: its own switch against its own warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest_asyncio.fixture(loop_scope="session")
async def bot(base: str) -> AsyncIterator[telegram.Bot]:
    bot = telegram.Bot(TOKEN, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
    async with bot:
        yield bot


@pytest_asyncio.fixture(loop_scope="session")
async def raw(base: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{base}/bot{TOKEN}/", trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def control_api(base: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{base}/sandbox/", trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, base: str) -> AsyncIterator[Page]:
    """Give a page that may neither complain nor ask anybody but the sandbox."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((base, "blob:"))
            else complaints.append(f"asked {asked.url}")
        ),
    )
    yield page
    await context.close()
    assert complaints == []
