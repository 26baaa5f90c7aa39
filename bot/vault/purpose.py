"""Purposes of sealed data, and the protocols of what seals and opens them."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Purpose(StrEnum):
    """Purposes of sealed data; each has a key of its own."""

    INBOX = "inbox"
    CONVERSATION = "conversation"
    OUTBOX = "outbox"
    STAFF_COMMAND = "staff_command"
    """A command on its way from a desk to the dispatcher."""
    UNHASHED = "unhashed"
    """A passphrase that waits to be hashed."""
    CASE = "case"
    FILE = "file"
    ADDRESS = "address"
    STAFF = "staff"
    PARTNER = "partner"
    """Names of the members of partners, their second factors, and their keys locked by password."""
    CASE_KEY = "case_key"
    """The private half of a case's key pair, while no caseworker has a key."""
    CASE_PUBLIC = "case_public"
    """The public half of a case's key pair."""
    CODES = "codes"
    """What the bot needs of a report, for a day."""
    TOPIC_MESSAGES = "desk"
    """Ids of messages in a topic of the staff group."""
    HANDLE = "handle"
    """The channel's handle of a file that is not downloaded yet."""
    REFERRAL = "referral"
    """A referral that a person may still answer."""
    LEGAL_DEADLINE = "clock"
    """Legal events: the bot must know when a deadline ends."""
    SERVICE_PLAN = "plan"
    """Service plans without words: the bot tells the person what a caseworker released."""
    SESSION = "session"
    """What a session at a desk keeps; under the secret of its browser besides."""
    EPOCH = "epoch"
    """The private half of an epoch."""


IN_TRANSIT = (
    Purpose.INBOX, Purpose.CONVERSATION, Purpose.OUTBOX, Purpose.STAFF_COMMAND, Purpose.UNHASHED,
    Purpose.CODES, Purpose.HANDLE, Purpose.REFERRAL,
)  # fmt: skip
"""Purposes sealed with an epoch or a waiting key."""


class Sealer(Protocol):
    """Seals bytes."""

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return the sealed bytes, bound to the purpose and the associated data."""


class Opener(Protocol):
    """Opens sealed bytes."""

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this purpose with this associated data.

        Raises:
            DecryptionError: altered, cut or moved, or the key is another or erased.
        """


class SealerOpener(Sealer, Opener, Protocol):
    """Seals and opens: keys derived from the root."""
