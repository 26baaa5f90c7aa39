"""What staff read when the service itself stops or goes on."""

from bot.text import _

# Translators: {since} e.g. 2026-11-28 14:03
POLLING_STOPPED = _(
    "No messages have been fetched from Telegram since {since}. People may be waiting for an "
    "answer. Tell an administrator."
)
# Translators: {since}, {until} e.g. 2026-11-28 14:03
POLLING_RESUMED = _(
    "Messages are fetched from Telegram again; none were between {since} and {until}. What "
    "Telegram kept arrives now."
)
