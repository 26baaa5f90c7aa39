"""The text of the file of settings, in quotes that systemd, shells and containers read alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import SettingError
from bot.settings import SETTING_NAMES
from bot.settings.hints import setting_name

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = """\
# Settings of Haven, written by haven setup. Every haven command reads this file; what the
# environment names wins. Tokens and keys are not here but in the folder credentials.
"""
SECRETS = re.compile(r"(?m)^(HAVEN_(?:SMTP_URL|TELEGRAM_PROXY|DATABASE_URL|KEYS_URL)=).*$")
"""Lines whose value may hold a password."""


def format_env(values: Mapping[str, str]) -> str:
    """Return the file with settings by field, in the order of `Settings`; empty ones are left out.

    Raises:
        SettingError: a value has signs that not every reader of such files takes.
    """
    return HEAD + "".join(
        f"{format_setting(field, value)}\n"
        for field in SETTING_NAMES
        if (value := values.get(field, ""))
    )


def format_setting(field: str, value: str) -> str:
    """Return the line of one setting, as the file, a shell and systemd read it alike.

    Raises:
        SettingError: the value has signs that not all of them take.
    """
    return f"{setting_name(field)}={_quoted(field, value)}"


def _quoted(field: str, value: str) -> str:
    if not value.isprintable():
        raise SettingError(
            f"{setting_name(field)} has a line break or an invisible sign: remove it"
        )
    if not set(value) & set('"\\$`'):
        return f'"{value}"'
    if not set(value) & set("'\\"):
        return f"'{value}'"
    raise SettingError(
        f"{setting_name(field)} mixes quotes, or has a backslash: leave those signs out"
    )
