"""A key pair for each case: the bot seals with the public half and cannot open.

The public half is stored with the case, sealed under the host key, so that only the host can
replace it. The private half is stored in the key store, wrapped for those who may open the case,
and committed there before the case is. Erasing the wraps erases all that was sealed.

Until a case is claimed, its key is wrapped to the team of its queue; after that to its caseworker
and the supervisors; and always to the escrow key, if there is one. Only a holder who can open a
case can wrap its key to another. So claiming in the Telegram group does not re-wrap the case key:
that happens when a caseworker who can open the case next signs in (`rewrap_next`), which also
covers people who joined or left and teams that got a new key.

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
from bot.vault.keys.case_openers import HOST, staff_who_open, unopened_cases
from bot.vault.keys.hpke import OVERHEAD, KeyPair, pad, seal_to, unpad
from bot.vault.keys.keyring import STAFF_PREFIX
from bot.vault.keys.team_keys import KeyHolder, KeyHolders, Prove, load_holders
from bot.vault.purpose import Purpose, SealerOpener

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.keyring import Keyring

REWRAP_AT_ONCE = 500
"""Cases that one unit of work looks at: people who write meanwhile wait for one unit, not for all.
"""
ORPHAN_AFTER, ORPHAN_UNTIL = HOUR, 2 * DAY
"""Ages of a wrap between which it is deleted if it has no case."""
_ADD_WRAP = insert(
    case_wraps, "case_id", "holder", "sealed", "made_at", unless_exists=("case_id", "holder")
)
"""Two colleagues may wrap one key at a time."""
_HELD_BY = select_by(case_wraps, "case_id", by="holder")
_OF_CASE = select_by(case_wraps, "holder", "sealed", by="case_id")
_OF_CASES = select_in(case_wraps, "case_id", "holder", "sealed", among="case_id")
_HOLDERS = select_in(case_wraps, "case_id", "holder", among="case_id")
_RECENT = select_by(
    case_wraps,
    "case_id",
    by=(case_wraps.c.made_at > bindparam("since"), case_wraps.c.made_at < bindparam("until")),
)
_DELETE_HOLDER = delete_by(case_wraps, by=("case_id", "holder"))
_DELETE_ALL = delete_by(case_wraps, by="case_id")
_KNOWN_CASES = select_by(cases.join(case_keys), cases.c.id)
_ASSIGNMENTS = select_by(
    cases.join(case_keys), cases.c.id, cases.c.queue, cases.c.holder,
    by=cases.c.id > bindparam("after"), order_by=cases.c.id, limit=bindparam("most"),
)  # fmt: skip
_ASSIGNMENT = select_one(cases, "queue", "holder", by="id")
_EXISTING_CASES = select_in(cases, "id", among="id")


class CaseKeyWraps:
    """The wrapped private halves of all case keys; `host` seals them while no one has a key."""

    def __init__(self, keys: KeyStore, host: SealerOpener, prove: Prove) -> None:
        self._keys = keys
        self._host = host
        self._prove = prove

    def add(self, new: Sequence[tuple[str, str, bytes]], now: int) -> None:
        """Wrap the private halves of new cases (id, queue, key), durably when this returns.

        Raises:
            DecryptionError: a key of a team was altered or deleted; nothing falls back to the host.
        """

        def wrap(work: Work) -> None:
            holders = load_holders(work, self._prove)
            for case, queue, raw in new:
                work.many(_ADD_WRAP, self._wrap_rows(case, raw, holders.for_case(queue, ""), now))

        self._keys.run(wrap)

    def holders(self) -> KeyHolders:
        """Return all holders to whom keys can be wrapped now."""
        return self._keys.run(lambda work: load_holders(work, self._prove))

    def holders_of(self, case: str) -> set[str]:
        """Return the names of the holders of a case key."""
        return {str(holder) for holder, _ in self._keys.run(lambda w: w.rows(_OF_CASE, case))}

    def held_by(self, holder: str) -> list[str]:
        """Return the cases whose key is wrapped to this holder, and not only to its team."""
        return [str(case) for (case,) in self._keys.run(lambda work: work.rows(_HELD_BY, holder))]

    def unopened(self, work: Work, without: str = "") -> set[str]:
        """Return the cases that no one can open, or no one could if a caseworker had no key.

        `work` is of the data. What an escrow key or the host opens is not among them.
        """
        gone = {STAFF_PREFIX + without} if without else set()
        known = self.known_cases(work)
        return self._keys.run(lambda keys: unopened_cases(keys, known, gone))

    def staff_who_open(self, case: str) -> set[str] | None:
        """Return the ids of the caseworkers whose key opens a case; None if it needs no such key.

        None also for a case that is erased.
        """
        return self._keys.run(lambda keys: staff_who_open(keys, case))

    def staff_shut_out(self, case: str) -> set[str]:
        """Return the ids of the caseworkers who have a key that does not open a case."""
        openers = self.staff_who_open(case)
        return set() if openers is None else set(self.holders().members) - openers

    @staticmethod
    def known_cases(work: Work) -> set[str]:
        """Return the cases that have a key; `work` is of the data."""
        return {str(case) for (case,) in work.rows(_KNOWN_CASES)}

    def open_key(self, case: str, keyring: Keyring | None) -> KeyPair:
        """Return the key pair of a case.

        Raises:
            CaseNotReadableError: no key of this keyring opens it, or there is no keyring.
        """
        key = self._unwrap(case, self._keys.run(lambda work: work.rows(_OF_CASE, case)), keyring)
        if key is None:
            raise CaseNotReadableError(
                "this case opens for its caseworker, for the team of its queue until it is "
                "claimed, and for supervisors: sign in as one of them (--as ID). A key that waits "
                "for approval opens nothing yet (haven staff requests)"
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
                context = _wrap_data(case, HOST)
                raw = self._host.open(Purpose.CASE_KEY, context, bytes(sealed))
                return KeyPair.from_private(raw)
            key = keyring.key(str(holder)) if keyring else None
            if key is not None:
                try:
                    raw = key.open(_wrap_data(case, holder), bytes(sealed))
                    return KeyPair.from_private(raw)
                except DecryptionError:  # altered: another wrap may be intact
                    continue
        return None

    def erase(self, case: str) -> None:
        """Erase every wrap of a case, so that nothing of it opens again."""
        self._keys.run(lambda work: work.run(_DELETE_ALL, case))

    def rewrap_all(self, work: Work, keyring: Keyring | None, now: int) -> int:
        """Wrap every case key this keyring opens to those who may open it now; return the changes.

        Without a keyring, only the keys sealed under the host. `work` is of the data. Others wait
        until all cases were looked at: `rewrap_next` takes some at a time.
        """
        changes, after = self.rewrap_next(work, keyring, now)
        while after:
            more, after = self.rewrap_next(work, keyring, now, after)
            changes += more
        return changes

    def rewrap_next(
        self, work: Work, keyring: Keyring | None, now: int, after: str = ""
    ) -> tuple[int, str]:
        """Do the same for the next `REWRAP_AT_ONCE` cases, in the order of their ids.

        Return the changes and the last case, to be passed as `after`; empty when all are done.
        """
        assignments = work.rows(_ASSIGNMENTS, after, REWRAP_AT_ONCE)
        holders, named = self.holders(), [str(case) for case, _queue, _holder in assignments]
        held: dict[str, set[str]] = {}
        for case, holder in self._keys.run(lambda it: it.rows_in(_HOLDERS, named)):
            held.setdefault(case, set()).add(holder)
        changes = sum(
            self._rewrap(
                case, keyring, holders.for_case(queue, holder or ""), held.get(case, set()), now
            )
            for case, queue, holder in assignments
            if keyring is not None or HOST in held.get(case, ())
        )
        return changes, named[-1] if len(named) == REWRAP_AT_ONCE else ""

    def is_wrapped_rightly(self, work: Work, case: str) -> bool:
        """Tell whether a case key is wrapped to those who may open it now, and to no one else."""
        for queue, holder in work.rows(_ASSIGNMENT, case):
            wanted = {it.name for it in self.holders().for_case(queue, holder or "")}
            return wanted == self.holders_of(case)
        return True  # erased

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
            work.many(_ADD_WRAP, new)
            work.many(_DELETE_HOLDER, [(case, name) for name in sorted(gone)])

        self._keys.run(change)
        return True

    def delete_orphans(self, work: Work, now: int) -> int:
        """Delete the wraps of cases that were never committed; return the number of cases."""
        recent = self._keys.run(lambda it: it.rows(_RECENT, now - ORPHAN_UNTIL, now - ORPHAN_AFTER))
        found = sorted({str(case) for (case,) in recent})
        known = {str(case) for (case,) in work.rows_in(_EXISTING_CASES, found)} if found else set()
        orphans = [case for case in found if case not in known]
        for case in orphans:
            self.erase(case)
        return len(orphans)

    def _wrap_rows(
        self, case: str, raw: bytes, to: Iterable[KeyHolder], now: int
    ) -> list[tuple[str, str, bytes, int]]:
        rows = [
            (case, it.name, seal_to(it.public, _wrap_data(case, it.name), raw), now) for it in to
        ]
        if not rows:
            log.error("case_wrapped_to_host_key", case=case)
            sealed = self._host.seal(Purpose.CASE_KEY, _wrap_data(case, HOST), raw)
            rows.append((case, HOST, sealed, now))
        return rows


def _wrap_data(case: str, holder: str) -> bytes:
    return f"haven/wrap/case/{case}/{holder}".encode()


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
