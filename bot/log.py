"""Logs by allow-list: an event or a field that is not named here is not written.

Third-party loggers are silenced below WARNING and their messages dropped: httpx writes the bot
token at INFO, python-telegram-bot writes whole updates at ERROR. What a person wrote, a chat and a
token have no field to stand in.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

EVENTS = frozenset(
    {
        "started", "stopped", "polling", "poll_failed", "poll_conflict",
        "webhook_removed", "quarantined", "turn_failed", "letter_failed",
        "letter_uncertain", "letter_blocked", "letter_refused", "letter_later", "recovered",
        "case_opened", "file_saved", "file_failed", "tidied",
        "store_failed", "library", "loss_window", "outage", "deferred",
        "fetch_failed", "desk_barred", "desk_mended", "desk_moved",
        "hotline_alerts", "answer_set_aside", "case_erased", "erasure_unfinished", "clock_jumped",
        "clocks_unreadable",
        "disk_full", "disk_low", "disk_read_only", "polling_rests", "retention_waits",
        "language_refused", "profile_kept", "directory_expired",
        "wishes_fulfilled", "case_held_by_host", "retention_asks", "backups_removed",
        "backups_untended", "case_not_resealed", "cases_resealed", "desk_failed", "desk_refused",
        "desk_deaf", "desk_hears", "restored_blind",
    }
)  # fmt: skip
FIELDS = {
    "count": int, "seconds": float, "error": str, "state": str, "kind": str, "priority": int,
    "letter": int, "case": str, "file": str, "attempts": int, "logger": str, "level": str,
    "language": str, "door": str,
}  # fmt: skip
"""What may stand beside an event, and its type. `error` is a class's name, never its text."""
MAX_LENGTH = 64


def filter_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop the event, or the fields of it, that were never allowed.

    Raises:
        structlog.DropEvent: the event's name is not on the list.
    """
    if event.get("event") not in EVENTS:
        raise structlog.DropEvent
    kept = {"event": event["event"]}
    for name, kind in FIELDS.items():
        value = event.get(name)
        if isinstance(value, kind) and not isinstance(value, bool):
            kept[name] = value[:MAX_LENGTH] if isinstance(value, str) else value
    return kept


class _LibraryHandler(logging.Handler):
    """Says that a library had something to say, and nothing of what it was."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        log.warning("library", logger=record.name.split(".")[0], level=record.levelname,
                    error=error)  # fmt: skip


class _SafeStream:
    """A stream to write to, whatever becomes of its other end: nobody waits for a log."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, line: str) -> int:
        """Write a line; where nobody reads any more, or a disk is full, it is gone."""
        with contextlib.suppress(OSError, ValueError):
            self._out.write(line)
        return len(line)

    def flush(self) -> None:
        """Hand over what was written."""
        with contextlib.suppress(OSError, ValueError):
            self._out.flush()


def configure(out: TextIO | None = None) -> None:
    """Write allowed events as JSON lines; say of libraries only that they spoke."""
    structlog.configure(
        processors=[
            filter_event,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _SafeStream(out or sys.stderr))),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_LibraryHandler()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


log: Any = structlog.get_logger()
