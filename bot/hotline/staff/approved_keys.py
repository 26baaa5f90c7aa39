"""What a colleague has approved for a caseworker's key, which may be less than their account says.

A key that waits opens no case. If its holder could take one all the same, the case would look
answered and its alarm would end, unread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cases.state_machine import CASEWORK_ROLES, Role
from bot.vault.keys.team_keys import UNAPPROVED

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.vault import Vault


def as_approved(vault: Vault, who: Caseworker) -> Caseworker | None:
    """Return a caseworker with the role and queues their key was approved for.

    None while their key opens no case because it waits for an approval. Those whose role needs no
    such key, or who have none, are returned as they are.

    Raises:
        DecryptionError: a key was altered, or not enrolled here.
    """
    if vault.keys is None or who.role not in CASEWORK_ROLES:
        return who
    member = vault.cases.wraps.holders().members.get(who.id)
    if member is None:
        return who
    if member.role == UNAPPROVED:
        return None
    if member.role == Role.SUPERVISOR:
        return who
    queues = tuple(it for it in who.queues if it in member.queues)
    return replace(who, role=Role.CASEWORKER, queues=queues)
