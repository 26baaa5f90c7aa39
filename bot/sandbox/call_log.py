"""Every call the bot made, for tests to read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import bad_request
from bot.sandbox.json_codec import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

TRUE_STRINGS = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class ApiCall:
    """One call of a Bot API method, and what came of it."""

    method: str
    """As the caller spelled it."""
    params: dict[str, Any]
    """As they came: typed from JSON, strings from a form."""
    at: int
    """Microseconds since 1970 by the sandbox's clock."""
    uploads: dict[str, Upload] = field(default_factory=dict)
    code: int = 0
    """The status that was answered; 0 while nothing was, or when the line was cut first."""
    description: str = ""
    """Why it was refused; empty when it was not."""
    result: Any = None
    """What was answered; None for `getUpdates`, whose answers would be kept twice."""
    fault: str = ""
    """The fault that touched it; empty when none did."""

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        value = self.params.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as a whole number; what is none counts as missing, as in the API."""
        try:
            return int(self.params[name])
        except (KeyError, TypeError, ValueError):
            return default

    def decimal(self, name: str) -> float | None:
        """Return a parameter as a number, or None."""
        try:
            return float(self.params[name])
        except (KeyError, TypeError, ValueError):
            return None

    def flag(self, name: str) -> bool:
        """Return whether a parameter says yes."""
        value = self.params.get(name)
        return value is True or str(value).lower() in TRUE_STRINGS

    def json_value(self, name: str, what: str) -> Any:
        """Return a parameter that is an object or a list; a form carries it as JSON."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return decode(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None


class CallLog:
    """The calls in the order they came, the oldest forgotten beyond a limit."""

    def __init__(self, max_calls: int) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=max_calls)
        self.complaints: list[str] = []
        """What a checker found wrong with calls; a test lets none stand."""

    def __iter__(self) -> Iterator[ApiCall]:
        return iter(self.calls)

    def __len__(self) -> int:
        return len(self.calls)

    def of(self, *methods: str) -> list[ApiCall]:
        """Return the calls of these methods, oldest first."""
        wanted = {method.lower() for method in methods}
        return [call for call in self.calls if call.method.lower() in wanted]

    def clear(self) -> None:
        """Forget every call, so that a test sees only what comes next."""
        self.calls.clear()
