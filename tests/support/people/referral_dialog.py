"""A person who is asked what may be told, and presses what is on their screen, or was on it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from bot.cases.intake import NewReport
from bot.conversation import FlowRegistry, PlaceAnswer
from bot.hotline.referrals.consent_dialog import (
    TICK,
    ConsentAction,
    ConsentDialog,
    ConsentPress,
    ConsentReply,
    ConsentTexts,
)
from bot.hotline.referrals.store import Referrals
from bot.places.taiwan.recipients import RECIPIENTS
from flows import ALL_FLOWS
from flows.texts import hotline
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Answer
    from bot.hotline.referrals.consent_dialog import ConsentOutcome
    from bot.hotline.referrals.model import Referral
    from bot.messages import SendText
    from bot.store.writer import Work
    from tests.support.harnesses.queue_harness import QueueHarness

BOOK = FlowRegistry(ALL_FLOWS)
PREFIX = "0:proof:"
ANSWERS: dict[str, Answer] = {
    "about": "me",
    "under_18": "adult",
    "safe": "safe",
    "keep": "may",
    "needs": ("legal", "papers"),
    "county": PlaceAnswer("TAO", "", 24.99, 121.3),
    "what": "They keep my papers.",
    "who": None,
    "call_me": "Sari",
    "send": "send",
}
"""What a person sent: codes, a place, words, something skipped, and two decisions."""
WORDS = ConsentTexts(**{field.name: hotline.REFERRAL[field.name] for field in fields(ConsentTexts)})


class ReferralDialog:
    """One line of people, and what they are asked before anything is told."""

    def __init__(self, line: QueueHarness, consent: type[ConsentDialog] = ConsentDialog) -> None:
        self.line = line
        self.consent = consent(BOOK, RECIPIENTS, WORDS)
        self.referrals = Referrals(VAULT, line.audit, BOOK, self.consent)

    def person(self, answers: dict[str, Answer] | None = None) -> str:
        """Return the case of somebody who sent a report."""
        case = self.line.add_waiting_case()
        report = NewReport(case, "report", "report", answers or ANSWERS, self.line.now)
        self.line.run(lambda work: self.line.intake.store(work, [], [report]))
        return case

    def offers(
        self, case: str, codes: Sequence[str], recipient: str = "legal_aid", by: str = "mei",
        ticked: Sequence[str] | None = None,
    ) -> Referral:  # fmt: skip
        """Ask about some parts, all of them ticked at the start unless some are named."""

        def unit(work: Work) -> Referral:
            may = self.referrals.offerable_parts(work, case, contact="0912 345 678")
            parts = [(may[code], ticked is None or code in ticked) for code in codes]
            return self.referrals.offer(work, case, recipient, parts, by, self.line.now)

        return self.line.run(unit)

    def presses(self, case: str, token: str) -> ConsentOutcome:
        pressed = self.consent.parse_token(token)
        assert pressed is not None
        came = self.line.run(
            lambda work: self.referrals.handle_press(work, case, pressed, self.line.now)
        )
        assert came is not None
        return came

    def sees(self, pressing: ConsentOutcome, language: str = "en") -> SendText:
        """Return the screen after a press."""
        assert pressing.reply is ConsentReply.SCREEN
        return self.consent.screen(pressing.referral, language, PREFIX, pressing.text)

    def looks(self, case: str, referral: Referral, language: str = "en") -> SendText:
        """Return what the person sees when they press "Show it to me"."""
        question = self.consent.question(referral, language, PREFIX)
        return self.sees(self.presses(case, token_of(question, ConsentAction.SHOW)), language)

    def sends(self, case: str, referral: Referral) -> Referral | None:
        return self.line.run(
            lambda work: self.referrals.mark_sent(work, case, referral.id, "mei", self.line.now)
        )

    def now(self, case: str, referral: Referral) -> Referral:
        found = self.line.run(lambda work: self.referrals.find(work, case, referral.id))
        assert found is not None
        return found

    def contents(self, referral: Referral, language: str = "en") -> list[str]:
        return [
            f"{label}: {told}" for label, told in self.consent.readable_parts(referral, language)
        ]


def callback_data_of(say: SendText) -> dict[str, ConsentPress]:
    """Return what stands behind the buttons of a message, by token."""
    found = {
        button.token: ConsentDialog.parse_token(button.token) for row in say.rows for button in row
    }
    return {token: pressed for token, pressed in found.items() if pressed is not None}


def token_of(say: SendText, deed: ConsentAction, place: int = 0) -> str:
    """Return the token of the button that does something, at a place."""
    return next(
        token
        for token, pressed in callback_data_of(say).items()
        if pressed.action is deed and pressed.part_index == place
    )


def ticked_labels(say: SendText) -> list[str]:
    """Return what a person reads with a tick before it."""
    lines = say.text.split("\n\n")
    return [line.partition(" ")[2].partition(" ")[2] for line in lines if line.startswith(TICK)]
