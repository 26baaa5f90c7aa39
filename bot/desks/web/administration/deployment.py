"""Page of hours, reply times and settings: what holds now, and the variable that says so.

Settings are variables of the environment: they are read at the start, and changed where Haven is
started. Only values on a list are shown, so that no new setting can reveal a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.clock import MINUTE, SECOND
from bot.desks.web.administration import texts
from bot.desks.web.routes import Permission, get
from bot.hotline.staff.opening_hours import OpeningHours
from bot.settings import SETTING_HINTS, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.web.request import DeskRequest, Response
    from bot.text import Text

SETTING_GROUPS: dict[Text, tuple[str, ...]] = {
    texts.GROUP_ORGANISATION: (
        "organisation", "organisation_kind", "contact", "agreements", "place", "time_zone",
        "languages", "bot_names", "staff_language",
    ),
    texts.GROUP_SERVICE: (
        "hours", "weekdays", "holidays", "promise_minutes", "claim_lapses_minutes",
        "silence_minutes", "keep_days",
    ),
    texts.GROUP_DESK: ("desk_origin", "desk_listen", "desk_group", "desk_mode"),
    texts.GROUP_KEYS: (
        "telegram_token", "telegram_token_file", "telegram_api", "host_key_file",
        "passphrase_file", "data", "database_url", "keys_url", "backups", "backup_key",
        "smtp_url", "smtp_from", "push_contact",
    ),
}  # fmt: skip
SHOWN_VALUES = frozenset({
    "organisation", "organisation_kind", "contact", "agreements", "place", "time_zone",
    "languages", "bot_names",
    "staff_language", "hours", "weekdays", "holidays", "promise_minutes", "claim_lapses_minutes",
    "silence_minutes", "keep_days", "desk_origin", "desk_listen", "desk_mode",
})  # fmt: skip
"""Settings whose value stands on the page; of all others only whether they are set."""


_EXAMPLE = re.compile(r"(?:e\.g\. |one of: )([^;]+)")


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting, as the page shows it."""

    variable: str
    meaning: Text
    example: str
    """What it can be, e.g. `HAVEN_HOURS=09:00-21:00`; empty for none."""
    value: str
    """Empty if it is not set, or is not shown."""
    is_shown: bool
    is_set: bool


@get("/administration/deployment", Permission.STAFF)
async def _deployment_page(request: DeskRequest) -> Response:
    settings, now = request.context.settings, request.now
    hours = OpeningHours.from_settings(settings)
    today = datetime.fromtimestamp(now / SECOND, settings.zone).date()
    groups = {name: setting_rows(settings, fields) for name, fields in SETTING_GROUPS.items()}
    return request.render(
        "deployment.html", groups=groups, settings=settings, is_open=hours.is_open(now),
        opens_at=hours.opens_at(now), weekdays=_weekday_names(settings),
        holidays=_upcoming(settings.holiday_dates, today),
        past=sum(it < today for it in settings.holiday_dates),
        reply_times=[it * MINUTE for it in settings.response_minutes],
        claim_lapses=settings.claim_lapses_minutes * MINUTE,
        silence=settings.silence_minutes * MINUTE, day_names=texts.DAY_NAMES,
    )  # fmt: skip


def setting_rows(settings: Settings, names: Sequence[str]) -> list[SettingRow]:
    """Return settings with what they mean, and the values that may be shown."""
    return [_setting_row(settings, name) for name in names]


def _setting_row(settings: Settings, name: str) -> SettingRow:
    value = getattr(settings, name)
    is_shown = name in SHOWN_VALUES
    return SettingRow(
        f"HAVEN_{name.upper()}", texts.SETTING_MEANINGS[name], _example(name),
        str(value) if is_shown and value else "", is_shown, bool(value),
    )  # fmt: skip


def _example(name: str) -> str:
    """Return the example in the hint of a setting."""
    found = _EXAMPLE.search(SETTING_HINTS[name])
    return found[1] if found else ""


def _weekday_names(settings: Settings) -> list[Text]:
    return [texts.DAY_NAMES[day] for day in sorted(settings.open_weekdays)]


def _upcoming(days: frozenset[date], today: date) -> list[date]:
    return sorted(it for it in days if it >= today)
