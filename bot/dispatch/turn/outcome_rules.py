"""What follows when a flow has ended: one row for each outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind
from bot.cases.urgency import Priority
from bot.conversation import Outcome
from bot.dispatch.turn.flow_names import AFTERWARDS_FLOW, URGENT_DETAILS_FLOW

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class OutcomeRule:
    """What an outcome sends to the hotline."""

    kind: str | None = None
    """The kind of the report; None: nothing is sent."""
    opens_case: bool = False
    """Whether it opens a case, if none of this session waits for it."""
    min_priority: Priority = Priority.STANDARD
    """Its priority when no rule says more."""
    staffed_priority: Priority | None = None
    """The same in opening hours, and while a caseworker is on duty; None: no other."""

    def priority(self, *, is_staffed: bool) -> Priority:
        """Return the priority when no rule says more."""
        return (is_staffed and self.staffed_priority) or self.min_priority


OUTCOME_RULES: Mapping[Outcome, OutcomeRule] = {
    Outcome.FINISHED: OutcomeRule(),
    Outcome.REPORT_SUBMITTED: OutcomeRule("report", opens_case=True),
    Outcome.HELP_REQUESTED: OutcomeRule("request", opens_case=True),
    Outcome.TALK_REQUESTED: OutcomeRule(
        "talk", opens_case=True, staffed_priority=Priority.WITHIN_A_DAY
    ),
    Outcome.STORY_GIVEN: OutcomeRule(
        "story", opens_case=True, staffed_priority=Priority.WITHIN_A_DAY
    ),
    Outcome.STAFF_ALERTED: OutcomeRule("danger", opens_case=True, min_priority=Priority.EMERGENCY),
    Outcome.ADDITION_SENT: OutcomeRule("addition"),
    Outcome.WITHDRAWN: OutcomeRule("withdrawal"),
    Outcome.CHOICES_MADE: OutcomeRule("addition"),
    Outcome.CHECK_IN_AGREED: OutcomeRule("check_in"),
    Outcome.CHECK_IN_ENDED: OutcomeRule(),
    Outcome.STOPPED: OutcomeRule(),
    Outcome.LANGUAGE_CHOSEN: OutcomeRule(),
    Outcome.AUTO_DELETE_CHOSEN: OutcomeRule(),
    Outcome.INFORMATION_READ: OutcomeRule(),
    Outcome.STATUS_REQUESTED: OutcomeRule(),
    Outcome.DATA_REQUESTED: OutcomeRule(),
    Outcome.INTRODUCTION_REQUESTED: OutcomeRule(),
    Outcome.CONSENT_REVOKED: OutcomeRule(),
    Outcome.ERASURE_REQUESTED: OutcomeRule(),
}
"""Every outcome has a row; a test checks that."""
NEXT_STEP_OUTCOMES = frozenset(
    {
        Outcome.REPORT_SUBMITTED,
        Outcome.HELP_REQUESTED,
        Outcome.TALK_REQUESTED,
        Outcome.CHOICES_MADE,
        Outcome.STATUS_REQUESTED,
        Outcome.DATA_REQUESTED,
        Outcome.CONSENT_REVOKED,
    }
)
"""Outcomes after which the person is asked what they would like to do now."""
DETAILED_OUTCOMES = frozenset({Outcome.STAFF_ALERTED, Outcome.STORY_GIVEN})
"""Outcomes after which the person is asked what helpers need first."""
LOOKUP_OUTCOMES = frozenset(
    {Outcome.STATUS_REQUESTED, Outcome.DATA_REQUESTED, Outcome.INTRODUCTION_REQUESTED}
)
"""Outcomes whose last message holds something that is looked up."""
ERASING_ANSWERS = frozenset(
    {
        ("stop", "unsent", "erase"),
        ("report", "keep", "dont"),
        ("report", "keep", "sitting"),
        ("ask_for_help", "keep", "dont"),
        ("ask_for_help", "keep", "sitting"),
        ("resume", "go_on", "leave"),
        ("notice_changed", "go_on", "erase"),
        ("notice_changed", "then", "erase"),
    }
)
"""Answers (flow, step, code) after which what was not sent is erased at once."""
CONSENT_WITHDRAWALS: Mapping[tuple[str, str, str], ConsentKind] = {
    ("my_data", "what_now", "uncount"): ConsentKind.STATISTICS,
    ("my_data", "what_now", "untell"): ConsentKind.OTHERS,
}
"""Answers (flow, step, code) by which a consent is withdrawn."""
EMERGENCY_KIND = "danger"
"""The kind that holds no answer of a person: language and codes only."""
DRAFT_FLOWS = frozenset({"report", "ask_for_help", "talk", "afterwards"})
"""Flows whose answers make a draft."""
READ_FLOWS = DRAFT_FLOWS - {AFTERWARDS_FLOW} | {URGENT_DETAILS_FLOW}
"""Flows whose answers reach the case at once, if staff read what the person writes."""
DRAFT_STOP_STEPS = {
    "stop": ("unsent",),
    "report": ("send", "send_all"),
    "ask_for_help": ("send", "send_all"),
    "talk": ("send",),
    "afterwards": ("send",),
    "return_check": ("go_on",),
}
"""Questions after which a draft may be kept: only before these is a copy worth its cost."""
