"""HTML of the pages: one file each, which loads nothing and runs almost nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.places.directory import PHONE_SIGN
from bot.site.content import GENUINE, HOME
from flows.texts import cards, phrases, website

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.site.content import SitePage
    from bot.site.wording import Wording

PAGES = Path(__file__).with_name("pages")
QUIET_ZONE = 4
"""Modules of white around a QR code, as the standard asks."""
ADDRESSES = {
    HOME: "index.html", "rights": "2.html", "signs": "3.html", "someone": "4.html",
    "numbers": "5.html", "quiz": "6.html", GENUINE: "7.html", "traces": "8.html",
    "privacy": "9.html", "later": "10.html", "posters": "11.html",
}  # fmt: skip
"""By page. An address stays in the history of a browser, so it says nothing."""
_NUMBER_LINE = re.compile(rf"{PHONE_SIGN} (\+?[0-9-]+) - (.*)")
_COMMENT = re.compile(r"/\*[^*]*\*/\n?|^//[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link in a list of pages."""

    address: str
    heading: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """A link to a page in another language."""

    address: str
    lang: str
    own_name: str
    title: str


@dataclass(frozen=True, slots=True)
class PageSurroundings:
    """What a page leads to."""

    own: Wording
    """The wording of its language."""
    pages: Sequence[SitePage]
    """All pages of its language, in the order of their list."""
    wordings: Sequence[Wording]
    """Those of all languages of the site."""
    exit_to: str
    """The address that "Leave this page" shows."""


def render_page(page: SitePage, around: PageSurroundings) -> bytes:
    """Return one page."""
    own = around.own
    address = ADDRESSES[page.code]
    link = own.source.link(own.language)
    handle = own.source.handle
    topics = [PageLink(ADDRESSES[it.code], it.heading, it.code == page.code) for it in around.pages]
    # Posters are not offered in every language.
    elsewhere = ADDRESSES[HOME] if page.downloads else address
    words = {
        "leave": own.say(website.LEAVE), "site": own.say(website.TITLE), "exit_to": around.exit_to,
        "own_name": own.own_name, "topics": own.say(cards.TOPICS), "handle": handle, "link": link,
        "official": _with_link(own.say(website.OFFICIAL), handle, link),
        "begin": own.say(phrases.BOT_DESCRIPTION),
        "open_chat": own.say(website.OPEN_CHAT), "scan": own.say(website.SCAN),
        "chat_meant": own.say(website.CHAT_MEANT),
        "made_on": own.say(website.MADE_ON, day=own.day(own.source.today)),
    }  # fmt: skip
    return _render(
        "page.html", own, number=_number(address), page=page, words=words, topics=topics,
        languages=[_language_link(each, f"../{each.tag}/{elsewhere}") for each in around.wordings],
        qr=qr_code(link) if page.code in {HOME, GENUINE} else "",
    )  # fmt: skip


def render_languages(wordings: Sequence[Wording], first: Wording) -> bytes:
    """Return the page on which a language is chosen."""
    links = [_language_link(each, f"{each.tag}/index.html") for each in wordings]
    return _render("languages.html", first, number="", languages=links)


def qr_code(content: str) -> Markup:
    """Return a QR code as SVG, dark on white in every theme."""
    code = segno.make(content, error="m", micro=False)
    drawn = code.svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - of squares alone: what it says is in no attribute


def text_lines(text: str) -> Markup:
    """Return a paragraph with its line breaks; a line with a number can be dialled."""
    return Markup("<br>").join(_line(it) for it in text.split("\n"))


def _with_link(sentence: str, name: str, link: str) -> Markup:
    """Return a sentence in which a name is a link."""
    linked = Markup('<a class="handle" href="{}" rel="noreferrer">{}</a>').format(link, name)
    return linked.join(escape(part) for part in sentence.split(name))


def _line(line: str) -> Markup:
    found = _NUMBER_LINE.fullmatch(line)
    if found is None:
        return escape(line)
    dialled = found[1].replace("-", "")
    return Markup('<a href="tel:{}">{}</a> {}').format(dialled, found[1], found[2])


def _render(template: str, own: Wording, *, number: str, **content: object) -> bytes:
    title = own.say(website.TITLE) + (f" {number}" if number else "")
    style, script = _inlined("site.css"), _inlined("leave.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    made = _environment().get_template(template).render(
        lang=own.tag, title=title, policy=policy, description=own.say(website.SIGNS),
        style=Markup(style), script=Markup(script), **content,  # noqa: S704 - our own files
    )  # fmt: skip
    return made.encode()


def _number(address: str) -> str:
    """Return what tells the titles of pages apart, and says nothing else."""
    stem = address.partition(".")[0]
    return f"({stem})" if stem.isdigit() else ""


def _language_link(wording: Wording, address: str) -> LanguageLink:
    return LanguageLink(address, wording.tag, wording.own_name, wording.say(website.TITLE))


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _inlined(name: str) -> str:
    """Return a file without its comments."""
    return _COMMENT.sub("", (PAGES / name).read_text(encoding="utf-8")).strip()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["lines"] = text_lines
    return made
