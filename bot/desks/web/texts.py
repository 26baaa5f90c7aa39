"""Texts of the web desk that Python needs; all others stand in the pages that show them."""

from __future__ import annotations

from bot.cases.assessment import NO_FINDING, UNKNOWN_TOPIC, VOCABULARIES
from bot.cases.intake import LOST, MISSING, TO_FETCH, TOO_LARGE
from bot.cases.queries import REPORT_KIND_NAMES
from bot.desks import delivery_texts as deliveries
from bot.desks.evidence_cover import GROUNDS
from bot.exports.bodies_abroad import PURPOSE_NAMES
from bot.hotline.chat.messages import LEFT_BEHIND
from bot.hotline.chat.takeover import (
    UNTIL_CLOCK_STEADY,
    UNTIL_HOURS,
    UNTIL_OPENER_ANSWERED,
    UNTIL_PERSON_WRITES,
)
from bot.hotline.commands.texts import ACCESS_ENDED
from bot.hotline.origins.model import CALL_OUTCOMES, CHANNEL_NAMES
from bot.hotline.staff.shift_plan import ShiftFault
from bot.hotline.staff.typed_hours import HoursFault
from bot.text import Text, _, pgettext

CASE_TEXTS = (NO_FINDING, UNKNOWN_TOPIC, VOCABULARIES, REPORT_KIND_NAMES)
ORIGIN_TEXTS = (CALL_OUTCOMES, CHANNEL_NAMES)

# --- Error pages ---------------------------------------------------------------------------

WHAT_WE_TOLD = _("What we told them")
CODE_SHOWN_ONCE = _(
    "Eight digits, shown once and stored nowhere. The person writes them to the bot, in any "
    "digits, with or without spaces."
)
NOT_FOUND = _("Page not found, or you do not have access.")
CANNOT_DO = _("This request is not valid. Nothing was changed.")
SERVER_ERROR = _("Something went wrong. Nothing was changed. Please try again.")
WRONG_ORIGIN = _(
    "The form has expired or came from another site. Nothing was changed. Please try again."
)
FILE_TOO_LARGE = _("This file is too large: at most 10 MB. Nothing was sent or stored.")
FORM_TOO_LARGE = _("That is too long for this form. Nothing was sent or stored.")
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
FILES_AWAY = _(
    "The storage that holds the files does not answer. No file was shown and nothing left. No file "
    "is lost. Try again in a minute; if that does not help, tell an administrator."
)
FILES_UNMARKED = _(
    "The storage that holds the files is not the one that Haven knows: it was emptied, or Haven "
    "looks in the wrong place. No file was shown and nothing left. New files wait with Telegram. "
    "Tell an administrator now: haven doctor says what to do."
)
FILE_MISSING = _(
    "This file is missing from the storage of files. It is not shown, and nothing left. Tell a "
    "supervisor: an administrator may still have a copy."
)
FILE_NOT_AS_RECEIVED = _(
    "This file is not what was received: it was altered or damaged in the storage of files. It is "
    "not shown, and nothing left. Tell a supervisor."
)
NOTHING_STORED = _(
    "Nothing was changed and nothing was sent: Haven's database takes no writes. "
    "Tell an administrator now. What you type stays only on this page."
)
READING_NOT_RECORDED = _(
    "This case stays closed for now. Haven's database takes no writes, so it cannot be "
    "recorded who reads a case. Tell an administrator now. The lists still show who waits and how "
    "urgent it is. A case you opened in the last 15 minutes may still open."
)
NO_SIGN_IN_NOW = _(
    "No one can sign in now: Haven's database takes no writes, so a sign-in cannot be "
    "recorded. Tell an administrator now. Colleagues who are signed in can still read the lists."
)

# --- Sign-in -------------------------------------------------------------------------------

LOGIN_FAILED = _("The name, password or code is wrong, or you have not set up a second factor yet.")
TOO_MANY_ATTEMPTS = _("Too many attempts. Wait {seconds} seconds and try again.")
LOGIN_BUSY = _("Many people are signing in. Wait {seconds} seconds and try again.")
PASSWORD_TOO_SHORT = _("That password is too short: use at least {count} characters.")
PASSWORD_TOO_SIMPLE = _("That password is too easy to guess. Use several unrelated words.")
PASSWORDS_DIFFER = _("The passwords do not match.")
WRONG_PASSWORD = _("Wrong password.")
WRONG_CODE = _("Wrong code. Check that the clock of your phone is right.")
PASSKEY_FAILED = _("The passkey was not accepted. Try again, or use another way to sign in.")
PASSKEY_NEEDS_PASSWORD = _("Passkey accepted. Enter your password to unlock your cases.")

# --- Short messages on the next page -------------------------------------------------------

SAVED = _("Saved.")
ENDED = _("Signed out.")
BROWSER_NOT_ADDED = _("This browser's push service is not one we know. Use another browser.")
NO_FILE = _("Choose a file first.")
PROOF_REFUSED = _(
    "A proof is a picture (JPEG, PNG, WebP) or a PDF. Nothing was recorded: choose another file, "
    "or none, and record it again."
)
FILE_NOT_READABLE = _("This file cannot be read. Save it as JPEG, PNG, MP3 or PDF, and try again.")
FILE_TYPE_REFUSED = _(
    "Only pictures (JPEG, PNG, WebP), recordings and PDF files can be sent. This file was not sent."
)
NO_SOUND_HERE = _(
    "Recordings cannot be sent: the program was installed without the extra \u201cvoice\u201d."
)
NO_POINT = _("Write the point as two numbers: 25.0330, 121.5654. Nothing was sent.")
ATTACH_AGAIN = _("Nothing was sent. Confirm, and attach the file again: {question}")
UNDONE = _("Undone in case {reference}.")
UNDONE_IN_TAB = _("Not sent. It is in the tab of case {reference} again.")
WORDS_UNDONE = _("Not sent. Your words are in the field of case {reference} again.")
NOT_UNDONE_YET = _(
    "Not undone yet: the desk cannot be reached. It is tried again, but what was sent may go out "
    "first."
)
NOT_UNDONE = _("It has gone out already.")
NOT_SENT_YET = _(
    "What you wrote in case {reference} was not sent: {question} Your words are in its field."
)
COMMAND_STORED = _("Saved. It will be done as soon as the bot runs.")
SENT_ALREADY = _("This form was sent before. It was done once.")
CASE_TRANSFERRED = _("Case {reference} was transferred.")
CASE_PASSED_ON = _("Case {reference} was passed on. It waits in the queue of that office.")
CASE_ASSIGNED = _("Case {reference} was assigned to {colleague}.")
CASE_GIVEN_AWAY = _("{name} has case {reference} now: {by} transferred it at {at}.")
CASE_GIVEN_BY_YOU = _("{name} has case {reference} now: you transferred it at {at}.")
CASE_CLAIMED_BY = _("{name} has case {reference} now, claimed at {at}.")
CASE_NOT_YOURS = _("Case {reference} is no longer open to you.")
CASE_ERASED = _("Case {reference} is erased.")
KEY_OPENS_NOTHING = _(
    "Your key does not open this case: you could not read what the person writes. It opens by "
    "itself once a colleague who can read it is at the desk; a supervisor can transfer it to you."
)
OFF_DUTY, ON_A_BREAK = _("off duty"), _("on a break")
IN_ANOTHER_OFFICE = _("belongs to another office")
SERVES_ANOTHER_QUEUE, HAS_NO_ROOM = _("serves other queues"), _("holds as many cases as agreed")
ERASE_WRONG_NUMBER = _("That is not the number of this case. Nothing was erased.")
PASSKEY_ADDED = _("Passkey added. It also unlocks your cases.")
PASSKEY_ADDED_SIGN_IN_ONLY = _("Passkey added. You still need your password to unlock your cases.")
PASSKEY_REMOVED = _("Passkey removed.")
LAST_FACTOR = _("This is your only second factor. Add another passkey first.")
NOTHING_MARKED = _("No case is selected.")
NOTHING_CLOSED = _("No case was closed.")
CLOSED_COUNT = _("Closed: {count}.")
NOT_CLOSED = _("{reference} stays open: {why}")
NOT_CLOSED_YET = _("{reference}: saved. It will be closed as soon as the bot runs.")
APPROVAL_REFUSED = _(
    "This needs the approval of a second person, or the approval has expired. Nothing was done."
)
HOST_OPERATOR = pgettext("role", "the operator of this server")
KEY_APPROVED = _("Approved. This colleague can open cases now.")
PARTNER_KEY_APPROVED = _("Approved. This member can open referrals now.")
PARTNER_KEY_REFUSED = _("The key was refused, and the access of this member has ended.")
PARTNER_KEY_CHANGED = _(
    "This key cannot be approved: someone decided meanwhile, or it was changed in the database. "
    "If it is still listed, refuse it and invite the member again."
)
KEY_REFUSED = _("Refused. The key opens no more than before.")
KEY_NOT_YOURS = _(
    "Nothing was done: a colleague decides about this key, or it was decided already."
)
KEY_NEEDS_PASSWORD = _(
    "Nothing was done: this session has no key. Sign in again with your password, then approve."
)
SHIFT_NOTE_SAVED = _("Saved for the next shift.")
SHIFT_NOTE_EMPTY = _("Not saved: the note was empty, or no one could have opened it.")
PAUSE_STARTED = _("You get no new cases for 15 minutes. The break ends by itself.")

# --- Queue ---------------------------------------------------------------------------------

MINE = pgettext("desk tab", "Mine")
WAITING = pgettext("desk tab", "Waiting")
ALL = pgettext("desk tab", "All")
SNOOZED = pgettext("desk tab", "Snoozed")
CLOSED = pgettext("desk tab", "Closed")
LISTS = {"mine": MINE, "later": SNOOZED, "waiting": WAITING, "all": ALL, "closed": CLOSED}
VIEW_SAVED = _("View {name} saved.")
VIEW_DELETED = _("View {name} deleted.")
VIEW_NAME_NEEDED = _("Give the view a name of at most {count} characters.")
VIEW_NAME_TAKEN = _("You have a view of this name already. Choose another name.")
VIEWS_FULL = _("You have {count} views, and no more can be kept. Delete one first.")
VIEW_WITHOUT_FILTER = _("Set a filter first: a view is a list with a filter.")
VIEW_GONE = _("This view was deleted meanwhile.")
SEARCH_TOO_SHORT = _("Type a case number, or at least two characters.")
FOUND_IN = {
    "sent": _("what the person sent"),
    "person": _("a message of the person"),
    "caseworker": _("a message to the person"),
    "note": _("a note"),
    "record": _("the record"),
}
REPLY_DUE_IN = _("due in {span}")
REPLY_DUE_NOW = _("due now")
REPLY_LATE = _("overdue by {span}")
ANSWERED = _("answered")
# Translators: a caseworker has replied, and the person has not pressed the button yet after which
# they read it.
REPLY_HELD = _("not delivered yet, waiting for the person")
# Translators: a caseworker has replied, someone has answered the opening question, and a caseworker
# has to confirm that it was the person.
REPLY_UNCONFIRMED = _("not delivered yet, waits until you confirm who writes")
MINUTES, HOURS, DAYS = _("{n} min"), _("{n} h"), _("{n} d")
TWO_SPANS = _("{longer} {shorter}")
# Translators: {example} e.g. 2026-11-25 14:30
DAY_NOT_UNDERSTOOD = _("Not understood. Write it as tomorrow or {example}.")
PAST_NOT_UNDERSTOOD = _("Not understood. Write it as yesterday 14:00 or {example}.")
TIME_TO_COME = _("Write a day and a time to come, such as tomorrow 14:00 or {example}.")
IN_AN_HOUR = _("in an hour")
IN_FOUR_HOURS = _("in four hours")
TOMORROW = _("tomorrow")
IN_A_WEEK = _("in a week")
IN_FOUR_WEEKS = _("in four weeks")

WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
    _("Sunday"),
)  # fmt: skip
HOURS_FAULTS = {
    HoursFault.NONSENSE: _("Not understood. Write it as 09:00-18:00, or 9-12, 13-18."),
    HoursFault.BACKWARDS: _("This ends before it begins. Hours past midnight last 16 h at most."),
    HoursFault.OVERLAP: _("These hours overlap."),
    HoursFault.TOO_MANY: _("Too many hours for one day."),
}
SHIFT_FAULTS = {
    ShiftFault.PAST: _("This shift would be over already."),
    ShiftFault.OVERLAP: _("This overlaps with another shift of this colleague."),
}
SHIFTS_SAVED = _("Shifts of {name} saved.")
SHIFTS_COPIED = _("Shifts copied: {count}. Days left out, closed or planned already: {left_out}.")
ON_CALL_HOURS_WRONG = _("Not saved: hours are written like 21:00-09:00, or are empty.")
ON_CALL_EMAIL_WRONG = _("Not saved: the e-mail address is not valid.")
ON_CALL_CHANNEL_MISSING = _("Not saved: choose Telegram, or give an e-mail address.")

# --- Conversation and export ---------------------------------------------------------------

CONSENT_TAKEN_BACK = _(
    "The person took consent back on {date}: do not share or pass on. Ask a supervisor about "
    "erasure."
)
READING_ENDED = _(
    "The person stopped on {date}, or took back that we read on. What they write now does not "
    "reach us, unless they agree again."
)
SHARING_LOCKS = _("Printing, the text file and draft forms are locked.")
WITHDRAWN_LOCKS = _(
    "Referrals, printing, the text file and draft forms are locked until the person agrees again."
)
EXPORT_LOCKED = _("Nothing was exported: the person took consent back.")
WARN_LANGUAGE = _("The person reads {language}; this looks like another language.")
WARN_OTHER_CASE = _("Some of this text also stands in another case you have opened: {reference}.")
CONVERSATION = _("Conversation")
THE_PERSON = _("The person")
NOTE = _("Note")
FILLED_IN = _("Filled in")
NOT_CONFIRMED = _("sender not confirmed")
PRESSED = _("pressed: {words}")
# Translators: what a person chose among the answers to a question of the bot.
CHOSE = _("chose: {words}")
# Translators: the writer of a message.
THE_BOT = _("The bot")
BOT_ASKED = _("The bot asked: {question}")
# Translators: above a message of the person, which replies to another message.
IN_REPLY_TO = _("In reply to: {words} ({name})")
CHANGED_EARLIER = _("Changed words from before to:")
SOMEONE_NEAR = _("The person says that someone is near, or cannot write. Do not write now.")
OTHER_HANDS = _(
    "Someone else may hold the phone. What waits is not shown to them; once you write again, they "
    "are asked whether this is a good moment."
)
EDITED_AT = _("edited {time}")
WRITTEN_AT = _("written {time}")
BEFORE_EDIT = _("before the edit")
RENDERS_EARLIER = _("What follows renders the words before the edit.")
LOST_EDIT = _("This change did not arrive, or it is not known whether it did: {words}")
AGREED_WORD = _("The right word of the agreed check-in came here. It is not shown.")
NOT_KEPT = _("Sent something that cannot be kept here ({kind}).")
PERSON_READS = _("The person reads:")
FILE = _("File ({kind})")
LOCATION = _("Location: {point}")
CONSENT = _("Consent")
REFERRALS = _("Referrals")
RECORD = pgettext("case file", "Record")
NOT_STANDING = _("does not count any more")
WITHDRAWN_VALUE = _("withdrawn")
USE_REFUSED = _("(left out: the person refused this use)")
CASE_LOG = _("Audit log of this case")
EXPORTED = _("Exported by {name} on {at}. Keep it locked away, and dispose of it safely after use.")

# --- Timeline of a case --------------------------------------------------------------------

IDENTITY_CONFIRMED = _("{name} confirmed that the person is writing.")
CASE_EVENTS: dict[str, tuple[Text | None, Text | None, Text | None]] = {
    "open_case": (None, None, _("{name} opened the case: {origin}.")),
    "join_code": (None, None, _("{name} made a code by which a chat can join.")),
    "join_chat": (None, None, _("{name} heard the words of a phone: its chat joined the case.")),
    "join_end": (None, None, _("{name} ended the code; no chat joined.")),
    "claim": (None, None, _("{name} claimed the case.")),
    "release": (
        _("Returned to the queue."), None, _("{name} returned the case to the queue.")
    ),
    "release:access_ended": (ACCESS_ENDED, None, None),
    "lapse": (_("Returned to the queue: the case was claimed and not worked on."), None, None),
    "transfer": (None, None, _("{name} transferred the case to {other}.")),
    "pass_on": (None, None, _("{name} passed the case on to another office.")),
    "take_over": (None, None, _("{name} took over. The bot is silent.")),
    "hand_back": (None, None, _("{name} handed back to the bot.")),
    "leave:cleared": (
        None, _("The person cleared the chat and left. No caseworker holds the chat now."), None
    ),
    "leave:stopped": (
        None, _("The person ended the chat. No caseworker holds the chat now."), None
    ),
    "insist": (
        None, None, _("{name} had the opening question asked outside the agreed hours.")
    ),
    "close": (None, None, _("{name} closed the case: {outcome}.")),
    "reopen:access_ended": (ACCESS_ENDED, None, None),
    "reopen": (_("The case was reopened."), None, _("{name} reopened the case.")),
    "freeze": (
        None,
        _("The duress passphrase was used: someone is forcing the person to open this chat."),
        None,
    ),
    "passphrase:right": (
        None, _("The person gave their passphrase: the conversation goes on."), None
    ),
    "passphrase:wrong": (None, _("A wrong passphrase was tried."), None),
    "passphrase:too_often": (
        None,
        _("A passphrase was tried after three wrong ones: none is accepted for a day. You decide "
          "who writes."),
        None,
    ),
    "passphrase:right_too_late": (
        None,
        _("The right passphrase came after three wrong ones: it was not accepted. You decide who "
          "writes."),
        None,
    ),
    "sure": (None, None, _("{name} confirmed in writing that the person is writing.")),
    "wish": (
        None, _("The person asked to erase everything."),
        _("{name} recorded that the person wants everything erased."),
    ),
    "wish_confirm": (None, None, _("{name} confirmed the erasure.")),
    "wish_object": (None, None, _("{name} objected to the erasure.")),
    "check_in:agreed": (None, _("The person agreed to be asked whether they are safe."), None),
    "check_in:answered": (
        None, _("The right word came: the person answered the agreed check-in."), None
    ),
    "check_in:ended": (
        None, _("The person ended the agreed check-in."), _("{name} ended the agreed check-in.")
    ),
    "interpreter_invite": (None, None, _("{name} invited {other}.")),
    "interpreter_begin": (None, None, _("{name} began to interpret.")),
    "interpreter_decline": (None, None, _("{name} declined.")),
    "interpreter_leave": (None, None, _("{name} left the conversation.")),
    "interpreter_end": (None, None, _("{name} ended the work of {other}.")),
    "referral_offer": (
        None, None, _("{name} asked for consent to a referral to {recipient}.")
    ),
    "referral_agree": (
        None, _("The person agreed to the referral to {recipient}."),
        _("{name} heard the person agree to the referral to {recipient}."),
    ),
    "referral_decline": (
        None, _("The person refused the referral to {recipient}."),
        _("{name} heard the person refuse the referral to {recipient}."),
    ),
    "referral_revoke": (
        None, _("The person took back consent to the referral to {recipient}."),
        _("{name} recorded that the person took back consent to the referral to {recipient}."),
    ),
    "referral_send": (None, None, _("{name} recorded the referral to {recipient}.")),
    "delivery_send": (None, None, _("{name} delivered the referral to the room of {recipient}.")),
    "delivery_open": (None, None, _("{recipient} opened the referral.")),
    "delivery_accepted": (None, None, _("{recipient} takes up the referral.")),
    "delivery_no_place": (None, None, _("{recipient} has no place free now.")),
    "delivery_declined": (None, None, _("{recipient} does not take up the referral.")),
    "delivery_asked": (None, None, _("{recipient} asked something about the referral.")),
    "delivery_unreached": (None, None, _("{recipient} could not reach the person.")),
    "delivery_finished": (None, None, _("{recipient} has finished its part.")),
    "delivery_reply": (None, None, _("{name} replied to {recipient}.")),
    "delivery_return": (
        _("{recipient} did not open the referral: it came back unread."), None, None
    ),
    "partner_call": (None, None, _("{name} asked the partner to call.")),
    "referral_withdraw": (
        _("The question about a referral to {recipient} was withdrawn."),
        _("The question about a referral to {recipient} was withdrawn."),
        _("The question about a referral to {recipient} was withdrawn."),
    ),
}  # fmt: skip
"""What was done in a case, by the action in the audit log (with its detail, where that decides): by
Haven itself, by the person, by staff. None: it is not done by them, or needs no line."""
FILE_KINDS = {
    "photo": pgettext("file", "Picture"),
    "voice": pgettext("file", "Voice message"),
    "audio": pgettext("file", "Sound"),
    "video": pgettext("file", "Video"),
    "video_note": pgettext("file", "Video message"),
    "animation": pgettext("file", "Animation"),
    "sticker": pgettext("file", "Sticker"),
    "document": pgettext("file", "Document"),
}

# --- Interpreting --------------------------------------------------------------------------

CONFLICT_FIELDS = {
    "nationality": _("Nationality"),
    "community": _("Home town, community"),
    "employers": _("Employers"),
    "agencies": _("Agencies and brokers"),
    "people": _("People they know"),
}
CONFLICT_TOO_LONG = _("Not saved: at most {most} characters a field.")

# --- Training ------------------------------------------------------------------------------

FOUR_PS = {
    "prosecution": pgettext("four ps", "Prosecution"),
    "protection": pgettext("four ps", "Protection"),
    "prevention": pgettext("four ps", "Prevention"),
    "partnership": pgettext("four ps", "Partnership"),
}
TRAINING_DAY_WRONG = _("Not saved: choose a day, not one to come.")
TRAINING_COURSE_MISSING = _("Not saved: say which course it was, in at most 120 characters.")
TRAINING_TOO_LONG = _("Not saved: the certificate or the feedback is too long.")
TRAINING_FEEDBACK_MISSING = _("Not saved: a look-along needs feedback.")

# --- Names of stored codes -----------------------------------------------------------------

ROLES = {
    "caseworker": pgettext("role", "caseworker"),
    "supervisor": pgettext("role", "supervisor"),
    "administrator": pgettext("role", "administrator"),
    "auditor": pgettext("role", "auditor"),
    "interpreter": pgettext("role", "interpreter"),
}
STATES = {
    "waiting": pgettext("state", "waiting"),
    "held": pgettext("state", "claimed"),
    "open": pgettext("state", "in progress"),
    "referred": pgettext("state", "referred"),
    "closed": pgettext("state", "closed"),
    "reopened": pgettext("state", "reopened"),
}
DELIVERY_STATES = {
    "sent": _("delivered"),
    "queued": _("sending"),
    "held": _("waiting to be sent"),
    # Translators: the quotation is the opening question of the phrasebook.
    UNTIL_OPENER_ANSWERED: _(
        "not sent yet: waits until the person answers “Is this a good moment to write?”"
    ),
    UNTIL_HOURS: _("not sent yet: waits for the hours the person chose"),
    UNTIL_PERSON_WRITES: _("not sent yet: waits until the person writes"),
    UNTIL_CLOCK_STEADY: _(
        "not sent yet: waits a while, because the clock of the server was changed"
    ),
    "uncertain": _("delivery uncertain"),
    "failed": _("not delivered"),
    "blocked": _("the person has blocked the bot"),
    "refused": _("cannot be sent in this form"),
    "withdrawn": _("cancelled"),
    LEFT_BEHIND: _("meant for the person, but not sent: its writer no longer had the case"),
}
MISSING_FILES = {
    TO_FETCH: _("not downloaded yet"),
    TOO_LARGE: _("could not be downloaded: larger than 20 MB"),
    LOST: _("could not be downloaded"),
    MISSING: _("was lost from the storage of files"),
}
"""Why the bytes of a file are not here, by its state."""
REFERRAL_STAGES = {
    "offered": _("consent asked"),
    "agreed": _("agreed"),
    "declined": _("declined"),
    "sent": _("referred"),
    "revoked": _("revoked"),
    "withdrawn": _("withdrawn"),
}
RECIPIENT_REPLIES = {
    "accepted": pgettext("organisation", "takes it up"),
    "no_place": pgettext("organisation", "has no place free now"),
    "declined": pgettext("organisation", "does not take it up"),
    "unreached": pgettext("organisation", "could not reach the person"),
    "finished": pgettext("organisation", "its part is finished"),
    "no_answer": pgettext("organisation", "has not answered"),
}
"""What the recipient of a referral answered."""
ROOM_STATES = {it.value: text for it, text in deliveries.STATES.items()}
PARTNER_ANSWERS = {it.value: text for it, text in deliveries.ANSWERS_GIVEN.items()}
DESK_REPLIES = {it.value: text for it, text in deliveries.DESK_REPLIES.items()}
UNAVAILABLE = {
    # Translators: follows the name of an organisation.
    "none": _("no agreement"),
    # Translators: follows the name of an organisation; {since} e.g. 2026-12-31
    "not_yet": _("agreement from {since} on"),
    "ended": _("agreement ended on {until}"),
    "old": _("entry too old: verify it again"),
}
"""Why an organisation cannot be chosen."""
BUNDLE_GROUNDS = GROUNDS
"""On what ground evidence and case file can leave."""
HTCDS_PROFILES = {
    "deidentified": pgettext("profile", "Without anything that names the person"),
    "identified": pgettext("profile", "With names, because the person agreed to this file"),
}
HTCDS_FORMATS = {
    "xlsx": pgettext("file format", "Spreadsheet, as in the toolkit of the standard"),
    "csv": Text("CSV"),
    "json": Text("JSON"),
}
BODY_PURPOSES = PURPOSE_NAMES
CUSTODY_ACTIONS = {
    "received": pgettext("custody", "received"),
    "lost": pgettext("custody", "could not be downloaded"),
    "opened": pgettext("custody", "opened"),
    "cleaned": pgettext("custody", "re-encoded"),
    "exported": pgettext("custody", "exported"),
    "listed": pgettext("custody", "list of the export completed"),
    "missing": pgettext("custody", "found missing from the storage"),
}
SNOOZE_ENDED = {
    "time": _("The snooze is over."),
    "wrote": _("Snooze ended: the person was active."),
    "urgent": _("Snooze ended: it is more urgent now."),
    "alert": _("Snooze ended: there was an alert."),
    "asked": _("You ended the snooze early."),
}
LINK_KINDS = {
    "linked": _("linked with"),
    "into": _("merged into"),
    "from": _("merged from"),
    "person": _("same person, proved by passphrase"),
}
OFFICE_FORM_NAMES = {
    "residence": pgettext("desk button", "Residence permit"),
    "work": pgettext("desk button", "Work permit"),
    "objection": pgettext("desk button", "Objection"),
}

# --- Figures -------------------------------------------------------------------------------

ASSIST_FAULTS = {
    "wrong_model": _(
        "The files of the model are not those of its manifest, so it was not used. Tell an "
        "administrator."
    ),
    "time_out": _("The machine took too long. You can try again."),
    "failed": _("The machine made nothing of it. You can try again, or ask an interpreter."),
}
"""Why there is no machine translation."""
