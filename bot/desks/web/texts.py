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
MY_ACCOUNT = pgettext("desk tab", "My account")
SIGN_OUT = pgettext("desk button", "Sign out")
SHORTCUTS = _("Keyboard")
COMMAND_BAR = _("Command bar")
COMMAND_BAR_HINT = _("Number of a case, or what you want to do")
COMMAND_BAR_GO = _("Go to case {number}")
COMMAND_BAR_NONE = _("Nothing here is called that.")
OFFLINE = _("No connection to the desk. What you write stays here until it is back.")
RECONNECTING = _(
    "The connection to the desk was lost. It is tried again; what you write stays here."
)
TOO_MANY_PAGES = _(
    "Too many pages of the desk are open: this one stands still. Close some, or reload."
)
SCREEN_HIDDEN = _("Nobody seems to be here. Move, or press a key, to see the page again.")
ALERT_TEXT = _("Something waits at the desk.")
SAVED = _("Kept.")
SESSION_ENDED = _("Your session has ended. What you wrote is still here.")
SIGN_IN_AGAIN = _("Sign in again in another tab")
NOTHING_HERE = _("Nothing here.")
CANCEL = pgettext("desk button", "Cancel")
# Translators: of a window that shows something; no case is closed.
CLOSE_WINDOW = pgettext("window", "Close")

NOT_FOUND = _("There is nothing at this address, or it is not yours to see.")
CANNOT_DO = _("That cannot be done like this. Nothing was changed.")
SERVER_ERROR = _("Something went wrong here. Nothing was changed. Please try again.")
WRONG_ORIGIN = _("This did not come from a page of this desk, so nothing was done. Try again.")
SIGN_IN_FIRST = _("Please sign in first.")
TO_THE_DESK = _("To the desk")

# --- signing in ----------------------------------------------------------------------------

SIGN_IN = pgettext("desk button", "Sign in")
NAME_OR_ID = _("Your name, or your number")
PASSWORD = _("Password")
CODE = _("Code of six digits")
CODE_HINT = _("From the authenticator on your telephone.")
LOGIN_FAILED = _("Name, password or code is not right, or you have no second factor yet.")
TOO_MANY_ATTEMPTS = _("That was wrong too often. Wait {seconds} seconds, then try again.")
LOGIN_BUSY = _("Many people sign in at this moment. Wait {seconds} seconds, then try again.")
SIGNED_OUT = _("You are signed out.")
INVITE_NEEDED = _("For the first time you need a link: an administrator makes one.")
DEMO = _("This is a rehearsal on this machine.")
DEMO_PASSWORD = _("The password stands where the rehearsal was started.")
DEMO_CODE = _("No telephone is needed: the code of {name} is {code} now.")

WELCOME = _("Welcome to the desk")
INVITE_EXPIRED = _("This link was used already, or is too old. Ask for another one.")
YOUR_PASSWORD = _("Your password")
YOUR_PASSWORD_HINT = _("The one you have; it opens the cases that are yours.")
NEW_PASSWORD = _("A password of your own, {count} signs or more")
NEW_PASSWORD_HINT = _("Several words are easiest to keep. Nobody here can look it up.")
REPEAT_PASSWORD = _("The same again")
PASSWORD_TOO_SHORT = _("That password is too short: it needs {count} signs or more.")
PASSWORD_TOO_SIMPLE = _(
    "That password is too easy to guess. Take several words that do not belong together."
)
PASSWORDS_DIFFER = _("The two passwords are different.")
WRONG_PASSWORD = _("That is not your password.")
SECOND_FACTOR = _("A second factor")
ADD_TO_AUTHENTICATOR = _("Add this secret to an authenticator on your telephone:")
ENTER_CODE = _("Then write the code it shows.")
WRONG_CODE = _("That code is not right. The clock of your telephone must be right, too.")
CONTINUE = pgettext("desk button", "Go on")
RECOVERY_KEY = _("Your recovery key")
RECOVERY_KEY_HINT = _(
    "It is shown this once. Write it on paper and lock it up: it opens what your password opens."
)

# --- own account ---------------------------------------------------------------------------

SESSIONS = _("Where you are signed in")
THIS_BROWSER = _("this browser")
SESSION_TIMES = _("since {since}, last used {seen}")
END_SESSION = pgettext("desk button", "End")
END_OTHER_SESSIONS = pgettext("desk button", "End all others")
ENDED = _("Ended.")
ON_DUTY = pgettext("desk button", "I am on duty")
OFF_DUTY = pgettext("desk button", "I go off duty")
IS_ON_DUTY = _("On duty")
IS_OFF_DUTY = _("Off duty")
RESTING_UNTIL = _("Resting until {until}")
REST = pgettext("desk button", "Rest 15 minutes")
ALERTS = _("When something waits")
ALERT_SOUND = _("a short sound")
ALERT_NOTICE = _("a line on the screen, which says only that something waits")
ALERT_HINT = _("Only while you look at something else. The browser asks once whether it may.")
SAVE = pgettext("desk button", "Keep")
STEP_UP = _("Show your second factor again")
STEP_UP_HINT = _(
    "What you want to do cannot be undone, or takes something out of the desk. Afterwards you are "
    "back where you were."
)

# --- the queue -----------------------------------------------------------------------------

TAKE_NEXT = pgettext("desk button", "Take the next case")
PRIORITY_COLUMN = pgettext("column", "Urgency")
CASE = pgettext("column", "Case")
LANGUAGE = pgettext("column", "Language")
QUEUE = pgettext("column", "Queue")
WAITING_TIME = pgettext("column", "Waits")
REPLY_DUE = pgettext("column", "Promise")
HOLDER = pgettext("column", "With")
REASONS = pgettext("column", "Why")
REPLY_DUE_IN = _("answer in {span}")
REPLY_LATE = _("late by {span}")
ANSWERED = _("answered")
UNASSIGNED = _("nobody yet")
QUEUE_EMPTY = _("Nobody waits.")
NO_OWN_CASES = _("You hold no case.")
NEXT_PAGE = pgettext("desk button", "Next page")
FIRST_PAGE = pgettext("desk button", "Back to the first")
NO_MATCHING_CASES = _("No case is like that.")
ANY_QUEUE = pgettext("filter", "every queue")
ANY_LANGUAGE = pgettext("filter", "every language")
ANY_PRIORITY = pgettext("filter", "every urgency")
DEADLINE_NEAR = pgettext("filter", "a time the law gives runs out")
SHOW_ALL = pgettext("desk button", "Show all")
FILTER = pgettext("desk button", "Show")
FIND_CASE = _("Number of a case")
REASONS_SEALED = _("sealed; it stands in the case")
MINUTES, HOURS, DAYS = _("{n} min"), _("{n} h"), _("{n} d")
TWO_SPANS = _("{longer} {shorter}")

# --- the log -------------------------------------------------------------------------------

LOG_HOLDS = _("The log holds: {count} rows, up to {head}.")
LOG_BROKEN = _("The log does not hold. The first row that is wrong: {count} ({fault}).")
LOG_CHECK = pgettext("desk button", "Check the whole log")
NEWEST = _("The newest rows")
WHEN = pgettext("column", "When")
ACTOR = pgettext("column", "Who")
ACTION = pgettext("column", "What")
SUBJECT = pgettext("column", "To what")
DETAIL = pgettext("column", "Detail")

# --- staff ---------------------------------------------------------------------------------

NAME = pgettext("column", "Name")
ROLE = pgettext("column", "Role")
NOW = pgettext("column", "Now")
CASES_HELD = pgettext("column", "Cases")
INVITE = pgettext("desk button", "New link")
END_ALL_SESSIONS = pgettext("desk button", "Sign out everywhere")
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
PASSKEY_HINT = _(
    "Or a passkey: this device, or a key you carry, knows you by a finger or a number."
)
PASSKEY_FAILED = _("That passkey was not taken. Try again, or go another way.")
PASSKEY_NEEDS_PASSWORD = _("Your passkey was right. Your password opens the cases that are yours.")

PASSKEYS = _("Passkeys")
PASSKEYS_HINT = _(
    "A passkey signs you in without a code. Where your browser allows it, it opens the cases that "
    "are yours as well."
)
ADD_PASSKEY = pgettext("desk button", "Add a passkey")
REMOVE_PASSKEY = pgettext("desk button", "Take away")
PASSKEY_SINCE = _("since {since}")
PASSKEY_OPENS_CASES = _("opens your cases")
PASSKEY_ADDED = _("The passkey was added. It opens the cases that are yours, too.")
PASSKEY_ADDED_SIGN_IN_ONLY = _("The passkey was added. Your password is still asked for beside it.")
PASSKEY_REMOVED = _("The passkey was taken away.")
LAST_FACTOR = _("This is all that lets you in. Add another passkey first.")
