"""Web Push to browsers of on-call caseworkers: one sentence, and nothing about a case.

The sentence is encrypted to the browser (RFC 8291); its push service sees only that something came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import PushFailedError
from bot.hotline.on_call.push_services import is_push_service
from bot.optional_imports import pip_install

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.on_call.roster import PushSubscription
    from bot.vault.keys.push_key import PushKey

TIMEOUT = 10.0
"""Seconds a push service may take."""
LIFETIME = 300
"""Seconds a push service keeps a message for a browser that is away: later calls follow."""


@dataclass(frozen=True, slots=True)
class WebPush:
    """Sends through push services; each call blocks."""

    key: PushKey
    contact: str
    """An e-mail address of the deployment, for the push services."""
    is_allowed: Callable[[str], bool] = is_push_service
    """Tells which addresses may be called."""

    def send(self, subscription: PushSubscription, text: str) -> None:
        """Send one sentence to a browser.

        Raises:
            PushFailedError: the service refused or was not reached, or the browser is gone.
        """
        try:
            from pywebpush import WebPushException, webpush  # noqa: PLC0415 - half a second to load
        except ImportError as error:
            raise PushFailedError(f"pywebpush is missing: {pip_install('haven[push]')}") from error
        if not self.is_allowed(subscription.endpoint):
            raise PushFailedError("not a known push service")
        keys = {"p256dh": subscription.public_key, "auth": subscription.secret}
        try:
            webpush(
                {"endpoint": subscription.endpoint, "keys": keys},
                data=text,
                vapid_private_key=self.key.private,
                vapid_claims={"sub": f"mailto:{self.contact}"},
                ttl=LIFETIME,
                timeout=TIMEOUT,
                headers={"urgency": "high"},
            )
        except (WebPushException, OSError, ValueError) as error:
            raise PushFailedError(f"push failed: {type(error).__name__}") from error
