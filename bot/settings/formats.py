"""The forms that values of settings have, and how those that hold several parts are read."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date

BOT_CREDENTIAL_PATTERN = r"^\d{1,20}:[A-Za-z0-9_-]{30,60}$"
MAX_RETENTION_DAYS = 365
HOURS_PATTERN = r"^$|^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
WEEKDAYS_PATTERN = r"^[1-7]-[1-7]$"
LIST_PATTERN = r"^$|^[^,\s]+(,[^,\s]+)*$"
FILES_PATTERN = r"^$|^file:///[^?#\s]+$|^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?$"
LISTEN_PATTERN = r"^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d{1,5}$"
MAX_PORT = 65_535
LOCALHOST = r"(127\.0\.0\.1|localhost|\[::1\])"
ENDPOINT_PATTERN = rf"^$|^https://[^\s/@]+/?$|^http://{LOCALHOST}(:\d{{1,5}})?/?$"
ORIGIN_PATTERN = rf"^$|^https://[a-z0-9.-]+(:\d{{1,5}})?$|^http://{LOCALHOST}(:\d{{1,5}})?$"
SOURCE_PATTERN = r"^$|^https?://[^\s]{4,100}$"
PROXY_PATTERN = r"^https?://([^@/\s]+@)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}/?$"
EMAIL_PATTERN = r"^$|^[^@\s<>,]{1,64}@[A-Za-z0-9.-]{1,190}$"
WEBHOOK_PATH = r"(/[A-Za-z0-9._~/-]{0,120})?"
WEBHOOK_PATTERN = (
    rf"^$|^https://[a-z0-9.-]+(:(443|80|88|8443))?{WEBHOOK_PATH}$"
    rf"|^http://{LOCALHOST}(:\d{{1,5}})?{WEBHOOK_PATH}$"
)
"""Telegram posts to these ports alone; a Bot API server on this machine to any, without TLS too."""
WEBHOOK_SECRET_PATTERN = r"^[A-Za-z0-9_-]{20,256}$"  # noqa: S105 - a pattern
DEFAULT_WEBHOOK_LISTEN = "127.0.0.1:8093"
SMTP_PATTERN = r"^smtps?://([^@/\s]+@)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$"
AGREEMENT = r"[a-z0-9_]{1,40}=\d{4}-\d\d-\d\d/(\d{4}-\d\d-\d\d)?"
AGREEMENTS_PATTERN = rf"^$|^{AGREEMENT}(,{AGREEMENT})*$"
MAX_REASON, MIN_REASON = 200, 10
NAMES_PATTERN = r"^$|^[A-Za-z_]+=[^,=\r\n]{1,64}(,[A-Za-z_]+=[^,=\r\n]{1,64})*$"
ADDRESS_PATTERN = (
    r"://|\bwww\.|@|\bt\.me\b|\btg:"
    r"|[\w-]\.(?:com|org|net|info|io|me|co|biz|app|dev|xyz|top|link|site|online|club|bot"
    r"|tw|vn|id|ph|th|kh|mm|jp|cn|hk|ru|eu|uk|us|de|tk)(?!\w)"
)
"""What reads as an address of the web, of a mailbox or of a Telegram account, in any case."""
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Control signs, marks of the writing direction, invisible signs, unassigned ones."""
MAX_WAIT_MINUTES = 60 * 24 * 31
"""One month: the longest reply time a setting may name."""
PRIORITY_COUNT = 5


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that no log, traceback or `print` shows."""

    value: str = field(repr=False)


def hidden_signs(name: str) -> list[str]:
    """Return the signs of a name that no one sees, which can turn what is read around."""
    return [it for it in name if it not in " \t" and unicodedata.category(it) in HIDDEN_CATEGORIES]


def parse_address(address: str) -> tuple[str, int]:
    """Return host and port of an address of a page."""
    host, _colon, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def is_one_port(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Tell whether two addresses cannot be listened on at once."""
    hosts = {one[0], other[0]}
    return one[1] == other[1] and (len(hosts) == 1 or bool(hosts & {"0.0.0.0", "::"}))  # noqa: S104 - compared


def parse_numbers(listed: str) -> tuple[int, ...]:
    """Return numbers that stand with commas between."""
    return tuple(int(number) for number in listed.split(",") if number)


def split_list(listed: str) -> list[str]:
    """Return what stands with commas between, with or without spaces around them."""
    return [it for each in listed.split(",") if (it := each.strip())]


def parse_dates(listed: str) -> tuple[date, ...]:
    """Return dates that stand with commas between, each as 2027-01-31."""
    return tuple(date.fromisoformat(day) for day in listed.split(",") if day)


def parse_agreements(listed: str) -> dict[str, tuple[date, date | None]]:
    """Return the first and last day of each agreement, by recipient; None: no end is set."""
    found = {}
    for one in filter(None, listed.split(",")):
        code, _equals, days = one.partition("=")
        since, _slash, until = days.partition("/")
        found[code] = (date.fromisoformat(since), date.fromisoformat(until) if until else None)
    return found
