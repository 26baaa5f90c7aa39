"""Which flow words that alarm us begin: whom to call in danger, or for not wanting to live."""

from __future__ import annotations

DANGER, DESPAIR = "danger", "despair"
SUICIDE = "suicide"
"""The alarm that may mean somebody does not want to live; it goes before every other."""


def flow_for(alarms: frozenset[str]) -> str | None:
    """Return the flow that these alarms begin; None for none."""
    if not alarms:
        return None
    return DESPAIR if SUICIDE in alarms else DANGER
