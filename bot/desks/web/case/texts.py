"""What stands around one case, in English."""

from __future__ import annotations

from bot.cases.assessment import NO_FINDING, UNKNOWN_TOPIC, VOCABULARIES
from bot.cases.queries import REPORT_KIND_NAMES
from bot.text import _, pgettext

CASE_TEXTS = (NO_FINDING, UNKNOWN_TOPIC, VOCABULARIES, REPORT_KIND_NAMES)
"""Words of the cases themselves, which pages say as well."""

# --- its head ------------------------------------------------------------------------------

CLAIM = pgettext("desk button", "Claim")
RELEASE = pgettext("desk button", "Give back to the queue")
TAKE_OVER = pgettext("desk button", "Take over")
HAND_BACK = pgettext("desk button", "Hand back")
CLOSE = pgettext("desk button", "Close")
REOPEN = pgettext("desk button", "Open again")
TRANSFER = pgettext("desk button", "Pass on")
SEND = pgettext("desk button", "Send")
TO_WHOM = _("To whom")
TRANSFER_NOTE = _("What your colleague must know")
DISPOSITION = _("How did it end?")
CLOSE_REASON = _("If a time the law gives still runs: why it is closed all the same")
PRIORITY = _("Urgency")
REASON = _("Reason")
CHANGE = pgettext("desk button", "Change")
CONFIRM_IDENTITY = pgettext("desk button", "I am sure that it is the person")
INSIST = pgettext("desk button", "Ask now all the same")
INSIST_WHY = _("Why this cannot wait for the person's hours")
OTHER_VIEWERS = _("{names} looks at this case as well.")
HELD_BY = _("{name} answers for this case.")
NO_HOLDER = _("Nobody answers for this case yet.")
YOU_HOLD = _("You answer for this case.")
CASEWORKER_SPEAKS = _("You hold the conversation; the bot is silent.")
BOT_SPEAKS = _("The bot speaks with the person.")
SEALED = _("What was sent is sealed, and your key does not open it.")
CLOSED = _("Closed: {how}.")
CONFIRM_IDENTITY_HOW = _("How you made sure that it is the person who writes")
CONFIRM_IDENTITY_HINT = _(
    "It takes two: once a colleague has written the same within an hour, it goes on."
)
COMPROMISED = _("Somebody makes the person open this chat: nothing is sent there. Do not write.")
IDENTITY_UNKNOWN = _(
    "Nobody knows who holds the phone now: the chat was quiet. Ask in neutral words, and be sure "
    "once they have answered."
)
COMMAND_STORED = _("It is written down, and is done as soon as the bot runs.")
STATES = {
    "waiting": pgettext("state", "waits"),
    "held": pgettext("state", "claimed"),
    "open": pgettext("state", "at work"),
    "referred": pgettext("state", "referred"),
    "closed": pgettext("state", "closed"),
    "reopened": pgettext("state", "waits again"),
}

# --- opened with a reason ------------------------------------------------------------------

BREAK_GLASS = _("This case is with {name}")
BREAK_GLASS_HINT = _(
    "As a supervisor you can open it. Your name and your reason are written down, and {name} sees "
    "them in the case."
)
BREAK_GLASS_OPEN = pgettext("desk button", "Open it")
BREAK_GLASS_NOTE = _("Opened by a supervisor. Reason: {reason}")

# --- the conversation ----------------------------------------------------------------------

CONVERSATION = _("Conversation")
NO_MESSAGES = _("Nobody has written here yet.")
THE_PERSON = _("The person")
NOTE = _("Note")
NOT_CONFIRMED = _("not confirmed who wrote it")
PRESSED = _("pressed: {words}")
CHANGED_TO = _("Changed to: {words}")
BEFORE_EDIT = _("as it was first")
PERSON_READS = _("The person reads:")
PICTURE = _("A picture")
SHOW_PICTURE = pgettext("desk button", "Show the picture")
FILE = _("A file ({kind})")
SAVE_FILE = pgettext("desk button", "Save the file")
FILE_NOT_FETCHED = _("not fetched yet")
FILE_LOST = _("could not be fetched")
ANSWERS_QUESTION = _("This answers a question")
WHICH_QUESTION = _("Which question it answers")
LOCATION = _("A place: {point}")
DELIVERY_STATES = {
    "sent": _("arrived"),
    "queued": _("on its way"),
    "held": _("waits"),
    "uncertain": _("nobody knows whether it arrived"),
    "failed": _("did not arrive"),
    "blocked": _("the person has blocked the bot"),
    "refused": _("cannot be sent like this"),
    "withdrawn": _("not sent any more"),
}
WRITE_TO_PERSON_IN = _("To the person, in {language}")
WRITE_NOTE = _("A note for colleagues")
AS_MESSAGE = pgettext("desk tab", "Message")
AS_NOTE = pgettext("desk tab", "Note")
SAVE_NOTE = pgettext("desk button", "Keep the note")
TAKE_OVER_TO_WRITE = _("Take the conversation over to write to the person.")
CLAIM_TO_WRITE = _("Claim the case to write.")
WARN_LANGUAGE = _("The person reads {language}, and this seems to be another language.")
WARN_OTHER_CASE = _("Some of these words stand in another case you have read: {reference}.")
SEND_ANYWAY = pgettext("desk button", "Send all the same")
UNDO = pgettext("desk button", "Undo")
SENDING_SOON = _("Leaves in a few seconds.")
PHRASEBOOK = pgettext("desk button", "Phrasebook")
FIND_PHRASE = _("Find a sentence")
NO_PHRASE = _("No sentence was found.")

# --- the file of the case ------------------------------------------------------------------

CASE_FILE = _("File of the case")
ASKED_SO_FAR = _("Questions of the bot")
ANSWERED_SO_FAR = _("Answered")
SKIPPED_SO_FAR = _("Left out")
MISSING_SO_FAR = _("Still missing")
FILL_IN = pgettext("desk button", "Fill in")
WHAT_WAS_SENT = _("What was sent")
AUTHORITIES = _("Bodies the law can mean")
INDICATORS = _("Signs")
CONTACT_RULE = _("When the person may be written to")
END_CHECK_IN = pgettext("desk button", "End the agreed hour")
CONSENT = _("What the person agreed to")
REFERRALS = _("Who was told")
REFERRAL_STAGES = {
    "offered": _("asked"),
    "agreed": _("agreed"),
    "declined": _("does not want it"),
    "sent": _("was told"),
    "revoked": _("taken back"),
    "withdrawn": _("not asked any more"),
}
MAY_BE_TOLD = _("Exactly this may be told")
EXACTLY_TOLD = _("Exactly this was told")
ASK_CONSENT = pgettext("desk button", "Ask the person")
REFUSES_REFERRALS = _("The person wants nobody told: ask only if they bring it up themselves.")
WHAT_PERSON_SAID = _("What the person said about it")
RECIPIENT_TOLD = pgettext("desk button", "They were told")
RECIPIENT = _("Who may be told")
REVOKE = pgettext("desk button", "Take back")
EVIDENCE = _("Files and custody")
CUSTODY_HOLDS = _("The ledger holds, up to {head}.")
CUSTODY_BROKEN = _("The ledger does not hold: row {number}.")
CUSTODY_ACTIONS = {
    "received": pgettext("custody", "received"),
    "lost": pgettext("custody", "could not be fetched"),
    "opened": pgettext("custody", "opened"),
    "cleaned": pgettext("custody", "drawn anew"),
    "exported": pgettext("custody", "taken out"),
}
FILE_TYPE_MISMATCH = _("It is not what it is said to be.")
CASE_LOG = _("Who did what")
CASE_LOG_HINT = _("The newest rows of the log about this case")

# --- somebody wants it erased --------------------------------------------------------------

ERASURE_REQUESTED = _("Somebody wants this case erased, by {due}.")
ERASURE_CONFIRMED = _("It is confirmed that this case is to be erased: it goes in a few seconds.")
ERASURE_REFUSED = _("Somebody wants this case erased. Two objected: it is not.")
ERASURE_REQUESTED_AT = _("(asked: {at})")
ERASURE_OBJECTED = _("Objected: {names}")
ERASE = pgettext("desk button", "It is the person's wish: erase")
ERASE_HINT = _(
    "Everything goes: what was sent, letters, notes, files. Nobody can bring it back, and nobody "
    "is asked again."
)
ERASE_TYPE_NUMBER = _("Type the number of the case to erase it")
ERASE_NOW = pgettext("desk button", "Erase for good")
ERASE_WRONG_NUMBER = _("That is not the number of this case: nothing is erased.")
OBJECT_ERASURE = pgettext("desk button", "It must not be erased")
OBJECT_ERASURE_HINT = _("It takes two of you, each with a reason, which is kept as a note.")

# --- looked at again, linked, taken out ----------------------------------------------------

SNOOZED = pgettext("desk tab", "Later")
NONE_SNOOZED = _("You have put nothing aside.")
SNOOZE = pgettext("desk button", "Put aside")
SNOOZE_UNTIL = _("Until when, e.g. 2026-11-25 14:30")
# Translators: {until} e.g. 2026-11-25 14:30.
SNOOZED_UNTIL = _("Put aside until {until}. Whatever the person does brings it back at once.")
END_SNOOZE = pgettext("desk button", "Look at it now")
SNOOZE_ENDED = {
    "time": _("You had put this aside, and the time is over."),
    "wrote": _("You had put this aside: the person did something."),
    "urgent": _("You had put this aside: it is more urgent now."),
    "asked": _("You have taken this back before its time."),
}
FOLLOW_UP = pgettext("desk button", "Follow up")
FOLLOW_UP_DAY = _("On which day, e.g. 2026-11-25")
FOLLOW_UP_TASK = _("What is to be done then")
FOLLOW_UP_ON = _("To be followed up on {day}.")
FOLLOW_UP_DUE = _("Was to be followed up on {day}: the note says what is to be done.")
FOLLOW_UP_NOW = _("to be followed up today")
FOLLOWED_UP = pgettext("desk button", "That is done")
IN_AN_HOUR = _("in an hour")
IN_FOUR_HOURS = _("in four hours")
TOMORROW = _("tomorrow")
IN_A_WEEK = _("in a week")
IN_FOUR_WEEKS = _("in four weeks")
LINKS = _("Linked cases")
LINK = pgettext("desk button", "Link")
UNLINK = pgettext("desk button", "Take the link away")
OTHER_CASE = _("Number of the other case")
LINK_KINDS = {
    "linked": _("belongs together with"),
    "into": _("this one was merged into"),
    "from": _("merged into this one:"),
}
MERGE = pgettext("desk button", "Merge")
MERGE_INTO = _("Into the case with the number")
MERGE_HINT = _(
    "This case is closed as a duplicate and points to the other one. Nothing moves: its words and "
    "files stay here. If its person writes again, it waits again, and the other case says so. "
    "Taking the link away undoes it."
)
EXPORT = _("Take out")
EXPORT_HINT = _("The whole case on paper or as a text: written down as an export.")
PRINT = pgettext("desk button", "Print")
EXPORT_TEXT = pgettext("desk button", "As a text")
BACK_TO_CASE = pgettext("desk button", "Back to the case")
EXPORTED = _("Taken out by {name} on {at}. Keep it locked up, and destroy it afterwards.")

# --- what the law says ---------------------------------------------------------------------

DEADLINES = _("Clocks of the law")
NO_DEADLINE = _("No clock of the law runs in this case.")
# Translators: {day} e.g. 2026-11-25, or 2026-11-25 14:30.
DEADLINE_UNTIL = _("until {day}")
DEADLINE_OPENS = _("can be done from {day} on")
DEADLINES_ALTERED = _(
    "What was entered for the law's clocks was altered in the store: nothing is computed from it. "
    "Tell an administrator."
)
LEGAL_EVENTS = _("What was entered")
EVENT_STRUCK = _("(a mistake: it does not count)")
STRIKE_EVENT = pgettext("desk button", "It was a mistake")
ENTER_EVENT = pgettext("desk button", "Enter what happened")
WHAT_HAPPENED = pgettext("clock of the law", "What happened")
EVENT_DAY = _("On which day, with the hour where it is known")
ENTITLEMENTS = _("What there is by law")
ENTITLEMENTS_HINT = _("At most, and mostly for suspected victims as well")
ONCE_IDENTIFIED = _("(once they are identified as a victim)")
OFFICE_FORMS = _("Drafts for offices")
OFFICE_FORMS_HINT = _("In Chinese, for somebody to check. What is not known stays blank.")
OFFICE_FORM_NAMES = {
    "residence": pgettext("desk button", "Residence permit"),
    "work": pgettext("desk button", "Work permit"),
    "objection": pgettext("desk button", "Objection"),
}
