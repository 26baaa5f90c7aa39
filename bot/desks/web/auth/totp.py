"""Second factors and links of invitation, as they lie in the store; used inside units of work."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import bindparam, delete, select, update

from bot.clock import DAY, SECOND
from bot.errors import DoesNotOpen
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.desk import desk_factors, desk_invites
from bot.vault import Purpose
from bot.vault.keys.browser_key import known_by, new_secret

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import Vault

CODES, PASSKEY = "codes", "passkey"
INVITED_FOR = 3 * DAY
STEP = 30
"""Seconds a code holds."""
AROUND = (0, -1, 1)
"""Steps beside the one of now in which a code is taken: telephones go a little wrong."""
DIGITS = 6

_FACTORS = ("id", "staff_id", "kind", "sealed", "used", "made_at")
_ADD = Prepared(
    lambda dialect: insert_of(dialect, desk_factors).values(
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
_USED = Prepared(
    # Compare and set: a code that two send at once lets one of them in.
    lambda _: (
        update(desk_factors)
        .where(desk_factors.c.id == bindparam("factor"), desk_factors.c.used < bindparam("step"))
        .values(used=bindparam("step"))
    ),
    "step",
    "factor",
)
_DROP = Prepared(
    lambda _: delete(desk_factors).where(
        desk_factors.c.staff_id == bindparam("who"), desk_factors.c.kind == bindparam("of_kind")
    ),
    "who",
    "of_kind",
)
_INVITE = Prepared(
    lambda dialect: insert_of(dialect, desk_invites).values(
        token=bindparam("token"), staff_id=bindparam("who"), until=bindparam("until")
    ),
    "token",
    "who",
    "until",
)
_INVITED = Prepared(
    lambda _: select(desk_invites.c.staff_id).where(
        desk_invites.c.token == bindparam("known"), desk_invites.c.until > bindparam("now")
    ),
    "known",
    "now",
)
_UNINVITE = Prepared(
    lambda _: delete(desk_invites).where(
        (desk_invites.c.staff_id == bindparam("who")) | (desk_invites.c.until <= bindparam("now"))
    ),
    "who",
    "now",
)
_TAKE = Prepared(
    lambda _: delete(desk_invites).where(desk_invites.c.token == bindparam("known")), "known"
)


class Passes:
    """What lets caseworkers in beside their password."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    # --- codes --------------------------------------------------------------------------------

    @staticmethod
    def new_codes() -> str:
        """Return the secret of a new authenticator, as telephones take it."""
        return pyotp.random_base32(32)

    @staticmethod
    def step_of(secret: str, code: str, now: int) -> int:
        """Return the time step a code belongs to; 0 for a code of none near now."""
        codes = pyotp.TOTP(secret)
        step = now // SECOND // STEP
        if len(code) != DIGITS or not code.isdecimal() or not code.isascii():
            return 0
        near = [step + beside for beside in AROUND]
        found = [each for each in near if secrets.compare_digest(codes.generate_otp(each), code)]
        return found[0] if found else 0

    def keep_codes(self, work: Work, who: str, secret: str, step: int, now: int) -> None:
        """Put an authenticator in the place of any before; the code just shown is used up."""
        work.run(_DROP, who, CODES)
        factor = secrets.token_hex(16)
        sealed = self._vault.seal(Purpose.STAFF, _place(who, factor), secret.encode())
        work.run(_ADD, factor, who, CODES, sealed, step, now)

    def has_codes(self, work: Work, who: str) -> bool:
        """Tell whether a caseworker has an authenticator."""
        return bool(work.rows(_OF, who, CODES))

    def try_code(self, work: Work, who: str, code: str, now: int) -> bool:
        """Tell whether a code is a caseworker's, and use it up: it opens once."""
        for factor, sealed, _used in work.rows(_OF, who, CODES):
            try:
                plain = self._vault.open(Purpose.STAFF, _place(who, factor), bytes(sealed))
            except DoesNotOpen:  # altered, or another's: it proves nothing
                continue
            step = self.step_of(plain.decode(), code, now)
            if step and work.run(_USED, step, factor):
                return True
        return False

    # --- links --------------------------------------------------------------------------------

    @staticmethod
    def invite(work: Work, who: str, now: int) -> str:
        """Return what a link ends with that lets somebody choose a second factor, once.

        Any link they had before opens nothing any more.
        """
        secret = new_secret()
        work.run(_UNINVITE, who, now)
        work.run(_INVITE, known_by(secret), who, now + INVITED_FOR)
        return secret.hex()

    @staticmethod
    def invited(work: Work, written: str, now: int) -> str:
        """Return whom a link was made for; empty: nobody, or not any more."""
        secret = read_secret(written)
        rows = work.rows(_INVITED, known_by(secret), now) if secret else []
        return str(rows[0][0]) if rows else ""

    @staticmethod
    def take_invite(work: Work, written: str) -> bool:
        """Use a link up; tell whether nobody did before."""
        secret = read_secret(written)
        return bool(secret) and bool(work.run(_TAKE, known_by(secret)))


def read_secret(written: str) -> bytes:
    """Return a secret from how it is written; nothing from anything else."""
    if len(written) != 64 or not written.isascii():  # noqa: PLR2004 - 32 bytes
        return b""
    try:
        return bytes.fromhex(written)
    except ValueError:
        return b""


def code_of(secret: str, now: int) -> str:
    """Return what an authenticator shows at a moment."""
    return pyotp.TOTP(secret).generate_otp(now // SECOND // STEP)


def _place(who: str, factor: str) -> bytes:
    return f"{who}/factor/{factor}".encode()
