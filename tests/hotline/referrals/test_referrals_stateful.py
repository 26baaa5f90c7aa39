"""Whatever is pressed, in whatever order, under whatever old screen: told is what was agreed to.

The model knows nothing of digests or stages. It reads the screens as the person does, remembers
what stood on each, and which press came last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bot.hotline.referrals.consent_dialog import (
    ConsentAction,
    ConsentDialog,
    ConsentOutcome,
    ConsentPress,
    ConsentReply,
)
from tests.support.drill_length import drill_length
from tests.support.people.referral_dialog import (
    PREFIX,
    ReferralDialog,
    callback_data_of,
    ticked_labels,
    token_of,
)

if TYPE_CHECKING:
    from bot.hotline.referrals.model import Referral
    from tests.support.harnesses.queue_harness import QueueHarness

CODES = ("report.county", "report.what", "report.needs", "language", "contact")
RECIPIENTS = ("legal_aid", "spa")
LONG_ENOUGH = settings(
    max_examples=drill_length(12, 60),
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
MOST = 3
"""Offers in an evening: the presses are what this is about."""


class Careless(ConsentDialog):
    """Takes any agreement for one to what is kept now, whatever screen it was pressed under."""

    def _agree(self, referral: Referral, pressed: ConsentPress, now: int) -> ConsentOutcome:
        return super()._agree(referral, pressed._replace(seen_digest=referral.digest), now)


class Evening(RuleBasedStateMachine):
    """One person, offers to two recipients, and every button that was ever on a screen."""

    asked: ReferralDialog

    def __init__(self) -> None:
        super().__init__()
        self.case = self.asked.person()
        self.offers: list[Referral] = []
        self.buttons: list[tuple[str, tuple[str, ...]]] = []
        """Every button there ever was, and what stood ticked above it."""
        self.newest: dict[str, tuple[str, ...]] = {}
        """What the newest screen of a referral shows."""
        self.agreed: dict[str, tuple[str, ...]] = {}
        """What was agreed to and not changed, declined or taken back since."""
        self.told: set[str] = set()

    @precondition(lambda self: len(self.offers) < MOST)
    @rule(codes=st.sets(st.sampled_from(CODES), min_size=1), to=st.sampled_from(RECIPIENTS))
    def offer(self, codes: set[str], to: str) -> None:
        for old in self.offers:
            if old.recipient == to:
                self.agreed.pop(old.id, None)
        referral = self.asked.offers(self.case, sorted(codes), to)
        self.offers.append(referral)
        question = self.asked.consent.question(referral, "th", PREFIX)
        show = token_of(question, ConsentAction.SHOW)
        self.buttons.append((show, ()))
        self._shown(self.asked.presses(self.case, show))

    @precondition(lambda self: self.buttons)
    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        self._pressed(*data.draw(st.sampled_from(self.buttons[::-1])))

    def _pressed(self, token: str, seen: tuple[str, ...]) -> None:
        pressed = self.asked.consent.parse_token(token)
        assert pressed is not None
        before = self.asked.now(self.case, self._offer(pressed.referral))
        came = self.asked.presses(self.case, token)
        if came.changed:
            self.agreed.pop(pressed.referral, None)
        if came.changed and pressed.action is ConsentAction.AGREE:
            self.agreed[pressed.referral] = seen
        if not came.changed:
            assert came.referral == before
        self._shown(came)

    @precondition(lambda self: any(map(self._agrees, self.buttons)))
    @rule(data=st.data())
    def agree(self, data: st.DataObject) -> None:
        """Press a button that agrees: what it is all about comes up too seldom by itself."""
        those = [button for button in self.buttons[::-1] if self._agrees(button)]
        self._pressed(*data.draw(st.sampled_from(those)))

    def _agrees(self, button: tuple[str, tuple[str, ...]]) -> bool:
        return self.does(button, ConsentAction.AGREE)

    def does(self, button: tuple[str, tuple[str, ...]], action: ConsentAction) -> bool:
        """Tell whether a button does this."""
        pressed = self.asked.consent.parse_token(button[0])
        return pressed is not None and pressed.action is action

    def _shown(self, came: ConsentOutcome) -> None:
        if came.reply is ConsentReply.SCREEN:
            say = self.asked.sees(came, "th")
            self.newest[came.referral.id] = tuple(ticked_labels(say))
        elif came.reply is ConsentReply.ANSWER:
            say = self.asked.consent.answer(came, "th", PREFIX)
        else:
            return
        self.buttons += [(token, tuple(ticked_labels(say))) for token in callback_data_of(say)]

    @precondition(lambda self: self.offers)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        self._send(data.draw(st.sampled_from(self.offers)))

    def _send(self, referral: Referral) -> None:
        sent = self.asked.sends(self.case, referral)
        agreed = self.agreed.get(referral.id)
        if sent is None:
            assert agreed is None or referral.id in self.told
            return
        told = tuple(self.asked.contents(sent, "th"))
        assert told == agreed, "told what was not on the screen that was agreed to"
        assert told == self.newest[referral.id], "told what the newest screen does not show"
        assert told
        self.told.add(referral.id)

    def _offer(self, referral: str) -> Referral:
        return next(it for it in self.offers if it.id == referral)


def agree_under_an_old_screen(evening: Evening) -> None:
    """Play what chance may leave out: an agreement to an old screen, and one to the newest."""
    evening.offer({"report.what", "language"}, "legal_aid")
    (referral,) = evening.offers
    old = next(it for it in evening.buttons if evening.does(it, ConsentAction.AGREE))
    evening._pressed(*next(it for it in evening.buttons if evening.does(it, ConsentAction.STRIKE)))
    evening._pressed(*old)
    evening._send(referral)
    assert not evening.told
    newest = evening.buttons[::-1]
    evening._pressed(*next(it for it in newest if evening.does(it, ConsentAction.AGREE)))
    evening._send(referral)
    assert evening.told == {referral.id}


def evenings(line: QueueHarness, consent: type[ConsentDialog]) -> type[Evening]:
    """Return evenings with a dialog."""
    return type("Evening", (Evening,), {"asked": ReferralDialog(line, consent)})


def test_nothing_is_told_but_what_was_shown_last_and_agreed_to(queue_harness: QueueHarness) -> None:
    evening = evenings(queue_harness, ConsentDialog)
    agree_under_an_old_screen(evening())
    run_state_machine_as_test(evening, settings=LONG_ENOUGH)


def test_a_dialog_that_accepts_any_agreement_is_detected(queue_harness: QueueHarness) -> None:
    with pytest.raises(AssertionError, match="told what was not on the screen"):
        agree_under_an_old_screen(evenings(queue_harness, Careless)())
