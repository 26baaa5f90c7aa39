"""Texts of a call: a locked screen shows them, so they say nothing about a case."""

from __future__ import annotations

from bot.text import _, pgettext

# Translators: on a locked screen. It must not say what waits, or for whom.
SOMETHING_WAITS = _("Haven: something waits for you.")
# Translators: the same, to try out whether it arrives.
TEST_CALL = _("Haven: this is a test. Nothing waits for you.")
# Translators: a button under "Haven: something waits for you."
SEEN = pgettext("on call", "I will look")
# Translators: after that button.
SEEN_REPLY = _("Noted. Please sign in at the desk now.")
NOTHING_WAITS = _("Nothing waits any more.")
