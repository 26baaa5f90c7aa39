"""A person with a phone: reads what stands on it, presses what it shows, writes.

Whatever they look for is named by the flow's own phrases, read in their language: a change of
wording changes no walk.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.async_api import FilePayload, Locator, Page, expect

from bot.app.demo import DEMO_SETTINGS
from bot.app.texts import build_system_texts
from bot.conversation import CONTROLS
from bot.languages import catalogue
from bot.sandbox.sample_updates import sample_png
from bot.settings import Settings
from flows.requests.report import Report
from flows.start.language import LanguageFlow
from flows.start.welcome import Welcome
from flows.texts import phrases
from flows.urgent.danger import DangerFlow

if TYPE_CHECKING:
    from bot.conversation.questions.choice import ListQuestion
    from bot.conversation.questions.question import Question
    from bot.text import Text

BLANK = re.compile(r"\{\w+\}")
filled = build_system_texts(Settings(**DEMO_SETTINGS)).blanks  # type: ignore[arg-type]
OVERFLOW = """() => [document.scrollingElement, ...document.querySelectorAll('.log')]
  .filter((e) => e.scrollWidth > e.clientWidth).length"""
"""How many things on the page are wider than their place."""
CUT = """keys => keys.filter((key) => key.firstChild.scrollWidth > key.clientWidth)
  .map((key) => key.title)"""
"""The labels that do not fit on their buttons."""

IN_SIGHT = """(message) => {
  const { top, bottom } = message.getBoundingClientRect();
  const chat = message.closest('.log').getBoundingClientRect();
  return top >= chat.top && bottom <= chat.bottom;
}"""


class PhonePagePerson:
    """Somebody who reads one language, at one phone."""

    def __init__(self, page: Page, phone: Locator, language: str) -> None:
        self.page = page
        self.phone = phone
        self.language = language
        self.cut: set[str] = set()
        """Labels that were longer than their buttons."""

    @property
    def said(self) -> Locator:
        """Every message of the bot."""
        return self.phone.locator("article.theirs")

    @property
    def asked(self) -> Locator:
        """The newest message that can be answered by pressing."""
        return self.phone.locator("article.theirs:has(.inline-keys)").last

    def read(self, text: Text) -> str:
        """Return a phrase as this person reads it, with what the demo and its place fill in."""
        read_in = catalogue(self.language)
        return text.render(read_in, filled(read_in))

    # What they read

    async def hears(self, text: Text | None) -> Locator:
        """Wait until the bot has said this; return the newest message that does."""
        assert text is not None, "this says nothing"
        heard = self.said
        for part in _parts(self.read(text)):
            heard = heard.filter(has_text=part)
        await expect(heard.last).to_be_visible()
        return heard.last

    async def is_asked(self, question: Question[Any]) -> Locator:
        """Wait until this is the open question, and see that it fits on the phone."""
        for part in _parts(self.read(question.prompt)):
            await expect(self.asked).to_contain_text(part)
        assert await self.page.evaluate(OVERFLOW) == 0
        self.cut.update(await self.asked.locator(".key").evaluate_all(CUT))
        return self.asked

    async def number(self) -> str:
        """Return which message the open question is."""
        return await self.asked.get_attribute("data-message") or ""

    # What they do

    async def begins(self) -> None:
        """Press the one button of an empty chat."""
        await self.phone.locator(".begin").click()

    async def presses(self, label: Text) -> None:
        """Press a button under the open question."""
        await self.key(label).click()

    def key(self, label: Text) -> Locator:
        """Return the button under the open question that is called like that."""
        words = r"\s+".join(re.escape(word) for word in self.read(label).split())
        words = words.replace("/", r"\/")  # the browser writes a pattern between strokes
        return self.asked.get_by_role("button", name=re.compile(rf"^(?:✓ )?(?:\d+ )?{words}$"))

    async def chooses(self, question: ListQuestion[Any], code: str) -> None:
        """Wait for a question and press one of its answers."""
        await self.is_asked(question)
        await self.presses(question.choices[code])

    async def ticks(self, question: ListQuestion[Any], *codes: str) -> None:
        """Wait for a question, press several of its answers, one after the other, then "Done"."""
        await self.is_asked(question)
        for code in codes:
            key = self.key(question.choices[code])
            await key.scroll_into_view_if_needed()
            before = await key.bounding_box()
            await key.click()
            await expect(key).to_contain_text("✓")
            after = await key.bounding_box()
            assert after == before, f"moved from under the finger: {before} {after}"
        await self.presses(CONTROLS["done"])

    async def passes(self, question: Question[Any]) -> None:
        """Wait for a question and leave it out."""
        await self.is_asked(question)
        await self.presses(CONTROLS["skip"])

    async def writes(self, words: str) -> None:
        """Write words of their own."""
        await self.phone.get_by_role("textbox").fill(words)
        await self.phone.get_by_role("textbox").press("Enter")

    async def answers(self, question: Question[Any], words: str) -> None:
        """Wait for a question and answer it in their own words."""
        await self.is_asked(question)
        await self.writes(words)

    async def is_in_sight(self, message: Locator) -> bool:
        """Tell whether all of a message is to be seen without scrolling."""
        return bool(await message.evaluate(IN_SIGHT))

    async def goes_to_the_newest(self) -> None:
        """Go down to the newest message, as the arrow beside the chat offers."""
        await self.phone.get_by_role("button", name="To the newest message").click()

    async def sends_a_photo(self) -> None:
        """Choose a photo on the phone and send it."""
        async with self.page.expect_file_chooser() as chooser:
            await self.phone.get_by_role("button", name="Attach").click()
            await self.page.get_by_role("menuitem", name="Photo or file").click()
        photo = FilePayload(name="slip.png", mimeType="image/png", buffer=sample_png())
        await (await chooser.value).set_files(photo)


async def is_in_danger(person: PhonePagePerson) -> None:
    """Go on to where danger is said, and let us be told now."""
    await person.begins()
    await person.chooses(LanguageFlow.language, person.language)
    await person.chooses(Welcome.menu, "tell")
    await person.chooses(Report.about, "me")
    await person.chooses(Report.safe, "safe")
    await person.presses(phrases.DANGER)
    await person.chooses(DangerFlow.tell, "now")


def _parts(phrase: str) -> list[str]:
    """Return what stands between the blanks of a phrase."""
    return [part.strip() for part in BLANK.split(phrase) if part.strip()]
