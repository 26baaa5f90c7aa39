"""Where updates come from: polled, or posted to the webhook, as the settings say.

Both have the same shape: `run`, `stop`, and `requests`, which knows since when Telegram is away.
Switching between them loses nothing. An update stays with Telegram until it was confirmed or
answered 200; what comes twice has the same bytes on either way, and the inbox recognises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.channels.telegram.poller import ConflictDetector, Poller
from bot.channels.telegram.webhook.order import HOLD_SECONDS
from bot.channels.telegram.webhook.server import WebhookServer
from bot.channels.telegram.webhook.source import WebhookAddress, WebhookSource
from bot.vault.keys.webhook_secret import derive_webhook_secret, is_same_secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.channels.telegram.client import SilentBot
    from bot.channels.telegram.parsing.split_batch import RawUpdate
    from bot.channels.telegram.steady_requests import TelegramNotes
    from bot.clock import Clock
    from bot.monitoring.activity import Activity
    from bot.settings import Settings

    UpdateSource = Poller | WebhookSource
    ReceiveRaw = Callable[[Sequence[RawUpdate]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """The server of a process, which lasts as long as it, whatever App runs in it."""

    server: WebhookServer
    address: WebhookAddress
    listens: tuple[str, int]

    async def serve(self) -> None:
        """Answer until cancelled; SettingError if the port is taken."""
        await self.server.serve(*self.listens)


@dataclass(frozen=True, slots=True)
class SourceParts:
    """What either kind of source needs of its process."""

    bot: SilentBot
    clock: Clock
    notes: TelegramNotes
    has_disk_space: Callable[[], bool]
    activity: Activity
    conflicts: ConflictDetector
    """Of the process, whatever source runs in it."""
    hold: float = HOLD_SECONDS
    """Seconds a posted update waits for those before it; 0 where they are put into order later."""


def webhook_secret(settings: Settings) -> str:
    """Return the secret of Telegram's posts: of its file, else derived from the token.

    Raises:
        SettingError: its file cannot be used, or there is no token.
    """
    return settings.webhook_secret() or derive_webhook_secret(settings.token())


def build_webhook(settings: Settings) -> Webhook | None:
    """Return the server to which Telegram posts; None while updates are polled.

    Raises:
        SettingError: the file of its secret cannot be used.
    """
    listens = settings.webhook_host_port
    if listens is None:
        return None
    address = WebhookAddress(settings.webhook_url, webhook_secret(settings))
    server = WebhookServer(address.url, partial(is_same_secret, secret=address.secret))
    return Webhook(server, address, listens)


def build_source(
    webhook: Webhook | None, receive: ReceiveRaw, expected_bot: int, parts: SourceParts
) -> UpdateSource:
    """Return what hands updates to `receive`, which stores a batch and returns after the commit."""
    if webhook is None:
        return Poller(
            parts.bot, receive, expected_bot=expected_bot, clock=parts.clock, notes=parts.notes,
            has_disk_space=parts.has_disk_space, conflicts=parts.conflicts,
        )  # fmt: skip
    return WebhookSource(
        parts.bot, receive, webhook.server, webhook.address, expected_bot=expected_bot,
        clock=parts.clock, notes=parts.notes, has_disk_space=parts.has_disk_space,
        note_state=parts.activity.note_webhook, hold=parts.hold,
    )  # fmt: skip
