"""The vault: keys derived from the root, and sealing and opening with associated data."""

from __future__ import annotations

import hmac
import os
from functools import lru_cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.clock import DAY
from bot.errors import DecryptionError
from bot.vault.keys import epoch_keys
from bot.vault.keys.case_keys import CaseKeys, CaseKeyWraps
from bot.vault.keys.escrow import Escrow
from bot.vault.keys.push_key import PushKey
from bot.vault.purpose import IN_TRANSIT, Purpose, Sealer

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.store.writer import Work, Writer
    from bot.vault.keys.host_key import HostKey
    from bot.vault.keys.key_store import KeyStore


VERSION = b"\x01"
NONCE_LENGTH = 12
MIN_SEALED_LENGTH = len(VERSION) + NONCE_LENGTH + 16
LOOKUP_KEY_LENGTH = 16
"""Bytes of a lookup key: 128 bits."""
CHAT_KEY_CACHE_SIZE = 4096
"""Lookup keys in memory, so that active chats cost no digest for each update."""
MAC_LENGTH = 8
"""Bytes of the MAC of a button."""


class Signer:
    """The signing key of receipts (Ed25519), derived from the root; the public key verifies."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, text: str) -> bytes:
        """Return the signature of a text."""
        return self._key.sign(text.encode())

    def is_valid(self, text: str, signature: bytes) -> bool:
        """Tell whether this key signed exactly this text."""
        try:
            self._key.public_key().verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    @property
    def public_pem(self) -> str:
        """Return the public key as PEM."""
        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Vault:
    """Keys derived from the root (`KeyStore.load_root`), and what uses them.

    Without a key store all is sealed with keys of the root: enough for MACs and lookup keys.
    """

    def __init__(self, root: HostKey, keys: KeyStore | None = None) -> None:
        # By purpose: head, cipher, first part of the associated data.
        self._seal_ciphers = {
            it: (VERSION, ChaCha20Poly1305(root.derive(f"seal {it}")), f"haven/{it}/".encode())
            for it in Purpose
        }
        self._host_ciphers = dict(self._seal_ciphers)
        self._identity_key = root.derive("identity")
        self._button_key = root.derive("buttons")
        self._audit_key = root.derive("audit")
        self._erasure_key = root.derive("erased")
        self._passphrase_key = root.derive("words")
        self.signer = Signer(root.derive("receipts"))
        self._push_seed = root.derive("web push")
        self.consent_mac = partial(hmac.digest, root.derive("agreements"), digest="sha256")
        """Returns the MAC of a consent."""
        self.count_digest = partial(hmac.digest, root.derive("counted"), digest="sha256")
        """Returns the keyed digest by which a chat is counted once."""
        self.join_digest = partial(hmac.digest, root.derive("join codes"), digest="sha256")
        """Returns the keyed digest of a code by which a chat joins a case, and of its words."""
        self._connection_key = root.derive("connections")
        self.prove = partial(hmac.digest, root.derive("members"), digest="sha256")
        """Returns the proof that a key of a caseworker or team was created here."""
        self.backup_mac = partial(hmac.digest, root.derive("backup"), digest="sha256")
        """Returns the MAC of the manifest of an archive, or of a ledger of erasures."""
        self.chat_key = lru_cache(maxsize=CHAT_KEY_CACHE_SIZE)(self._chat_key)
        """Returns the lookup key of a chat of a bot, a keyed digest."""
        self._epoch: epoch_keys.Epoch | None = None
        self._waiting_epoch: epoch_keys.Epoch | None = None
        self.keys = keys
        self.epochs = epoch_keys.Epochs(keys, self) if keys else None
        """The epochs; None without a key store."""
        self.cases = CaseKeys(self, CaseKeyWraps(keys, self, self.prove) if keys else None)
        """The key pairs of cases."""
        self._escrow = Escrow(keys, self.prove) if keys else None
        self._has_escrow: bool | None = None
        if keys is not None:  # before `rotate_epoch`, these are sealed to the public half
            for purpose in IN_TRANSIT:
                del self._seal_ciphers[purpose]

    def rotate_epoch(self, now: int) -> None:
        """Seal data in transit with the current epoch from now on.

        Called at start and every half minute, so that sealing reads no clock. Also follows other
        processes: a command may have created an escrow key, the leader erased old epochs.
        """
        keys, epochs, escrow = self.keys, self.epochs, self._escrow
        if keys is None or epochs is None or escrow is None:
            return
        self._has_escrow, stored = keys.run(lambda work: (escrow.is_in(work), epochs.load(work)))
        epoch = epochs.follow(stored, now)
        if epoch is not self._epoch:
            self._seal_ciphers |= {it: epoch_keys.epoch_cipher(epoch, it) for it in IN_TRANSIT}
            self._epoch = epoch
        waiting = self._waiting_epoch
        if waiting is not None and not epochs.is_known(waiting.number):
            self._waiting_epoch = None

    @property
    def epoch_began_at(self) -> int | None:
        """Return when the epoch that seals began; None before `rotate_epoch`."""
        return None if self._epoch is None else self._epoch.born_at

    def seal_with_waiting_key(
        self, purpose: Purpose, associated_data: bytes, plain: bytes, now: int
    ) -> bytes:
        """Return the sealed bytes, for longer than an epoch (see `epoch_keys`)."""
        if self.epochs is None:
            return self.seal(purpose, associated_data, plain)
        epoch = self._waiting_epoch
        if epoch is None or not 0 <= now - epoch.born_at < DAY:
            epoch = self._waiting_epoch = self.epochs.current(
                epoch_keys.EpochKind.WAITING, now, DAY
            )
        head, cipher, bound = epoch_keys.epoch_cipher(epoch, purpose)
        nonce = os.urandom(NONCE_LENGTH)
        return head + nonce + cipher.encrypt(nonce, plain, bound + associated_data)

    def expiring_epochs(self, now: int) -> set[int]:
        """Return the epochs that expire soon."""
        return self.epochs.expiring(now) if self.epochs else set()

    async def expire_epochs(self, now: int, needed: Collection[int]) -> int:
        """Erase old epochs from memory, key store and WAL, but `needed` ones; return how many."""
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

    @property
    def writer(self) -> Writer | None:
        """Return the writer of the key store; None without a key store."""
        return self.keys.database.writer if self.keys is not None else None

    def close(self) -> None:
        """Close the key store."""
        if self.keys is not None:
            self.keys.close()

    def seal(self, purpose: Purpose, associated_data: bytes, plain: bytes) -> bytes:
        """Return the sealed bytes, bound to the associated data, e.g. the row they are in."""
        try:
            head, cipher, bound = self._seal_ciphers[purpose]
        except KeyError:  # in a process that is not the bot
            if self.keys is None:
                raise DecryptionError(f"without a key store no {purpose} is sealed") from None
            return epoch_keys.newest_public_key(self.keys).seal(purpose, associated_data, plain)
        nonce = os.urandom(NONCE_LENGTH)
        return head + nonce + cipher.encrypt(nonce, plain, bound + associated_data)

    def open(self, purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes:
        """Return what was sealed for this purpose with these associated data.

        Raises:
            EpochExpiredError: it was sealed more than a day ago.
            DecryptionError: altered, cut, moved, or sealed with another key.
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

    def case_sealer(self, work: Work, case: str) -> Sealer:
        """Return what seals in a case; DecryptionError if its key is missing or altered."""
        return self.cases.sealer(work, case)

    def erased_case_digest(self, case: str) -> bytes:
        """Return the digest of an erased case, random to readers without the host key."""
        return hmac.digest(self._erasure_key, case.encode(), "sha256")[:LOOKUP_KEY_LENGTH]

    def connection_digest(self, kind: str, form: str) -> bytes:
        """Return the digest of a normalised value by which cases are compared, 16 bytes.

        Its key serves nothing else. It is derived from the root, so a rotation of the host key
        changes no digest (`README.md`).
        """
        mixed = hmac.digest(self._connection_key, f"{kind}\0{form}".encode(), "sha256")
        return mixed[:LOOKUP_KEY_LENGTH]

    def passphrase_salts(self, chat_key: bytes) -> tuple[bytes, bytes]:
        """Return the salt and the pepper of a chat's passphrases: 16 and 32 bytes."""
        mixed = hmac.digest(self._passphrase_key, chat_key, "sha256")
        return mixed[:LOOKUP_KEY_LENGTH], hmac.digest(self._passphrase_key, mixed, "sha256")

    @property
    def push_key(self) -> PushKey:
        """Return the key by which push services know this deployment."""
        return PushKey(self._push_seed)

    def _chat_key(self, bot: int, chat: int) -> bytes:
        return hmac.digest(self._identity_key, b"%d|%d" % (bot, chat), "sha256")[:LOOKUP_KEY_LENGTH]

    def button_mac(self, data: bytes) -> bytes:
        """Return the MAC of a button, which binds it to a screen in a chat."""
        # Keyed BLAKE2b is four times as fast as HMAC, and every question needs one.
        return blake2b(data, key=self._button_key, digest_size=MAC_LENGTH).digest()

    @property
    def has_escrow(self) -> bool:
        """Tell whether there is an escrow key, as of the last `rotate_epoch`."""
        if self._escrow is not None and self._has_escrow is None:
            return self._escrow.exists()
        return bool(self._has_escrow)

    @property
    def escrow(self) -> Escrow:
        """Return the escrow key; DecryptionError without a key store."""
        if self._escrow is None:
            raise DecryptionError("without a key store there is no escrow")
        return self._escrow

    def count_host_keys(self) -> int:
        """Return how many host keys open the root: two during a rotation."""
        return self.keys.count_host_keys() if self.keys else 1

    def count_epochs(self) -> int:
        """Return the number of epochs."""
        return self.epochs.count() if self.epochs else 0

    def chain_mac(self, before: bytes, row: bytes) -> bytes:
        """Return the chain MAC of a row of the audit log, which covers all rows before it."""
        return hmac.digest(self._audit_key, before + row, "sha256")


_EPOCH_VERSIONS = frozenset({epoch_keys.SEALED_WITH_EPOCH, epoch_keys.SEALED_TO_EPOCH})
