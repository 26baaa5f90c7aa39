"""Jinja environment of the room: everything is escaped, and an unknown name is an error."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

from bot.clock import SECOND
from bot.desks.partner_room import texts
from bot.desks.web.qr_code import qr_code
from bot.languages.format_date import format_short_date
from bot.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM_PAGES_DIR = Path(__file__).with_name("pages")


@cache
def room_environment() -> Environment:
    """Return the Jinja environment of all pages of the room."""
    made = Environment(
        loader=FileSystemLoader(ROOM_PAGES_DIR), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_callables(  # type: ignore[attr-defined]
        _of_request(lambda request, source, **values: request.locale(Text(source), **values)),
        _ngettext,
        newstyle=False,
        pgettext=_of_request(
            lambda request, meaning, source, **values: request.locale(
                Text(source, meaning), **values
            )
        ),
    )
    made.filters |= {
        "qr_code": qr_code,
        "language_tag": lambda tag: tag.replace("_", "-"),
        "time": _of_request(lambda request, at: request.locale.format_time(at, request.now)),
        "day": _of_request(_day),
    }
    made.globals |= {"texts": texts}
    return made


def render_room_page(name: str, /, **values: Any) -> str:
    """Return a page for a `request`, in the language of its member."""
    return room_environment().get_template(name).render(values)


def _of_request(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of a page that gets the request first."""
    return pass_context(lambda page, *given, **values: function(page["request"], *given, **values))


def _day(request: Any, at: int | date) -> str:
    day = at if isinstance(at, date) else datetime.fromtimestamp(at / SECOND, request.context.zone)
    return format_short_date(request.locale.language, day)


def _ngettext(*_args: object) -> str:  # gettext wants one; a page counts in words of its own
    raise NotImplementedError("pages have no plurals")
