"""Passkeys as they lie in the store, each with a key of its own; used inside units of work.

What a passkey proves is checked in `ceremony`; here stands whose it is. Where a browser lets a
passkey compute (the PRF extension), the caseworker's key lies beside it once more, locked under
what it computes: then it opens what their password opens.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, update

from bot.desks.web.auth.totp import PASSKEY_KIND
from bot.errors import DecryptionError
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.desk import desk_factors
from bot.vault import Purpose

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import Vault

_NAMES = ("id", "staff_id", "kind", "sealed", "used", "made_at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, desk_factors).values(
        {name: bindparam(name) for name in _NAMES}
    ),
    *_NAMES,
)
_OF = Prepared(
    lambda _: (
        select(
            desk_factors.c.id, desk_factors.c.sealed, desk_factors.c.used, desk_factors.c.made_at
        )
        .where(
            desk_factors.c.staff_id == bindparam("who"), desk_factors.c.kind == bindparam("of_kind")
        )
        .order_by(desk_factors.c.made_at, desk_factors.c.id)
    ),
    "who",
    "of_kind",
)
_MARK_USED = Prepared(
    # Compare and set: of two that show one moment of a passkey, one is let in.
    lambda _: (
        update(desk_factors)
        .where(desk_factors.c.id == bindparam("factor"), desk_factors.c.used == bindparam("before"))
        .values(used=bindparam("count"))
    ),
    "count",
    "factor",
    "before",
)
_UPDATE_SEALED = Prepared(
    lambda _: (
        update(desk_factors)
        .where(desk_factors.c.id == bindparam("factor"))
        .values(sealed=bindparam("sealed"))
    ),
    "sealed",
    "factor",
)
_DELETE = Prepared(
    lambda _: delete(desk_factors).where(
        desk_factors.c.id == bindparam("factor"), desk_factors.c.staff_id == bindparam("who")
    ),
    "factor",
    "who",
)
MAX_PASSKEYS = 10
"""Passkeys of one caseworker."""


class PasskeyRecord(msgspec.Struct, frozen=True):
    """What is sealed of a passkey."""

    credential: bytes
    """How its authenticator calls it."""
    public: bytes
    """What its signatures are checked with."""
    device: str
    """Where it was made, in two words of ours."""
    locked: bytes = b""
    """Its caseworker's key, under what it computes; empty where it computes nothing."""


class Passkey(msgspec.Struct, frozen=True):
    """One passkey of a caseworker."""

    id: str
    record: PasskeyRecord
    count: int
    """How often its authenticator says it was used; 0 where it does not count."""
    made_at: int

    @property
    def opens_key(self) -> bool:
        """Tell whether it opens its caseworker's key."""
        return bool(self.record.locked)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PasskeyRecord).decode


class PasskeyStore:
    """The passkeys of whoever works here."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, work: Work, who: str) -> list[Passkey]:
        """Return a caseworker's passkeys, the oldest first; one that was altered is none."""
        found = []
        for factor, sealed, count, made_at in work.rows(_OF, who, PASSKEY_KIND):
            try:
                plain = self._vault.open(
                    Purpose.STAFF, _associated_data(who, factor), bytes(sealed)
                )
                found.append(Passkey(factor, _decode(plain), count, made_at))
            except (DecryptionError, msgspec.MsgspecError):
                continue
        return found

    def store(self, work: Work, who: str, record: PasskeyRecord, count: int, now: int) -> str:
        """Keep a new passkey; return its id."""
        factor = secrets.token_hex(16)
        work.run(_ADD, factor, who, PASSKEY_KIND, self._encrypt(who, factor, record), count, now)
        return factor

    @staticmethod
    def mark_used(work: Work, passkey: Passkey, count: int) -> bool:
        """Note that a passkey was used; tell whether nobody used the same moment of it before."""
        return bool(work.run(_MARK_USED, count, passkey.id, passkey.count))

    def store_wrapped_key(self, work: Work, who: str, passkey: Passkey, locked: bytes) -> None:
        """Keep a caseworker's key beside a passkey, in the place of any before."""
        kept = msgspec.structs.replace(passkey.record, locked=locked)
        work.run(_UPDATE_SEALED, self._encrypt(who, passkey.id, kept), passkey.id)

    @staticmethod
    def delete(work: Work, who: str, factor: str) -> bool:
        """Take one away; tell whether it was theirs."""
        return bool(work.run(_DELETE, factor, who))

    def _encrypt(self, who: str, factor: str, kept: PasskeyRecord) -> bytes:
        return self._vault.seal(Purpose.STAFF, _associated_data(who, factor), _encode(kept))


def _associated_data(who: str, factor: str) -> bytes:
    return f"{who}/passkey/{factor}".encode()
