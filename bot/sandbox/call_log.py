"""The call log: every call the bot made, for tests to read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.wire import bad_request, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

TRUE_STRINGS = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class ApiCall:
    """One call of a Bot API method and its result."""

    method: str
    params: dict[str, Any]
    """Typed if they came as JSON, strings if they came from a form."""
    at: int
    """Microseconds since 1970 by the sandbox's clock."""
    uploads: dict[str, Upload] = field(default_factory=dict)
    code: int = 0
    """The status of the response; 0 before it, or when the connection was cut first."""
    description: str = ""
    result: Any = None
    """The result; None for `getUpdates`, whose results would be stored twice."""
    fault: str = ""

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        value = self.params.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as an integer; any other value counts as missing, as in the API."""
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
        """Return whether a parameter is true."""
        value = self.params.get(name)
        return value is True or str(value).lower() in TRUE_STRINGS

    def json_value(self, name: str, description: str) -> Any:
        """Return a parameter that is an object or a list; in a form it is a JSON string."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return decode(value)
        except ValueError:
            raise bad_request(f"can't parse {description} JSON object") from None


class CallLog:
    """The calls in order; beyond a limit the oldest are dropped."""

    def __init__(self, max_calls: int) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=max_calls)
        self.complaints: list[str] = []
        """Faults that a checker found in calls; tests expect none."""

    def __iter__(self) -> Iterator[ApiCall]:
        return iter(self.calls)

    def __len__(self) -> int:
        return len(self.calls)

    def of(self, *methods: str) -> list[ApiCall]:
        """Return the calls of these methods, oldest first."""
        wanted = {method.lower() for method in methods}
        return [call for call in self.calls if call.method.lower() in wanted]

    def clear(self) -> None:
        """Remove every call, so that a test sees only later ones."""
        self.calls.clear()
