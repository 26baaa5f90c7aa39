"""Refused requests, counted in the log and noted in the audit log.

The log gets route, reason and count, at most once a minute for each pair: a flood of requests fills
no disk. A caseworker who asks for something that does not exist or is forbidden is noted in the
audit log, once in 15 minutes for each route and session: trying out case numbers is noticed.
"""

from __future__ import annotations

from enum import StrEnum

from bot.clock import MINUTE
from bot.log import log

LOG_INTERVAL, AUDIT_INTERVAL = MINUTE, 15 * MINUTE


class RefusalReason(StrEnum):
    """Why a request was refused."""

    HOST = "host"  # it names another host
    FRAMING = "framed"  # it does not say in one way where it ends
    LONG_HEADERS = "long"  # its headers are too long
    CROSS_ORIGIN = "elsewhere"  # it comes from another site, or is not a form
    TOO_LARGE = "large"  # its body is longer than that form may be
    NO_CSRF = "unsigned"  # its CSRF token is not that of the session
    FORM = "form"  # it has an unknown or repeated field, or is too long
    NOT_THERE = "not_there"  # the address or object does not exist, or is forbidden
    SESSION_MOVED = "moved"  # the session was started in another browser


class RefusalLog:
    """Counts refusals by route and reason."""

    def __init__(self) -> None:
        self._logged: dict[tuple[str, RefusalReason], tuple[int, int]] = {}

    def record(self, path: str, reason: RefusalReason, now: int) -> None:
        """Count a refusal; log the count at most once a minute."""
        at, count = self._logged.get((path, reason), (0, 0))
        if 0 <= now - at < LOG_INTERVAL:
            self._logged[path, reason] = (at, count + 1)
            return
        log.warning("desk_request_refused", route=path, kind=reason.value, count=count + 1)
        self._logged[path, reason] = (now, 0)
