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

from bot.cases.escape_text import escape_line, escape_text
from bot.clock import MINUTE, SECOND
from bot.desks.place_sketch import shared_place
from bot.desks.template_environment import new_environment, of_request
from bot.desks.web import texts
from bot.desks.web.qr_code import qr_code
from bot.desks.web.shortcuts import shortcuts_for
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.deadlines import deadline_line
from bot.languages.format_date import format_full_day, format_short_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from jinja2 import Environment

    from bot.desks.locale import StaffLocale

MAX_COUNT = 1000
VERBS_AFTER_LETTERS = tuple(it.verb.value for it in COMMANDS.values() if it.follows_letters)
"""Commands that a page gives only after what waits there to be undone has gone."""
TEMPLATES_DIR = Path(__file__).with_name("pages")
MINUTES_PER_HOUR, MINUTES_PER_DAY = 60, 24 * 60
_NO_ANCHOR = re.compile("[^a-z0-9]")
_LINK = re.compile(
    r"(?i)(?:https?|ftp)://[^\s<>\"']+|(?<![a-z0-9.-])(?:[a-z0-9-]++\.)+[a-z]{2,}(?:/\S*)?"
)
"""What looks like a web address. The possessive quantifier keeps the match linear in the length of
the text, whatever a person writes."""


@cache
def environment() -> Environment:
    """Return the Jinja environment of all pages."""
    made = new_environment(TEMPLATES_DIR)
    made.filters |= _text_filters() | _time_filters()
    made.globals |= {
        "texts": texts, "shortcuts_for": shortcuts_for,
        "VERBS_AFTER_LETTERS": VERBS_AFTER_LETTERS,
        "nearness": of_request(_nearness), "reply_due": of_request(_reply_due),
        "shared_place": of_request(
            lambda request, point: shared_place(
                point, request.context.place, request.locale, request.context.counties
            )
        ),
    }  # fmt: skip
    return made


def _text_filters() -> dict[str, Callable[..., str]]:
    return {
        "defang": defang, "one_line": escape_line, "count": format_count, "qr_code": qr_code,
        "initials": initials,
        "language_tag": lambda tag: tag.replace("_", "-"),
        "anchor": anchor,
    }  # fmt: skip


def _time_filters() -> dict[str, Callable[..., str]]:
    """Return the filters that show a moment or a span, in the language of the request."""
    return {
        "time": of_request(lambda request, at: request.locale.format_time(at, request.now)),
        "clock_time": of_request(
            lambda request, at: f"{datetime.fromtimestamp(at / SECOND, request.context.zone):%H:%M}"
        ),
        "full_day": of_request(
            lambda request, day: format_full_day(request.locale.language, day)
        ),
        "datetime": of_request(lambda request, at: format_datetime(request.context.zone, at)),
        "sent_time": of_request(
            lambda request, at: request.locale.format_full_time(round(at.timestamp() * SECOND))
        ),
        "full_date": of_request(
            lambda request, at: format_short_date(
                request.locale.language, datetime.fromtimestamp(at / SECOND, request.context.zone)
            )
        ),
        "full_time": of_request(lambda request, at: request.locale.format_full_time(at)),
        "second": of_request(
            lambda request, at: format_datetime(request.context.zone, at, seconds=True)
        ),
        "law_time": of_request(
            lambda request, at: request.context.legal_deadlines.law.format_time(at)
        ),
        "deadline": of_request(
            lambda request, it: deadline_line(it, request.locale.staff_catalogue, request.now)
        ),
        "duration": of_request(lambda request, span: format_duration(request.locale, span)),
    }  # fmt: skip


def render_template(name: str, /, **values: Any) -> str:
    """Return a page for a `request`, in the language of its caseworker."""
    return environment().get_template(name).render(values)


def defang(text: str) -> str:
    """Return untrusted text as it is shown: control characters escaped, links disabled."""
    return _LINK.sub(lambda found: _defang_link(found[0]), escape_text(text))


def _defang_link(address: str) -> str:
    scheme, separator, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.replace('tt', 'xx')}{separator}{host.replace('.', '[.]')}{slash}{path}"


def anchor(name: str) -> str:
    """Return a name as an id on a page: `report/1/story` is `report-1-story`."""
    return _NO_ANCHOR.sub("-", name)


def initials(name: str) -> str:
    """Return one or two letters for a name: `ML` for Mei Lin, `王` for 王小明."""
    words = name.split()
    if not words:
        return ""
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
    return letters.upper()


def format_count(count: int | None) -> str:
    """Return a count of cases, which are counted only up to a limit."""
    if count is None:
        return ""
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


def format_datetime(zone: ZoneInfo, at: int, *, seconds: bool = False) -> str:
    """Return a moment with its date: an export is read on another day."""
    moment = datetime.fromtimestamp(at / SECOND, zone)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if seconds else f"{moment:%Y-%m-%d %H:%M}"


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
    if not rest:
        return longer
    return locale(texts.TWO_SPANS, longer=longer, shorter=locale(small, n=str(rest)))


def _reply_due(request: Any, case: Any) -> str:
    locale: StaffLocale = request.locale
    if case.due_at is None:
        if case.reference in request.unconfirmed_replies:
            return locale(texts.REPLY_UNCONFIRMED)
        is_held = case.reference in request.held_replies
        return locale(texts.REPLY_HELD if is_held else texts.ANSWERED)
    left = case.due_at - request.now
    if abs(left) < MINUTE:
        return locale(texts.REPLY_DUE_NOW)
    text = texts.REPLY_DUE_IN if left > 0 else texts.REPLY_LATE
    return locale(text, span=format_duration(locale, abs(left)))


def _nearness(request: Any, case: Any) -> str:
    if case.due_at is None:
        return "held" if case.reference in request.held_replies else "answered"
    if case.due_at < request.now:
        return "late"
    minutes = request.context.service_hours.latest.minutes_of(case.queue)
    allowed = minutes[case.priority] * MINUTE
    return "soon" if case.due_at - request.now < max(allowed // 3, MINUTE) else "fine"
