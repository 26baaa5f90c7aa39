"""Which cases a key that exists still opens, and which would open for no one without a caseworker.

Only the names of holders are compared, and nothing is opened: a case opens if it is wrapped to the
host, to an escrow key, to a caseworker who has a key, or to a team whose key is wrapped to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.statements import select_by
from bot.store.tables.keys import case_wraps, escrows, staff_keys, team_wraps
from bot.vault.keys.keyring import ESCROW_PREFIX, STAFF_PREFIX, TEAM_PREFIX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.store.writer import Work

HOST = "house"
"""The holder while no caseworker has a key."""
_CASE_WRAPS = select_by(case_wraps, "case_id", "holder")
_WRAPS_OF = select_by(case_wraps, "holder", by="case_id")
_ESCROWS = select_by(escrows, "id")
_STAFF = select_by(staff_keys, "staff_id")
_TEAM_WRAPS = select_by(team_wraps, "team", "holder")


def unopened_cases(
    keys: Work, cases: Iterable[str], without: Collection[str] = frozenset()
) -> set[str]:
    """Return those of `cases` that no key opens, or none would without some holders, by name.

    `keys` is of the key store.
    """
    holders = _opening_holders(keys, without)
    opened = {str(case) for case, holder in keys.rows(_CASE_WRAPS) if holder in holders}
    return set(cases) - opened


def staff_who_open(keys: Work, case: str) -> set[str] | None:
    """Return the ids of the caseworkers whose key opens a case; None if it needs no such key.

    None also for a case without a wrap, as one that is erased. `keys` is of the key store.
    """
    wrapped = {str(holder) for (holder,) in keys.rows(_WRAPS_OF, case)}
    if not wrapped or HOST in wrapped:
        return None
    teams = [(f"{TEAM_PREFIX}{team}", str(holder)) for team, holder in keys.rows(_TEAM_WRAPS)]
    while more := {holder for team, holder in teams if team in wrapped} - wrapped:
        wrapped |= more
    present = (str(who) for (who,) in keys.rows(_STAFF))
    return {who for who in present if f"{STAFF_PREFIX}{who}" in wrapped}


def _opening_holders(keys: Work, without: Collection[str]) -> set[str]:
    """Return the names of the holders whose private half can be had."""
    found = {HOST} | {f"{ESCROW_PREFIX}{number}" for (number,) in keys.rows(_ESCROWS)}
    found = (found | {f"{STAFF_PREFIX}{who}" for (who,) in keys.rows(_STAFF)}) - set(without)
    wraps = [(f"{TEAM_PREFIX}{team}", str(holder)) for team, holder in keys.rows(_TEAM_WRAPS)]
    while more := {team for team, holder in wraps if holder in found} - found:
        found |= more
    return found
