"""Whether a caseworker is here to read: what people are told of it.

The rule: someone is here while a caseworker is on duty and takes no break, whatever the opening
hours say. One whom only a shift put on duty, and who is not signed in, is not here. Opening hours
alone say that no one is here: with open hours and an empty desk, "someone is here" would be untrue.
An office of its own counts those who work for it. A caseworker who is in a talk is here for that
person, on duty or not (`bot.dispatch.turn.context`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.queue.visibility import works_for
from bot.hotline.staff.shift_duty import as_present
from bot.hotline.staff.staff import Staff, expect_on_duty

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import Vault


class StaffPresence:
    """The caseworkers who are here, as units of work read them."""

    def __init__(self, vault: Vault) -> None:
        self._staff = Staff(vault)
        self._last: tuple[Work | None, list[Caseworker]] = (None, [])

    @staticmethod
    def expect(work: Work) -> None:
        """Let the database look up what `load` will ask for."""
        expect_on_duty(work)

    def load(self, work: Work, now: int) -> None:
        """Read who is here now, once for each unit of work."""
        if self._last[0] is work:
            return
        on_duty = self._staff.on_duty(work)
        here = as_present(work, on_duty, now) if on_duty else []
        self._last = (work, [it for it in here if it.is_on_duty and it.rests_until <= now])

    @property
    def has_offices(self) -> bool:
        """Tell whether it depends on the office of a case who is here for it."""
        return any(it.offices for it in self._last[1])

    def is_anyone_here(self, office: str | None) -> bool:
        """Tell whether a caseworker who works for an office was here when this was read last."""
        return any(works_for(it, office) for it in self._last[1])
