"""The log: only events and fields on an allow-list are written.

What a person wrote, a chat id and a token have no field. Messages of libraries are dropped: httpx
logs the bot token at INFO, python-telegram-bot logs whole updates at ERROR. The log says only that
a library logged something.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

from bot.log.events import EVENTS
from bot.optional_imports import without_modules

# It would color tracebacks, which the log does not print (rich, 3 MB; 1 MB more where a command
# has loaded the rest of it), and keep contexts of greenlets, which there are not (greenlet, with
# the C++ library 3 MB).
with without_modules("rich", "rich.traceback", "greenlet"):
    import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

FIELDS = {
    "count": int, "seconds": float, "error": str, "state": str, "kind": str, "priority": int,
    "letter": int, "case": str, "file": str, "attempts": int, "logger": str, "level": str,
    "language": str, "route": str, "fix": str, "roles": str,
}  # fmt: skip
"""Fields an event may have, and their types.

`error` is the name of a class, never its text; `fix` is what to do, in words of this program."""
MAX_LENGTH = 64
"""Characters kept of a field."""


def filter_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Remove fields that are not allowed.

    Raises:
        structlog.DropEvent: the event is not in `EVENTS`.
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
    """Logs that a library logged something, without its message."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        log.warning(
            "library_message", logger=record.name.split(".")[0], level=record.levelname, error=error
        )


class _SafeStream:
    """A stream that drops lines it cannot write: a closed pipe or a full disk stops nothing."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, line: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._out.write(line)
        return len(line)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._out.flush()


def in_words(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """Return an allowed event as a line for a person: when, what it means, and what to do."""
    known = EVENTS[event["event"]]
    given = [f"{name} {event[name]}" for name in FIELDS if name in event and name != "level"]
    is_usual = event["level"] == "info"
    parts = [
        event["timestamp"], "" if is_usual else f"{event['level']}:", known.meaning,
        "" if is_usual else known.action, f"({', '.join([event['event'], *given])})",
    ]  # fmt: skip
    return " ".join(filter(None, parts))


def configure(out: TextIO | None = None, *, for_person: bool = False) -> None:
    """Write allowed events to a stream, and what libraries log as events.

    They are JSON lines, or lines in words for a person at a terminal.
    """
    write_events(out, for_person=for_person)
    root = logging.getLogger()
    root.handlers[:] = [_LibraryHandler()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def write_events(
    out: TextIO | None = None, *, only_warnings: bool = False, for_person: bool = False
) -> None:
    """Write allowed events to a stream, by default to standard error."""
    time = structlog.processors.TimeStamper(fmt="iso", utc=True)
    least = logging.WARNING if only_warnings else logging.INFO
    structlog.configure(
        processors=[
            filter_event,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False) if for_person else time,
            in_words if for_person else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _SafeStream(out or sys.stderr))),
        cache_logger_on_first_use=False,
    )


log: Any = structlog.get_logger()
