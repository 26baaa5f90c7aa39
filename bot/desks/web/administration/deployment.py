"""Page of settings: what holds now, and the variable that says so.

Settings are variables of the environment: they are read at the start, and changed where Haven is
started. Only values on a list are shown, so that no new setting can reveal a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.administration import texts
from bot.desks.web.routes import Permission, get
from bot.hotline.staff.service_hours import DAYS, REPLIES, WEEK
from bot.settings import SETTING_HINTS, Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.desks.web.request import DeskRequest, Response
    from bot.text import Text

SETTING_GROUPS: dict[Text, tuple[str, ...]] = {
    texts.GROUP_ORGANISATION: (
        "organisation", "organisation_kind", "contact", "agreements", "place", "time_zone",
        "languages", "bot_names", "staff_language", "source",
    ),
    texts.GROUP_SERVICE: (
        "hours", "weekdays", "holidays", "promise_minutes", "claim_lapses_minutes",
        "silence_minutes", "keep_days", "directory_days", "directory_place_days",
        "connections", "synthetic_budget",
    ),
    texts.GROUP_DESK: (
        "desk_origin", "desk_listen", "desk_group", "desk_mode", "partner_room_origin",
        "partner_room_listen",
    ),
    texts.GROUP_KEYS: (
        "telegram_token", "telegram_token_file", "telegram_api", "telegram_proxy", "webhook_url",
        "webhook_listen", "webhook_secret_file", "host_key_file", "passphrase_file", "data",
        "database_url", "keys_url", "allow_async_standby", "files_url", "files_endpoint",
        "files_region", "files_addressing", "files_key_file", "backups",
        "backup_key", "smtp_url", "smtp_from", "push_contact", "watch_listen",
        "assist_models",
    ),
}  # fmt: skip
SHOWN_VALUES = frozenset({
    "organisation", "organisation_kind", "contact", "agreements", "place", "time_zone",
    "languages", "bot_names", "staff_language", "hours", "weekdays", "holidays",
    "promise_minutes", "claim_lapses_minutes", "silence_minutes", "keep_days", "directory_days",
    "directory_place_days", "connections", "synthetic_budget", "desk_origin", "desk_listen",
    "desk_mode", "source",
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
    is_replaced: bool
    """Whether what was set at the desk holds instead."""


REPLACED_BY = {"hours": WEEK, "weekdays": WEEK, "holidays": DAYS, "promise_minutes": REPLIES}
"""Settings that hold until a part of the hours is set at the desk."""


@get("/administration/deployment", Permission.STAFF)
async def _deployment_page(request: DeskRequest) -> Response:
    settings = request.context.settings
    plan = await request.read(request.context.service_hours.plan)
    groups = {
        name: setting_rows(settings, fields, plan.stored) for name, fields in SETTING_GROUPS.items()
    }
    return request.render("deployment.html", groups=groups)


def setting_rows(
    settings: Settings, names: Sequence[str], stored: Collection[str] = ()
) -> list[SettingRow]:
    """Return settings with what they mean, and the values that may be shown.

    `stored` names the parts of the hours that were set at the desk.
    """
    return [_setting_row(settings, name, REPLACED_BY.get(name) in stored) for name in names]


def _setting_row(settings: Settings, name: str, is_replaced: bool) -> SettingRow:
    value = getattr(settings, name)
    is_shown = name in SHOWN_VALUES
    return SettingRow(
        f"HAVEN_{name.upper()}", texts.SETTING_MEANINGS[name], _example(name),
        str(value) if is_shown and value else "", is_shown, bool(value), is_replaced,
    )  # fmt: skip


def _example(name: str) -> str:
    """Return the example in the hint of a setting."""
    found = _EXAMPLE.search(SETTING_HINTS[name])
    return found[1] if found else ""
