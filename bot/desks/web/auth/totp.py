"""Store of TOTP secrets and invitation links, and checks of codes."""

from __future__ import annotations

import contextlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import bindparam

from bot.clock import DAY, SECOND
from bot.errors import DecryptionError
from bot.store.statements import delete_by, insert, select_by, select_one, update_by
from bot.store.tables.desk import desk_factors, desk_invites
from bot.vault import Purpose, Vault
from bot.vault.keys.browser_key import new_session_secret, secret_digest

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

TOTP_KIND, PASSKEY_KIND = "codes", "passkey"
INVITE_LIFETIME = 3 * DAY
STEP_SECONDS = 30
ALLOWED_DRIFT = (0, -1, 1)
"""Time steps around the current one that are accepted: clocks of phones differ a little."""
DIGITS = 6

_SECRET = re.compile("[0-9a-fA-F]{64}")

INSERT_FACTOR = insert(desk_factors, "id", "staff_id", "kind", "sealed", "used", "made_at")
SELECT_FACTORS = select_by(
    desk_factors, "id", "sealed", "used", "made_at", by=("staff_id", "kind"),
    order_by=("made_at", "id"),
)  # fmt: skip
_DELETE = delete_by(desk_factors, ("staff_id", "kind"))
# Compare and set: a code that two requests send at once is accepted once.
_MARK_USED = update_by(desk_factors, "used", by=("id", desk_factors.c.used < bindparam("step")))
_INSERT_INVITE = insert(desk_invites, "token", "staff_id", "until")
_FIND_INVITE = select_one(
    desk_invites, "staff_id", by=("token", desk_invites.c.until > bindparam("now"))
)
_INVITE_UNTIL = select_by(
    desk_invites, "until", by=("staff_id", desk_invites.c.until > bindparam("now"))
)
_DELETE_INVITES = delete_by(
    desk_invites,
    (desk_invites.c.staff_id == bindparam("who")) | (desk_invites.c.until <= bindparam("now")),
)
_USE_INVITE = delete_by(desk_invites, "token")


@dataclass(frozen=True, slots=True)
class PendingEnrolment:
    """A caseworker who has given a password and still needs a second factor."""

    who: str
    keyring: Keyring
    totp_secret: str
    recovery_key: str


class SecondFactors:
    """Stores TOTP secrets and invitations, inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    # --- Codes --------------------------------------------------------------------------------

    @staticmethod
    def new_totp_secret() -> str:
        """Return a new secret, as authenticator apps take it."""
        return pyotp.random_base32(32)

    @staticmethod
    def totp_address(secret: str, name: str, organisation: str) -> str:
        """Return the address that adds a secret to an authenticator app, as its QR code says."""
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=organisation)

    @staticmethod
    def step_of(secret: str, code: str, now: int) -> int:
        """Return the time step of a code; 0 if it is wrong or too old."""
        codes = pyotp.TOTP(secret)
        step = now // SECOND // STEP_SECONDS
        if len(code) != DIGITS or not code.isdecimal() or not code.isascii():
            return 0
        for near in (step + drift for drift in ALLOWED_DRIFT):
            if secrets.compare_digest(codes.generate_otp(near), code):
                return near
        return 0

    def store_totp(self, work: Work, who: str, secret: str, step: int, now: int) -> None:
        """Replace the TOTP secret; the code of `step` counts as used."""
        work.run(_DELETE, who, TOTP_KIND)
        factor = secrets.token_hex(16)
        sealed = self._vault.seal(Purpose.STAFF, _associated_data(who, factor), secret.encode())
        work.run(INSERT_FACTOR, factor, who, TOTP_KIND, sealed, step, now)

    def has_totp(self, work: Work, who: str) -> bool:
        """Whether a caseworker has an authenticator app."""
        return bool(work.rows(SELECT_FACTORS, who, TOTP_KIND))

    def use_code(self, work: Work, who: str, code: str, now: int) -> bool:
        """Whether the code is right and was not used before; it is used up."""
        for factor, sealed, _used, _made_at in work.rows(SELECT_FACTORS, who, TOTP_KIND):
            with contextlib.suppress(DecryptionError):  # altered
                data = _associated_data(who, factor)
                plain = self._vault.open(Purpose.STAFF, data, bytes(sealed))
                step = self.step_of(plain.decode(), code, now)
                if step and work.run(_MARK_USED, step, factor, step):
                    return True
        return False

    # --- Invitations --------------------------------------------------------------------------

    @staticmethod
    def create_invite(work: Work, who: str, now: int) -> str:
        """Return the secret of a new invitation link.

        Any earlier link of the caseworker stops working.
        """
        secret = new_session_secret()
        work.run(_DELETE_INVITES, who, now)
        work.run(_INSERT_INVITE, secret_digest(secret), who, now + INVITE_LIFETIME)
        return secret.hex()

    @staticmethod
    def invited_staff(work: Work, text: str, now: int) -> str:
        """Return the id of the invited caseworker; empty if the link is invalid or expired."""
        secret = parse_secret(text)
        rows = work.rows(_FIND_INVITE, secret_digest(secret), now) if secret else []
        return str(rows[0][0]) if rows else ""

    @staticmethod
    def invite_expiry(work: Work, who: str, now: int) -> int:
        """Return until when a colleague's link can be used; 0 if they have none."""
        rows = work.rows(_INVITE_UNTIL, who, now)
        return int(rows[0][0]) if rows else 0

    @staticmethod
    def use_invite(work: Work, text: str) -> bool:
        """Delete an invitation; false if it was used before."""
        secret = parse_secret(text)
        return bool(secret) and bool(work.run(_USE_INVITE, secret_digest(secret)))


def parse_secret(text: str) -> bytes:
    """Return a secret from its hex form; empty if it is invalid."""
    return bytes.fromhex(text) if _SECRET.fullmatch(text) else b""


def current_code(secret: str, now: int) -> str:
    """Return the code an authenticator app shows at a moment."""
    return pyotp.TOTP(secret).generate_otp(now // SECOND // STEP_SECONDS)


def _associated_data(who: str, factor: str) -> bytes:
    return f"{who}/factor/{factor}".encode()
