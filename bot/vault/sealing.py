"""Seal and open, each thing bound to its place."""

from __future__ import annotations

import hmac
import os
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import DoesNotOpen
from bot.vault.casekeys import CaseKeys

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault.casekeys import Sealer
    from bot.vault.hostkey import HostKey

VERSION = b"\x01"
NONCE = 12
SHORTEST = len(VERSION) + NONCE + 16
KEY_LENGTH = 16
"""Bytes of a lookup key: 128 bits."""
CHATS_KNOWN = 4096
"""Lookup keys remembered, so that whoever is writing now costs no digest each time."""
MAC_LENGTH = 8
"""Bytes that vouch for a button."""


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


class Vault:
    """Keys derived from the host key, and what is done with them."""

    def __init__(self, host_key: HostKey) -> None:
        self._ciphers = {
            purpose: ChaCha20Poly1305(_derive(host_key, f"seal {purpose}")) for purpose in Purpose
        }
        self._associated = {purpose: f"haven/{purpose}/".encode() for purpose in Purpose}
        self._identity = _derive(host_key, "identity")
        self._buttons = _derive(host_key, "buttons")
        self._audit = _derive(host_key, "audit")
        self._erased = _derive(host_key, "erased")
        self._keys = lru_cache(maxsize=CHATS_KNOWN)(self._chat_key)
        self.cases = CaseKeys(self, Purpose.CASE_KEY)
        """The keys of cases; `of_case` uses one."""

    def seal(self, purpose: Purpose, place: bytes, plain: bytes) -> bytes:
        """Return the bytes sealed for one place, e.g. the row they will stand in."""
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[purpose].encrypt(nonce, plain, self._associated[purpose] + place)
        return VERSION + nonce + sealed

    def open(self, purpose: Purpose, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this place.

        Raises:
            DoesNotOpen: it was altered, cut, moved here from another place, or sealed with
                another key.
        """
        if len(sealed) < SHORTEST or sealed[:1] != VERSION:
            raise DoesNotOpen(f"not a sealed {purpose}")
        nonce, cipher = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._ciphers[purpose].decrypt(nonce, cipher, self._associated[purpose] + place)
        except InvalidTag:
            raise DoesNotOpen(
                f"a sealed {purpose} does not open: altered, moved, or another host key"
            ) from None

    def of_case(self, work: Work, case: str) -> Sealer:
        """Return what seals and opens whatever belongs to a case: its own key, if it has one.

        Raises:
            DoesNotOpen: its key was altered, or is another case's.
        """
        return self.cases.of(work, case)

    def erased(self, case: str) -> bytes:
        """Return what a case that is gone is known by: noise without the host key."""
        return hmac.digest(self._erased, case.encode(), "sha256")[:KEY_LENGTH]

    def chat_key(self, bot: int, chat: int) -> bytes:
        """Return the lookup key of a chat: equal for equal chats, noise without the host key."""
        return self._keys(bot, chat)

    def _chat_key(self, bot: int, chat: int) -> bytes:
        return hmac.digest(self._identity, b"%d|%d" % (bot, chat), "sha256")[:KEY_LENGTH]

    def vouch(self, what: bytes) -> bytes:
        """Return a short proof that a button was made here, for that screen in that chat."""
        # BLAKE2b has a keyed form of its own: four times as quick as an HMAC, once a question.
        return blake2b(what, key=self._buttons, digest_size=MAC_LENGTH).digest()

    def link(self, before: bytes, row: bytes) -> bytes:
        """Return the proof of a row of the audit log: of it, and of all that came before it."""
        return hmac.digest(self._audit, before + row, "sha256")


def _derive(host_key: HostKey, label: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"haven 1 {label}".encode()).derive(
        host_key.secret
    )
