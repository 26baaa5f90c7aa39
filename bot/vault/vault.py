"""Seal and open, each thing bound to its place."""

from __future__ import annotations

import hmac
import os
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.vault.keys.case_access import CaseKeyWraps
from bot.vault.keys.case_keys import CaseKeys
from bot.vault.keys.epoch_keys import (
    SEALED_TO_EPOCH,
    SEALED_WITH_EPOCH,
    EpochKind,
    Epochs,
    epoch_cipher,
)
from bot.vault.keys.escrow import Escrow
from bot.vault.purpose import IN_TRANSIT, Purpose
from bot.vault.signatures import Signer

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.store.writer import Work
    from bot.vault.keys.case_keys import Sealer
    from bot.vault.keys.epoch_keys import Epoch
    from bot.vault.keys.host_key import HostKey
    from bot.vault.keys.key_store import KeyStore

VERSION = b"\x01"
NONCE_LENGTH = 12
MIN_SEALED_LENGTH = len(VERSION) + NONCE_LENGTH + 16
LOOKUP_KEY_LENGTH = 16
"""Bytes of a lookup key: 128 bits."""
CHAT_KEY_CACHE_SIZE = 4096
"""Lookup keys remembered, so that whoever is writing now costs no digest each time."""
MAC_LENGTH = 8
"""Bytes that vouch for a button."""


class Vault:
    """Keys derived from one secret, and what is done with them.

    Args:
        root: the secret: `KeyStore.root`.
        keys: the key store. Without one everything is sealed with keys of the root; that is enough
            for whoever only proves or looks up.
    """

    def __init__(self, root: HostKey, keys: KeyStore | None = None) -> None:
        # What stands in front, the cipher, and what is bound: by purpose, for now.
        self._seal_ciphers = {
            purpose: (
                VERSION,
                ChaCha20Poly1305(root.derive(f"seal {purpose}")),
                f"haven/{purpose}/".encode(),
            )
            for purpose in Purpose
        }
        self._host_ciphers = dict(self._seal_ciphers)
        self._identity_key = root.derive("identity")
        self._button_key = root.derive("buttons")
        self._audit_key = root.derive("audit")
        self._erasure_key = root.derive("erased")
        self._consent_key = root.derive("agreements")
        self._count_key = root.derive("counted")
        self._passphrase_key = root.derive("words")
        self.signer = Signer(root.derive("receipts"))
        """Signs what people are given on paper."""
        self._cached_chat_key = lru_cache(maxsize=CHAT_KEY_CACHE_SIZE)(self._chat_key)
        self._proof_key = root.derive("members")
        self._epoch: Epoch | None = None
        self._waiting_epoch: Epoch | None = None
        self.keys = keys
        self.epochs = Epochs(keys, self._seal_epoch, self._open_epoch) if keys else None
        """The keys of what is on its way; none without a key store."""
        self.cases = CaseKeys(self, CaseKeyWraps(keys, self, self.prove) if keys else None)
        """The keys of cases; `of_case` uses one."""
        self._escrow = Escrow(keys, self.prove) if keys else None
        self._has_escrow: bool | None = None
        if keys is not None:  # until the first turn, or in a process that never turns: to public
            for purpose in IN_TRANSIT:
                del self._seal_ciphers[purpose]

    def rotate_epoch(self, now: int) -> None:
        """Seal what is on its way with the epoch of now, a new one every half hour.

        Called at a start and every half minute: no clock is looked at while something is sealed.
        Whether there is a key of last resort is looked at as well: a command beside us makes it.
        """
        if self.epochs is None:
            return
        self._has_escrow = self.escrow.exists()
        epoch = self.epochs.current(EpochKind.TRANSIT, now)
        if epoch is not self._epoch:
            self._seal_ciphers |= {it: epoch_cipher(epoch, it) for it in IN_TRANSIT}
            self._epoch = epoch

    def seal_with_waiting_key(
        self, purpose: Purpose, associated_data: bytes, plain: bytes, now: int
    ) -> bytes:
        """Return the bytes sealed for one place, for longer than an epoch lives: see `epochs`."""
        if self.epochs is None:
            return self.seal(purpose, associated_data, plain)
        epoch = self._waiting_epoch
        if epoch is None or not 0 <= now - epoch.born_at < DAY:
            epoch = self._waiting_epoch = self.epochs.current(EpochKind.WAITING, now, DAY)
        head, cipher, bound = epoch_cipher(epoch, purpose)
        nonce = os.urandom(NONCE_LENGTH)
        return head + nonce + cipher.encrypt(nonce, plain, bound + associated_data)

    def expiring_epochs(self, now: int) -> set[int]:
        """Return the epochs that will not open much longer what was sealed in them."""
        return self.epochs.expiring(now) if self.epochs else set()

    async def expire_epochs(self, now: int, needed: Collection[int]) -> int:
        """Destroy the epochs that are old enough, in memory, store and log; return how many.

        Args:
            now: the moment.
            needed: the waiting keys with which letters are still sealed.
        """
        if self.epochs is None or self.keys is None:
            return 0
        gone = self.epochs.expire(now, needed)
        if self._waiting_epoch is not None and self._waiting_epoch.number not in needed:
            self._waiting_epoch = None
        if gone:
            await self.keys.truncate_wal()
        return gone

    @property
    def has_failed(self) -> bool:
        """Tell whether the key store refused a commit."""
        return self.keys is not None and self.keys.database.writer.failed.is_set()

    def close(self) -> None:
        """Let go of the key store."""
        if self.keys is not None:
            self.keys.close()

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return the bytes sealed for one place, e.g. the row they will stand in."""
        try:
            head, cipher, bound = self._seal_ciphers[purpose]
        except KeyError:
            return self._seal_to_epoch(purpose, associated_data, plain)
        nonce = os.urandom(NONCE_LENGTH)
        return head + nonce + cipher.encrypt(nonce, plain, bound + associated_data)

    def _seal_to_epoch(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Seal to the bot's hour, in a process that is not the bot's."""
        if self.epochs is None:
            raise DecryptionError(f"without a key store no {purpose} is sealed")
        return self.epochs.public_key().seal(purpose, associated_data, plain)

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this place.

        Raises:
            EpochGone: it was sealed more than a day ago.
            DoesNotOpen: it was altered, cut, moved here from another place, or sealed with
                another key.
        """
        if sealed[:1] in _EPOCH_VERSIONS and self.epochs is not None and purpose in IN_TRANSIT:
            return self.epochs.open(purpose, associated_data, sealed)
        if len(sealed) < MIN_SEALED_LENGTH or sealed[:1] != VERSION:
            raise DecryptionError(f"not a sealed {purpose}")
        nonce, cipher = sealed[1 : 1 + NONCE_LENGTH], sealed[1 + NONCE_LENGTH :]
        _head, host, bound = self._host_ciphers[purpose]
        try:
            return host.decrypt(nonce, cipher, bound + associated_data)
        except InvalidTag:
            raise DecryptionError(
                f"a sealed {purpose} does not open: altered, moved, or another host key"
            ) from None

    def _seal_epoch(self, associated_data: bytes, plain: bytes) -> bytes:
        return self.seal(Purpose.EPOCH, associated_data, plain)

    def _open_epoch(self, associated_data: bytes, sealed: bytes) -> bytes:
        return self.open(Purpose.EPOCH, associated_data, sealed)

    def case_sealer(self, work: Work, case: str) -> Sealer:
        """Return what seals whatever belongs to a case.

        Raises:
            DoesNotOpen: its key was altered, or is another case's.
        """
        return self.cases.sealer(work, case)

    def erased_case_digest(self, case: str) -> bytes:
        """Return what a case that is gone is known by: noise without the host key."""
        return hmac.digest(self._erasure_key, case.encode(), "sha256")[:LOOKUP_KEY_LENGTH]

    def passphrase_salts(self, chat_key: bytes) -> tuple[bytes, bytes]:
        """Return the salt and the pepper of a chat's words: 16 bytes and 32."""
        mixed = hmac.digest(self._passphrase_key, chat_key, "sha256")
        return mixed[:LOOKUP_KEY_LENGTH], hmac.digest(self._passphrase_key, mixed, "sha256")

    def chat_key(self, bot: int, chat: int) -> bytes:
        """Return the lookup key of a chat: equal for equal chats, noise without the host key."""
        return self._cached_chat_key(bot, chat)

    def _chat_key(self, bot: int, chat: int) -> bytes:
        return hmac.digest(self._identity_key, b"%d|%d" % (bot, chat), "sha256")[:LOOKUP_KEY_LENGTH]

    def button_mac(self, data: bytes) -> bytes:
        """Return a short proof that a button was made here, for that screen in that chat."""
        # BLAKE2b has a keyed form of its own: four times as quick as an HMAC, once a question.
        return blake2b(data, key=self._button_key, digest_size=MAC_LENGTH).digest()

    def count_digest(self, data: bytes) -> bytes:
        """Return the digest by which a chat is counted once: noise without the host key."""
        return hmac.digest(self._count_key, data, "sha256")

    @property
    def has_escrow(self) -> bool:
        """Tell whether there is a key of last resort: at the last turn, or where none was, now."""
        if self._escrow is None:
            return False
        return self._escrow.exists() if self._has_escrow is None else self._has_escrow

    @property
    def escrow(self) -> Escrow:
        """Return the key of last resort.

        Raises:
            DoesNotOpen: there is no key store here.
        """
        if self._escrow is None:
            raise DecryptionError("without a key store there is no escrow")
        return self._escrow

    def count_host_keys(self) -> int:
        """Return how many host keys open this vault: two while they are rotated."""
        return self.keys.count_host_keys() if self.keys else 1

    def count_epochs(self) -> int:
        """Return how many epochs there are."""
        return self.epochs.count() if self.epochs else 0

    def prove(self, data: bytes) -> bytes:
        """Return the proof that a key of a colleague or of a team was made here."""
        return hmac.digest(self._proof_key, data, "sha256")

    def chain_mac(self, before: bytes, row: bytes) -> bytes:
        """Return the proof of a row of the audit log: of it, and of all that came before it."""
        return hmac.digest(self._audit_key, before + row, "sha256")

    @staticmethod
    def is_same_mac(one: bytes, other: bytes) -> bool:
        """Tell whether two proofs are the same, in a time that tells nothing."""
        return hmac.compare_digest(one, other)

    def consent_mac(self, row: bytes) -> bytes:
        """Return the proof of what somebody agreed to: nobody without the host key makes one."""
        return hmac.digest(self._consent_key, row, "sha256")


_EPOCH_VERSIONS = frozenset({SEALED_WITH_EPOCH, SEALED_TO_EPOCH})
