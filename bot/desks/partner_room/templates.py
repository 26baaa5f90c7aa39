"""Jinja environment of the room: everything is escaped, and an unknown name is an error."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clock import SECOND
from bot.desks.partner_room import texts
from bot.desks.template_environment import new_environment, of_request
from bot.desks.web.qr_code import qr_code
from bot.languages.format_date import format_short_date

if TYPE_CHECKING:
    from jinja2 import Environment

ROOM_PAGES_DIR = Path(__file__).with_name("pages")


@cache
def room_environment() -> Environment:
    """Return the Jinja environment of all pages of the room."""
    made = new_environment(ROOM_PAGES_DIR)
    made.filters |= {
        "qr_code": qr_code,
        "language_tag": lambda tag: tag.replace("_", "-"),
        "time": of_request(lambda request, at: request.locale.format_time(at, request.now)),
        "day": of_request(_day),
    }
    made.globals |= {"texts": texts}
    return made


def render_room_page(name: str, /, **values: Any) -> str:
    """Return a page for a `request`, in the language of its member."""
    return room_environment().get_template(name).render(values)


def _day(request: Any, at: int | date) -> str:
    day = at if isinstance(at, date) else datetime.fromtimestamp(at / SECOND, request.context.zone)
    return format_short_date(request.locale.language, day)
