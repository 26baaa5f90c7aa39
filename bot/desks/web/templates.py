"""Pages drawn from their templates: everything is escaped, and a name nobody knows is an error."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.cases.escape_text import escape_line, escape_text
from bot.desks.web import texts
from bot.desks.web.shortcuts import shortcuts_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.desks.web.request import DeskRequest

TEMPLATES_DIR = Path(__file__).with_name("pages")
_LINK = re.compile(
    r"(?i)(?:https?|ftp)://[^\s<>\"']+|(?<![a-z0-9.-])(?:[a-z0-9-]++\.)+[a-z]{2,}(?:/\S*)?"
)
"""What looks like an address. It begins once a run of letters and gives no letter back: whatever
somebody writes, it is read in the time its length takes."""
_BCP47_TAGS = {"zh_Hant": "zh-Hant", "zh_Hans": "zh-Hans"}


@cache
def environment() -> Environment:
    """Return what draws pages."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"theirs": safe_text, "line": escape_line, "tag": language_tag}
    made.globals |= {"w": texts, "keys_of": shortcuts_for}
    return made


def render_template(name: str, request: DeskRequest, values: Mapping[str, Any]) -> str:
    """Return a page in the language of whoever looks at it."""
    template = environment().get_template(name)
    return template.render(visit=request, say=request.locale, url=request.url, **values)


def safe_text(written: str) -> str:
    """Return what somebody wrote as it is shown: nothing moves, and no address can be followed."""
    return _LINK.sub(lambda found: _defang(found[0]), escape_text(written))


def _defang(address: str) -> str:
    scheme, separator, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.replace('tt', 'xx')}{separator}{host.replace('.', '[.]')}{slash}{path}"


def language_tag(tag: str) -> str:
    """Return a language as browsers name it."""
    return _BCP47_TAGS.get(tag, tag)
