"""A key of its own for every case: whoever erases it has erased all that was sealed with it.

The key is random, sealed under the host key, and lies in a row of its own. Cases that were opened
before there were such keys have none: theirs stays sealed under the host's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam, select

from bot.errors import DoesNotOpen
from bot.store.prepared import Prepared, PreparedList, insert_of
from bot.store.tables import case_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault.purpose import Purpose

VERSION = b"\x02"
"""Tells what was sealed with a case's key from what was sealed with the host's."""
NONCE = 12
SHORTEST = len(VERSION) + NONCE + 16
LENGTH = 32
KNOWN = 512
"""Keys remembered at most, more than any batch opens cases: whoever writes now costs no query."""

_KEEP = Prepared(
    lambda dialect: insert_of(dialect, case_keys).values(
        case_id=bindparam("case"), sealed=bindparam("sealed")
    ),
    "case",
    "sealed",
)
_FIND = Prepared(
    lambda _: select(case_keys.c.sealed).where(case_keys.c.case_id == bindparam("case")), "case"
)
_STILL = PreparedList(
    lambda values: select(case_keys.c.case_id).where(case_keys.c.case_id.in_(values))
)


class Sealer(Protocol):
    """Whatever seals and opens: a case's own key, or the vault itself."""

    def seal(self, purpose: Purpose, place: bytes, plain: bytes) -> bytes:
        """Return the bytes sealed for one place."""

    def open(self, purpose: Purpose, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this place.

        Raises:
            DoesNotOpen: it was altered, cut, moved, or its key is another or gone.
        """


class CaseSealer:
    """Seals and opens what belongs to one case, with that case's own key."""

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
            raise DoesNotOpen(f"not a {purpose} sealed for a case")
        nonce, cipher = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._cipher.decrypt(nonce, cipher, _bound(purpose, place))
        except InvalidTag:
            raise DoesNotOpen(
                f"a sealed {purpose} of a case does not open: altered, moved, or another case's"
            ) from None


class CaseKeys:
    """The keys of cases, used inside units of work.

    Args:
        host: seals the keys themselves, and whatever belongs to a case without one.
        purpose: what a key is sealed for.
    """

    def __init__(self, host: Sealer, purpose: Purpose) -> None:
        self._host = host
        self._purpose = purpose
        self._known: dict[str, CaseSealer] = {}

    def make(self, case: str) -> tuple[str, bytes]:
        """Make the key of a case that is being opened; return its row."""
        key = os.urandom(LENGTH)
        self._remember(case, CaseSealer(key))
        return case, self._host.seal(self._purpose, case.encode(), key)

    @staticmethod
    def keep(work: Work, made: Iterable[tuple[str, bytes]]) -> None:
        """Store new keys, once their cases are."""
        work.many(_KEEP, list(made))

    def of(self, work: Work, case: str) -> Sealer:
        """Return what seals and opens in a case.

        Raises:
            DoesNotOpen: its key was altered, or is another case's.
        """
        if known := self._known.get(case):
            return known
        rows = work.rows(_FIND, case)
        return self.read(case, bytes(rows[0][0]) if rows else None)

    def read(self, case: str, sealed: bytes | None) -> Sealer:
        """Return what opens in a case whose key's row was read by somebody else; None: no row.

        Raises:
            DoesNotOpen: its key was altered, or is another case's.
        """
        if sealed is None:  # never remembered: a case has its key from its first row on
            return self._host
        sealer = CaseSealer(self._host.open(self._purpose, case.encode(), sealed))
        self._remember(case, sealer)
        return sealer

    def forget(self, case: str) -> None:
        """Let a key go from memory."""
        self._known.pop(case, None)

    def forget_gone(self, work: Work) -> int:
        """Let go the keys of cases that another process has erased; return how many."""
        known = list(self._known)
        still = {case for (case,) in work.rows_in(_STILL, known)}
        gone = [case for case in known if case not in still]
        for case in gone:
            self.forget(case)
        return len(gone)

    def _remember(self, case: str, sealer: CaseSealer) -> None:
        # Readers in another thread look here too: one that is gone already is no error.
        while len(self._known) >= KNOWN:
            self._known.pop(next(iter(tuple(self._known))), None)
        self._known[case] = sealer


def _bound(purpose: Purpose, place: bytes) -> bytes:
    return b"haven/case/%b/%b" % (purpose.encode(), place)
