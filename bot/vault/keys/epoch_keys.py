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
from bot.errors import DoesNotOpen, EpochGone
from bot.store.compiled import Prepared, PreparedList, insert_of
from bot.store.tables.keys import epochs
from bot.vault.keys.hpke import SUITE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from bot.store.writer import Work
    from bot.vault.keys.key_store import KeyStore
    from bot.vault.purpose import Purpose

    Wrap = Callable[[bytes, bytes], bytes]

WITH_EPOCH, TO_EPOCH = b"\x03", b"\x04"
"""First byte of what was sealed with an epoch's own key, and of what was sealed to its public half.
"""
NUMBER = 4
"""Bytes of an epoch's number."""
FRONT = 1 + NUMBER
"""Bytes that tell in which epoch something was sealed."""
NONCE, TAG = 12, 16
SHORTEST = FRONT + NONCE + TAG
LASTS = HOUR // 2
"""How long an epoch is sealed with."""
LIVES = 25 * HOUR + 50 * MINUTE
"""How long it opens what was sealed with it; it is looked at every ten minutes."""
MOVES_AFTER = DAY
"""Letters of an epoch older than this are sealed anew with a waiting key."""
RESTS = DAY + HOUR
"""A waiting key younger than this may be sealed with at this moment."""
WAITS = 14 * DAY
"""How long a letter may wait at most."""


class Span(StrEnum):
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
class Postbox:
    """The public half of an epoch: whoever holds no key of the host seals to it."""

    number: int
    public: bytes

    def seal(self, purpose: Purpose, place: bytes, plain: bytes) -> bytes:
        """Return bytes only the bot opens, and only for this place, within a day."""
        key = X25519PublicKey.from_public_bytes(self.public)
        sealed = SUITE.encrypt(plain, key, info=_bound(purpose, self.number, place))
        return _head(TO_EPOCH, self.number) + sealed


_NAMES = ("kind", "public", "sealed", "born_at")
_ADD = Prepared(
    lambda dialect: insert_of(dialect, epochs)
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
_ONE = Prepared(
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
_DESTROY = PreparedList(lambda values: delete(epochs).where(epochs.c.id.in_(values)))


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
        self._open: dict[int, Epoch] = {}
        self._ciphers: dict[tuple[int, str], ChaCha20Poly1305] = {}

    def turn(self, span: Span, now: int, lasts: int = LASTS) -> Epoch:
        """Return the epoch to seal with now; begin one where the last is too old."""
        newest = self._keys.run(lambda work: work.rows(_NEWEST, span.value))
        if newest and 0 <= now - newest[0][3] < lasts:
            return self._opened(*newest[0])
        return self._begin(span, now)

    def open(self, purpose: Purpose, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed in an epoch.

        Raises:
            EpochGone: its epoch is.
            DoesNotOpen: it was altered, cut or moved.
        """
        if len(sealed) < SHORTEST:
            raise DoesNotOpen(f"not a sealed {purpose}")
        number, rest = int.from_bytes(sealed[1 : 1 + NUMBER]), sealed[1 + NUMBER :]
        try:
            if sealed[:1] == WITH_EPOCH:
                bound = _bound(purpose, number, place)
                return self._cipher(number, purpose).decrypt(rest[:NONCE], rest[NONCE:], bound)
            private = self.epoch(number).private
            return SUITE.decrypt(rest, private, info=_bound(purpose, number, place))
        except (InvalidTag, ValueError):
            raise DoesNotOpen(f"a sealed {purpose} does not open: altered or moved") from None

    def epoch(self, number: int) -> Epoch:
        """Return an epoch by its number.

        Raises:
            EpochGone: it was destroyed.
        """
        if found := self._open.get(number):
            return found
        rows = self._keys.run(lambda work: work.rows(_ONE, number))
        if not rows:
            raise EpochGone("what it was sealed with is gone after a day")
        return self._opened(*rows[0])

    def postbox(self) -> Postbox:
        """Return where other processes seal to.

        Raises:
            DoesNotOpen: the bot never ran.
        """
        return postbox(self._keys)

    def dying(self, now: int) -> set[int]:
        """Return the epochs whose letters have to be sealed anew."""
        return self._old(now, MOVES_AFTER)

    def destroy(self, now: int, needed: Collection[int] = ()) -> int:
        """Destroy what is old enough, and waiting keys that nobody needs; return how many.

        Args:
            now: the moment.
            needed: numbers of waiting keys with which letters are still sealed.
        """
        old = self._old(now, LIVES)

        def destroy(work: Work) -> list[int]:
            waiting = [int(number) for (number,) in work.rows(_ALL, Span.WAITING.value)]
            late = {n for (n,) in work.rows(_OLD, Span.WAITING.value, now - WAITS, now + WAITS)}
            rest = {n for (n,) in work.rows(_OLD, Span.WAITING.value, now - RESTS, now + RESTS)}
            gone = [*old, *(n for n in waiting if n in late or (n in rest and n not in needed))]
            for statement, row in _DESTROY.pieces(gone):
                work.run(statement, *row)
            return gone

        gone = self._keys.run(destroy)
        self.forget(gone)
        return len(gone)

    def count(self) -> int:
        """Return how many there are."""
        return int(self._keys.run(lambda work: work.rows(_COUNT))[0][0])

    def forget(self, numbers: Iterable[int]) -> None:
        """Let epochs go from memory."""
        for number in numbers:
            self._open.pop(number, None)
            for known in [it for it in self._ciphers if it[0] == number]:
                self._ciphers.pop(known, None)

    def _old(self, now: int, after: int) -> set[int]:
        kind = Span.TRANSIT.value
        rows = self._keys.run(lambda work: work.rows(_OLD, kind, now - after, now + after))
        return {int(number) for (number,) in rows}

    def _begin(self, span: Span, now: int) -> Epoch:
        private = X25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        sealed = self._seal(_place(span.value, public), private.private_bytes_raw())
        rows = self._keys.run(lambda work: work.rows(_ADD, span.value, public, sealed, now))
        return self._remember(Epoch(int(rows[0][0]), private, now))

    def _opened(self, number: int, kind: str, sealed: bytes, born_at: int, public: bytes) -> Epoch:
        if found := self._open.get(number):
            return found
        raw = self._unseal(_place(kind, bytes(public)), bytes(sealed))
        return self._remember(Epoch(int(number), X25519PrivateKey.from_private_bytes(raw), born_at))

    def _remember(self, epoch: Epoch) -> Epoch:
        self._open[epoch.number] = epoch
        return epoch

    def _cipher(self, number: int, purpose: Purpose) -> ChaCha20Poly1305:
        known = (number, str(purpose))
        found = self._ciphers.get(known)
        if found is None:
            found = self._ciphers[known] = self.epoch(number).cipher(purpose)
        return found


def postbox(keys: KeyStore) -> Postbox:
    """Return the public half of the newest epoch.

    Raises:
        DoesNotOpen: there is none, for the bot never ran.
    """
    rows = keys.run(lambda work: work.rows(_NEWEST, Span.TRANSIT.value))
    if not rows:
        raise DoesNotOpen("there is no epoch yet; haven start begins one")
    return Postbox(int(rows[0][0]), bytes(rows[0][4]))


def sealed_in(epoch: Epoch, purpose: Purpose) -> tuple[bytes, ChaCha20Poly1305, bytes]:
    """Return what one seals with: what stands in front, the cipher, and what is bound."""
    head = _head(WITH_EPOCH, epoch.number)
    return head, epoch.cipher(purpose), _bound(purpose, epoch.number, b"")


def is_of_epoch(sealed: bytes) -> bool:
    """Tell whether something was sealed with an epoch, and opens for a while only."""
    return sealed[:1] in {WITH_EPOCH, TO_EPOCH}


def number_of(sealed: bytes) -> int | None:
    """Return the epoch something was sealed in; None for what is older than epochs are."""
    if not is_of_epoch(sealed):
        return None
    return int.from_bytes(sealed[1 : 1 + NUMBER])


def _head(version: bytes, number: int) -> bytes:
    return version + number.to_bytes(NUMBER)


def _bound(purpose: Purpose, number: int, place: bytes) -> bytes:
    return b"haven/epoch/%b/%d/%b" % (purpose.encode(), number, place)


def _place(kind: str, public: bytes) -> bytes:
    return b"%b/%b" % (kind.encode(), public)
