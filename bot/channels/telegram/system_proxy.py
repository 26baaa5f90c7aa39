"""The proxy that the environment names for all programs: Haven offers it, and never takes it.

What a shell has inherited must not decide through whose machine the bot reaches Telegram; one
setting does, and a proxy that is named and not used is said in one line.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from bot.settings.formats import LOCALHOST, PROXY_PATTERN

if TYPE_CHECKING:
    from bot.settings import Settings

NAMES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
NOT_USED = (
    "{name} is set, and Haven does not use it: if Telegram is reached only through that proxy, set "
    "HAVEN_TELEGRAM_PROXY to it"
)


def system_proxy() -> str:
    """Return the address of the environment's proxy; empty for none that Haven could use."""
    address = os.environ.get(_name(), "")
    if address and "://" not in address:
        address = f"http://{address}"
    return address.rstrip("/") if re.match(PROXY_PATTERN, address) else ""


def unused_proxy(settings: Settings) -> str:
    """Return one line about a proxy that is named and not used, without its address, or ""."""
    name = _name()
    is_here = re.match(rf"^https?://{LOCALHOST}(:|/|$)", settings.telegram_api)
    if not name or settings.telegram_proxy is not None or is_here:
        return ""
    return NOT_USED.format(name=name)


def _name() -> str:
    return next((it for it in NAMES if os.environ.get(it)), "")
