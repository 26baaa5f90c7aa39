"""In any order of what people, staff, partners and time do: a room shows what stands agreed now.

The model knows no states and no tables. It remembers what was on the screen that was agreed to,
what has happened since, and what a partner has answered.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from bot.cases.consents import ConsentRecords
from bot.clock import DAY
from bot.hotline.deliveries.blockers import DeliveryBlockers
from bot.hotline.deliveries.delivering import DeliveryDesk, DeliveryReturns, OpenRoom
from bot.hotline.deliveries.model import ENDS_IT, OPENED_WITHIN, READABLE_FOR
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.deliveries.room import RoomReferrals
from bot.hotline.deliveries.store import Deliveries, stop_partners
from bot.hotline.referrals.consent_dialog import ConsentAction, ConsentDialog
from bot.hotline.referrals.store import ConsentRevocation
from bot.partners.delivered import DeliveredReferral, PartnerAnswer
from bot.partners.members import PartnerMembers
from bot.partners.partners import Partners
from bot.places.directory import ReferralAgreement
from bot.places.taiwan.recipients import RECIPIENTS
from bot.store.statements import select_by
from bot.store.tables.deliveries import delivery_messages
from bot.vault.erasure.delete_rows import delete_case
from tests.hotline.referrals.test_referrals_stateful import CODES, MOST, Evening
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY
from tests.support.people.partner_room import PartnerRoom
from tests.support.people.referral_dialog import ReferralDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bot.hotline.deliveries.model import ReferralDelivery
    from bot.hotline.referrals.model import Referral
    from bot.places.directory import Recipient
    from bot.store.writer import Work
    from tests.support.harnesses.queue_harness import QueueHarness

LONG_ENOUGH = settings(
    max_examples=drill_length(25, 300),
    stateful_step_count=40,
    derandomize=True,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
SHORTER = settings(LONG_ENOUGH, max_examples=drill_length(6, 300))
"""On PostgreSQL, where a step takes three times as long."""
IN_FORCE = ReferralAgreement(date(2026, 1, 1))
LAPSED = ReferralAgreement(date(2026, 1, 1), date(2026, 1, 2))
READ = ("zh_Hant", "en")
TO = ("legal_aid", "spa")
FOR_STAFF = {
    "language": ("語言", "Language"), "contact": ("如何聯絡當事人", "How to reach the person"),
}  # fmt: skip
"""How the parts that answer no question are called for staff."""
_MESSAGES = select_by(delivery_messages, "delivery_id", "code", by="case_id", order_by="id")


class Careless(DeliveryBlockers):
    """Looks at nothing once a referral was delivered."""

    def to_open(self, _work: Work, _delivery: ReferralDelivery, _now: int) -> None:
        return None


class Rooms:
    """What many evenings share: the partners, their rooms, the directory."""

    def __init__(self, line: QueueHarness, blockers: type[DeliveryBlockers]) -> None:
        self.line = line
        self.asked = ReferralDialog(line, ConsentDialog)
        self.directory: dict[str, Recipient] = dict(RECIPIENTS)
        self.consents = ConsentRecords(VAULT)
        looks = blockers(self.consents, self.directory)
        self.members = PartnerMembers(VAULT, line.audit)
        self.desk = DeliveryDesk(looks, self.members, self.asked.consent, self.directory)
        self.returns = DeliveryReturns(
            self.desk, self.asked.referrals, line.staff, line.promises, line.audit
        )
        self.room = RoomReferrals(VAULT, looks)
        self.links = RecipientPartners(line.audit)
        self.founded = 0

    def new_partner(self, recipient: str) -> PartnerRoom:
        """Found a partner with two members, and let the recipient be it."""
        self.founded += 1
        made = PartnerRoom(self.line.run, VAULT, self.room).opens_for(f"House {self.founded}", 2)
        self.line.run(lambda work: self.links.link(work, recipient, made.partner, "operator", 1))
        self.set_agreement(recipient, IN_FORCE)
        return made

    def set_agreement(self, recipient: str, agreement: ReferralAgreement) -> None:
        known = self.directory[recipient]
        self.directory[recipient] = replace(known, agreement=agreement)


class Weeks(Evening):
    """One person and two organisations over weeks, each with a room."""

    rooms: Rooms
    ever: set[str]
    """What has happened in any run: a house in which nothing happens keeps every rule."""

    def __init__(self) -> None:
        self.asked = self.rooms.asked
        self.rooms.line.now = MIDDAY
        super().__init__()
        self.partners = {to: self.rooms.new_partner(to) for to in TO}
        self.delivered: dict[str, tuple[Referral, tuple[str, ...], int, int]] = {}
        """By number: the referral, what was agreed, when it was delivered, how many keys."""
        self.first_read: dict[str, int] = {}
        self.revoked: set[str] = set()
        """Referrals that were taken back."""
        self.over: set[str] = set()
        """Numbers of what the partner needs no more, or what came back."""
        self.said: list[tuple[str, PartnerAnswer]] = []
        self.lapsed: set[str] = set()
        self.disabled: set[str] = set()
        self.is_erased = False

    def _run(self, unit: Callable[[Work], Any]) -> Any:
        self.rooms.line.passes(1)
        return self.rooms.line.run(unit)

    # --- what is inherited needs a case -------------------------------------------------------

    @precondition(lambda self: len(self.offers) < MOST and not self.is_erased)
    @rule(codes=st.sets(st.sampled_from(CODES), min_size=1), to=st.sampled_from(TO))
    def offer(self, codes: set[str], to: str) -> None:
        super().offer(codes, to)

    def _pressed(self, token: str, seen: tuple[str, ...]) -> None:
        if self.is_erased:
            return
        self.rooms.line.passes(1)
        super()._pressed(token, seen)
        pressed = self.asked.consent.parse_token(token)
        assert pressed is not None
        if pressed.action is ConsentAction.REVOKE:
            self._note_revoked()

    def _note_revoked(self) -> None:
        for it in self.offers:
            if self.asked.now(self.case, it).stage == "revoked":
                self.revoked.add(it.id)
                if it.id in self.told:
                    self.ever.add("taken back")
                self.agreed.pop(it.id, None)

    @initialize(
        codes=st.sets(st.sampled_from(CODES), min_size=1), to=st.sampled_from(TO),
        is_read=st.booleans(),
    )  # fmt: skip
    def deliver_one(self, codes: set[str], to: str, *, is_read: bool) -> None:
        """Begin where it becomes interesting: one referral is delivered, or read already."""
        self._begin(codes, to, is_read=is_read)

    def _begin(self, codes: set[str], to: str, *, is_read: bool) -> None:
        Evening.offer(self, codes, to)
        (token, seen) = next(it for it in self.buttons if self._agrees(it))
        self._pressed(token, seen)
        self._send(self.offers[0])
        if is_read:
            self._open(*self.delivered, 0)

    @precondition(lambda self: self.offers and not self.is_erased)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        """Deliver a referral, as the command does."""
        # What was agreed to comes first: other orders come up often enough.
        ready = [it for it in self.offers if it.id in self.agreed and it.id not in self.told]
        self._send(data.draw(st.sampled_from([*ready, *self.offers])))

    def _send(self, referral: Referral) -> None:
        agreed, to = self.agreed.get(referral.id), referral.recipient
        numbers = self._run(lambda work: self._deliver(work, referral))
        may_deliver = to not in self.lapsed and to not in self.disabled
        if not numbers:
            assert agreed is None or referral.id in self.told or not may_deliver
            return
        (number,) = numbers
        assert agreed is not None, "delivered what was not agreed to"
        assert may_deliver
        self.told.add(referral.id)
        now, keys = self.rooms.line.now, len(self.partners[to].members)
        self.delivered[number] = (referral, self._agreed_texts(referral), now, keys)

    def _deliver(self, work: Work, referral: Referral) -> list[str]:
        now, desk = self.rooms.line.now, self.rooms.desk
        room = desk.find_room(work, referral.recipient, now)
        if not isinstance(room, OpenRoom):
            return []
        sent = self.asked.referrals.mark_sent(work, self.case, referral.id, "mei", now)
        return [] if sent is None else [desk.deliver(work, sent, room, now).number]

    def _agreed_texts(self, referral: Referral) -> tuple[str, ...]:
        """Return what the person saw with a tick, as a reader of Chinese or English has it."""
        now = self.asked.now(self.case, referral)
        both = [self.asked.consent.readable_parts(now, language) for language in READ]
        for place, part in enumerate(now.included_parts):
            for number, name in enumerate(FOR_STAFF.get(part.code, ())):
                both[number][place] = (name, both[number][place][1])
        return tuple(
            "|".join((*dict.fromkeys(label for label, _ in one), "=",
                      *dict.fromkeys(told for _, told in one)))
            for one in zip(*both, strict=True)
        )  # fmt: skip

    # --- the room -----------------------------------------------------------------------------

    @precondition(lambda self: self.delivered)
    @rule(data=st.data(), place=st.integers(0, 2))
    def open(self, data: st.DataObject, place: int) -> None:
        self._open(data.draw(st.sampled_from([*self.delivered])), place)

    def _open(self, number: str, place: int) -> None:
        referral, agreed, _at, keys = self.delivered[number]
        partner = self.partners[referral.recipient]
        member = partner.members[min(place, len(partner.members) - 1)]
        self.rooms.line.passes(1)
        found = partner.open(number, self.rooms.line.now, member)
        if isinstance(found, DeliveredReferral):
            assert self._may_read(number), "read what does not stand agreed now"
            assert partner.members.index(member) < keys, "read without a copy"
            read = tuple("|".join((*it.label, "=", *it.answer)) for it in found.parts)
            assert read == agreed, "read something else than was agreed"
            self.first_read.setdefault(number, self.rooms.line.now)
            self.ever.add("read")
        elif partner.members.index(member) < keys:
            assert not self._may_read(number), "what stands agreed does not open"
        (other,) = (it for to, it in self.partners.items() if to != referral.recipient)
        assert other.open(number, self.rooms.line.now) is None, "opened in another's room"

    def _may_read(self, number: str) -> bool:
        referral, _agreed, at, _keys = self.delivered[number]
        closed = {*self.lapsed, *self.disabled}
        is_gone = self.is_erased or referral.id in self.revoked or number in self.over
        first = self.first_read.get(number)
        ends_at = at + OPENED_WITHIN if first is None else first + READABLE_FOR
        return not is_gone and referral.recipient not in closed and self.rooms.line.now < ends_at

    @precondition(lambda self: not self.is_erased and not self.over.issuperset(self.delivered))
    @rule(data=st.data(), answer=st.sampled_from(PartnerAnswer))
    def answer(self, data: st.DataObject, answer: PartnerAnswer) -> None:
        # In the order of delivery: numbers are drawn anew each time, and a run is to be the same.
        read = [it for it in self.delivered if it in self.first_read]
        self._answer(data.draw(st.sampled_from([*read, *self.delivered])), answer)

    def _answer(self, number: str, answer: PartnerAnswer) -> None:
        partner = self.partners[self.delivered[number][0].recipient]
        self.rooms.line.passes(1)
        if partner.answers(number, answer, self.rooms.line.now, "Is she well?") is None:
            assert number in self.first_read, "answered what no one had read"
            assert self.delivered[number][0].id not in self.revoked
            self.said.append((number, answer))
            self.ever.add("answered")
            if answer in ENDS_IT:
                self.over.add(number)

    # --- staff, the agreement, time -----------------------------------------------------------

    @precondition(lambda self: self.offers and not self.is_erased)
    @rule(data=st.data())
    def revoked_in_words(self, data: st.DataObject) -> None:
        self._revoke(data.draw(st.sampled_from(self.offers)))

    def _revoke(self, referral: Referral) -> None:
        now, referrals = self.rooms.line.now, self.asked.referrals
        self._run(lambda work: referrals.revoke(work, self.case, referral.id, "mei", now))
        self._note_revoked()

    @precondition(lambda self: self.delivered and not self.is_erased)
    @rule()
    def withdraw_from_all(self) -> None:
        self._withdraw_from_all()

    def _withdraw_from_all(self) -> None:
        ends = ConsentRevocation(VAULT, self.rooms.line.audit, self.asked.referrals)
        self._run(lambda work: ends.revoke_all(work, self.case, "person", self.rooms.line.now))
        self._note_revoked()
        self.agreed.clear()

    @precondition(lambda self: self.delivered)
    @rule(to=st.sampled_from(TO))
    def lapse_or_renew(self, to: str) -> None:
        self._lapse_or_renew(to)

    def _lapse_or_renew(self, to: str) -> None:
        self.lapsed ^= {to}
        self.rooms.set_agreement(to, LAPSED if to in self.lapsed else IN_FORCE)

    @precondition(lambda self: self.first_read)
    @rule(to=st.sampled_from(TO))
    def disable(self, to: str) -> None:
        self._disable(to)

    def _disable(self, to: str) -> None:
        partners, number = Partners(self.rooms.line.audit), self.partners[to].partner
        self._run(lambda work: partners.disable(work, number, "operator", 1))
        self.disabled.add(to)

    @precondition(lambda self: self.delivered)
    @rule(to=st.sampled_from(TO))
    def add_member(self, to: str) -> None:
        if len(self.partners[to].members) < 3:
            self.partners[to].add_member()

    @precondition(lambda self: self.delivered)
    @rule(days=st.integers(0, 8))
    def wait(self, days: int) -> None:
        self._wait(days)

    def _wait(self, days: int) -> None:
        self.rooms.line.now += days * DAY
        self._come_back()

    def _come_back(self) -> None:
        may = {number: self._may_read(number) for number in self.delivered}
        events = self._run(lambda work: self.rooms.returns.check(work, self.rooms.line.now))
        for event in (it for it in events if it.code in self.delivered):
            assert not may[event.code], "what could be read came back"
            assert event.code not in self.first_read
            self.over.add(event.code)
            self.ever.add("returned")

    @precondition(lambda self: self.first_read and not self.is_erased)
    @rule()
    def erase(self) -> None:
        self._erase()

    def _erase(self) -> None:
        self._run(lambda work: delete_case(work, self.case, (_no_conversation, stop_partners), 1))
        self.is_erased = True
        self.ever.add("erased")

    # --- always -------------------------------------------------------------------------------

    @invariant()
    def no_copy_outlives_what_allows_it(self) -> None:
        ended = {
            number for number, (referral, *_rest) in self.delivered.items()
            if self.is_erased or referral.id in self.revoked or number in self.over
        }  # fmt: skip
        for number in ended:
            has = self.rooms.line.run(lambda work, it=number: Deliveries.has_copies(work, it))
            assert not has, "a copy outlives what allows it"

    @invariant()
    def no_answer_is_lost(self) -> None:
        if self.is_erased:
            return
        stored = self.rooms.line.run(lambda work: work.rows(_MESSAGES, self.case))
        assert [tuple(it) for it in stored] == [(it, said.value) for it, said in self.said]

    @invariant()
    def partners_are_asked_to_delete_what_they_read(self) -> None:
        for to, partner in self.partners.items():
            asked = self.rooms.line.run(lambda work, it=partner.partner: Deliveries.stops(work, it))
            assert set(asked) == {
                number for number, (referral, *_rest) in self.delivered.items()
                if referral.recipient == to and number in self.first_read
                and (self.is_erased or referral.id in self.revoked)
            }  # fmt: skip

    def check(self) -> None:
        """Ask for all that always holds."""
        self.no_copy_outlives_what_allows_it()
        self.no_answer_is_lost()
        self.partners_are_asked_to_delete_what_they_read()


def _no_conversation(_work: Work, _key: bytes, _case: str, _now: int) -> int:
    return 0


HAPPENS = {"read", "answered", "taken back", "returned", "erased"}


def let_everything_happen(weeks: Weeks) -> None:
    """Play what chance may leave out of all its weeks; what always holds is asked after each."""
    weeks._begin({"report.what"}, "spa", is_read=True)
    (number,) = weeks.delivered
    weeks._answer(number, PartnerAnswer.ACCEPTED)
    weeks.check()
    weeks._revoke(weeks.offers[0])
    weeks._open(number, 0)
    weeks.check()
    Evening.offer(weeks, {"report.what", "language"}, "legal_aid")
    weeks._pressed(*next(it for it in weeks.buttons[::-1] if weeks._agrees(it)))
    weeks._send(weeks.offers[1])
    weeks._wait(8)
    weeks.check()
    weeks._erase()
    weeks.check()


def plays(line: QueueHarness, blockers: type[DeliveryBlockers], how_long: settings) -> None:
    ever: set[str] = set()
    rooms = Rooms(line, blockers)
    weeks = type("Weeks", (Weeks,), {"rooms": rooms, "ever": ever})
    let_everything_happen(weeks())
    assert ever == HAPPENS
    run_state_machine_as_test(weeks, settings=how_long)


@pytest.mark.both_databases
def test_a_room_shows_exactly_what_stands_agreed_at_that_moment(
    queue_harness: QueueHarness, database_kind: str
) -> None:
    plays(queue_harness, DeliveryBlockers, LONG_ENOUGH if database_kind == "sqlite" else SHORTER)


@pytest.mark.parametrize("ends", ["lapse_or_renew", "disable", "withdraw_from_all"])
def test_a_room_that_looks_at_nothing_once_delivered_is_detected(
    queue_harness: QueueHarness, ends: str
) -> None:
    """The negative control: copies stay, and nothing is looked at before they open."""
    rooms = Rooms(queue_harness, Careless)
    weeks = type("Weeks", (Weeks,), {"rooms": rooms, "ever": set()})()
    weeks._begin({"report.what"}, "spa", is_read=True)
    weeks._open(*weeks.delivered, 0)
    taken_back = Deliveries.take_back
    try:
        Deliveries.take_back = _nothing  # type: ignore[method-assign]
        getattr(weeks, f"_{ends}")(*(() if ends == "withdraw_from_all" else ("spa",)))
        with pytest.raises(AssertionError, match="read what does not stand agreed now"):
            weeks._open(*weeks.delivered, 0)
    finally:
        Deliveries.take_back = taken_back  # type: ignore[method-assign]


def _nothing(*_given: object) -> list[ReferralDelivery]:
    return []
