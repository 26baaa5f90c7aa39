"""What a thing is sealed for."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a thing is sealed for; each has a key of its own."""

    INBOX = "inbox"
    CONVERSATION = "conversation"
    OUTBOX = "outbox"
    CASE = "case"
    FILE = "file"
    ADDRESS = "address"
    STAFF = "staff"
    CASE_KEY = "case_key"
    """The private half of a case's key pair, while no caseworker has a key."""
    CASE_PUBLIC = "case_public"
    """The public half of a case's key."""
    CODES = "codes"
    """What engine and desks still need of what was sent, for a day."""
    TOPIC_MESSAGES = "desk"
    """Numbers of messages in a staff group's topic."""
    HANDLE = "handle"
    """How a file that is still to be fetched is called on its channel."""
    REFERRAL = "referral"
    """What a person was asked about and may still answer."""
    LEGAL_DEADLINE = "clock"
    """What happened to a person by the law: the bot has to know when a time runs out."""
    EPOCH = "epoch"
    """The private half of an epoch."""


IN_TRANSIT = (
    Purpose.INBOX,
    Purpose.CONVERSATION,
    Purpose.OUTBOX,
    Purpose.CODES,
    Purpose.HANDLE,
    Purpose.REFERRAL,
)
"""What is sealed with the key of a half hour, or with a waiting key."""
