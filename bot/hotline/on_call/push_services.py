"""The push services that are called, and no others, whatever address a browser sent us."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection

SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    ".notify.windows.com",
)
"""Hosts of the push services of Chromium, Firefox, Safari and Edge; a dot before it: its
subdomains."""
HTTPS_PORT = 443


def is_push_service(address: str, services: Collection[str] = SERVICES) -> bool:
    """Tell whether an address is of a push service that browsers use."""
    try:
        parts = urlsplit(address)
        port = parts.port or HTTPS_PORT
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username or port != HTTPS_PORT:
        return False
    host = parts.hostname or ""
    return any(host.endswith(it) if it.startswith(".") else host == it for it in services)
