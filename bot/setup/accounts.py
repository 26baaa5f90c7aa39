"""The first administrator: an account, a password, and a second factor drawn at the terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno

from bot.app.sign_in import staff_keys_of
from bot.cases.state_machine import Role
from bot.desks.web.auth.totp import SecondFactors
from bot.hotline.staff.staff import Staff
from bot.vault.audit.log import OPERATOR, AuditLog

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.passwords import PasswordCost


def has_administrator(work: Work, vault: Vault) -> bool:
    """Whether there is an administrator with access."""
    return any(it.is_active and it.role is Role.ADMINISTRATOR for it in Staff(vault).all(work))


def add_administrator(work: Work, vault: Vault, name: str, now: int) -> Caseworker:
    """Return a new administrator, without password and second factor."""
    new = Staff(vault).add(
        work, now, name=name, role=Role.ADMINISTRATOR, title="caseworker", languages=(), queues=()
    )
    AuditLog(vault).record(work, now, OPERATOR, "staff_add", new.id, new.role.value)
    return new


def set_password(vault: Vault, who: Caseworker, password: str, cost: PasswordCost, now: int) -> str:
    """Give an administrator a key under a password; return the recovery key."""
    return staff_keys_of(vault, cost).enrol(who.id, who.role.value, (), password, now, OPERATOR)


def invite(work: Work, vault: Vault, who: Caseworker, now: int) -> str:
    """Return the path of a link by which someone sets up what they lack."""
    AuditLog(vault).record(work, now, OPERATOR, "desk_invite", who.id)
    return f"/welcome/{SecondFactors(vault).create_invite(work, who.id, now)}"


def store_factor(
    work: Work, vault: Vault, who: Caseworker, secret: str, code: str, now: int
) -> bool:
    """Store an authenticator app once its code is right; whether it was."""
    factors = SecondFactors(vault)
    step = factors.step_of(secret, "".join(code.split()), now)
    if not step:
        return False
    factors.store_totp(work, who.id, secret, step, now)
    AuditLog(vault).record(work, now, who.id, "desk_factor", who.id, "codes")
    return True


def draw_code(address: str) -> str:
    """Return a QR code in characters of a terminal."""
    drawn = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()
