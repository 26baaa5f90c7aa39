"""Access to cases: the private half of each case key, wrapped to those who may open the case.

Until a case is claimed, its key is wrapped to the team of its queue; after that to its caseworker
and the supervisors; and always to the escrow key, if there is one. Only a holder who can open a
case can wrap its key to another. So claiming in the Telegram group does not re-wrap the case key:
that happens when a caseworker who can open the case next signs in (`rewrap_all`), which also covers
people who joined or left and teams that got a new key.

Wraps are committed before their case is; wraps without a case are deleted after an hour. While no
caseworker has a key, the private half is sealed under the host, because what no one could open
would be lost. `haven start` refuses that state, and the first team receives those keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.clock import DAY, HOUR
from bot.errors import CaseNotReadableError, DecryptionError
from bot.log import log
from bot.store import Work, delete_by, insert, select_by, select_in, select_one
from bot.store.tables.keys import case_wraps
from bot.store.tables.main import case_keys, cases
from bot.vault.keys.hpke import KeyPair, seal_to
from bot.vault.keys.team_keys import KeyHolder, KeyHolders, Prove, load_holders
from bot.vault.purpose import Purpose, SealerOpener

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.keyring import Keyring

HOST = "house"
"""The holder while no caseworker has a key."""
ORPHAN_AFTER, ORPHAN_UNTIL = HOUR, 2 * DAY
"""Ages of a wrap between which it is deleted if it has no case."""
_ADD = insert(case_wraps, "case_id", "holder", "sealed", "made_at")
_OF_CASE = select_by(case_wraps, "holder", "sealed", by="case_id")
_OF_CASES = select_in(case_wraps, "case_id", "holder", "sealed", among="case_id")
_ALL = select_by(case_wraps, "case_id", "holder")
_RECENT = select_by(
    case_wraps,
    "case_id",
    by=(case_wraps.c.made_at > bindparam("since"), case_wraps.c.made_at < bindparam("until")),
)
_DELETE_HOLDER = delete_by(case_wraps, by=("case_id", "holder"))
_DELETE_ALL = delete_by(case_wraps, by="case_id")
_ASSIGNMENTS = select_by(
    cases.join(case_keys), cases.c.id, cases.c.queue, cases.c.holder, order_by=cases.c.id
)
_ASSIGNMENT = select_one(cases, "queue", "holder", by="id")
_EXISTING = select_in(cases, "id", among="id")


class CaseKeyWraps:
    """The wrapped private halves of all case keys; `host` seals them while no one has a key."""

    def __init__(self, keys: KeyStore, host: SealerOpener, prove: Prove) -> None:
        self._keys = keys
        self._host = host
        self._prove = prove

    def add(self, new: Sequence[tuple[str, str, bytes]], now: int) -> None:
        """Wrap the private halves of new cases (id, queue, key), durably when this returns."""

        def wrap(work: Work) -> None:
            holders = load_holders(work, self._prove)
            for case, queue, raw in new:
                work.many(_ADD, self._wrap_rows(case, raw, holders.for_case(queue, ""), now))

        self._keys.run(wrap)

    def holders(self) -> KeyHolders:
        """Return all holders to whom keys can be wrapped now."""
        return self._keys.run(lambda work: load_holders(work, self._prove))

    def holders_of(self, case: str) -> set[str]:
        """Return the names of the holders of a case key."""
        return {str(holder) for holder, _ in self._keys.run(lambda w: w.rows(_OF_CASE, case))}

    def open_key(self, case: str, keyring: Keyring | None) -> KeyPair:
        """Return the key pair of a case.

        Raises:
            CaseNotReadableError: no key of this keyring opens it, or there is no keyring.
        """
        key = self._unwrap(case, self._keys.run(lambda work: work.rows(_OF_CASE, case)), keyring)
        if key is None:
            raise CaseNotReadableError(
                "this case opens for its caseworker, for the team of its queue until it is "
                "claimed, and for supervisors: sign in as one of them (--as ID)"
            )
        return key

    def open_keys(self, cases: Sequence[str], keyring: Keyring | None) -> dict[str, KeyPair]:
        """Return the key pairs of the cases that this keyring opens."""
        wraps: dict[str, list[tuple[str, bytes]]] = {}
        for case, holder, sealed in self._keys.run(lambda work: work.rows_in(_OF_CASES, cases)):
            wraps.setdefault(case, []).append((holder, sealed))
        found = {case: self._unwrap(case, rows, keyring) for case, rows in wraps.items()}
        return {case: key for case, key in found.items() if key is not None}

    def _unwrap(
        self, case: str, wraps: Iterable[tuple[str, bytes]], keyring: Keyring | None
    ) -> KeyPair | None:
        for holder, sealed in wraps:
            if holder == HOST:
                context = _associated_data(case, HOST)
                raw = self._host.open(Purpose.CASE_KEY, context, bytes(sealed))
                return KeyPair.from_private(raw)
            key = keyring.key(str(holder)) if keyring else None
            if key is not None:
                try:
                    raw = key.open(_associated_data(case, holder), bytes(sealed))
                    return KeyPair.from_private(raw)
                except DecryptionError:  # altered: another wrap may be intact
                    continue
        return None

    def erase(self, case: str) -> None:
        """Erase every wrap of a case, so that nothing of it opens again."""
        self._keys.run(lambda work: work.run(_DELETE_ALL, case))

    def rewrap_all(self, work: Work, keyring: Keyring | None, now: int) -> int:
        """Wrap every case key this keyring opens to those who may open it now; return the changes.

        Without a keyring, only the keys sealed under the host. `work` is of the data.
        """
        assignments = work.rows(_ASSIGNMENTS)
        holders = self.holders()
        held: dict[str, set[str]] = {}
        for case, holder in self._keys.run(lambda it: it.rows(_ALL)):
            held.setdefault(case, set()).add(holder)
        return sum(
            self._rewrap(
                case, keyring, holders.for_case(queue, holder or ""), held.get(case, set()), now
            )
            for case, queue, holder in assignments
            if keyring is not None or HOST in held.get(case, ())
        )

    def rewrap(self, work: Work, case: str, keyring: Keyring, now: int) -> bool:
        """Wrap a case key to those who may open it now; tell whether anything changed.

        `work` is of the data, `keyring` of the caseworker who just changed the case.
        """
        for queue, holder in work.rows(_ASSIGNMENT, case):
            wanted = self.holders().for_case(queue, holder or "")
            return self._rewrap(case, keyring, wanted, self.holders_of(case), now)
        return False

    def _rewrap(
        self, case: str, keyring: Keyring | None, wanted: list[KeyHolder], held: set[str], now: int
    ) -> bool:
        names = {it.name for it in wanted}
        if not held or not wanted or names == held:
            return False
        try:
            raw = self.open_key(case, keyring).private_bytes
        except CaseNotReadableError:
            return False
        missing = [it for it in wanted if it.name not in held]
        new = self._wrap_rows(case, raw, missing, now) if missing else []
        gone = held - names

        def change(work: Work) -> None:
            work.many(_ADD, new)
            work.many(_DELETE_HOLDER, [(case, name) for name in sorted(gone)])

        self._keys.run(change)
        return True

    def delete_orphans(self, work: Work, now: int) -> int:
        """Delete the wraps of cases that were never committed; return the number of cases."""
        recent = self._keys.run(lambda it: it.rows(_RECENT, now - ORPHAN_UNTIL, now - ORPHAN_AFTER))
        found = sorted({str(case) for (case,) in recent})
        known = {str(case) for (case,) in work.rows_in(_EXISTING, found)} if found else set()
        orphans = [case for case in found if case not in known]
        for case in orphans:
            self.erase(case)
        return len(orphans)

    def _wrap_rows(
        self, case: str, raw: bytes, to: Iterable[KeyHolder], now: int
    ) -> list[tuple[str, str, bytes, int]]:
        rows = [
            (case, it.name, seal_to(it.public, _associated_data(case, it.name), raw), now)
            for it in to
        ]
        if not rows:
            log.error("case_wrapped_to_host_key", case=case)
            sealed = self._host.seal(Purpose.CASE_KEY, _associated_data(case, HOST), raw)
            rows.append((case, HOST, sealed, now))
        return rows


def _associated_data(case: str, holder: str) -> bytes:
    return f"haven/wrap/case/{case}/{holder}".encode()
