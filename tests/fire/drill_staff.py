"""Whoever works in a house that is burnt: their keys, and what a thief does with all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.routing import Queue
from bot.cases.state_machine import Role
from bot.vault.keys.keyring import ESCROW_PREFIX, STAFF_PREFIX, TEAM_PREFIX
from tests.support.database.key_store_fixtures import PASSWORD, enrol_approved, staff_keys

if TYPE_CHECKING:
    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

QUEUES = tuple(it.value for it in Queue)
KINDS = (STAFF_PREFIX, TEAM_PREFIX, ESCROW_PREFIX)
"""What holders of cases' keys are called, where somebody is enrolled."""


@dataclass
class DrillStaff:
    """Everybody who is enrolled, and the key of last resort."""

    who: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """Two of the three that were printed."""

    def begins(self, vault: Vault, now: int) -> None:
        """Enrol a supervisor and make the key of last resort."""
        self.joins(vault, "supervisor", Role.SUPERVISOR, now)
        self.parts = list(vault.escrow.create(now).values())[1:]

    def joins(self, vault: Vault, who: str, role: Role, now: int) -> None:
        """Give somebody a key of their own; the teams are formed anew."""
        enrol_approved(staff_keys(vault), who, role.value, QUEUES, PASSWORD, now)
        self.who.append(who)

    def reads(self, vault: Vault, database: Database, case: str, who: str, now: int) -> None:
        """Let whoever claimed a case sign in and open it: it is wrapped to them from then on."""
        ring, custody = staff_keys(vault).unlock(who, PASSWORD), vault.cases.wraps
        database.writer.run_sync(lambda work: custody.rewrap(work, case, ring, now))
        held = custody.holders_of(case)
        assert f"{STAFF_PREFIX}{who}" in held
        assert {it.partition("/")[0] + "/" for it in held} == set(KINDS)
        assert custody.open_key(case, ring)

    def rings(self, vault: Vault) -> list[Keyring]:
        """Return what everybody opens who still has a password, and two of the three parts."""
        found = [staff_keys(vault).unlock(who, PASSWORD) for who in self.who]
        return [*found, vault.escrow.keyring(self.parts)] if self.parts else found
