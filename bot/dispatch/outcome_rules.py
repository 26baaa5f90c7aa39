"""What follows when a flow has come to an end: one row an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.consents import Kind
from bot.cases.urgency import Priority
from bot.conversation import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Follows:
    """What an outcome does beyond the conversation."""

    kind: str | None = None
    """What is sent to the hotline: the kind of the report."""
    opens: bool = False
    """Whether it opens a case of its own, if none of this sitting waits for it."""
    at_least: Priority = Priority.STANDARD
    """How urgent it is when no rule says more."""


FOLLOWS: Mapping[Outcome, Follows] = {
    Outcome.FINISHED: Follows(),
    Outcome.REPORT_SUBMITTED: Follows("report", opens=True),
    Outcome.HELP_REQUESTED: Follows("request", opens=True),
    Outcome.PERSON_WANTED: Follows("talk", opens=True),
    Outcome.TELL_NOW: Follows("danger", opens=True, at_least=Priority.EMERGENCY),
    Outcome.ADDED: Follows("addition"),
    Outcome.WITHDRAWN: Follows("withdrawal"),
    Outcome.CHECK_IN_AGREED: Follows("check_in"),
    Outcome.CHECK_IN_ENDED: Follows(),
    Outcome.STOPPED: Follows(),
    Outcome.LANGUAGE_CHOSEN: Follows(),
    Outcome.VANISH_CHOSEN: Follows(),
    Outcome.READ: Follows(),
    Outcome.ASKED_WHERE: Follows(),
    Outcome.ASKED_HELD: Follows(),
    Outcome.ASKED_WHO: Follows(),
    Outcome.TAKEN_BACK: Follows(),
    Outcome.ERASURE_WISHED: Follows(),
}
"""Every outcome has a row; a test holds that."""
AFTER = "afterwards"
"""The flow that begins once something was sent."""
LEADS_ON = frozenset(
    {
        Outcome.REPORT_SUBMITTED,
        Outcome.HELP_REQUESTED,
        Outcome.PERSON_WANTED,
        Outcome.ASKED_WHERE,
        Outcome.ASKED_HELD,
        Outcome.TAKEN_BACK,
    }
)
"""Outcomes after which the person is asked what they would like to do now."""
ASKS = frozenset({Outcome.ASKED_WHERE, Outcome.ASKED_HELD, Outcome.ASKED_WHO})
"""Outcomes whose last words hold something that is looked up."""
ERASES = frozenset(
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
SITTING = ("keep", "sitting")
"""The answer (step, code) after which nothing unsent outlives the sitting it was written in."""
TAKES_BACK: Mapping[tuple[str, str, str], Kind] = {
    ("my_data", "what_now", "uncount"): Kind.STATISTICS,
    ("my_data", "what_now", "untell"): Kind.OTHERS,
}
"""Answers (flow, step, code) by which something agreed to is taken back."""
EMPTY_HANDED = "danger"
"""The kind that takes along no word and no answer: language and codes only."""
DRAFTS = frozenset({"report", "ask_for_help", "talk", "afterwards"})
"""Flows whose answers a person may go on with later."""
STOPS = {
    "stop": ("unsent",),
    "report": ("send",),
    "ask_for_help": ("send",),
    "talk": ("send",),
    "afterwards": ("send",),
    "return_check": ("go_on",),
    "welcome": ("go_on",),
}
"""Questions after which a draft may be kept: only before these is a copy worth its price."""
