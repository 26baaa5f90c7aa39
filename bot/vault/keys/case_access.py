"""Who may open a case: its private half, wrapped in the key store to each of them.

To the team of its queue until it is claimed, to whoever claimed it and the supervisors from then
on, and to the escrow key if there is one. Only whoever can open a case can wrap it to somebody
else. So a claim made in the bot's own process, from the staff's group, changes nothing here: the
wrap to the team stays, the claim is written down, and the next colleague who signs in and can open
the case wraps it as it should be (`settle`). The same mends what joined, left or was formed anew.

Wraps are committed before the case is; those whose case never came are swept after an hour. Where
nobody is enrolled who could open anything, the private half is kept under the host: what nobody
can open would be lost. `haven start` refuses to begin like that, and the first team there is gets
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.clock import DAY, HOUR
from bot.errors import CaseNotReadableError, DecryptionError
from bot.log import log
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.tables.keys import case_wraps
from bot.store.tables.main import case_keys, cases
from bot.vault.keys.hpke import KeyPair, seal_to
from bot.vault.keys.team_keys import load_holders
from bot.vault.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.store.writer import Work
    from bot.vault.keys.case_keys import SealerOpener
    from bot.vault.keys.key_store import KeyStore
    from bot.vault.keys.keyring import Keyring
    from bot.vault.keys.team_keys import KeyHolder, KeyHolders

    Prove = Callable[[bytes], bytes]

HOST = "house"
"""The holder where nobody is enrolled: the host itself."""
ORPHAN_AFTER, ORPHAN_UNTIL = HOUR, 2 * DAY
"""How old a wrap is when its case should have come, and how long that is looked for."""
_NAMES = ("case_id", "holder", "sealed", "made_at")
_ADD = Prepared(
    lambda dialect: insert_into(dialect, case_wraps).values(
        {name: bindparam(name) for name in _NAMES}
    ),
    *_NAMES,
)
_OF_CASE = Prepared(
    lambda _: select(case_wraps.c.holder, case_wraps.c.sealed).where(
        case_wraps.c.case_id == bindparam("case")
    ),
    "case",
)
_OF_CASES = PreparedList(
    lambda values: select(case_wraps.c.case_id, case_wraps.c.holder, case_wraps.c.sealed).where(
        case_wraps.c.case_id.in_(values)
    )
)
_ALL = Prepared(lambda _: select(case_wraps.c.case_id, case_wraps.c.holder))
_RECENT = Prepared(
    lambda _: (
        select(case_wraps.c.case_id)
        .where(case_wraps.c.made_at > bindparam("since"), case_wraps.c.made_at < bindparam("until"))
        .distinct()
    ),
    "since",
    "until",
)
_DELETE_HOLDER = Prepared(
    lambda _: delete(case_wraps).where(
        case_wraps.c.case_id == bindparam("case"), case_wraps.c.holder == bindparam("from_holder")
    ),
    "case",
    "from_holder",
)
_DELETE_ALL = Prepared(
    lambda _: delete(case_wraps).where(case_wraps.c.case_id == bindparam("case")), "case"
)
_ASSIGNMENTS = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.queue, cases.c.holder)
        .select_from(cases.join(case_keys))
        .order_by(cases.c.id)
    )
)
_ASSIGNMENT = Prepared(
    lambda _: select(cases.c.queue, cases.c.holder).where(cases.c.id == bindparam("case")), "case"
)
_EXISTING = PreparedList(lambda values: select(cases.c.id).where(cases.c.id.in_(values)))


class CaseKeyWraps:
    """The private halves of cases' keys.

    Args:
        keys: where they lie.
        host: keeps them while nobody is enrolled.
        prove: the proof of who is enrolled.
    """

    def __init__(self, keys: KeyStore, host: SealerOpener, prove: Prove) -> None:
        self._keys = keys
        self._host = host
        self._prove = prove

    def add(self, new: Sequence[tuple[str, str, bytes]], now: int) -> None:
        """Wrap the private halves of cases that are being opened; they are durable then.

        Args:
            new: each case with its queue and its private half.
            now: the moment.
        """

        def wrap(work: Work) -> None:
            holders = load_holders(work, self._prove)
            rows = []
            for case, queue, raw in new:
                rows += self._wrap_rows(case, raw, holders.for_case(queue, ""), now)
            work.many(_ADD, rows)

        self._keys.run(wrap)

    def holders(self) -> KeyHolders:
        """Return everybody something can be wrapped to, now."""
        return self._keys.run(lambda work: load_holders(work, self._prove))

    def holders_of(self, case: str) -> set[str]:
        """Return whom a case is wrapped to."""
        return {str(holder) for holder, _ in self._keys.run(lambda w: w.rows(_OF_CASE, case))}

    def open_key(self, case: str, keyring: Keyring | None) -> KeyPair:
        """Return a case's key.

        Raises:
            NotYours: nothing on this keyring opens it, or there is none.
        """
        key = self._unwrap(case, self._keys.run(lambda work: work.rows(_OF_CASE, case)), keyring)
        if key is None:
            raise CaseNotReadableError(
                "this case opens for whoever claimed it, for the team of its queue while nobody "
                "did, and for supervisors: sign in as one of them (--as ID)"
            )
        return key

    def open_keys(self, cases: Sequence[str], keyring: Keyring | None) -> dict[str, KeyPair]:
        """Return the keys of those of many cases that this keyring opens."""
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
                plain = self._host.open(
                    Purpose.CASE_KEY, _associated_data(case, HOST), bytes(sealed)
                )
                return KeyPair.from_private(plain)
            key = keyring.key(str(holder)) if keyring else None
            if key is not None:
                try:
                    return KeyPair.from_private(
                        key.open(_associated_data(case, holder), bytes(sealed))
                    )
                except DecryptionError:  # altered: another wrap may not be
                    continue
        return None

    def erase(self, case: str) -> None:
        """Destroy every wrap of a case: nothing of it opens any more."""
        self._keys.run(lambda work: work.run(_DELETE_ALL, case))

    def rewrap_all(self, work: Work, keyring: Keyring | None, now: int) -> int:
        """Wrap every case this keyring opens to whoever may open it now; return how many changed.

        Args:
            work: a unit of work of the database.
            keyring: of whoever has signed in; without one, only what the host keeps is passed on.
            now: the moment.
        """
        stand = work.rows(_ASSIGNMENTS)
        holders = self.holders()
        held: dict[str, set[str]] = {}
        for case, holder in self._keys.run(lambda it: it.rows(_ALL)):
            held.setdefault(case, set()).add(holder)
        count = 0
        for case, queue, holder in stand:
            wanted = holders.for_case(queue, holder or "")
            has = held.get(case, set())
            if keyring is None and HOST not in has:
                continue
            if has and wanted and {it.name for it in wanted} != has:
                count += self._rewrap(case, keyring, wanted, has, now)
        return count

    def rewrap(self, work: Work, case: str, keyring: Keyring, now: int) -> bool:
        """Wrap one case to whoever may open it now; tell whether anything changed.

        Args:
            work: a unit of work of the database.
            case: its id; one that is gone changes nothing.
            keyring: of whoever has signed in and has just done something to it.
            now: the moment.
        """
        stands = work.rows(_ASSIGNMENT, case)
        if not stands:
            return False
        queue, holder = stands[0]
        wanted, has = self.holders().for_case(queue, holder or ""), self.holders_of(case)
        if not has or not wanted or {it.name for it in wanted} == has:
            return False
        return self._rewrap(case, keyring, wanted, has, now)

    def _rewrap(
        self, case: str, keyring: Keyring | None, wanted: list[KeyHolder], held: set[str], now: int
    ) -> bool:
        try:
            raw = self.open_key(case, keyring).private_bytes
        except CaseNotReadableError:
            return False
        missing = [it for it in wanted if it.name not in held]
        new = self._wrap_rows(case, raw, missing, now) if missing else []
        gone = held - {it.name for it in wanted}

        def change(work: Work) -> None:
            work.many(_ADD, new)
            work.many(_DELETE_HOLDER, [(case, name) for name in sorted(gone)])

        self._keys.run(change)
        return True

    def delete_orphans(self, work: Work, now: int) -> int:
        """Destroy the wraps of cases that never came; return how many cases those were."""
        recent = self._keys.run(lambda it: it.rows(_RECENT, now - ORPHAN_UNTIL, now - ORPHAN_AFTER))
        found = [str(case) for (case,) in recent]
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
