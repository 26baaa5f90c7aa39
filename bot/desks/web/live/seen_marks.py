"""Up to where each caseworker has looked at their cases.

Why in memory: after a restart everyone signs in again, and a message counts as unread until the
caseworker writes after it. Too much is shown then, never too little; and who read what stands in
the audit log, not in one more table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.hotline.queue.own_cases import NOT_SEEN, SeenMark

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_MARKS = 1000
"""Cases of one caseworker that are remembered; the one not looked at for longest is forgotten."""


@dataclass(slots=True)
class SeenMarks:
    """Marks of all caseworkers, since the desk started."""

    _marks: dict[str, dict[str, SeenMark]] = field(default_factory=dict)

    def of(self, who: str) -> Mapping[str, SeenMark]:
        """Return the marks of a caseworker, by case."""
        return self._marks.get(who, {})

    def move(self, who: str, case: str, mark: SeenMark) -> None:
        """Move a mark forward, never back."""
        own = self._marks.setdefault(who, {})
        old = own.pop(case, NOT_SEEN)
        own[case] = SeenMark(max(old.message, mark.message), max(old.at, mark.at))
        if len(own) > MAX_MARKS:
            del own[next(iter(own))]
