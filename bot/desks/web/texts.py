"""What the desk in a browser says, in English; `Tongue` reads it in a caseworker's language."""

from __future__ import annotations

from bot.text import _, pgettext

# --- everywhere ----------------------------------------------------------------------------

DESK = pgettext("desk page", "Desk")
SKIP = _("Skip to the content")
MINE = pgettext("desk tab", "Mine")
WAITING = pgettext("desk tab", "Waiting")
ALL = pgettext("desk tab", "All")
AUDIT = pgettext("desk tab", "Audit log")
STAFF = pgettext("desk tab", "Staff")
ME = pgettext("desk tab", "My account")
SIGN_OUT = pgettext("desk button", "Sign out")
KEYS = _("Keyboard")
BAR = _("Command bar")
BAR_HINT = _("Number of a case, or what you want to do")
BAR_GO = _("Go to case {number}")
BAR_NONE = _("Nothing here is called that.")
OFFLINE = _("No connection to the desk. What you write stays here until it is back.")
AGAIN_SOON = _("The connection to the desk was lost. It is tried again; what you write stays here.")
STANDS_STILL = _(
    "Too many pages of the desk are open: this one stands still. Close some, or reload."
)
OUT_OF_SIGHT = _("Nobody seems to be here. Move, or press a key, to see the page again.")
SOMETHING_WAITS = _("Something waits at the desk.")
KEPT = _("Kept.")
IS_OVER = _("Your session has ended. What you wrote is still here.")
SIGN_IN_AGAIN = _("Sign in again in another tab")
NOTHING_HERE = _("Nothing here.")
CANCEL = pgettext("desk button", "Cancel")
# Translators: of a window that shows something; no case is closed.
SHUT = pgettext("window", "Close")

NOT_THERE = _("There is nothing at this address, or it is not yours to see.")
CANNOT = _("That cannot be done like this. Nothing was changed.")
WENT_WRONG = _("Something went wrong here. Nothing was changed. Please try again.")
NOT_FROM_HERE = _("This did not come from a page of this desk, so nothing was done. Try again.")
SIGN_IN_FIRST = _("Please sign in first.")
TO_THE_DESK = _("To the desk")

# --- signing in ----------------------------------------------------------------------------

SIGN_IN = pgettext("desk button", "Sign in")
WHO = _("Your name, or your number")
PASSWORD = _("Password")
CODE = _("Code of six digits")
CODE_HINT = _("From the authenticator on your telephone.")
NOT_RIGHT = _("Name, password or code is not right, or you have no second factor yet.")
WAIT = _("That was wrong too often. Wait {seconds} seconds, then try again.")
BUSY = _("Many people sign in at this moment. Wait {seconds} seconds, then try again.")
SIGNED_OUT = _("You are signed out.")
FIRST_TIME = _("For the first time you need a link: an administrator makes one.")
REHEARSAL = _("This is a rehearsal on this machine.")
REHEARSED_PASSWORD = _("The password stands where the rehearsal was started.")
REHEARSED_CODE = _("No telephone is needed: the code of {name} is {code} now.")

WELCOME = _("Welcome to the desk")
LINK_IS_OVER = _("This link was used already, or is too old. Ask for another one.")
YOUR_PASSWORD = _("Your password")
YOUR_PASSWORD_HINT = _("The one you have; it opens the cases that are yours.")
NEW_PASSWORD = _("A password of your own, {count} signs or more")
NEW_PASSWORD_HINT = _("Several words are easiest to keep. Nobody here can look it up.")
AGAIN = _("The same again")
TOO_SHORT = _("That password is too short: it needs {count} signs or more.")
TOO_SIMPLE = _(
    "That password is too easy to guess. Take several words that do not belong together."
)
DIFFERENT = _("The two passwords are different.")
WRONG_PASSWORD = _("That is not your password.")
SECOND_FACTOR = _("A second factor")
ADD_TO_PHONE = _("Add this secret to an authenticator on your telephone:")
THEN_CODE = _("Then write the code it shows.")
WRONG_CODE = _("That code is not right. The clock of your telephone must be right, too.")
GO_ON = pgettext("desk button", "Go on")
RECOVERY = _("Your recovery key")
RECOVERY_IS = _(
    "It is shown this once. Write it on paper and lock it up: it opens what your password opens."
)

# --- own account ---------------------------------------------------------------------------

SESSIONS = _("Where you are signed in")
THIS_ONE = _("this browser")
SINCE = _("since {since}, last used {seen}")
END = pgettext("desk button", "End")
END_OTHERS = pgettext("desk button", "End all others")
ENDED = _("Ended.")
ON_DUTY = pgettext("desk button", "I am on duty")
OFF_DUTY = pgettext("desk button", "I go off duty")
YOU_ARE_ON = _("On duty")
YOU_ARE_OFF = _("Off duty")
YOU_REST = _("Resting until {until}")
REST = pgettext("desk button", "Rest 15 minutes")
ALERTS = _("When something waits")
ALERT_SOUND = _("a short sound")
ALERT_NOTICE = _("a line on the screen, which says only that something waits")
ALERT_HINT = _("Only while you look at something else. The browser asks once whether it may.")
KEEP_IT = pgettext("desk button", "Keep")
PROVE = _("Show your second factor again")
PROVE_WHY = _(
    "What you want to do cannot be undone, or takes something out of the desk. Afterwards you are "
    "back where you were."
)

# --- the queue -----------------------------------------------------------------------------

NEXT = pgettext("desk button", "Take the next case")
LEVEL = pgettext("column", "Urgency")
CASE = pgettext("column", "Case")
LANGUAGE = pgettext("column", "Language")
QUEUE = pgettext("column", "Queue")
WAITS = pgettext("column", "Waits")
PROMISED = pgettext("column", "Promise")
WHOSE = pgettext("column", "With")
WHY = pgettext("column", "Why")
DUE_IN = _("answer in {span}")
LATE = _("late by {span}")
ANSWERED = _("answered")
NOBODY_YET = _("nobody yet")
NOBODY_WAITS = _("Nobody waits.")
NOTHING_YOURS = _("You hold no case.")
NEXT_PAGE = pgettext("desk button", "Next page")
FIRST_PAGE = pgettext("desk button", "Back to the first")
NONE_LIKE_THAT = _("No case is like that.")
ANY_QUEUE = pgettext("filter", "every queue")
ANY_LANGUAGE = pgettext("filter", "every language")
ANY_PRIORITY = pgettext("filter", "every urgency")
RUNS_OUT = pgettext("filter", "a time the law gives runs out")
SHOW_ALL = pgettext("desk button", "Show all")
FILTER = pgettext("desk button", "Show")
FIND = _("Number of a case")
WHY_IN_CASE = _("sealed; it stands in the case")
MINUTES, HOURS, DAYS = _("{n} min"), _("{n} h"), _("{n} d")
TWO_SPANS = _("{longer} {shorter}")

# --- the log -------------------------------------------------------------------------------

LOG_HOLDS = _("The log holds: {count} rows, up to {head}.")
LOG_BROKEN = _("The log does not hold. The first row that is wrong: {count} ({fault}).")
LOG_CHECK = pgettext("desk button", "Check the whole log")
NEWEST = _("The newest rows")
AT = pgettext("column", "When")
ACTOR = pgettext("column", "Who")
DEED = pgettext("column", "What")
SUBJECT = pgettext("column", "To what")
DETAIL = pgettext("column", "Detail")

# --- staff ---------------------------------------------------------------------------------

NAME = pgettext("column", "Name")
ROLE = pgettext("column", "Role")
NOW = pgettext("column", "Now")
HOLDS = pgettext("column", "Cases")
INVITE = pgettext("desk button", "New link")
END_ALL = pgettext("desk button", "Sign out everywhere")
INVITED = _("A link for {name}, good for {days} days and for one use. Hand it over in person.")
NO_ACCESS = _("no access")
ROLES = {
    "caseworker": pgettext("role", "caseworker"),
    "supervisor": pgettext("role", "supervisor"),
    "administrator": pgettext("role", "administrator"),
    "auditor": pgettext("role", "auditor"),
}

from bot.desks.web.case.texts import *  # noqa: E402, F403 - pages know one list of words
from bot.desks.web.team.texts import *  # noqa: E402, F403 - the same
from bot.desks.web.texts import *  # noqa: E402, F403 - the same

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
