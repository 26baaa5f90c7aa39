"""A key pair of its own for every case: the bot seals to it, and cannot open.

The public half lies with the case, sealed under the host so that nobody puts another in its place;
the private half lies in the key store, wrapped to whoever may open the case (`custody`), and is
committed there before the case is. Whoever erases the wraps has erased all that was sealed.

Cases of older releases have one symmetric key under the host, or none: those the bot can open until
`haven keys upgrade` has sealed them anew.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam, select

from bot.errors import DecryptionError
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.main import case_keys
from bot.vault.keys.hpke import OVERHEAD, KeyPair, pad, seal_to, unpad
from bot.vault.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.store.writer import Work
    from bot.vault.keys.case_access import CaseKeyWraps
    from bot.vault.keys.keyring import Keyring

SEALED_TO_CASE = b"\x05"
"""First byte of what was sealed to a case's public half, and of the row that holds that half."""
VERSION = b"\x02"
"""First byte of what older releases sealed with a case's symmetric key."""
NONCE = 12
SHORTEST = len(VERSION) + NONCE + 16
MIN_LENGTH_TO_CASE = len(SEALED_TO_CASE) + OVERHEAD
CACHE_SIZE = 512
"""Keys remembered at most, more than any batch opens cases: whoever writes now costs no query."""

_ADD = Prepared(
    lambda dialect: insert_into(dialect, case_keys).values(
        case_id=bindparam("case"), sealed=bindparam("sealed")
    ),
    "case",
    "sealed",
)
_RENEW = Prepared(
    lambda dialect: (
        new := insert_into(dialect, case_keys).values(
            case_id=bindparam("case"), sealed=bindparam("sealed")
        )
    ).on_conflict_do_update(index_elements=["case_id"], set_={"sealed": new.excluded.sealed}),
    "case",
    "sealed",
)
_FIND = Prepared(
    lambda _: select(case_keys.c.sealed).where(case_keys.c.case_id == bindparam("case")), "case"
)
_EXISTING = PreparedList(
    lambda values: select(case_keys.c.case_id).where(case_keys.c.case_id.in_(values))
)


class Sealer(Protocol):
    """Whatever seals."""

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return the bytes sealed for one place."""


class Opener(Protocol):
    """Whatever opens."""

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this place.

        Raises:
            DoesNotOpen: it was altered, cut, moved, or its key is another or gone.
        """


class SealerOpener(Sealer, Opener, Protocol):
    """Whatever does both: keys of older releases."""


class CaseSealer:
    """Seals what belongs to one case, to that case's public half; opens nothing."""

    __slots__ = ("_case", "_public")

    def __init__(self, case: str, public: bytes) -> None:
        self._case = case
        self._public = public

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return the bytes sealed for one place in this case."""
        padded = plain if purpose is Purpose.FILE else pad(plain)
        return SEALED_TO_CASE + seal_to(
            self._public, _associated_data(self._case, purpose, associated_data), padded
        )


class CaseOpener:
    """Opens what belongs to one case, with that case's private half."""

    __slots__ = ("_case", "_key")

    def __init__(self, case: str, key: KeyPair) -> None:
        self._case = case
        self._key = key

    @property
    def private_bytes(self) -> bytes:
        """Return the private half, for a process that opens beside this one."""
        return self._key.private_bytes

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this place in this case.

        Raises:
            DoesNotOpen: it was altered, cut, moved here, or belongs to another case.
        """
        if len(sealed) < MIN_LENGTH_TO_CASE or sealed[:1] != SEALED_TO_CASE:
            raise DecryptionError(f"not a {purpose} sealed to a case")
        plain = self._key.open(_associated_data(self._case, purpose, associated_data), sealed[1:])
        return plain if purpose is Purpose.FILE else unpad(plain)


class OldSealer:
    """Seals and opens what belongs to one case of an older release, with its symmetric key."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, purpose: Purpose, place: bytes, plain: bytes) -> bytes:
        """Return the bytes sealed for one place in this case."""
        nonce = os.urandom(NONCE)
        return VERSION + nonce + self._cipher.encrypt(nonce, plain, _bound(purpose, place))

    def open(self, purpose: Purpose, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this place in this case.

        Raises:
            DoesNotOpen: it was altered, cut, moved here, or belongs to another case.
        """
        if len(sealed) < SHORTEST or sealed[:1] != VERSION:
            raise DecryptionError(f"not a {purpose} sealed for a case")
        nonce, cipher = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._cipher.decrypt(nonce, cipher, _bound(purpose, place))
        except InvalidTag:
            raise DecryptionError(
                f"a sealed {purpose} of a case does not open: altered, moved, or another case's"
            ) from None


class CaseKeys:
    """The keys of cases, used inside units of work.

    Args:
        host: seals the public halves, and opens the keys of older releases.
        custody: keeps the private halves; none without a key store.
    """

    def __init__(self, host: SealerOpener, custody: CaseKeyWraps | None) -> None:
        self._host = host
        self._wraps = custody
        self._sealers: dict[str, Sealer] = {}

    @property
    def wraps(self) -> CaseKeyWraps:
        """Return what keeps the private halves.

        Raises:
            DoesNotOpen: there is no key store here.
        """
        if self._wraps is None:
            raise DecryptionError("without a key store nothing of a case is sealed or opened")
        return self._wraps

    def create(self, cases: Sequence[tuple[str, str]], now: int) -> list[tuple[str, bytes]]:
        """Make the keys of cases that are being opened, wrapped and committed; return their rows.

        Args:
            cases: each with its queue, whose team may open it.
            now: the moment.
        """
        pairs = {case: KeyPair.generate() for case, _queue in cases}
        self.wraps.add([(case, queue, pairs[case].private_bytes) for case, queue in cases], now)
        rows = []
        for case, pair in pairs.items():
            self._remember(case, CaseSealer(case, pair.public))
            rows.append((case, self.public_key_row(case, pair.public)))
        return rows

    def renew(self, work: Work, case: str, queue: str, holder: str, now: int) -> CaseSealer:
        """Give a case of an older release a pair; return what seals in it once this unit ends.

        Nothing of it is remembered: if the unit fails, the case is what it was.

        Args:
            work: the unit of work in which everything of the case is sealed anew.
            case: its id.
            queue: where it waits or waited.
            holder: the id of whoever claimed it; empty for nobody.
            now: the moment.
        """
        pair = KeyPair.generate()
        self.wraps.renew(case, queue, holder, pair.private_bytes, now)
        work.run(_RENEW, case, self.public_key_row(case, pair.public))
        self.evict(case)
        return CaseSealer(case, pair.public)

    def public_key_row(self, case: str, public: bytes) -> bytes:
        """Return what is kept with a case: its public half, which nobody can exchange."""
        return SEALED_TO_CASE + self._host.seal(Purpose.CASE_PUBLIC, case.encode(), public)

    @staticmethod
    def store(work: Work, made: Iterable[tuple[str, bytes]]) -> None:
        """Store new keys, once their cases are."""
        work.many(_ADD, list(made))

    def sealer(self, work: Work, case: str) -> Sealer:
        """Return what seals in a case.

        Raises:
            DoesNotOpen: its key was altered, or is another case's.
        """
        if known := self._sealers.get(case):
            return known
        sealed = self.load_row(work, case)
        if sealed is None:  # never remembered: a case has its key from its first row on
            return self._host
        if sealed[:1] != SEALED_TO_CASE:
            return self._remember(case, self._old(case, sealed))
        public = self._host.open(Purpose.CASE_PUBLIC, case.encode(), sealed[1:])
        return self._remember(case, CaseSealer(case, public))

    def old(self, work: Work, case: str) -> SealerOpener | None:
        """Return what seals and opens in a case of an older release; None for any other."""
        sealed = self.load_row(work, case)
        if sealed is None:
            return self._host
        return None if sealed[:1] == SEALED_TO_CASE else self._old(case, sealed)

    @staticmethod
    def load_row(work: Work, case: str) -> bytes | None:
        """Return the row that holds a case's key."""
        rows = work.rows(_FIND, case)
        return bytes(rows[0][0]) if rows else None

    def opener(self, case: str, sealed: bytes | None, keyring: Keyring | None) -> Opener:
        """Return what opens in a case.

        Args:
            case: its id.
            sealed: the row that holds its key.
            keyring: of whoever wants to read.

        Raises:
            NotYours: nothing on this keyring opens it, or there is no keyring.
            DoesNotOpen: its key was altered, or is another case's.
        """
        if has_key_pair(sealed):
            return CaseOpener(case, self.wraps.open_key(case, keyring))
        return self.old_opener(case, sealed)

    def old_opener(self, case: str, sealed: bytes | None) -> Opener:
        """Return what opens in a case of an older release.

        Raises:
            DoesNotOpen: its key was altered, or is another case's.
        """
        return self._host if sealed is None else self._old(case, sealed)

    def evict(self, case: str) -> None:
        """Let a key go from memory."""
        self._sealers.pop(case, None)

    def erase(self, case: str) -> None:
        """Destroy whatever opens a case, in the key store and in memory; that is durable now."""
        if self._wraps is not None:
            self._wraps.erase(case)
        self.evict(case)

    def evict_erased(self, work: Work) -> int:
        """Let go the keys of cases that another process has erased; return how many."""
        known = list(self._sealers)
        still = {case for (case,) in work.rows_in(_EXISTING, known)}
        gone = [case for case in known if case not in still]
        for case in gone:
            self.evict(case)
        return len(gone)

    def _old(self, case: str, sealed: bytes) -> OldSealer:
        return OldSealer(self._host.open(Purpose.CASE_KEY, case.encode(), sealed))

    def _remember(self, case: str, sealer: Sealer) -> Sealer:
        # Readers in another thread look here too: one that is gone already is no error.
        while len(self._sealers) >= CACHE_SIZE:
            self._sealers.pop(next(iter(tuple(self._sealers))), None)
        self._sealers[case] = sealer
        return sealer


def has_key_pair(sealed: bytes | None) -> bool:
    """Tell whether a case has a pair of keys of its own, by the row that holds its public half."""
    return sealed is not None and sealed[:1] == SEALED_TO_CASE


def _associated_data(case: str, purpose: Purpose, context: bytes) -> bytes:
    return b"haven/5/%b/%b/%b" % (case.encode(), purpose.encode(), context)


def _bound(purpose: Purpose, place: bytes) -> bytes:
    return b"haven/case/%b/%b" % (purpose.encode(), place)
