"""Words by which a person is known again or a receipt opened: from the chat to a digest, and back.

A turn may not wait for a digest, and a word must be lost by no crash. So the word leaves as a
letter, sealed like any other; instead of going to the channel its digest is computed, and that
comes back as an update of our own, in the order of the chat. Words are never kept anywhere else.

It goes under a key of its own (`aside`): neither a chat that is cleared or blocked nor a network
that is slow stops a word, for with one of them somebody says that they are made to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.cases.receipts import salt_and_pepper
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.store import salt_and_pepper as salt_of_hour
from bot.mailbox.inbox import Arrival
from bot.messages import Body, CheckPassphrase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.mailbox.delivery import Channel
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.passphrase_hash import PassphraseHasher

PASSPHRASE_MARK = b"\0word"
"""What such an update begins with; no channel's does."""


class HashedPassphrase(msgspec.Struct, frozen=True, array_like=True):
    """A word that has become a digest."""

    chat: int
    digest: bytes
    case: str
    is_duress: bool
    receipt: str = ""
    check_in: str = ""
    session_number: int = 0
    last_seen_at: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(HashedPassphrase).decode


def read_hashed(raw: bytes) -> HashedPassphrase | None:
    """Return the digest an update of our own brings; None for any other."""
    return _decode(raw[len(PASSPHRASE_MARK) :]) if raw.startswith(PASSPHRASE_MARK) else None


def store_chosen(work: Work, key: bytes, hashed: HashedPassphrase) -> bool:
    """Keep a word that was chosen; tell whether there is nothing to say about it."""
    case, digest = hashed.case, hashed.digest
    if hashed.receipt:
        return False
    if hashed.check_in:
        return CheckIns.set_passphrase(work, case, key, digest, hashed.check_in)
    if hashed.is_duress:
        return Passphrases.set_duress_passphrase(work, case, digest)
    Passphrases.set_passphrase(work, case, key, digest)
    return True


class PassphraseChannel:
    """A channel that takes words aside; everything else goes through untouched."""

    def __init__(self, channel: Channel, vault: Vault, hasher: PassphraseHasher, bot: int) -> None:
        self._channel = channel
        self._vault = vault
        self._hasher = hasher
        self._bot = bot
        self.receive: Callable[[Sequence[Arrival]], Awaitable[None]] | None = None
        """Set once there is somebody who takes what comes back."""

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver.

        Raises:
            DeliveryError: what the channel raises; a digest nobody computed is asked for again.
        """
        if type(body) is not CheckPassphrase:
            return await self._channel.deliver(chat, body)
        if body.receipt:
            salt, pepper = salt_and_pepper(self._vault, body.receipt)
        elif body.check_in:
            salt, pepper = salt_of_hour(self._vault, self._vault.chat_key(self._bot, chat))
        else:
            salt, pepper = self._vault.passphrase_salts(self._vault.chat_key(self._bot, chat))
        digest = await self._hasher.hash(body.passphrase, salt, pepper)
        found = HashedPassphrase(
            chat, digest, body.case, body.is_duress, body.receipt, body.check_in, body.session,
            body.heard_at,
        )  # fmt: skip
        assert self.receive is not None  # noqa: S101 - `build` sets it
        await self.receive([Arrival.of(body.update_id, PASSPHRASE_MARK + _encode(found))])
        return None
