"""How a check of `haven doctor` ended: fine, a warning, wrong, or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.app.storage import fault_of
from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Callable


class CheckLevel(StrEnum):
    """How a check ended."""

    FINE = "fine"
    WARNING = "warn"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class CheckWarningError(HavenError):
    """Nothing is broken, but an operator should know this."""


class NotKnownError(HavenError):
    """What the check looks at could not be found out, so it is neither fine nor wrong."""


@dataclass(frozen=True)
class CheckResult:
    """What one check found."""

    name: str
    level: CheckLevel
    detail: str = ""

    @property
    def line(self) -> str:
        """Return the line that `haven doctor` prints."""
        return f"{self.level:<5}  {self.name}{': ' + self.detail if self.detail else ''}"


LEVELS: dict[type[HavenError], CheckLevel] = {
    CheckWarningError: CheckLevel.WARNING,
    NotKnownError: CheckLevel.UNKNOWN,
}


def result_of(name: str, check: Callable[[], object]) -> CheckResult:
    """Run a check, and return how it ended."""
    level = CheckLevel.WRONG

    def run() -> None:
        nonlocal level
        try:
            check()
        except HavenError as error:
            level = LEVELS.get(type(error), CheckLevel.WRONG)
            raise

    fault = fault_of(run)
    return CheckResult(name, CheckLevel.FINE if fault is None else level, fault or "")
