"""A public site of a made-up organisation, and pages read without a browser and without scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser

from bot.hotline.staff.service_hours import plan_of_settings
from bot.settings import Settings
from bot.site.wording import SiteSource

DAY = date(2026, 11, 29)
BOT = "garden_of_light_bot"
SETTINGS = Settings(
    organisation="Garden of Light Foundation", contact="www.example.org", hours="09:00-21:00"
)
LOADS = {"src", "srcset", "poster", "data", "action", "background", "ping", "manifest"}
"""Attributes by which a page loads or sends something without a press."""


def site_source(day: date = DAY, **more: object) -> SiteSource:
    return SiteSource(SETTINGS, plan_of_settings(SETTINGS), BOT, day, **more)  # type: ignore[arg-type]


@dataclass
class ReadPage(HTMLParser):
    """What a page without scripts holds."""

    page: str
    text: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    """Addresses that are loaded without a press."""
    metas: dict[str, str] = field(default_factory=dict)
    html: dict[str, str] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    title: str = ""
    folded: list[list[str]] = field(default_factory=list)
    """The texts of each part that is opened by a press."""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self.feed(self.page)

    @property
    def words(self) -> str:
        """Return all that can be read, with single spaces."""
        return " ".join(" ".join(self.text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._open.append(tag)
        self.loaded += [value for name, value in given.items() if name in LOADS]
        if tag == "a":
            self.links.append(given["href"])
        elif tag == "link":
            self.loaded.append(given["href"])
        elif tag == "html":
            self.html = given
        elif tag == "meta":
            self.metas[given.get("name") or given.get("http-equiv", "charset")] = given.get(
                "content", ""
            )
        elif tag == "details":
            self.folded.append([])

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        last = self._open[-1] if self._open else ""
        if last == "script":
            self.scripts.append(data)
        elif last == "style":
            self.styles.append(data)
        elif last == "title":
            self.title += data
        elif data.strip():
            self.text.append(data)
            if "details" in self._open:
                self.folded[-1].append(data)
