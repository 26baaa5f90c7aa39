"""What is on its way is sealed with a key that lives for a day: whoever comes later finds nothing.

An epoch is an X25519 key pair, a new one every half hour; its private half lies in the key store,
sealed under the host. The bot derives from it one symmetric key for each purpose, and seals with
that; other processes, which hold no key of the host, seal to the public half. The number of the
epoch stands in clear before everything that was sealed in it.

An epoch is destroyed 25 hours and 50 minutes after its birth, looked at every ten minutes: so long
because a conversation is kept for 25 hours after the hour of its last step, and half an hour each
because whatever was sealed at its end must live as long as that.
Letters that must wait longer are sealed anew with a waiting key, one a day, which goes when no
letter needs it any more, and after 14 days in any case.

A clock that is set forward destroys epochs early, as it lets unfinished conversations expire early:
what was to be gone must not stay because a clock is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, func, or_, select

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import DecryptionError, EpochExpiredError
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.keys import epochs
from bot.vault.keys.hpke import SUITE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from bot.store.writer import Work
    from bot.vault.keys.key_store import KeyStore
    from bot.vault.purpose import Purpose

    Wrap = Callable[[bytes, bytes], bytes]

SEALED_WITH_EPOCH, SEALED_TO_EPOCH = b"\x03", b"\x04"
"""First byte of what was sealed with an epoch's own key, and of what was sealed to its public half.
"""
NUMBER_LENGTH = 4
"""Bytes of an epoch's number."""
HEADER_LENGTH = 1 + NUMBER_LENGTH
"""Bytes that tell in which epoch something was sealed."""
NONCE_LENGTH, TAG_LENGTH = 12, 16
MIN_SEALED_LENGTH = HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH
ROTATION_PERIOD = HOUR // 2
"""How long an epoch is sealed with."""
LIFETIME = 25 * HOUR + 50 * MINUTE
"""How long it opens what was sealed with it; it is looked at every ten minutes."""
RESEAL_AFTER = DAY
"""Letters of an epoch older than this are sealed anew with a waiting key."""
WAITING_KEY_IN_USE = DAY + HOUR
"""A waiting key younger than this may be sealed with at this moment."""
MAX_WAIT = 14 * DAY
"""How long a letter may wait at most."""


class EpochKind(StrEnum):
    """What an epoch is for."""

    TRANSIT = "transit"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch, opened."""

    number: int
    private: X25519PrivateKey
    born_at: int

    def cipher(self, purpose: Purpose) -> ChaCha20Poly1305:
        """Return what seals and opens for one purpose."""
        return ChaCha20Poly1305(
            HKDF(SHA256(), 32, salt=None, info=f"haven 3 {purpose}".encode()).derive(
                self.private.private_bytes_raw()
            )
        )


@dataclass(frozen=True, slots=True)
class EpochPublicKey:
    """The public half of an epoch: whoever holds no key of the host seals to it."""

    number: int
    public: bytes

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return bytes only the bot opens, and only for this place, within a day."""
        key = X25519PublicKey.from_public_bytes(self.public)
        sealed = SUITE.encrypt(
            plain, key, info=_associated_data(purpose, self.number, associated_data)
        )
        return _head(SEALED_TO_EPOCH, self.number) + sealed


_NAMES = ("kind", "public", "sealed", "born_at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, epochs)
    .values({name: bindparam(name) for name in _NAMES})
    .returning(epochs.c.id),
    *_NAMES,
)  # fmt: skip
_COLUMNS = (epochs.c.id, epochs.c.kind, epochs.c.sealed, epochs.c.born_at, epochs.c.public)
_NEWEST = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .where(epochs.c.kind == bindparam("wanted"))
        .order_by(epochs.c.id.desc())
        .limit(1)
    ),
    "wanted",
)
_BY_NUMBER = Prepared(
    lambda _: select(*_COLUMNS).where(epochs.c.id == bindparam("number")),
    "number",
)
_OLD = Prepared(
    lambda _: select(epochs.c.id).where(
        epochs.c.kind == bindparam("wanted"),
        or_(epochs.c.born_at < bindparam("before"), epochs.c.born_at > bindparam("after")),
    ),
    "wanted",
    "before",
    "after",
)
_ALL = Prepared(lambda _: select(epochs.c.id).where(epochs.c.kind == bindparam("wanted")), "wanted")
_COUNT = Prepared(lambda _: select(func.count()).select_from(epochs))
_DELETE = PreparedList(lambda values: delete(epochs).where(epochs.c.id.in_(values)))


class Epochs:
    """The epochs of one deployment.

    Args:
        keys: where they lie.
        seal: seals private halves with the host's key, each for a place.
        unseal: opens them.
    """

    def __init__(self, keys: KeyStore, seal: Wrap, unseal: Wrap) -> None:
        self._keys = keys
        self._seal = seal
        self._unseal = unseal
        self._opened_epochs: dict[int, Epoch] = {}
        self._ciphers: dict[tuple[int, str], ChaCha20Poly1305] = {}

    def current(self, kind: EpochKind, now: int, rotation_period: int = ROTATION_PERIOD) -> Epoch:
        """Return the epoch to seal with now; begin one where the last is too old."""
        newest = self._keys.run(lambda work: work.rows(_NEWEST, kind.value))
        if newest and 0 <= now - newest[0][3] < rotation_period:
            return self._open_row(*newest[0])
        return self._begin(kind, now)

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed in an epoch.

        Raises:
            EpochGone: its epoch is.
            DoesNotOpen: it was altered, cut or moved.
        """
        if len(sealed) < MIN_SEALED_LENGTH:
            raise DecryptionError(f"not a sealed {purpose}")
        number, rest = int.from_bytes(sealed[1 : 1 + NUMBER_LENGTH]), sealed[1 + NUMBER_LENGTH :]
        try:
            if sealed[:1] == SEALED_WITH_EPOCH:
                bound = _associated_data(purpose, number, associated_data)
                return self._cipher(number, purpose).decrypt(
                    rest[:NONCE_LENGTH], rest[NONCE_LENGTH:], bound
                )
            private = self.epoch(number).private
            return SUITE.decrypt(
                rest, private, info=_associated_data(purpose, number, associated_data)
            )
        except (InvalidTag, ValueError):
            raise DecryptionError(f"a sealed {purpose} does not open: altered or moved") from None

    def epoch(self, number: int) -> Epoch:
        """Return an epoch by its number.

        Raises:
            EpochGone: it was destroyed.
        """
        if found := self._opened_epochs.get(number):
            return found
        rows = self._keys.run(lambda work: work.rows(_BY_NUMBER, number))
        if not rows:
            raise EpochExpiredError("what it was sealed with is gone after a day")
        return self._open_row(*rows[0])

    def public_key(self) -> EpochPublicKey:
        """Return where other processes seal to.

        Raises:
            DoesNotOpen: the bot never ran.
        """
        return newest_public_key(self._keys)

    def expiring(self, now: int) -> set[int]:
        """Return the epochs whose letters have to be sealed anew."""
        return self._older_than(now, RESEAL_AFTER)

    def expire(self, now: int, needed: Collection[int] = ()) -> int:
        """Destroy what is old enough, and waiting keys that nobody needs; return how many.

        Args:
            now: the moment.
            needed: numbers of waiting keys with which letters are still sealed.
        """
        old = self._older_than(now, LIFETIME)

        def destroy(work: Work) -> list[int]:
            waiting = [int(number) for (number,) in work.rows(_ALL, EpochKind.WAITING.value)]
            late = {
                n
                for (n,) in work.rows(_OLD, EpochKind.WAITING.value, now - MAX_WAIT, now + MAX_WAIT)
            }
            rest = {
                n
                for (n,) in work.rows(
                    _OLD,
                    EpochKind.WAITING.value,
                    now - WAITING_KEY_IN_USE,
                    now + WAITING_KEY_IN_USE,
                )
            }
            gone = [*old, *(n for n in waiting if n in late or (n in rest and n not in needed))]
            for statement, row in _DELETE.batches(gone):
                work.run(statement, *row)
            return gone

        gone = self._keys.run(destroy)
        self.evict(gone)
        return len(gone)

    def count(self) -> int:
        """Return how many there are."""
        return int(self._keys.run(lambda work: work.rows(_COUNT))[0][0])

    def evict(self, numbers: Iterable[int]) -> None:
        """Let epochs go from memory."""
        for number in numbers:
            self._opened_epochs.pop(number, None)
            for known in [it for it in self._ciphers if it[0] == number]:
                self._ciphers.pop(known, None)

    def _older_than(self, now: int, after: int) -> set[int]:
        kind = EpochKind.TRANSIT.value
        rows = self._keys.run(lambda work: work.rows(_OLD, kind, now - after, now + after))
        return {int(number) for (number,) in rows}

    def _begin(self, kind: EpochKind, now: int) -> Epoch:
        private = X25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        sealed = self._seal(_key_associated_data(kind.value, public), private.private_bytes_raw())
        rows = self._keys.run(lambda work: work.rows(_ADD, kind.value, public, sealed, now))
        return self._remember(Epoch(int(rows[0][0]), private, now))

    def _open_row(
        self, number: int, kind: str, sealed: bytes, born_at: int, public: bytes
    ) -> Epoch:
        if found := self._opened_epochs.get(number):
            return found
        raw = self._unseal(_key_associated_data(kind, bytes(public)), bytes(sealed))
        return self._remember(Epoch(int(number), X25519PrivateKey.from_private_bytes(raw), born_at))

    def _remember(self, epoch: Epoch) -> Epoch:
        self._opened_epochs[epoch.number] = epoch
        return epoch

    def _cipher(self, number: int, purpose: Purpose) -> ChaCha20Poly1305:
        known = (number, str(purpose))
        found = self._ciphers.get(known)
        if found is None:
            found = self._ciphers[known] = self.epoch(number).cipher(purpose)
        return found


def newest_public_key(keys: KeyStore) -> EpochPublicKey:
    """Return the public half of the newest epoch.

    Raises:
        DoesNotOpen: there is none, for the bot never ran.
    """
    rows = keys.run(lambda work: work.rows(_NEWEST, EpochKind.TRANSIT.value))
    if not rows:
        raise DecryptionError("there is no epoch yet; haven start begins one")
    return EpochPublicKey(int(rows[0][0]), bytes(rows[0][4]))


def epoch_cipher(epoch: Epoch, purpose: Purpose) -> tuple[bytes, ChaCha20Poly1305, bytes]:
    """Return what one seals with: what stands in front, the cipher, and what is bound."""
    head = _head(SEALED_WITH_EPOCH, epoch.number)
    return head, epoch.cipher(purpose), _associated_data(purpose, epoch.number, b"")


def is_sealed_in_epoch(sealed: bytes) -> bool:
    """Tell whether something was sealed with an epoch, and opens for a while only."""
    return sealed[:1] in {SEALED_WITH_EPOCH, SEALED_TO_EPOCH}


def epoch_number(sealed: bytes) -> int | None:
    """Return the epoch something was sealed in; None for what is older than epochs are."""
    if not is_sealed_in_epoch(sealed):
        return None
    return int.from_bytes(sealed[1 : 1 + NUMBER_LENGTH])


def _head(version: bytes, number: int) -> bytes:
    return version + number.to_bytes(NUMBER_LENGTH)


def _associated_data(purpose: Purpose, number: int, context: bytes) -> bytes:
    return b"haven/epoch/%b/%d/%b" % (purpose.encode(), number, context)


def _key_associated_data(kind: str, public: bytes) -> bytes:
    return b"%b/%b" % (kind.encode(), public)
