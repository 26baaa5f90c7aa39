"""Epoch keys: data in transit are sealed with a key that exists for a day.

An epoch is an X25519 key pair; a new one begins every half hour. Its private half is stored in the
key store, sealed under the root. The bot derives one symmetric key per purpose from it; other
processes, which have no key of the host, seal to the public half. The number of the epoch precedes
the sealed bytes in clear.

An epoch expires 25 hours and 50 minutes after it began, checked every ten minutes: a conversation
is kept for 25 hours after the hour of its last step, and half an hour because data sealed at the
end of an epoch must stay readable as long. Letters that wait longer are sealed again with a waiting
key, one a day, which expires when no letter needs it, or after 14 days.

A clock set forward expires epochs early, like conversations: data that should be gone must not
stay because a clock is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam, or_

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import DecryptionError, EpochExpiredError
from bot.store import Work, count, delete_in, insert, select_by, select_one
from bot.store.tables.keys import epochs
from bot.vault.keys.hpke import SUITE, derive_subkey
from bot.vault.purpose import Purpose, SealerOpener

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.vault.keys.key_store import KeyStore

SEALED_WITH_EPOCH, SEALED_TO_EPOCH = b"\x03", b"\x04"
"""First byte of data sealed with a symmetric key of an epoch, or to its public half."""
NUMBER_LENGTH = 4
"""Bytes of the number of an epoch."""
HEADER_LENGTH = 1 + NUMBER_LENGTH
"""Bytes before the sealed data: version and number of the epoch."""
NONCE_LENGTH, TAG_LENGTH = 12, 16
MIN_SEALED_LENGTH = HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH
ROTATION_PERIOD = HOUR // 2
"""How long an epoch seals."""
LIFETIME = 25 * HOUR + 50 * MINUTE
"""How long an epoch opens."""
RESEAL_AFTER = DAY
"""Age of an epoch after which its letters are sealed again with a waiting key."""
WAITING_KEY_IN_USE = DAY + HOUR
"""Age until which a waiting key may be in use for sealing."""
MAX_WAIT = 14 * DAY
"""How long a letter may wait."""


class EpochKind(StrEnum):
    """Kinds of epochs."""

    TRANSIT = "transit"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch, with its private half."""

    number: int
    private: X25519PrivateKey
    born_at: int

    def cipher(self, purpose: Purpose) -> ChaCha20Poly1305:
        """Return the cipher for a purpose."""
        secret = self.private.private_bytes_raw()
        return ChaCha20Poly1305(derive_subkey(secret, f"haven 3 {purpose}"))


@dataclass(frozen=True, slots=True)
class EpochPublicKey:
    """The public half of an epoch, for processes that hold no key of the host."""

    number: int
    public: bytes

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return bytes that only the bot opens, within a day."""
        key = X25519PublicKey.from_public_bytes(self.public)
        info = _associated_data(purpose, self.number, associated_data)
        return _head(SEALED_TO_EPOCH, self.number) + SUITE.encrypt(plain, key, info=info)


class StoredEpochs(NamedTuple):
    """What the key store has of epochs at one moment."""

    newest: list[Any]
    """The row of the newest one of kind `TRANSIT`; empty before the first."""
    numbers: set[int]
    """The numbers of all of them."""


_COLUMNS = ("id", "kind", "sealed", "born_at", "public")
_ADD = insert(epochs, "kind", "public", "sealed", "born_at", returning="id")
_NEWEST = select_by(epochs, *_COLUMNS, by="kind", order_by=epochs.c.id.desc(), limit=1)
_BY_NUMBER = select_one(epochs, *_COLUMNS, by="id")
_OLD = select_by(
    epochs,
    "id",
    by=("kind", or_(epochs.c.born_at < bindparam("before"), epochs.c.born_at > bindparam("after"))),
)
_COUNT = count(epochs)
_NUMBERS = select_by(epochs, "id")
_DELETE = delete_in(epochs, "id")


class Epochs:
    """The epochs of a deployment; `host` seals and opens the private halves, under the root."""

    def __init__(self, keys: KeyStore, host: SealerOpener) -> None:
        self._keys = keys
        self._host = host
        self._opened_epochs: dict[int, Epoch] = {}
        self._ciphers: dict[tuple[int, str], ChaCha20Poly1305] = {}

    def current(self, kind: EpochKind, now: int, rotation_period: int = ROTATION_PERIOD) -> Epoch:
        """Return the epoch to seal with now; begin one if the last is too old."""
        newest = self._keys.run(lambda work: work.rows(_NEWEST, kind.value))
        return self._open_or_begin(newest, kind, now, rotation_period)

    def _open_or_begin(
        self, newest: list[Any], kind: EpochKind, now: int, rotation_period: int
    ) -> Epoch:
        if newest and 0 <= now - newest[0][3] < rotation_period:
            return self._open_row(*newest[0])
        return self._begin(kind, now)

    @staticmethod
    def load(work: Work) -> StoredEpochs:
        """Return what `follow` compares with, within a unit of work of the key store."""
        newest = work.rows(_NEWEST, EpochKind.TRANSIT.value)
        return StoredEpochs(newest, {int(it) for (it,) in work.rows(_NUMBERS)})

    def follow(self, stored: StoredEpochs, now: int) -> Epoch:
        """Return the epoch to seal with now, and forget those that another process has erased."""
        self.evict(set(self._opened_epochs) - stored.numbers)
        return self._open_or_begin(stored.newest, EpochKind.TRANSIT, now, ROTATION_PERIOD)

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed in an epoch.

        Raises:
            EpochExpiredError: the epoch expired.
            DecryptionError: altered, cut or moved.
        """
        if len(sealed) < MIN_SEALED_LENGTH:
            raise DecryptionError(f"not a sealed {purpose}")
        number, rest = int.from_bytes(sealed[1 : 1 + NUMBER_LENGTH]), sealed[1 + NUMBER_LENGTH :]
        try:
            info = _associated_data(purpose, number, associated_data)
            if sealed[:1] == SEALED_WITH_EPOCH:
                nonce, body = rest[:NONCE_LENGTH], rest[NONCE_LENGTH:]
                return self._cipher(number, purpose).decrypt(nonce, body, info)
            return SUITE.decrypt(rest, self.epoch(number).private, info=info)
        except (InvalidTag, ValueError):
            raise DecryptionError(f"a sealed {purpose} does not open: altered or moved") from None

    def epoch(self, number: int) -> Epoch:
        """Return an epoch by its number; EpochExpiredError if it expired."""
        if found := self._opened_epochs.get(number):
            return found
        rows = self._keys.run(lambda work: work.rows(_BY_NUMBER, number))
        if not rows:
            raise EpochExpiredError("the key of these data expired after a day")
        return self._open_row(*rows[0])

    def expiring(self, now: int) -> set[int]:
        """Return the epochs whose letters must be sealed again."""
        return self._keys.run(lambda work: _older_than(work, EpochKind.TRANSIT, now, RESEAL_AFTER))

    def expire(self, now: int, needed: Collection[int] = ()) -> int:
        """Erase old epochs, and the waiting keys that are not in `needed`; return how many."""

        def erase(work: Work) -> list[int]:
            old = _older_than(work, EpochKind.TRANSIT, now, LIFETIME)
            late = _older_than(work, EpochKind.WAITING, now, MAX_WAIT)
            unused = _older_than(work, EpochKind.WAITING, now, WAITING_KEY_IN_USE)
            gone = sorted(old | late | (unused - set(needed)))
            for statement, row in _DELETE.batches(gone):
                work.run(statement, *row)
            return gone

        gone = self._keys.run(erase)
        self.evict(gone)
        return len(gone)

    def is_known(self, number: int) -> bool:
        """Tell whether an epoch is in memory."""
        return number in self._opened_epochs

    def count(self) -> int:
        """Return the number of epochs."""
        return int(self._keys.run(lambda work: work.rows(_COUNT))[0][0])

    def evict(self, numbers: Iterable[int]) -> None:
        """Remove epochs from memory."""
        for number in numbers:
            self._opened_epochs.pop(number, None)
            for known in [it for it in self._ciphers if it[0] == number]:
                self._ciphers.pop(known, None)

    def _begin(self, kind: EpochKind, now: int) -> Epoch:
        private = X25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        data = _key_associated_data(kind.value, public)
        sealed = self._host.seal(Purpose.EPOCH, data, private.private_bytes_raw())
        rows = self._keys.run(lambda work: work.rows(_ADD, kind.value, public, sealed, now))
        return self._remember(Epoch(int(rows[0][0]), private, now))

    def _open_row(
        self, number: int, kind: str, sealed: bytes, born_at: int, public: bytes
    ) -> Epoch:
        if found := self._opened_epochs.get(number):
            return found
        data = _key_associated_data(kind, bytes(public))
        raw = self._host.open(Purpose.EPOCH, data, bytes(sealed))
        return self._remember(Epoch(int(number), X25519PrivateKey.from_private_bytes(raw), born_at))

    def _remember(self, epoch: Epoch) -> Epoch:
        self._opened_epochs[epoch.number] = epoch
        return epoch

    def _cipher(self, number: int, purpose: Purpose) -> ChaCha20Poly1305:
        known = (number, str(purpose))
        if known not in self._ciphers:
            self._ciphers[known] = self.epoch(number).cipher(purpose)
        return self._ciphers[known]


def _older_than(work: Work, kind: EpochKind, now: int, age: int) -> set[int]:
    return {int(number) for (number,) in work.rows(_OLD, kind.value, now - age, now + age)}


def newest_public_key(keys: KeyStore) -> EpochPublicKey:
    """Return the public half of the newest epoch.

    Raises:
        DecryptionError: there is none, because the bot never ran.
    """
    rows = keys.run(lambda work: work.rows(_NEWEST, EpochKind.TRANSIT.value))
    if not rows:
        raise DecryptionError("there is no epoch yet; haven start begins one")
    return EpochPublicKey(int(rows[0][0]), bytes(rows[0][4]))


def epoch_cipher(epoch: Epoch, purpose: Purpose) -> tuple[bytes, ChaCha20Poly1305, bytes]:
    """Return the head, the cipher and the first part of the associated data for sealing."""
    head = _head(SEALED_WITH_EPOCH, epoch.number)
    return head, epoch.cipher(purpose), _associated_data(purpose, epoch.number, b"")


def epoch_number(sealed: bytes) -> int | None:
    """Return the number of the epoch of sealed data; None for data sealed under the root."""
    is_in_epoch = sealed[:1] in {SEALED_WITH_EPOCH, SEALED_TO_EPOCH}
    return int.from_bytes(sealed[1 : 1 + NUMBER_LENGTH]) if is_in_epoch else None


def _head(version: bytes, number: int) -> bytes:
    return version + number.to_bytes(NUMBER_LENGTH)


def _associated_data(purpose: Purpose, number: int, context: bytes) -> bytes:
    return b"haven/epoch/%b/%d/%b" % (purpose.encode(), number, context)


def _key_associated_data(kind: str, public: bytes) -> bytes:
    return b"%b/%b" % (kind.encode(), public)
