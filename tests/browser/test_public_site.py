"""The public site in a browser: with and without scripts, on the smallest phone, in both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.languages import LANGUAGES
from bot.languages.style_rules import blanks_in
from bot.site.build import EXIT_TO, SiteOptions, build_site
from bot.site.output_folder import write_files
from flows.texts import cards, website
from tests.browser.conftest import PATIENCE, SMALLEST
from tests.browser.test_web_desk_accessibility import ALL_OPEN, Look
from tests.support.content.site_files import site_source

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

LOOKED_AT = ("index", "my/index", "km/6")
"""Each kind of page once, in different scripts."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_files(folder, build_site(site_source(), SiteOptions(tuple(LANGUAGES))), lambda *_: None)
    return folder


def address(site: Path, page: str) -> str:
    return (site / f"{page}.html").as_uri()


async def test_axe_finds_nothing_and_no_page_is_wider_than_the_smallest_phone(
    browser: Browser, site: Path
) -> None:
    look = Look("light")
    context = await browser.new_context(viewport=SMALLEST, bypass_csp=True)  # type: ignore[arg-type]
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in LOOKED_AT:
        await page.goto(address(site, name))
        await page.evaluate(ALL_OPEN)
        await look.at(page, name)
    for tag in LANGUAGES:
        await page.goto(address(site, f"{tag.replace('_', '-')}/index"))
        assert await is_too_wide(page) == 0, tag
    assert look.found == []
    assert {it for it in asked if not it.startswith((site.as_uri(), "data:"))} == set()
    await page.evaluate("document.querySelector('h1').style.width = '400px'")
    assert await is_too_wide(page) > 0
    await page.set_content("<title>t</title><main><h1>a page without a language</h1></main>")
    await look.at(page, "a page without a language")
    assert [it for it in look.found if "html-has-lang" in it]


async def is_too_wide(page: Page) -> int:
    wide: int = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


async def test_without_scripts_the_quiz_is_answered_by_keyboard(
    browser: Browser, site: Path
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(address(site, "en/6"))
    said = page.get_by_text(cards.PAPERS.source).first
    await expect(said).to_be_hidden()
    await page.get_by_text("It is allowed").first.focus()
    await page.keyboard.press("Enter")
    await expect(said).to_be_visible()
    await page.locator(".languages summary").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("Tiếng Việt").click()
    assert page.url == address(site, "vi/6")
    leave = page.locator(".away a")
    assert await leave.get_attribute("href") == EXIT_TO


async def test_leaving_replaces_the_page_so_that_back_does_not_show_it(
    browser: Browser, site: Path
) -> None:
    context = await browser.new_context(viewport=SMALLEST)  # type: ignore[arg-type]
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.route(f"{EXIT_TO}**", lambda route: route.fulfill(body="<title>weather</title>"))
    await page.goto(address(site, "index"))
    await page.get_by_text("English").click()
    await page.get_by_role("link", name="My rights").click()
    assert page.url == address(site, "en/2")
    await page.mouse.wheel(0, 2000)
    await page.get_by_role("link", name=website.LEAVE.source).click()
    await page.wait_for_url(EXIT_TO)
    await page.go_back()
    assert page.url == address(site, "en/index")
    assert complaints == []


def test_the_words_of_the_exit_are_quoted_where_the_history_is_explained() -> None:
    assert f"“{website.LEAVE.source}”" in website.HISTORY.source
    assert blanks_in(website.HISTORY.source) == []
