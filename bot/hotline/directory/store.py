"""The directory in the database: proposals, approvals, verifications, used inside units of work."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bot.errors import DecryptionError
from bot.hotline.directory.model import (
    Decision,
    DirectoryOutcome,
    DirectoryService,
    FreePlaces,
    Proposal,
    ProposalKind,
    ProposedChange,
    ServiceContent,
    apply_change,
    is_partner,
)
from bot.hotline.directory.rules import find_faults
from bot.store.statements import insert, select_by, select_one, update_by
from bot.store.tables.directory import directory_proposals, directory_services
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.hotline.directory.rules import KnownCodes
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

PROPOSED, APPROVED, REFUSED, CONFIRMED, COUNTED = (
    "service_propose", "service_approve", "service_refuse", "service_confirm", "service_places",
)  # fmt: skip
"""Actions in the audit log."""
MAX_WORDS = 300
"""Characters of why something was proposed or refused."""
_SERVICE = (
    "id", "sealed", "version", "verified_at", "verified_by", "free_places", "free_said_at",
    "free_said_by", "ended_at",
)  # fmt: skip
_PROPOSAL = (
    "id", "service_id", "kind", "sealed", "proposed_by", "proposed_at", "decision", "decided_by",
    "decided_at", "answer",
)  # fmt: skip
_ALL = select_by(directory_services, *_SERVICE, order_by="id")
_OF_PARTNER = select_by(directory_services, *_SERVICE, by="partner_id", order_by="id")
_ONE = select_one(directory_services, *_SERVICE, by="id")
_ADD = insert(
    directory_services, "id", "partner_id", "sealed", "version", "verified_at", "verified_by"
)
_CHANGE = update_by(
    directory_services, "partner_id", "sealed", "version", "verified_at", "verified_by",
    "free_places", "free_said_at", "free_said_by", "ended_at", by="id",
)  # fmt: skip
_CONFIRM = update_by(
    directory_services, "verified_at", "verified_by",
    by=("id", directory_services.c.ended_at.is_(None)),
)  # fmt: skip
_COUNT = update_by(directory_services, "free_places", "free_said_at", "free_said_by", by="id")
_PROPOSE = insert(
    directory_proposals, "service_id", "kind", "sealed", "proposed_by", "proposed_at",
    returning="id",
)  # fmt: skip
_IS_WAITING = directory_proposals.c.decided_at.is_(None)
_WAITING = select_by(directory_proposals, *_PROPOSAL, by=_IS_WAITING, order_by="id")
_HISTORY = select_by(
    directory_proposals, *_PROPOSAL, by="service_id", order_by=directory_proposals.c.id.desc()
)
_PROPOSAL_BY_NUMBER = select_one(directory_proposals, *_PROPOSAL, by="id")
# Compare and set, like a claim: one person decides, and only what still waits.
_DECIDE = update_by(
    directory_proposals, "decision", "decided_by", "decided_at", "answer", by=("id", _IS_WAITING)
)
_encode = msgspec.msgpack.Encoder().encode
_decode_content = msgspec.msgpack.Decoder(ServiceContent).decode
_decode_change = msgspec.msgpack.Decoder(ProposedChange).decode


class Act(NamedTuple):
    """Who does something, and when."""

    by: str
    at: int


class ServiceDirectory:
    """The services of a deployment; each act is written to the audit log."""

    def __init__(self, vault: Vault, audit: AuditLog, known: KnownCodes) -> None:
        self._vault = vault
        self._audit = audit
        self.known = known

    # --- Reading ------------------------------------------------------------------------------

    def all(self, work: Work) -> list[DirectoryService]:
        """Return every service that was approved, also those that ended.

        One that was changed in the database does not open, and is left out.
        """
        return list(self._services(work.rows(_ALL)))

    def of_partner(self, work: Work, partner: int) -> list[DirectoryService]:
        """Return the services that are a partner's entries."""
        return list(self._services(work.rows(_OF_PARTNER, partner)))

    def find(self, work: Work, service: str) -> DirectoryService | None:
        """Return a service; None if it was never approved."""
        return next(self._services(work.rows(_ONE, service)), None)

    def waiting(self, work: Work) -> list[Proposal]:
        """Return the proposals that no one has decided about, the oldest first."""
        return [self._open_proposal(row) for row in work.rows(_WAITING)]

    def history(self, work: Work, service: str) -> list[Proposal]:
        """Return every proposal for a service, the newest first."""
        return [self._open_proposal(row) for row in work.rows(_HISTORY, service)]

    def proposal(self, work: Work, number: int) -> Proposal | None:
        """Return a proposal by its number."""
        rows = work.rows(_PROPOSAL_BY_NUMBER, number)
        return self._open_proposal(rows[0]) if rows else None

    # --- Proposing and deciding ---------------------------------------------------------------

    def propose_new(
        self, work: Work, content: ServiceContent, by: str, now: int, *, verified_at: int
    ) -> tuple[DirectoryOutcome, int]:
        """Propose a service that is not in the directory; return the number of the proposal.

        `verified_at` is when the proposer found it right, 0 if that is not known.
        """
        change = ProposedChange(wanted=content, verified_at=min(verified_at, now))
        return self._propose(work, secrets.token_hex(8), ProposalKind.NEW, change, Act(by, now))

    def propose_change(
        self, work: Work, service: str, change: ProposedChange, by: str, now: int
    ) -> tuple[DirectoryOutcome, int]:
        """Propose other words for a service; for one that has ended, to offer it again."""
        found = self.find(work, service)
        if found is None:
            return DirectoryOutcome.UNKNOWN, 0
        is_over = found.ended_at is not None
        kind = ProposalKind.NEW if is_over else ProposalKind.CHANGE
        base = change.base or found.content
        change = msgspec.structs.replace(
            change, base=base, verified_at=min(change.verified_at, now), why=_cut(change.why)
        )
        return self._propose(work, service, kind, change, Act(by, now))

    def propose_end(
        self, work: Work, service: str, why: str, by: str, now: int
    ) -> tuple[DirectoryOutcome, int]:
        """Propose that a service is no longer offered."""
        found = self.find(work, service)
        if found is None or found.ended_at is not None:
            return (DirectoryOutcome.UNKNOWN if found is None else DirectoryOutcome.ENDED), 0
        change = ProposedChange(wanted=found.content, base=found.content, why=_cut(why))
        return self._propose(work, service, ProposalKind.END, change, Act(by, now))

    def approve(self, work: Work, number: int, by: str, now: int, *, seen: int) -> DirectoryOutcome:
        """Approve a proposal of someone else; `seen` is the version that the page showed."""
        proposal = self.proposal(work, number)
        if proposal is None or is_partner(by):
            return DirectoryOutcome.UNKNOWN
        if not proposal.is_waiting:
            return DirectoryOutcome.DECIDED
        if proposal.by == by:
            return DirectoryOutcome.OWN
        if proposal.change is None:
            return DirectoryOutcome.FAULTY
        current = self.find(work, proposal.service)
        if (current.version if current else 0) != seen:
            return DirectoryOutcome.CHANGED
        outcome = self._apply(work, proposal, proposal.change, current, now)
        if outcome is DirectoryOutcome.DONE:
            work.run(_DECIDE, Decision.APPROVED.value, by, now, None, number)
            self._audit.record(work, now, by, APPROVED, proposal.service, _detail(proposal))
        return outcome

    def refuse(self, work: Work, number: int, why: str, by: str, now: int) -> DirectoryOutcome:
        """Refuse a proposal, or withdraw one's own."""
        proposal = self.proposal(work, number)
        if proposal is None or (is_partner(by) and proposal.by != by):
            return DirectoryOutcome.UNKNOWN
        decision = Decision.WITHDRAWN if proposal.by == by else Decision.REFUSED
        answer = self._seal(_answer_data(proposal.service, number), _cut(why).encode())
        if not work.run(_DECIDE, decision.value, by, now, answer, number):
            return DirectoryOutcome.DECIDED
        self._audit.record(work, now, by, REFUSED, proposal.service, _detail(proposal))
        return DirectoryOutcome.DONE

    # --- Looking again ------------------------------------------------------------------------

    def confirm(self, work: Work, service: str, by: str, now: int) -> DirectoryOutcome:
        """Store that someone found a service still right."""
        found = self.find(work, service)
        if found is None:
            return DirectoryOutcome.UNKNOWN
        if not work.run(_CONFIRM, max(now, found.verified_at), by, service):
            return DirectoryOutcome.ENDED
        self._audit.record(work, now, by, CONFIRMED, service)
        return DirectoryOutcome.DONE

    def update_free_places(
        self, work: Work, service: str, free: int, by: str, now: int
    ) -> DirectoryOutcome:
        """Store how many places are free now; of a service where people can stay."""
        found = self.find(work, service)
        if found is None:
            return DirectoryOutcome.UNKNOWN
        if found.ended_at is not None:
            return DirectoryOutcome.ENDED
        if found.content.places is None or not 0 <= free <= found.content.places:
            return DirectoryOutcome.FAULTY
        work.run(_COUNT, free, now, by, service)
        self._audit.record(work, now, by, COUNTED, service, str(free))
        return DirectoryOutcome.DONE

    # --- Inside -------------------------------------------------------------------------------

    def _propose(
        self, work: Work, service: str, kind: ProposalKind, change: ProposedChange, act: Act
    ) -> tuple[DirectoryOutcome, int]:
        if kind is not ProposalKind.END and find_faults(change.wanted, self.known):
            return DirectoryOutcome.FAULTY, 0
        sealed = self._seal(_proposal_data(service, kind, act.by, act.at), _encode(change))
        (row,) = work.rows(_PROPOSE, service, kind.value, sealed, act.by, act.at)
        self._audit.record(work, act.at, act.by, PROPOSED, service, f"{kind}/{row[0]}")
        return DirectoryOutcome.DONE, int(row[0])

    def _apply(
        self, work: Work, proposal: Proposal, change: ProposedChange,
        current: DirectoryService | None, now: int,
    ) -> DirectoryOutcome:  # fmt: skip
        if current is None:
            return self._add(work, proposal, change)
        is_over = current.ended_at is not None
        if is_over and proposal.kind is not ProposalKind.NEW:
            return DirectoryOutcome.ENDED
        is_end = proposal.kind is ProposalKind.END
        content = current.content if is_end else apply_change(current.content, change)
        if not is_end and find_faults(content, self.known):
            return DirectoryOutcome.FAULTY
        self._store(work, current, content, proposal, now if is_end else None)
        return DirectoryOutcome.DONE

    def _add(self, work: Work, proposal: Proposal, change: ProposedChange) -> DirectoryOutcome:
        content = change.wanted
        if proposal.kind is not ProposalKind.NEW or find_faults(content, self.known):
            return DirectoryOutcome.FAULTY
        sealed = self._seal(_service_data(proposal.service), _encode(content))
        partner = content.partner or None
        work.run(_ADD, proposal.service, partner, sealed, 1, change.verified_at, proposal.by)
        return DirectoryOutcome.DONE

    def _store(
        self, work: Work, current: DirectoryService, content: ServiceContent, proposal: Proposal,
        ended_at: int | None,
    ) -> None:  # fmt: skip
        """Store an approved content; what was verified later than it was written stays verified."""
        found_at = proposal.change.verified_at if proposal.change else 0
        verified = max((current.verified_at, current.verified_by), (found_at, proposal.by))
        sealed = self._seal(_service_data(current.id), _encode(content))
        work.run(
            _CHANGE, content.partner or None, sealed, current.version + 1, *verified,
            *_free_of(current, content), ended_at, current.id,
        )  # fmt: skip

    def _services(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[DirectoryService]:
        for service, sealed, version, at, by, free, free_at, free_by, ended in rows:
            try:
                content = _decode_content(self._open(_service_data(service), sealed))
            except (DecryptionError, msgspec.MsgspecError):
                continue
            said = None if free is None else FreePlaces(free, free_at, free_by)
            yield DirectoryService(service, content, version, at, by, said, ended)

    def _open_proposal(self, row: tuple[Any, ...]) -> Proposal:
        number, service, kind, sealed, by, at, decision, decided_by, decided_at, answer = row
        try:
            change = _decode_change(self._open(_proposal_data(service, kind, by, at), sealed))
        except (DecryptionError, msgspec.MsgspecError):
            change = None
        return Proposal(
            number, service, ProposalKind(kind), change, by, at,
            Decision(decision) if decision else None, decided_by or "", decided_at or 0,
            self._answer(service, number, answer),
        )  # fmt: skip

    def _answer(self, service: str, number: int, sealed: bytes | None) -> str:
        try:
            opened = self._open(_answer_data(service, number), sealed) if sealed else b""
        except DecryptionError:
            return ""
        return opened.decode()

    def _seal(self, data: bytes, content: bytes) -> bytes:
        return self._vault.seal(Purpose.STAFF, data, content)

    def _open(self, data: bytes, sealed: bytes) -> bytes:
        return self._vault.open(Purpose.STAFF, data, bytes(sealed))


def _free_of(
    service: DirectoryService, content: ServiceContent
) -> tuple[int, int, str] | tuple[None, None, None]:
    """Return what was said of free places, if a new content still has as many."""
    said = service.free
    if said is None or content.places is None or said.count > content.places:
        return None, None, None
    return said.count, said.said_at, said.said_by


def _service_data(service: str) -> bytes:
    return f"directory_services/{service}".encode()


def _proposal_data(service: str, kind: str, by: str, at: int) -> bytes:
    """Return what binds a proposal to who made it: another name on it opens nothing."""
    return f"directory_proposals/{service}/{kind}/{by}/{at}".encode()


def _answer_data(service: str, number: int) -> bytes:
    return f"directory_answers/{service}/{number}".encode()


def _detail(proposal: Proposal) -> str:
    return f"{proposal.kind}/{proposal.number}"


def _cut(words: str) -> str:
    return words.strip()[:MAX_WORDS]
