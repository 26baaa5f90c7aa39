"""How many offenders of a rule are still allowed. A number may only fall; at zero its line goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

STILL: dict[str, int] = {}


def excess(rule: str, offenders: Collection[object], still: Mapping[str, int]) -> list[object]:
    """Return the offenders of a rule, or nothing while there are no more than `still` allows."""
    return [] if len(offenders) <= still.get(rule, 0) else list(offenders)
