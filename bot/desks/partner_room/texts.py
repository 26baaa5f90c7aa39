"""Texts of the partners' room that do not stand in its pages."""

from __future__ import annotations

from bot.partners.names import NameProblem
from bot.partners.referring import FormFault, IncomingState
from bot.text import _, pgettext

# --- Refusals ---------------------------------------------------------------------------------

NOT_FOUND = _("Page not found, or you do not have access.")
CANNOT_DO = _("This request is not valid. Nothing was changed.")
SERVER_ERROR = _("Something went wrong. Nothing was changed. Please try again.")
WRONG_ORIGIN = _(
    "The form has expired or came from another site. Nothing was changed. Please try again."
)
SIGN_IN_FIRST = _("Please sign in first.")
DATABASE_AWAY = _(
    "Haven's database does not answer. Nothing was changed and nothing was sent. Try again in a "
    "minute; if that does not help, tell an administrator. Haven continues by itself once the "
    "database answers."
)
PAGE_AWAY = _(
    "This page cannot be shown now: Haven's database does not answer. What you sent before is "
    "kept, or the page will say that it was not sent: do not send it again before you see the "
    "page. Load the page again in a minute; if that does not help, tell an administrator. Haven "
    "continues by itself once the database answers."
)
SENT_ALREADY = _("This form was sent before. It was done once.")

# --- Sign-in and account ----------------------------------------------------------------------

LOGIN_FAILED = _("The name, password or code is wrong, or your access has ended.")
RECOVERY_FAILED = _("The name, recovery key or code is wrong, or your access has ended.")
TOO_MANY_ATTEMPTS = _("Too many attempts. Wait {seconds} seconds and try again.")
LOGIN_BUSY = _("Many people are signing in. Wait {seconds} seconds and try again.")
PASSWORD_TOO_SHORT = _("That password is too short: use at least {count} characters.")
PASSWORD_TOO_SIMPLE = _("That password is too easy to guess. Use several unrelated words.")
PASSWORDS_DIFFER = _("The passwords do not match.")
WRONG_PASSWORD = _("Wrong password.")
WRONG_CODE = _("Wrong code. Check that the clock of your phone is right.")
OTHERS_SIGNED_OUT = _("All other browsers are signed out.")

# --- Links ------------------------------------------------------------------------------------

LINK_MADE = _("The link {name} is made.")
LINK_RENAMED = _("The link is called {name} now. Its code and its numbers stay.")
LINK_ENDED = _(
    "The link {name} has ended. Posters that show it lead to the bot as any chat begins."
)
LINK_NAME_TAKEN = _("Another of your links is called {name}. Choose another name.")
LINK_LANGUAGE_MISSING = _("Choose the language in which the first question is asked.")
TOO_MANY_LINKS = _("You have {count} links in use. End one before you make another.")
NAME_PROBLEMS = {
    NameProblem.LENGTH: _("Write a name of 1 to {longest} characters."),
    NameProblem.HIDDEN: _(
        "That name holds signs that cannot be seen, which can change how it reads. Type it by hand."
    ),
    NameProblem.ADDRESS: _(
        "That name holds an address or a @name, which would lead people to others. Leave it out."
    ),
}

# --- Posters ----------------------------------------------------------------------------------

POSTER_NOT_MADE = _("The poster was not made: something is missing at the hotline. Tell them.")

# --- Services ---------------------------------------------------------------------------------

ENTRY_CONFIRMED = _("Thank you. {name} counts as found right today.")
PLACES_COUNTED = _("Stored: {count} places free today at {name}.")

# --- Figures ----------------------------------------------------------------------------------

FEWER_THAN_FIVE = _("fewer than five")

# --- Referrals --------------------------------------------------------------------------------

ANSWER_SENT = _("Your answer is with the hotline.")
DELETION_NOTED = _("Noted. Thank you.")
REFERRED_IN = _("It is with the hotline. You read here when a caseworker takes it up.")
FORM_FAULTS = {
    FormFault.TOO_LONG: _("One field is too long. Nothing was sent; shorten it."),
    FormFault.NO_WORDS: _("Write what happened, in a few words. Nothing was sent."),
    FormFault.NO_LANGUAGE: _("Choose the language the person reads. Nothing was sent."),
    FormFault.NO_WAY: _("Write how the person can be reached safely, and when. Nothing was sent."),
    FormFault.NOT_ASKED: _(
        "Write who asked the person, on which day and in which words. Nothing was sent."
    ),
    FormFault.NOT_AGREED_TO_READING: _(
        "Without the person's agreement we read nothing: ask them, and tick it. Nothing was sent."
    ),
    FormFault.NOT_AGREED_TO_CONTACT: _(
        "We contact no one who did not agree to it: ask the person, and tick it. Nothing was sent."
    ),
}
INCOMING_STATES = {
    IncomingState.RECEIVED: pgettext("referral to the hotline", "received"),
    IncomingState.TAKEN_UP: pgettext("referral to the hotline", "a caseworker took it up"),
    IncomingState.ASKED_TO_CALL: pgettext("referral to the hotline", "please call the hotline"),
    IncomingState.CLOSED: pgettext("referral to the hotline", "closed"),
}
"""What a partner reads of what they referred to the hotline."""
IF_OTHER_ANSWERS = {
    "hang_up": _("Say nothing and hang up."),
    "wrong_number": _("Say that it was a wrong number."),
}
