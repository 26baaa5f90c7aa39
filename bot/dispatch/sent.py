"""What one turn asks of the hotline: a case for what was sent, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.intake import Intake, NewCase, NewReport
from bot.cases.urgency import Priority
from bot.dispatch.outcomes import EMPTY_HANDED
from bot.hotline import trail

if TYPE_CHECKING:
    from bot.dispatch.conversations import Conversation
    from bot.dispatch.effects import Sending, Setting
    from bot.hotline.consent import Pressed, Pressing
    from bot.hotline.ledger import Referrals
    from bot.store.writer import Work


@dataclass(slots=True)
class Sent:
    """What one turn sent to the hotline; stored with everything else of its batch."""

    intake: Intake
    referrals: Referrals
    setting: Setting
    work: Work
    now: int
    key: bytes
    opened: list[NewCase] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    raised: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)

    def send(self, conversation: Conversation, sending: Sending) -> str:
        """Put what a person sent to its case, opening one if none waits; return its reference."""
        answers: dict[str, object] = dict(sending.answers)
        at_most = Priority(sending.at_least)
        joins = conversation.is_live and (
            not sending.opens or conversation.urgent_only or sending.kind == EMPTY_HANDED
        )
        if joins:
            self.raised.append((conversation.case, answers, at_most))
        else:
            case = self.intake.open_case(
                self.work, sending.kind, conversation.language, self.key, conversation.chat,
                answers, at_most, self.now,
            )  # fmt: skip
            self.opened.append(case)
            conversation.case, conversation.reference = case.id, case.reference
        conversation.urgent_only = sending.kind == EMPTY_HANDED and (
            conversation.urgent_only or not joins
        )
        self.reports.append(
            NewReport(conversation.case, sending.kind, sending.flow, sending.answers, self.now)
        )
        return conversation.reference

    def decide(self, case: str, pressed: Pressed) -> Pressing | None:
        """Do what was pressed under a question of consent; None when it is none of this case's."""
        return self.referrals.press(self.work, case, pressed, self.now)

    def trail(self, conversation: Conversation) -> str:
        """Return how far the case of this sitting has come, as its person reads it."""
        stands = trail.standing(self.work, conversation.case)
        if stands is None:
            return ""
        words, zone = self.setting.phrasing.trail, self.setting.zone
        return trail.told(stands, words, self.now, zone, conversation.language)
