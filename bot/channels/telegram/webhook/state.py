"""What Telegram says of its posts to a webhook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.clock import SECOND

if TYPE_CHECKING:
    from datetime import datetime

    from telegram import WebhookInfo

RECENT_FAILURE = 10 * 60 * SECOND
"""How long a failed post says something about now."""
_STATUS = re.compile(r"Wrong response from the webhook: (\d{3})")
_KINDS = {
    "certificate": ("certificate", "ssl"),
    "name": ("resolve", "ip address"),
    "connection": ("connect", "closed", "timeout", "timed out"),
}
"""Kinds of failures by words of Telegram's message, whose text may name hosts."""


@dataclass(frozen=True, slots=True)
class WebhookState:
    """A bot's webhook at one moment, as Telegram sees it."""

    url: str = ""
    """Where it posts; empty for nowhere: then updates are polled."""
    pending: int = 0
    """Updates that were not taken yet."""
    failed_at: int = 0
    """When a post failed last, microseconds since 1970; 0 for never."""
    failure: str = ""
    """What Telegram says of that post."""

    @classmethod
    def of(cls, info: WebhookInfo) -> WebhookState:
        """Return the state that Telegram's answer holds."""
        return cls(
            info.url, info.pending_update_count, _microseconds(info.last_error_date),
            info.last_error_message or "",
        )  # fmt: skip

    @property
    def host(self) -> str:
        """Return the host that is posted to; paths can hold secrets."""
        return urlsplit(self.url).netloc

    @property
    def kind(self) -> str:
        """Return what kind of failure it was, for the log: a status or a word."""
        if status := _STATUS.search(self.failure):
            return status[1]
        said = self.failure.casefold()
        return next((it for it, words in _KINDS.items() if any(w in said for w in words)), "other")

    def is_failing(self, now: int) -> bool:
        """Return whether updates wait because posts of the last minutes failed."""
        return bool(self.pending and self.failed_at > now - RECENT_FAILURE)


def _microseconds(date: datetime | None) -> int:
    return 0 if date is None else int(date.timestamp()) * SECOND
