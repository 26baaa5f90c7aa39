"""A key pair for each case: the bot seals with the public half and cannot open.

The public half is stored with the case, sealed under the host key, so that only the host can
replace it. The private half is stored in the key store, wrapped for those who may open the case
(`case_access`), and committed there before the case is. Erasing the wraps erases all that was
sealed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DecryptionError
from bot.store import Work, insert, select_in, select_one
from bot.store.tables.main import case_keys
from bot.vault.keys.hpke import OVERHEAD, KeyPair, pad, seal_to, unpad
from bot.vault.purpose import Purpose, SealerOpener

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.vault.keys.case_access import CaseKeyWraps
    from bot.vault.keys.keyring import Keyring

SEALED_TO_CASE = b"\x05"
"""First byte of what is sealed to a case, and of the row that holds the case's public half."""
MIN_LENGTH_TO_CASE = len(SEALED_TO_CASE) + OVERHEAD
CACHE_SIZE = 512
"""Public halves in memory, more than the cases of any batch: a person who writes costs no query."""

_ADD = insert(case_keys, "case_id", "sealed")
_FIND = select_one(case_keys, "sealed", by="case_id")
_EXISTING = select_in(case_keys, "case_id", among="case_id")


class CaseSealer:
    """Seals the data of one case with its public half; opens nothing."""

    __slots__ = ("_case", "_public")

    def __init__(self, case: str, public: bytes) -> None:
        self._case = case
        self._public = public

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return the sealed bytes. All but files are padded, so that the length says little."""
        padded = plain if purpose is Purpose.FILE else pad(plain)
        return SEALED_TO_CASE + seal_to(
            self._public, _associated_data(self._case, purpose, associated_data), padded
        )


class CaseOpener:
    """Opens the data of one case with its private half."""

    __slots__ = ("_case", "_key")

    def __init__(self, case: str, key: KeyPair) -> None:
        self._case = case
        self._key = key

    @property
    def private_bytes(self) -> bytes:
        """Return the private half, for a search worker process."""
        return self._key.private_bytes

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed in this case.

        Raises:
            DecryptionError: altered, cut or moved, or of another case.
        """
        if len(sealed) < MIN_LENGTH_TO_CASE or sealed[:1] != SEALED_TO_CASE:
            raise DecryptionError(f"not a {purpose} sealed to a case")
        plain = self._key.open(_associated_data(self._case, purpose, associated_data), sealed[1:])
        return plain if purpose is Purpose.FILE else unpad(plain)


class CaseKeys:
    """The key pairs of all cases, used inside units of work."""

    def __init__(self, host: SealerOpener, wraps: CaseKeyWraps | None) -> None:
        self._host = host
        self._wraps = wraps
        self._sealers: dict[str, CaseSealer] = {}

    @property
    def wraps(self) -> CaseKeyWraps:
        """Return the store of the private halves.

        Raises:
            DecryptionError: this vault has no key store.
        """
        if self._wraps is None:
            raise DecryptionError("without a key store nothing of a case is sealed or opened")
        return self._wraps

    def create(self, cases: Sequence[tuple[str, str]], now: int) -> list[tuple[str, bytes]]:
        """Create key pairs for new cases (id, queue); return the rows of `case_keys` for `store`.

        The wrapped private halves are durable when this returns.
        """
        pairs = {case: KeyPair.generate() for case, _queue in cases}
        self.wraps.add([(case, queue, pairs[case].private_bytes) for case, queue in cases], now)
        rows = []
        for case, pair in pairs.items():
            self._remember(case, CaseSealer(case, pair.public))
            rows.append((case, self.public_key_row(case, pair.public)))
        return rows

    def public_key_row(self, case: str, public: bytes) -> bytes:
        """Return a public half as it is stored, sealed under the host key."""
        return SEALED_TO_CASE + self._host.seal(Purpose.CASE_PUBLIC, case.encode(), public)

    @staticmethod
    def store(work: Work, rows: Iterable[tuple[str, bytes]]) -> None:
        """Store the public halves of cases whose own rows are stored already."""
        work.many(_ADD, list(rows))

    def sealer(self, work: Work, case: str) -> CaseSealer:
        """Return what seals in a case.

        Raises:
            DecryptionError: the case has no key, or the key was altered or belongs to another case.
        """
        if known := self._sealers.get(case):
            return known
        rows = work.rows(_FIND, case)
        if not rows or (sealed := bytes(rows[0][0]))[:1] != SEALED_TO_CASE:
            raise DecryptionError("this case has no key to seal with")
        public = self._host.open(Purpose.CASE_PUBLIC, case.encode(), sealed[1:])
        return self._remember(case, CaseSealer(case, public))

    def opener(self, case: str, keyring: Keyring | None) -> CaseOpener:
        """Return what opens in a case.

        Raises:
            CaseNotReadableError: no key of this keyring opens the case, or there is no keyring.
            DecryptionError: the key was altered, or belongs to another case.
        """
        return CaseOpener(case, self.wraps.open_key(case, keyring))

    def evict(self, case: str) -> None:
        """Remove a public half from memory."""
        self._sealers.pop(case, None)

    def erase(self, case: str) -> None:
        """Erase the private half from the key store and the public half from memory, durably."""
        if self._wraps is not None:
            self._wraps.erase(case)
        self.evict(case)

    def evict_erased(self, work: Work) -> int:
        """Remove keys from memory whose case another process erased; return how many."""
        known = list(self._sealers)
        existing = {case for (case,) in work.rows_in(_EXISTING, known)}
        gone = [case for case in known if case not in existing]
        for case in gone:
            self.evict(case)
        return len(gone)

    def _remember(self, case: str, sealer: CaseSealer) -> CaseSealer:
        # Readers in other threads use this cache too, so the entry may have gone already.
        while len(self._sealers) >= CACHE_SIZE:
            self._sealers.pop(next(iter(tuple(self._sealers))), None)
        self._sealers[case] = sealer
        return sealer


def _associated_data(case: str, purpose: Purpose, context: bytes) -> bytes:
    return b"haven/5/%b/%b/%b" % (case.encode(), purpose.encode(), context)
