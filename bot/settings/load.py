"""Reads and checks the settings: what the environment names wins over the file."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import fields
from ipaddress import ip_address
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bot.errors import SettingError
from bot.settings.env_file import env_file_path, read_env_file, refuse_unknown
from bot.settings.formats import (
    ADDRESS_PATTERN,
    BOT_CREDENTIAL_PATTERN,
    MAX_PORT,
    MAX_WAIT_MINUTES,
    MIN_REASON,
    PRIORITY_COUNT,
    PROXY_PATTERN,
    SMTP_PATTERN,
    Secret,
    hidden_signs,
    is_one_port,
    parse_address,
    parse_agreements,
    parse_dates,
    parse_numbers,
)
from bot.settings.hints import PREFIX, setting_hint
from bot.settings.settings import SETTING_NAMES, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Checked = Mapping[str, Any]
    """The settings that stand before the one that is checked, by field."""
    Check = Callable[[Any, Checked], None]

LINE_BREAKS = frozenset("\r\n")
ANSWERS = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip


def load_settings(*, with_file: bool = True, **overrides: object) -> Settings:
    """Return the settings of this process; `with_file` says whether the file is read as well.

    Raises:
        SettingError: names every invalid or unknown setting and what it should be, never its value.
    """
    in_file = read_env_file(env_file_path()) if with_file else {}
    refuse_unknown(os.environ)
    named = {name.upper(): it for name, it in (in_file | dict(os.environ)).items()}
    given = {_field(name): it for name, it in named.items() if _field(name) in SETTING_NAMES}
    return check_settings(given | overrides)


def _field(name: str) -> str:
    return name.removeprefix(PREFIX).lower() if name.startswith(PREFIX) else ""


def check_settings(given: Mapping[str, object]) -> Settings:
    """Return settings from values or their text, by field; what is not given has its default.

    Raises:
        SettingError: names every invalid or unknown setting and what it should be, never its value.
    """
    checked: dict[str, Any] = {}
    faults = set(given) - set(SETTING_NAMES)
    for name in SETTING_NAMES:
        if name not in given:
            checked[name] = DEFAULTS[name]
            continue
        try:
            value = _read(given[name], HINTS[name])
            if check := CHECKS.get(name):
                check(value, checked)
        except ValueError:  # that of msgspec as well
            faults.add(name)
        else:
            checked[name] = value
    if faults:
        raise SettingError("\n".join(setting_hint(it) for it in sorted(faults)))
    return Settings(**checked, named=frozenset(given))


def _read(value: object, hint: Any) -> object:
    """Return a value of the type of a setting. Raise ValueError if it is none."""
    if NoneType in get_args(hint):
        if value is None:
            return None
        (hint,) = (it for it in get_args(hint) if it is not NoneType)
    if not isinstance(value, str):
        return value if hint in {Path, Secret} else msgspec.convert(value, hint)
    if LINE_BREAKS & set(value):
        raise ValueError("a line break")
    if hint is bool:
        return _answer(value)
    return hint(value) if hint in {Path, Secret} else msgspec.convert(value, hint, strict=False)


def _answer(text: str) -> bool:
    if text.lower() not in ANSWERS:
        raise ValueError("neither yes nor no")
    return ANSWERS[text.lower()]


# --- What the form of a value does not say --------------------------------------------------------


def _matches(pattern: str) -> Check:
    def check(secret: Secret | None, _checked: Checked) -> None:
        if secret is not None and not re.match(pattern, secret.value):
            raise ValueError("of another form")

    return check


def _check_address(address: str, _checked: Checked) -> None:
    if not address:
        return
    host, port = parse_address(address)
    ip_address(host)
    if port > MAX_PORT:
        raise ValueError("no such port")


def _check_own_port(address: str, checked: Checked) -> None:
    _check_address(address, checked)
    for name in ("desk_listen", "partner_room_listen", "watch_listen"):
        other = checked.get(name)
        if address and other and is_one_port(parse_address(address), parse_address(other)):
            raise ValueError("another page listens there")


def _check_room_origin(origin: str, checked: Checked) -> None:
    if origin and origin == checked.get("desk_origin"):
        raise ValueError("the desk is there")


def _check_time_zone(name: str, _checked: Checked) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        raise ValueError("unknown time zone") from None


def _check_organisation(name: str, _checked: Checked) -> None:
    """Refuse a link in the first message people read: it would seem to be a part of the chat.

    Hidden signs are refused as in the names of partners: they can turn around what is read.
    """
    if hidden_signs(name):
        raise ValueError("a hidden sign")
    if re.search(ADDRESS_PATTERN, unicodedata.normalize("NFKC", name), re.IGNORECASE):
        raise ValueError("a link")


def _check_weekdays(days: str, _checked: Checked) -> None:
    if days[0] == days[2]:
        raise ValueError("first and last day are the same")


def _check_holidays(days: str, _checked: Checked) -> None:
    parse_dates(days)


def _check_agreements(listed: str, _checked: Checked) -> None:
    parsed = parse_agreements(listed)
    if len(parsed) != len(listed.split(",")) and listed:
        raise ValueError("one recipient twice")
    if any(until is not None and until < since for since, until in parsed.values()):
        raise ValueError("an agreement ends before it begins")


def _check_connections(reason: str, _checked: Checked) -> None:
    letters = sum(char.isalpha() for char in reason)
    if reason and (letters < MIN_REASON or not reason.isprintable()):
        raise ValueError("not a reason in words")


def _check_promise_minutes(minutes: str, _checked: Checked) -> None:
    parsed = parse_numbers(minutes)
    if len(parsed) != PRIORITY_COUNT or parsed != tuple(sorted(parsed)):
        raise ValueError("not one number for each priority, or a number smaller than before")
    if parsed[0] < 1 or parsed[-1] > MAX_WAIT_MINUTES:
        raise ValueError("too short or too long")


CHECKS: dict[str, Check] = {
    "telegram_token": _matches(BOT_CREDENTIAL_PATTERN),
    "telegram_proxy": _matches(PROXY_PATTERN),
    "smtp_url": _matches(SMTP_PATTERN),
    "desk_listen": _check_address,
    "partner_room_listen": _check_own_port,
    "watch_listen": _check_own_port,
    "webhook_listen": _check_own_port,
    "partner_room_origin": _check_room_origin,
    "time_zone": _check_time_zone,
    "organisation": _check_organisation,
    "weekdays": _check_weekdays,
    "holidays": _check_holidays,
    "agreements": _check_agreements,
    "connections": _check_connections,
    "promise_minutes": _check_promise_minutes,
}
HINTS = get_type_hints(Settings, include_extras=True)
DEFAULTS = {it.name: it.default for it in fields(Settings)}
