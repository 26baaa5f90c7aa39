"""A caseworker at the desk of the demo: opens topics, presses, answers messages, writes notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.demo_process import DemoProcess


class GroupPageCaseworker:
    """One of the demo's caseworkers, in a window of the group."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name

    @classmethod
    async def open_group_page(cls, page: Page, demo: DemoProcess, name: str) -> GroupPageCaseworker:
        """Open the group and write as one of those who work there."""
        await page.goto(f"{demo.address}/group")
        await page.wait_for_selector("body.ready")
        await page.get_by_role("radio", name=name).check()
        return cls(page, name)

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    async def opens(self, words: str) -> None:
        """Open the topic whose name holds these words, once it is there."""
        name = self.page.locator(".topic-name", has_text=words)
        await self.page.locator(".topic", has=name).first.click()
        await expect(self.page.locator(".room .title")).to_contain_text(words)

    async def reads(self, words: str) -> Locator:
        """Wait for a message of the topic; return the newest that holds these words."""
        found = self.log.locator("article", has_text=words).last
        await expect(found).to_be_visible()
        return found

    async def presses(self, label: str) -> None:
        """Press a button of the topic, under the newest message that has it."""
        await self.log.get_by_role("button", name=label, exact=True).last.click()

    async def writes(self, words: str) -> Locator:
        """Write in the topic; return the message."""
        await self.page.get_by_role("textbox", name="Message").fill(words)
        await self.page.keyboard.press("Enter")
        return await self.reads(words)

    async def answers(self, heard: str, words: str) -> Locator:
        """Answer a message of the topic."""
        await self._about(await self.reads(heard), "Reply")
        return await self.writes(words)

    async def edits(self, message: Locator, words: str) -> None:
        """Put other words into one's own message."""
        await self._about(message, "Edit")
        await self.page.get_by_role("textbox", name="Message").fill(words)
        await self.page.keyboard.press("Enter")

    async def encloses(self, heard: str, what: str, words: str) -> None:
        """Answer a message of the topic with something from the menu, words under it."""
        message = self.log.locator("article.theirs", has_text=heard).last  # not one that quotes it
        await self._about(message, "Reply")
        await self.page.get_by_role("textbox", name="Message").fill(words)
        await self.page.get_by_role("button", name="Attach").click()
        await self.page.get_by_role("menuitem", name=what).click()

    async def _about(self, message: Locator, what: str) -> None:
        await message.hover()
        await message.get_by_role("button", name="What to do with this message").click()
        await self.page.get_by_role("menuitem", name=what).click()
