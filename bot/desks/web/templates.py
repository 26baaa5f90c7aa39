"""Jinja environment of the desk, and the filters and functions its pages use.

Everything is escaped, and an unknown name is an error. Pages mark their texts with the functions
`_` and `pgettext`, with blanks as `{name}`; the tag `trans` is not used, because it treats a
translation as markup.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

from bot.cases.escape_text import escape_line, escape_text
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.shortcuts import shortcuts_for
from bot.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.runtime import Context

    from bot.desks.locale import StaffLocale
    from bot.desks.web.request import DeskRequest

MAX_COUNT = 1000
TEMPLATES_DIR = Path(__file__).with_name("pages")
MINUTES_PER_HOUR, MINUTES_PER_DAY = 60, 24 * 60
_LINK = re.compile(
    r"(?i)(?:https?|ftp)://[^\s<>\"']+|(?<![a-z0-9.-])(?:[a-z0-9-]++\.)+[a-z]{2,}(?:/\S*)?"
)
"""What looks like a web address. The possessive quantifier keeps the match linear in the length of
the text, whatever a person writes."""
_BCP47_TAGS = {"zh_Hant": "zh-Hant", "zh_Hans": "zh-Hans"}


@cache
def environment() -> Environment:
    """Return the Jinja environment of all pages."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_callables(  # type: ignore[attr-defined]
        _gettext, _ngettext, newstyle=False, pgettext=_pgettext
    )
    made.filters |= {
        "defang": defang, "one_line": escape_line, "language_tag": language_tag,
        "count": format_count, "time": _time, "datetime": _datetime, "law_time": _law_time,
        "duration": _duration, "reply_due": _reply_due,
    }  # fmt: skip
    made.globals |= {"texts": texts, "shortcuts_for": shortcuts_for, "nearness": _nearness}
    return made


def render_template(name: str, request: DeskRequest, values: Mapping[str, Any]) -> str:
    """Return a page in the language of the caseworker who asks for it."""
    template = environment().get_template(name)
    return template.render(request=request, say=request.locale, url=request.url, **values)


# --- Texts ----------------------------------------------------------------------------------


@pass_context
def _gettext(context: Context, source: str, **values: str) -> str:
    return str(context["request"].locale(Text(source), **values))


@pass_context
def _pgettext(context: Context, meaning: str, source: str, **values: str) -> str:
    return str(context["request"].locale(Text(source, meaning), **values))


def _ngettext(*_args: object) -> str:
    raise NotImplementedError("pages have no plurals")


def defang(text: str) -> str:
    """Return untrusted text as it is shown: control characters escaped, links disabled."""
    return _LINK.sub(lambda found: _defang_link(found[0]), escape_text(text))


def _defang_link(address: str) -> str:
    scheme, separator, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.replace('tt', 'xx')}{separator}{host.replace('.', '[.]')}{slash}{path}"


def language_tag(tag: str) -> str:
    """Return a language as browsers name it (BCP 47)."""
    return _BCP47_TAGS.get(tag, tag)


def format_count(count: int | None) -> str:
    """Return a count of cases, which are counted only up to a limit."""
    if count is None:
        return ""
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


# --- Times ----------------------------------------------------------------------------------


def format_datetime(request: DeskRequest, at: int) -> str:
    """Return a moment with its date: an export is read on another day."""
    return f"{datetime.fromtimestamp(at / SECOND, request.context.zone):%Y-%m-%d %H:%M}"


def format_duration(locale: StaffLocale, microseconds: int) -> str:
    """Return a duration: `12 min`, `2 h 5 min`, `3 d 4 h`."""
    minutes = max(microseconds, 0) // SECOND // 60
    if minutes < MINUTES_PER_HOUR:
        return locale(texts.MINUTES, n=str(minutes))
    large, small, size, rest_size = (
        (texts.HOURS, texts.MINUTES, MINUTES_PER_HOUR, 1)
        if minutes < MINUTES_PER_DAY
        else (texts.DAYS, texts.HOURS, MINUTES_PER_DAY, MINUTES_PER_HOUR)
    )
    longer, rest = locale(large, n=str(minutes // size)), minutes % size // rest_size
    return longer if not rest else locale(
        texts.TWO_SPANS, longer=longer, shorter=locale(small, n=str(rest))
    )  # fmt: skip


@pass_context
def _time(context: Context, at: int) -> str:
    request: DeskRequest = context["request"]
    return request.locale.format_time(at, request.now)


@pass_context
def _datetime(context: Context, at: int) -> str:
    return format_datetime(context["request"], at)


@pass_context
def _law_time(context: Context, at: int) -> str:
    request: DeskRequest = context["request"]
    return request.context.legal_deadlines.law.format_time(at)


@pass_context
def _duration(context: Context, microseconds: int) -> str:
    return format_duration(context["request"].locale, microseconds)


@pass_context
def _reply_due(context: Context, due_at: int | None) -> str:
    locale, now = context["request"].locale, context["request"].now
    if due_at is None:
        return str(locale(texts.ANSWERED))
    text = texts.REPLY_DUE_IN if due_at >= now else texts.REPLY_LATE
    return str(locale(text, span=format_duration(locale, abs(due_at - now))))


@pass_context
def _nearness(context: Context, case: Any) -> str:
    request: DeskRequest = context["request"]
    if case.due_at is None:
        return "answered"
    if case.due_at < request.now:
        return "late"
    allowed = request.context.reply_clocks.max_wait(case.priority)
    return "soon" if case.due_at - request.now < allowed // 3 else "fine"
