"""How a flow can end. `bot.dispatch` decides what follows from each outcome."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a flow. The values are stored and stand in transcripts."""

    FINISHED = "finished"
    """Nothing follows."""
    REPORT_SUBMITTED = "report_submitted"
    """The person sent a report."""
    HELP_REQUESTED = "help_requested"
    """The person requested a service."""
    TALK_REQUESTED = "person_wanted"
    """The person wants to write with a caseworker."""
    STORY_GIVEN = "story_given"
    """The person gave a caseworker what they wrote in their own words."""
    STAFF_ALERTED = "tell_now"
    """The person is in danger and agreed that a caseworker is told at once."""
    ADDITION_SENT = "added"
    """The person added to what they had sent."""
    WITHDRAWN = "withdrawn"
    """The person takes back what they had sent."""
    STOPPED = "stopped"
    """The person stops: all flows end."""
    LANGUAGE_CHOSEN = "language_chosen"
    """The person chose another language."""
    CHOICES_MADE = "choices_made"
    """The person decided something about what they had sent, e.g. when we may write to them."""
    CHECK_IN_AGREED = "check_in_agreed"
    """The person agreed on a time for check-ins."""
    CHECK_IN_ENDED = "check_in_ended"
    """The person ended their check-ins."""
    AUTO_DELETE_CHOSEN = "vanish_chosen"
    """The person chose after how long messages are deleted."""
    INFORMATION_READ = "read"
    """The person read information and may want to read more."""
    STATUS_REQUESTED = "asked_where"
    """The person asks for the status of what they sent."""
    DATA_REQUESTED = "asked_held"
    """The person asks what data is stored about them."""
    INTRODUCTION_REQUESTED = "asked_who"
    """The person asks who answers here."""
    CONSENT_REVOKED = "taken_back"
    """The person revokes a consent."""
    ERASURE_REQUESTED = "erasure_wished"
    """The person requests erasure of everything in this chat."""


TOLD = "told"
"""The fact that staff read what the person writes."""
TELLS_STAFF = frozenset(
    {
        Outcome.REPORT_SUBMITTED,
        Outcome.HELP_REQUESTED,
        Outcome.TALK_REQUESTED,
        Outcome.STORY_GIVEN,
        Outcome.STAFF_ALERTED,
    }
)
"""Outcomes from which on staff read what the person writes."""
ENDS_ALL_FLOWS = frozenset({Outcome.STOPPED, Outcome.ERASURE_REQUESTED})
"""Outcomes that also end the flows below."""
TAKES_EXTRAS = frozenset(
    {
        Outcome.REPORT_SUBMITTED,
        Outcome.HELP_REQUESTED,
        Outcome.TALK_REQUESTED,
        Outcome.STORY_GIVEN,
        Outcome.ADDITION_SENT,
    }
)
"""Outcomes that also send texts and files that answered no question.

Not `STAFF_ALERTED`: there the person agreed to send what they wrote just now, which the dispatcher
hands over: the alarming words, a story told before them, and no answers of a draft.
"""
