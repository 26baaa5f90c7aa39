"""Second factors and links of invitation, as they lie in the store; used inside units of work."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import bindparam, delete, select, update

from bot.clock import DAY, SECOND
from bot.errors import DecryptionError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.desk import desk_factors, desk_invites
from bot.vault import Purpose
from bot.vault.keys.browser_key import new_session_secret, secret_digest

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import Vault

TOTP_KIND, PASSKEY_KIND = "codes", "passkey"
INVITE_LIFETIME = 3 * DAY
STEP_SECONDS = 30
"""Seconds a code holds."""
ALLOWED_DRIFT = (0, -1, 1)
"""Steps beside the one of now in which a code is taken: telephones go a little wrong."""
DIGITS = 6

_FACTORS = ("id", "staff_id", "kind", "sealed", "used", "made_at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, desk_factors).values(
        {name: bindparam(name) for name in _FACTORS}
    ),
    *_FACTORS,
)
_OF = Prepared(
    lambda _: (
        select(desk_factors.c.id, desk_factors.c.sealed, desk_factors.c.used)
        .where(
            desk_factors.c.staff_id == bindparam("who"), desk_factors.c.kind == bindparam("of_kind")
        )
        .order_by(desk_factors.c.made_at)
    ),
    "who",
    "of_kind",
)
_MARK_USED = Prepared(
    # Compare and set: a code that two send at once lets one of them in.
    lambda _: (
        update(desk_factors)
        .where(desk_factors.c.id == bindparam("factor"), desk_factors.c.used < bindparam("step"))
        .values(used=bindparam("step"))
    ),
    "step",
    "factor",
)
_DELETE = Prepared(
    lambda _: delete(desk_factors).where(
        desk_factors.c.staff_id == bindparam("who"), desk_factors.c.kind == bindparam("of_kind")
    ),
    "who",
    "of_kind",
)
_INSERT_INVITE = Prepared(
    lambda dialect: insert_into(dialect, desk_invites).values(
        token=bindparam("token"), staff_id=bindparam("who"), until=bindparam("until")
    ),
    "token",
    "who",
    "until",
)
_FIND_INVITE = Prepared(
    lambda _: select(desk_invites.c.staff_id).where(
        desk_invites.c.token == bindparam("known"), desk_invites.c.until > bindparam("now")
    ),
    "known",
    "now",
)
_DELETE_INVITES = Prepared(
    lambda _: delete(desk_invites).where(
        (desk_invites.c.staff_id == bindparam("who")) | (desk_invites.c.until <= bindparam("now"))
    ),
    "who",
    "now",
)
_USE_INVITE = Prepared(
    lambda _: delete(desk_invites).where(desk_invites.c.token == bindparam("known")), "known"
)


class SecondFactors:
    """What lets caseworkers in beside their password."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    # --- codes --------------------------------------------------------------------------------

    @staticmethod
    def new_totp_secret() -> str:
        """Return the secret of a new authenticator, as telephones take it."""
        return pyotp.random_base32(32)

    @staticmethod
    def step_of(secret: str, code: str, now: int) -> int:
        """Return the time step a code belongs to; 0 for a code of none near now."""
        codes = pyotp.TOTP(secret)
        step = now // SECOND // STEP_SECONDS
        if len(code) != DIGITS or not code.isdecimal() or not code.isascii():
            return 0
        near = [step + beside for beside in ALLOWED_DRIFT]
        found = [each for each in near if secrets.compare_digest(codes.generate_otp(each), code)]
        return found[0] if found else 0

    def store_totp(self, work: Work, who: str, secret: str, step: int, now: int) -> None:
        """Put an authenticator in the place of any before; the code just shown is used up."""
        work.run(_DELETE, who, TOTP_KIND)
        factor = secrets.token_hex(16)
        sealed = self._vault.seal(Purpose.STAFF, _associated_data(who, factor), secret.encode())
        work.run(_ADD, factor, who, TOTP_KIND, sealed, step, now)

    def has_totp(self, work: Work, who: str) -> bool:
        """Tell whether a caseworker has an authenticator."""
        return bool(work.rows(_OF, who, TOTP_KIND))

    def use_code(self, work: Work, who: str, code: str, now: int) -> bool:
        """Tell whether a code is a caseworker's, and use it up: it opens once."""
        for factor, sealed, _used in work.rows(_OF, who, TOTP_KIND):
            try:
                plain = self._vault.open(
                    Purpose.STAFF, _associated_data(who, factor), bytes(sealed)
                )
            except DecryptionError:  # altered, or another's: it proves nothing
                continue
            step = self.step_of(plain.decode(), code, now)
            if step and work.run(_MARK_USED, step, factor):
                return True
        return False

    # --- links --------------------------------------------------------------------------------

    @staticmethod
    def create_invite(work: Work, who: str, now: int) -> str:
        """Return what a link ends with that lets somebody choose a second factor, once.

        Any link they had before opens nothing any more.
        """
        secret = new_session_secret()
        work.run(_DELETE_INVITES, who, now)
        work.run(_INSERT_INVITE, secret_digest(secret), who, now + INVITE_LIFETIME)
        return secret.hex()

    @staticmethod
    def invited_staff(work: Work, written: str, now: int) -> str:
        """Return whom a link was made for; empty: nobody, or not any more."""
        secret = parse_secret(written)
        rows = work.rows(_FIND_INVITE, secret_digest(secret), now) if secret else []
        return str(rows[0][0]) if rows else ""

    @staticmethod
    def use_invite(work: Work, written: str) -> bool:
        """Use a link up; tell whether nobody did before."""
        secret = parse_secret(written)
        return bool(secret) and bool(work.run(_USE_INVITE, secret_digest(secret)))


def parse_secret(written: str) -> bytes:
    """Return a secret from how it is written; nothing from anything else."""
    if len(written) != 64 or not written.isascii():  # noqa: PLR2004 - 32 bytes
        return b""
    try:
        return bytes.fromhex(written)
    except ValueError:
        return b""


def current_code(secret: str, now: int) -> str:
    """Return what an authenticator shows at a moment."""
    return pyotp.TOTP(secret).generate_otp(now // SECOND // STEP_SECONDS)


def _associated_data(who: str, factor: str) -> bytes:
    return f"{who}/factor/{factor}".encode()
