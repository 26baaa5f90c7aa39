"""The secret by which a post to the webhook is known to be Telegram's.

By default it is derived from the bot's token: every front that has the token knows it without
another file, it changes with the token, and nothing of the token can be learned from it. A file of
its own lets a web server in front check the secret as well, without a way to compute it.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

from bot.vault.keys.hpke import derive_subkey


def derive_webhook_secret(token: str) -> str:
    """Return the secret of a token, 43 characters that Telegram allows (HKDF-SHA256)."""
    derived = derive_subkey(token.encode(), "haven 1 telegram webhook")
    return urlsafe_b64encode(derived).decode().rstrip("=")


def is_same_secret(given: bytes, secret: str) -> bool:
    """Compare in a time that tells nothing of the secret."""
    return hmac.compare_digest(given, secret.encode())
