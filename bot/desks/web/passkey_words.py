"""What is said about passkeys, in English."""

from __future__ import annotations

from bot.text import _, pgettext

WITH_PASSKEY = pgettext("desk button", "Sign in with a passkey")
USE_PASSKEY = pgettext("desk button", "Use a passkey")
OR_PASSKEY = _("Or a passkey: this device, or a key you carry, knows you by a finger or a number.")
NO_PASSKEY = _("That passkey was not taken. Try again, or go another way.")
PASSWORD_TOO = _("Your passkey was right. Your password opens the cases that are yours.")

PASSKEYS = _("Passkeys")
PASSKEYS_ARE = _(
    "A passkey signs you in without a code. Where your browser allows it, it opens the cases that "
    "are yours as well."
)
ADD_PASSKEY = pgettext("desk button", "Add a passkey")
TAKE_AWAY = pgettext("desk button", "Take away")
MADE_AT = _("since {since}")
OPENS_CASES = _("opens your cases")
PASSKEY_ADDED = _("The passkey was added. It opens the cases that are yours, too.")
PASSKEY_ADDED_ONLY = _("The passkey was added. Your password is still asked for beside it.")
PASSKEY_GONE = _("The passkey was taken away.")
LAST_FACTOR = _("This is all that lets you in. Add another passkey first.")
