"""Claims that lapsed: cases that went back to the queue, because they were not worked on in time.

What each caseworker holds is remembered in this process: a session may end before the claim does.
After a restart nothing is said of a claim that lapsed before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseAction
from bot.clock import HOUR, MINUTE

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault.audit.log import AuditLog

SHOWN_FOR = HOUR
_MOVES = frozenset({
    CaseAction.CLAIM.value, CaseAction.TRANSFER.value, CaseAction.RELEASE.value,
    CaseAction.LAPSE.value, CaseAction.CLOSE.value, CaseAction.REOPEN.value,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LapsedClaim:
    """One claim that lapsed."""

    reference: str
    minutes: int
    """For how long the case was held."""
    at: int


class LapsedClaims:
    """The lapsed claims of all caseworkers, as this process has seen what they held."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, str]] = {}
        self._lapsed: dict[str, list[LapsedClaim]] = {}

    def replace_held(self, who: str, held: dict[str, str]) -> dict[str, str]:
        """Note the numbers of the cases someone holds, by id; return those they held before."""
        before = self._held.get(who, {})
        self._held[who] = held
        return {case: it for case, it in before.items() if case not in held}

    def add(self, who: str, found: list[LapsedClaim]) -> None:
        """Note claims that lapsed."""
        self._lapsed[who] = [*self._lapsed.get(who, ()), *found]

    def of(self, who: str, now: int) -> list[LapsedClaim]:
        """Return the claims of a caseworker that lapsed within an hour, except those held again."""
        held = self._held.get(who, {}).values()
        found = self._lapsed.get(who, ())
        return [it for it in found if now - it.at < SHOWN_FOR and it.reference not in held]


def find_lapse(
    audit: AuditLog, work: Work, who: str, case: str, reference: str
) -> LapsedClaim | None:
    """Return how a caseworker's last hold of a case ended, if it lapsed."""
    moves = [it for it in audit.rows_about(work, case) if it.action in _MOVES]
    given = [
        at
        for at, it in enumerate(moves)
        if (it.action == CaseAction.CLAIM.value and it.actor == who)
        or (it.action == CaseAction.TRANSFER.value and it.detail == who)
    ]
    if not given or given[-1] + 1 >= len(moves):
        return None
    began, ended = moves[given[-1] : given[-1] + 2]
    if ended.action != CaseAction.LAPSE.value:
        return None
    return LapsedClaim(reference, (ended.at - began.at) // MINUTE, ended.at)
