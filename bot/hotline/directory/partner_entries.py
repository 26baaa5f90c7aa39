"""What a partner does with its own entries of the directory: look again, count, propose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bot.hotline.directory.freshness import free_today, is_asked_for
from bot.hotline.directory.model import DirectoryOutcome, ProposedChange, partner_author

if TYPE_CHECKING:
    from bot.hotline.directory.freshness import EntryState, FreshnessRule
    from bot.hotline.directory.model import DirectoryService, Proposal, ServiceContent
    from bot.hotline.directory.store import ServiceDirectory
    from bot.store.writer import Work

MAX_WAITING = 20
"""Proposals of one partner that may wait at a time."""


@dataclass(frozen=True, slots=True)
class PartnerEntry:
    """An entry of a partner, as its own room shows it."""

    service: DirectoryService
    state: EntryState
    is_asked_for: bool
    """Whether the partner is asked to look at it again this week."""
    free: int | None
    """Places that are free today; None: not known."""


class PartnerEntries:
    """The entries of partners, used inside units of work; others' entries are not there for one."""

    def __init__(self, directory: ServiceDirectory, rule: FreshnessRule) -> None:
        self._directory = directory
        self._rule = rule

    def all(self, work: Work, partner: int, now: int) -> list[PartnerEntry]:
        """Return the entries of a partner, also those that ended."""
        return [
            PartnerEntry(it, self._rule.state(it, now), is_asked_for(it, now), free_today(it, now))
            for it in self._directory.of_partner(work, partner)
        ]

    def waiting(self, work: Work, partner: int) -> list[Proposal]:
        """Return what a partner proposed and no one has decided about."""
        author = partner_author(partner)
        return [it for it in self._directory.waiting(work) if it.by == author]

    def confirm(self, work: Work, partner: int, entry: str, now: int) -> DirectoryOutcome:
        """Store that a partner found its entry still right."""
        if self._find(work, partner, entry) is None:
            return DirectoryOutcome.UNKNOWN
        return self._directory.confirm(work, entry, partner_author(partner), now)

    def update_free_places(
        self, work: Work, partner: int, entry: str, free: int, now: int
    ) -> DirectoryOutcome:
        """Store how many places are free at a partner's entry now."""
        if self._find(work, partner, entry) is None:
            return DirectoryOutcome.UNKNOWN
        author = partner_author(partner)
        return self._directory.update_free_places(work, entry, free, author, now)

    def propose(
        self, work: Work, partner: int, entry: str, content: ServiceContent, now: int
    ) -> DirectoryOutcome:
        """Propose a new entry (an empty `entry`) or other words for one; staff approve it.

        Whatever the content says, the entry is this partner's, and whether people may be told of it
        is decided by staff alone.
        """
        author, found = partner_author(partner), self._find(work, partner, entry)
        if len(self.waiting(work, partner)) >= MAX_WAITING:
            return DirectoryOutcome.FAULTY
        is_public = found is not None and found.content.is_public
        own = msgspec.structs.replace(content, partner=partner, is_public=is_public)
        if not entry:
            proposed = self._directory.propose_new(work, own, author, now, verified_at=now)
        elif found is None:
            return DirectoryOutcome.UNKNOWN
        else:
            change = ProposedChange(wanted=own, base=found.content, verified_at=now)
            proposed = self._directory.propose_change(work, entry, change, author, now)
        return proposed[0]

    def propose_end(
        self, work: Work, partner: int, entry: str, why: str, now: int
    ) -> DirectoryOutcome:
        """Propose that a partner's entry is no longer offered; staff approve it."""
        if self._find(work, partner, entry) is None:
            return DirectoryOutcome.UNKNOWN
        author = partner_author(partner)
        return self._directory.propose_end(work, entry, why, author, now)[0]

    def _find(self, work: Work, partner: int, entry: str) -> DirectoryService | None:
        found = self._directory.find(work, entry) if entry else None
        return found if found is not None and found.content.partner == partner else None
