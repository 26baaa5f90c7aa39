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
    """The key of a case, under which everything else of that case is sealed."""
    EPOCH = "epoch"
    """The private half of an epoch."""


ON_ITS_WAY = (Purpose.INBOX, Purpose.CONVERSATION, Purpose.OUTBOX)
"""What is sealed with the key of an hour."""
