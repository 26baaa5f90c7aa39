"""Digests of what may connect cases, in the database; used inside units of work.

The digests of a case are those of the standing values of its record. A command adds those of what
it writes and deletes those of what it replaces; when a record is opened, what differs is mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.cases.record.entries import EntrySource
from bot.hotline.connections.kinds import (
    AROUND_ADDRESS,
    COMPARED_FIELDS,
    WISH_FIELD,
    ConnectionKind,
)
from bot.hotline.connections.normalise import normal_forms
from bot.store import (
    Prepared,
    Work,
    count,
    delete_by,
    insert,
    select_by,
    select_one,
    update_by,
    upsert,
)
from bot.store.tables.main import cases
from bot.store.tables.record import IS_SHARED, connection_digests, connection_wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.cases.record.entries import EntryContent
    from bot.cases.record.record import CaseRecord, RecordSubject
    from bot.vault import Vault

ENTRY_LENGTH = 16
MAX_ROWS = 5000
"""Digests that the page of connections reads."""

Key = tuple[str, str, bytes]
"""An entry, a kind and a digest."""

_digests = connection_digests
_ADD = insert(
    _digests, "case_id", "entry", "kind", "digest", constants={"is_shared": 0},
    unless_exists=("case_id", "entry", "digest"),
)  # fmt: skip
_OF_CASE = select_by(_digests, "entry", "kind", "digest", by="case_id")
_REMOVE = delete_by(_digests, by=("case_id", "entry", "digest"))
_REMOVE_CASE = delete_by(_digests, by="case_id")
_HOLDERS = Prepared(
    lambda _: select(func.count(_digests.c.case_id.distinct())).where(
        _digests.c.digest == bindparam("digest")
    ),
    "digest",
)
_CASE = select_one(cases, "id", by="id")
_SET_WISH = upsert(connection_wishes, "case_id", "is_wished", key="case_id")
_END_WISH = delete_by(connection_wishes, by="case_id")
_WISH = select_one(connection_wishes, "is_wished", by="case_id")
_CLEAR_DIGESTS = delete_by(connection_digests, by=())
_COUNT = count(connection_digests)
_CLEAR_WISHES = delete_by(connection_wishes, by=())
_MARK = update_by(
    _digests, "is_shared", by=("digest", _digests.c.is_shared != bindparam("as_before"))
)
_SHARED = select_by(
    _digests.join(cases, cases.c.id == _digests.c.case_id).outerjoin(
        connection_wishes, connection_wishes.c.case_id == _digests.c.case_id
    ),
    _digests.c.digest, _digests.c.kind, cases.c.reference, cases.c.status,
    connection_wishes.c.is_wished,
    by=IS_SHARED, order_by=(_digests.c.digest, _digests.c.case_id), limit=MAX_ROWS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConnectedCase:
    """One case of several that have something in common."""

    reference: str
    status: str
    is_wished: bool | None
    """Whether the person wants to be told; None if no one asked them yet."""


@dataclass(frozen=True, slots=True)
class ConnectedCases:
    """Cases in whose records the same stands."""

    kinds: tuple[ConnectionKind, ...]
    """What agrees in all of them, in the order of `ConnectionKind`."""
    cases: tuple[ConnectedCase, ...]


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """What differs between a record and what is noted of it."""

    new: set[Key]
    gone: set[Key]
    wish: bool | None


class CaseConnections:
    """The digests of cases; without a reason of the deployment it stores none.

    `country` is the one whose telephone numbers have no prefix (ISO 3166 alpha-2).
    """

    def __init__(self, vault: Vault, country: str = "", *, is_on: bool = False) -> None:
        self._vault, self._country, self.is_on = vault, country, is_on

    def add_entry(self, work: Work, case: str, entry: str, content: EntryContent) -> None:
        """Note what a command just wrote into the record, and forget what it replaced."""
        if not self.is_on:
            return
        replaced = {short_id(it) for it in content.supersedes}
        gone = {it for it in self._stored(work, case) if it[0] in replaced}
        self._change(work, case, set(self._keys(entry, content)), gone)
        if content.field == WISH_FIELD:
            _note_wish(work, case, _as_wish(content))

    def difference(self, work: Work, case: str, record: CaseRecord) -> RecordDifference | None:
        """Return what differs between a record and what is noted of it; None for nothing."""
        if not self.is_on:
            return None
        wanted, stored = set(self._of_record(record)), self._stored(work, case)
        wishes = sorted(record.values(WISH_FIELD), key=lambda it: it.number)
        wish = _as_wish(wishes[-1].content) if wishes else None
        if wanted == stored and wish == self.is_wished(work, case):
            return None
        return RecordDifference(wanted - stored, stored - wanted, wish)

    def mend(self, work: Work, case: str, difference: RecordDifference) -> None:
        """Note a difference; nothing if the case was erased meanwhile."""
        if work.rows(_CASE, case):
            self._change(work, case, difference.new, difference.gone)
            _note_wish(work, case, difference.wish)

    def forget_if_off(self, work: Work) -> None:
        """Delete everything if the deployment gives no reason, or took it back."""
        if not self.is_on:
            work.run(_CLEAR_DIGESTS)
            work.run(_CLEAR_WISHES)

    @staticmethod
    def is_wished(work: Work, case: str) -> bool | None:
        """Return whether the person wants to be told of others; None if it is not noted."""
        rows = work.rows(_WISH, case)
        return bool(rows[0][0]) if rows else None

    @staticmethod
    def shared(work: Work) -> list[ConnectedCases]:
        """Return the connected cases, most cases first; at most MAX_ROWS digests are read."""
        by_digest: dict[bytes, tuple[str, dict[str, ConnectedCase]]] = {}
        for digest, kind, reference, status, wish in work.rows(_SHARED):
            found = by_digest.setdefault(bytes(digest), (kind, {}))[1]
            found[reference] = ConnectedCase(
                reference, status, None if wish is None else bool(wish)
            )
        return _grouped(by_digest.values())

    def _of_record(self, record: CaseRecord) -> Iterator[Key]:
        for subject in record.subjects:
            around = _around(subject)
            for state in subject.fields:
                for entry in state.standing:
                    yield from self._keys(entry.id, entry.content, around)

    def _keys(self, entry: str, content: EntryContent, around: Sequence[str] = ()) -> Iterator[Key]:
        kind = COMPARED_FIELDS.get(content.field)
        if kind is None or content.is_withdrawal or content.source is EntrySource.MACHINE:
            return
        for form in normal_forms(kind, content.typed, self._country, around):
            yield short_id(entry), kind.value, self._vault.connection_digest(kind, form)

    @staticmethod
    def _stored(work: Work, case: str) -> set[Key]:
        return {(entry, kind, bytes(it)) for entry, kind, it in work.rows(_OF_CASE, case)}

    @staticmethod
    def _change(work: Work, case: str, new: set[Key], gone: set[Key]) -> None:
        work.many(_REMOVE, [(case, entry, digest) for entry, _kind, digest in gone])
        work.many(_ADD, [(case, *it) for it in sorted(new)])
        _mark(work, {digest for _entry, _kind, digest in new | gone})


def _around(subject: RecordSubject) -> list[str]:
    """Return the newest county and city of a subject, which its address may leave out."""
    states = [subject.field(it) for it in AROUND_ADDRESS]
    newest = [it.newest for it in states if it is not None]
    return [
        it.content.typed
        for it in newest
        if it is not None and it.content.source is not EntrySource.MACHINE
    ]


def short_id(entry: str) -> str:
    """Return the id of an entry as it is stored; that of an answer is longer and is hashed."""
    if len(entry) <= ENTRY_LENGTH:
        return entry
    return sha256(entry.encode()).hexdigest()[:ENTRY_LENGTH]


def forget_connections(work: Work, _key: bytes, case: str, _now: int) -> int:
    """Delete the digests of a case that is being erased; others that agreed show no trace."""
    digests = {bytes(digest) for _entry, _kind, digest in work.rows(_OF_CASE, case)}
    rows = work.run(_REMOVE_CASE, case) + work.run(_END_WISH, case)
    _mark(work, digests)
    return rows


def count_digests(work: Work) -> int:
    """Return how many digests are stored."""
    return int(work.rows(_COUNT)[0][0])


def _mark(work: Work, digests: Iterable[bytes]) -> None:
    """Note of digests whether more than one case has them."""
    for digest in sorted(digests):
        is_shared = int(work.rows(_HOLDERS, digest)[0][0] > 1)
        work.run(_MARK, is_shared, digest, is_shared)


def _note_wish(work: Work, case: str, wish: bool | None) -> None:
    if wish is None:
        work.run(_END_WISH, case)
    else:
        work.run(_SET_WISH, case, int(wish))


def _as_wish(content: EntryContent) -> bool | None:
    """Return what an entry says about being told; None for a withdrawal and for "not known"."""
    known = {"yes": True, "no": False}
    return None if content.is_withdrawal else known.get(content.typed)


def _grouped(found: Iterable[tuple[str, dict[str, ConnectedCase]]]) -> list[ConnectedCases]:
    """Return groups of cases, each with all that agrees in exactly these cases."""
    kinds: dict[tuple[str, ...], set[str]] = {}
    known: dict[str, ConnectedCase] = {}
    for kind, by_reference in found:
        if len(by_reference) > 1:
            kinds.setdefault(tuple(sorted(by_reference)), set()).add(kind)
            known |= by_reference
    groups = [
        ConnectedCases(
            tuple(it for it in ConnectionKind if it in agreed), tuple(known[it] for it in listed)
        )
        for listed, agreed in kinds.items()
    ]
    return sorted(groups, key=lambda it: (-len(it.cases), -len(it.kinds), it.cases[0].reference))
