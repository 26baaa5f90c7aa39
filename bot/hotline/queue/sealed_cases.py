"""Cases that wait and that no caseworker of their queue can open yet.

A claimed case opens for its holder and the supervisors. If the holder's access ends, only those
supervisors can wrap its key: it opens for its queue once one of them is at the desk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.hotline.queue import case_status
from bot.hotline.queue.visibility import serves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault.keys.case_keys import CaseKeyWraps


def who_has_to_open(
    work: Work, wraps: CaseKeyWraps, staff: Sequence[Caseworker], case: str, now: int
) -> list[Caseworker] | None:
    """Return the colleagues with access of whom one has to be at the desk first.

    None if the case does not wait, or opens for a caseworker who serves it, or none serves it. The
    list is empty if no colleague opens it.
    """
    found = case_status.load(work, case)
    if found is None or found.state not in case_status.QUEUED:
        return None
    team = [it for it in staff if it.role is Role.CASEWORKER and serves(it, found.place, now)]
    openers = wraps.staff_who_open(case)
    if openers is None or not team or any(it.id in openers for it in team):
        return None
    return [it for it in staff if it.is_active and it.id in openers]


def names_of(staff: Sequence[Caseworker]) -> str:
    """Return names for a sentence to staff."""
    return ", ".join(it.name or it.id for it in staff)
