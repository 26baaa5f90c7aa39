"""Store of passkeys, sealed one by one.

Answers of passkeys are verified in `webauthn`. If a passkey computes a secret (PRF extension), its
record also has the caseworker's key wrapped under that secret.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING

import msgspec

from bot.desks.web.auth.totp import INSERT_FACTOR, PASSKEY_KIND, SELECT_FACTORS
from bot.errors import DecryptionError
from bot.store.statements import delete_by, update_by
from bot.store.tables.desk import desk_factors
from bot.vault import Purpose, Vault

if TYPE_CHECKING:
    from bot.store.writer import Work

# Compare and set: of two requests with the same answer one is accepted.
_MARK_USED = update_by(desk_factors, "used", by=("id", "used"))
_UPDATE_SEALED = update_by(desk_factors, "sealed", by="id")
_DELETE = delete_by(desk_factors, ("id", "staff_id"))
MAX_PASSKEYS = 10


class PasskeyRecord(msgspec.Struct, frozen=True):
    """The sealed part of a passkey."""

    credential: bytes
    public: bytes
    device: str
    locked: bytes = b""
    """The caseworker's key, wrapped under the passkey's secret; empty if it has none."""


class Passkey(msgspec.Struct, frozen=True):
    """One passkey of a caseworker."""

    id: str
    record: PasskeyRecord
    count: int  # use count of its authenticator; 0 if it does not count
    made_at: int

    @property
    def opens_key(self) -> bool:
        """Whether it unlocks the caseworker's key."""
        return bool(self.record.locked)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PasskeyRecord).decode


class PasskeyStore:
    """Stores passkeys, inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, work: Work, who: str) -> list[Passkey]:
        """Return the passkeys of a caseworker, oldest first, without altered records."""
        found = []
        for factor, sealed, count, made_at in work.rows(SELECT_FACTORS, who, PASSKEY_KIND):
            data = _associated_data(who, factor)
            with contextlib.suppress(DecryptionError, msgspec.MsgspecError):
                plain = self._vault.open(Purpose.STAFF, data, bytes(sealed))
                found.append(Passkey(factor, _decode(plain), count, made_at))
        return found

    def store(self, work: Work, who: str, record: PasskeyRecord, count: int, now: int) -> str:
        """Store a new passkey; return its id."""
        factor = secrets.token_hex(16)
        sealed = self._encrypt(who, factor, record)
        work.run(INSERT_FACTOR, factor, who, PASSKEY_KIND, sealed, count, now)
        return factor

    @staticmethod
    def mark_used(work: Work, passkey: Passkey, count: int) -> bool:
        """Store the new use count; false if another request did so first."""
        return bool(work.run(_MARK_USED, count, passkey.id, passkey.count))

    def store_wrapped_key(self, work: Work, who: str, passkey: Passkey, locked: bytes) -> None:
        """Store a caseworker's key, wrapped under the secret of a passkey."""
        record = msgspec.structs.replace(passkey.record, locked=locked)
        work.run(_UPDATE_SEALED, self._encrypt(who, passkey.id, record), passkey.id)

    @staticmethod
    def delete(work: Work, who: str, factor: str) -> bool:
        """Delete a passkey; false if it belongs to another caseworker."""
        return bool(work.run(_DELETE, factor, who))

    def _encrypt(self, who: str, factor: str, record: PasskeyRecord) -> bytes:
        return self._vault.seal(Purpose.STAFF, _associated_data(who, factor), _encode(record))


def _associated_data(who: str, factor: str) -> bytes:
    return f"{who}/passkey/{factor}".encode()
