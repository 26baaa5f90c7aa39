"""What a flow can come to. `bot.dispatch` decides what follows from each."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The end a flow came to, as the rest of the house hears of it."""

    FINISHED = "finished"
    """Nothing follows."""
    REPORT_SUBMITTED = "report_submitted"
    """The person sent a report."""
    HELP_REQUESTED = "help_requested"
    """The person asked for a service."""
    TALK_REQUESTED = "person_wanted"
    """The person wants to write with somebody."""
    STAFF_ALERTED = "tell_now"
    """The person is in danger and said that a caseworker shall know at once."""
    ADDITION_SENT = "added"
    """The person added to what they had sent."""
    WITHDRAWN = "withdrawn"
    """The person wants back what they had sent."""
    STOPPED = "stopped"
    """The person wants nothing more: whatever lies beneath ends with it."""
    LANGUAGE_CHOSEN = "language_chosen"
    """The person reads another language from here on."""

    CHECK_IN_AGREED = "check_in_agreed"
    """The person agreed on an hour at which they are heard from."""
    CHECK_IN_ENDED = "check_in_ended"
    """The person wants to be asked no more."""

    AUTO_DELETE_CHOSEN = "vanish_chosen"
    """The person chose after how long messages vanish by themselves."""

    INFORMATION_READ = "read"
    """The person has read what they wanted to know, and may want to know more."""

    STATUS_REQUESTED = "asked_where"
    """The person wants to know how far what they sent has come."""
    DATA_REQUESTED = "asked_held"
    """The person wants to know what is held of them."""
    INTRODUCTION_REQUESTED = "asked_who"
    """The person wants to know who we are."""
    CONSENT_REVOKED = "taken_back"
    """The person takes back something they agreed to."""
    ERASURE_REQUESTED = "erasure_wished"
    """The person wants everything of this chat erased."""


ENDS_ALL_FLOWS = frozenset({Outcome.STOPPED, Outcome.ERASURE_REQUESTED})
"""Outcomes with which whatever lies beneath ends too."""
TAKES_EXTRAS = frozenset(
    {
        Outcome.REPORT_SUBMITTED,
        Outcome.HELP_REQUESTED,
        Outcome.TALK_REQUESTED,
        Outcome.ADDITION_SENT,
    }
)
"""Outcomes that take along what was written beside the questions.

Not `TELL_NOW`: there the person agreed to a place and a language, and to no word of theirs.
"""
