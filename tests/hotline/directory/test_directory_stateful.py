"""Whatever is proposed, approved, refused, looked at and forgotten, in whatever order."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from bot.clock import DAY
from bot.hotline.directory import store
from bot.hotline.directory.freshness import EntryState, FreshnessRule
from bot.hotline.directory.model import (
    Decision,
    DirectoryOutcome,
    DirectoryService,
    Guests,
    Proposal,
    ProposalKind,
    ProposedChange,
    ServiceContent,
    is_partner,
    partner_author,
)
from bot.hotline.directory.partner_entries import PartnerEntries
from bot.hotline.directory.rules import find_faults, is_shelter, known_codes
from bot.hotline.directory.shelter_address import find_address
from bot.hotline.directory.store import ServiceDirectory
from bot.partners.partners import Partners
from bot.places.taiwan import TAIWAN
from bot.store.database import Database
from bot.vault.audit.log import AuditHead, AuditLog, iter_rows
from flows.texts.counties import COUNTIES
from tests.support.database_fixtures import migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Callable

KNOWN = known_codes(TAIWAN.services, COUNTIES)
STAFF = ("mei", "jun", "hui")
PARTNERS = (1, 2)
RULE = FreshnessRule(contact_days=20, place_days=8)
ADDRESS = "12 Zhongshan Road, Sec. 2"
contents = st.builds(
    ServiceContent,
    name=st.sampled_from(["House of the Example", "Sample Clinic"]),
    services=st.sampled_from([("doctor",), ("place",), ("lawyer", "welfare")]),
    counties=st.sampled_from([(), ("TPE",), ("TAO", "HSZ")]),
    places=st.sampled_from([None, None, 4, 9]),
    guests=st.sampled_from([(Guests.ANY,), (Guests.WOMEN, Guests.CHILDREN)]),
    contact=st.sampled_from(["02-0000-0001", "02-0000-0002", ADDRESS]),
    note=st.sampled_from(["", "Ring twice"]),
    source=st.sampled_from(["telephone call", "its leaflet"]),
    partner=st.sampled_from([0, *PARTNERS]),
)
staff = st.sampled_from(STAFF)
which = st.integers(0, 40)
FIELDS = ServiceContent.__struct_fields__


class DirectoryYear(RuleBasedStateMachine):
    """A year of a directory, next to a model that knows what must be true."""

    flaws: ClassVar[dict[str, Any]] = {}
    """What is put in the place of what, to see that it would be noticed."""

    kind: ClassVar[type[ServiceDirectory]] = ServiceDirectory
    database_kind: ClassVar[str] = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.database = Database(migrated_url(self.database_kind, Path(self.folder.name)))
        self.audit = AuditLog(VAULT)
        self.directory = self.kind(VAULT, self.audit, KNOWN)
        self.partners = PartnerEntries(self.directory, RULE)
        self.now = MIDDAY
        self.made: dict[int, tuple[str, str]] = {}
        """Who proposed what about which service, by number."""
        self.decided: dict[int, Decision] = {}
        self.looked: dict[str, int] = {}
        """When someone last found a service right."""
        self.words: dict[str, dict[str, Any]] = {}
        """What each service says, field by field, as it follows from the approvals."""
        self.patches = [patch.object(store, name, it) for name, it in self.flaws.items()]
        for it in self.patches:
            it.start()

    def teardown(self) -> None:
        for it in self.patches:
            it.stop()
        verified = self.audit.verify(iter_rows(self.database.writer))
        self.database.writer.close()
        self.folder.cleanup()
        assert isinstance(verified, AuditHead)

    def run(self, unit: Callable[..., Any]) -> Any:
        return self.database.writer.run_sync(unit)

    @initialize()
    def two_partners_are_there(self) -> None:
        partners = Partners(self.audit)
        for it in PARTNERS:
            assert self.run(lambda work, it=it: partners.add(work, f"P{it}", "op", 1)).id == it

    # --- What happens -------------------------------------------------------------------------

    @rule(content=contents, by=staff, knows=st.booleans())
    def proposes_new(self, content: ServiceContent, by: str, knows: bool) -> None:
        seen = self.now if knows else 0
        outcome, number = self.run(
            lambda work: self.directory.propose_new(work, content, by, self.now, verified_at=seen)
        )
        assert (outcome is DirectoryOutcome.DONE) == (not find_faults(content, KNOWN))
        if outcome is DirectoryOutcome.DONE:
            self.made[number] = (by, self.proposal(number).service)

    @rule(at=which, by=staff, wanted=contents, field=st.sampled_from(FIELDS))
    def proposes_a_change(self, at: int, by: str, wanted: ServiceContent, field: str) -> None:
        if (found := self.pick(at)) is not None:
            value = {field: getattr(wanted, field)}
            change = ProposedChange(
                wanted=msgspec.structs.replace(found.content, **value), verified_at=self.now
            )
            outcome, number = self.run(
                lambda work: self.directory.propose_change(work, found.id, change, by, self.now)
            )
            if outcome is DirectoryOutcome.DONE:
                self.made[number] = (by, found.id)

    @rule(at=which, by=staff)
    def proposes_an_end(self, at: int, by: str) -> None:
        if (found := self.pick(at)) is not None:
            outcome, number = self.run(
                lambda work: self.directory.propose_end(work, found.id, "closed", by, self.now)
            )
            assert (outcome is DirectoryOutcome.DONE) == (found.ended_at is None)
            if outcome is DirectoryOutcome.DONE:
                self.made[number] = (by, found.id)

    @rule(at=which, partner=st.sampled_from(PARTNERS), content=contents)
    def a_partner_proposes(self, at: int, partner: int, content: ServiceContent) -> None:
        found = self.pick(at)
        entry = found.id if found else ""
        before = set(self.numbers())
        outcome = self.run(
            lambda work: self.partners.propose(work, partner, entry, content, self.now)
        )
        if found is not None and found.content.partner != partner:
            assert outcome is not DirectoryOutcome.DONE
        for number in set(self.numbers()) - before:
            proposal = self.proposal(number)
            self.made[number] = (partner_author(partner), proposal.service)
            assert proposal.change is not None
            assert proposal.change.wanted.partner == partner
            assert not proposal.change.wanted.is_public

    @rule(at=which, by=staff)
    def approves(self, at: int, by: str) -> None:
        if not self.made:
            return
        number = sorted(self.made)[at % len(self.made)]
        proposal = self.proposal(number)
        current = self.find(proposal.service)
        outcome = self.run(
            lambda work: self.directory.approve(
                work, number, by, self.now, seen=current.version if current else 0
            )
        )
        if outcome is DirectoryOutcome.DONE:
            assert number not in self.decided
            assert self.made[number][0] != by
            self.decided[number] = Decision.APPROVED
            self.is_approved(proposal)

    def is_approved(self, proposal: Proposal) -> None:
        change, words = proposal.change, self.words.setdefault(proposal.service, {})
        assert change is not None
        if proposal.kind is not ProposalKind.END:
            for name in FIELDS:
                before = getattr(change.base, name) if change.base else None
                if change.base is None or getattr(change.wanted, name) != before:
                    words[name] = getattr(change.wanted, name)
        looked = self.looked.get(proposal.service, 0)
        self.looked[proposal.service] = max(looked, change.verified_at)

    @rule(at=which, by=st.sampled_from([*STAFF, partner_author(1)]))
    def refuses(self, at: int, by: str) -> None:
        if not self.made:
            return
        number = sorted(self.made)[at % len(self.made)]
        outcome = self.run(lambda work: self.directory.refuse(work, number, "no", by, self.now))
        if outcome is DirectoryOutcome.DONE:
            assert number not in self.decided
            is_own = self.made[number][0] == by
            assert is_own or not is_partner(by)
            self.decided[number] = Decision.WITHDRAWN if is_own else Decision.REFUSED

    @rule(at=which, by=st.one_of(staff, st.sampled_from(PARTNERS)))
    def finds_it_still_right(self, at: int, by: str | int) -> None:
        if (found := self.pick(at)) is None:
            return
        if isinstance(by, int):
            outcome = self.run(lambda work: self.partners.confirm(work, by, found.id, self.now))
            is_own = found.content.partner == by
        else:
            outcome = self.run(lambda work: self.directory.confirm(work, found.id, by, self.now))
            is_own = True
        assert (outcome is DirectoryOutcome.DONE) == (is_own and found.ended_at is None)
        if outcome is DirectoryOutcome.DONE:
            self.looked[found.id] = self.now

    @rule(at=which, free=st.integers(-1, 10), by=staff)
    def counts_places(self, at: int, free: int, by: str) -> None:
        if (found := self.pick(at)) is not None:
            outcome = self.run(
                lambda work: self.directory.update_free_places(work, found.id, free, by, self.now)
            )
            most = found.content.places
            can_be = found.ended_at is None and most is not None and 0 <= free <= most
            assert (outcome is DirectoryOutcome.DONE) == can_be

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.now += days * DAY

    # --- What must be true ---------------------------------------------------------------------

    @invariant()
    def no_proposal_is_lost(self) -> None:
        waiting = {it.number for it in self.run(self.directory.waiting)}
        assert waiting == set(self.made) - set(self.decided)
        for number, decision in self.decided.items():
            found = self.proposal(number)
            assert found.decision is decision
            assert found.change is not None

    @invariant()
    def the_proposer_never_approves(self) -> None:
        for number in self.numbers():
            found = self.proposal(number)
            if found.decision is Decision.APPROVED:
                assert found.decided_by != found.by
                assert not is_partner(found.decided_by)

    @invariant()
    def only_what_was_approved_is_there(self) -> None:
        found = {it.id: msgspec.structs.asdict(it.content) for it in self.all()}
        assert found == self.words

    @invariant()
    def what_is_old_is_not_shown(self) -> None:
        for it in self.all():
            days = RULE.place_days if it.content.places is not None else RULE.contact_days
            is_old = self.now - self.looked[it.id] >= days * DAY
            is_shown = RULE.is_shown(it, self.now)
            assert is_shown == (not is_old and it.ended_at is None)
            assert RULE.needs_look(it, self.now) or is_shown or it.ended_at is not None
            assert (RULE.state(it, self.now) is EntryState.OLD) == (is_old and it.ended_at is None)

    @invariant()
    def no_shelter_has_an_address(self) -> None:
        for it in self.all():
            if is_shelter(it.content, KNOWN):
                assert not find_address(it.content.contact)

    @invariant()
    def no_more_places_are_free_than_there_are(self) -> None:
        for it in self.all():
            if it.free is not None:
                assert it.content.places is not None
                assert it.free.count <= it.content.places

    # --- How it is looked up ------------------------------------------------------------------

    def all(self) -> list[DirectoryService]:
        found: list[DirectoryService] = self.run(self.directory.all)
        return found

    def pick(self, at: int) -> DirectoryService | None:
        found = self.all()
        return found[at % len(found)] if found else None

    def find(self, service: str) -> DirectoryService | None:
        return next((it for it in self.all() if it.id == service), None)

    def numbers(self) -> list[int]:
        return [int(it) for (it,) in query(self.database, "SELECT id FROM directory_proposals")]

    def proposal(self, number: int) -> Proposal:
        found = self.run(lambda work: self.directory.proposal(work, number))
        assert isinstance(found, Proposal)
        return found


class DirectoryYearOnPostgreSQL(DirectoryYear):
    """The same on the other database."""

    database_kind = "postgresql"


LENGTH: dict[str, Any] = {
    "stateful_step_count": 40,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
TestDirectoryYear = DirectoryYear.TestCase
TestDirectoryYear.settings = settings(max_examples=drill_length(6, 300), **LENGTH)
TestDirectoryYearOnPostgreSQL = DirectoryYearOnPostgreSQL.TestCase
TestDirectoryYearOnPostgreSQL.settings = settings(max_examples=drill_length(1, 20), **LENGTH)


CLINIC = ServiceContent(
    name="Sample Clinic", services=("doctor",), contact="02-0000-0001", source="its leaflet"
)


class Forgetful(ServiceDirectory):
    """A directory that does not know who proposed."""

    def proposal(self, work: Any, number: int) -> Proposal | None:
        """Return a proposal without its author."""
        found = super().proposal(work, number)
        return found and replace(found, by="")


def overwrites(_current: ServiceContent, change: ProposedChange) -> ServiceContent:
    """Apply all that a proposal holds, as if no one had changed anything since."""
    return change.wanted


def play(year: DirectoryYear, approver: str = "hui") -> None:
    """Play two changes of one clinic that were proposed at the same time."""
    year.two_partners_are_there()
    year.proposes_new(CLINIC, "mei", knows=True)
    year.approves(0, approver)
    shelter = msgspec.structs.replace(CLINIC, services=("place",), contact=ADDRESS)
    year.proposes_a_change(0, "mei", shelter, "services")
    year.proposes_a_change(0, "jun", shelter, "contact")
    year.approves(1, "hui")
    year.approves(2, "hui")
    year.only_what_was_approved_is_there()
    year.no_shelter_has_an_address()


@pytest.mark.parametrize(
    ("flaws", "kind", "approver"),
    [
        ({"apply_change": overwrites}, ServiceDirectory, "hui"),
        ({"find_faults": lambda *_: {}}, ServiceDirectory, "hui"),
        ({}, Forgetful, "mei"),
    ],
    ids=["overwrites", "stores_addresses", "lets_the_proposer_approve"],
)
def test_a_directory_with_a_flaw_would_be_noticed(
    flaws: dict[str, Any], kind: type[ServiceDirectory], approver: str
) -> None:
    class Flawed(DirectoryYear):
        pass

    Flawed.flaws, Flawed.kind = flaws, kind
    for made, is_noticed in ((DirectoryYear, False), (Flawed, True)):
        year = made()
        try:
            with pytest.raises(AssertionError) if is_noticed else nullcontext():
                play(year, approver if is_noticed else "hui")
        finally:
            year.teardown()
