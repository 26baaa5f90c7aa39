"""What the team's own pages say, in English."""

from __future__ import annotations

from bot.text import _, pgettext

# --- who carries what ----------------------------------------------------------------------

TEAM = pgettext("desk tab", "Team")
WORKLOAD = _("Who carries what")
LOAD = pgettext("column", "Carries")
# Translators: how full somebody's hands are, e.g. 3 of 5; an emergency counts as two
LOAD_OF_MAX = _("{load} of {most}")
EMERGENCY_COUNTS_TWO = _("A case of danger now counts as two.")
LATE_CASES = pgettext("column", "Beyond the promise")
ASSIGNED_CASES = pgettext("column", "Cases, the most urgent first")
RESTS_FOR = _("rests for {span}")
ASSIGN_TO = _("Give to")
ASSIGN = pgettext("desk button", "Give")
ASSIGN_MARKED = _("Give the marked case to")
AVAILABLE_STAFF = pgettext("column", "Can take it")
OVERDUE = _("Waiting beyond the promise")
NONE_OVERDUE = _("Nobody waits beyond the promise.")
BY_LANGUAGE = _("Who waits, by language")
WAITING_COUNT = pgettext("column", "Wait")
LATE_SINCE = pgettext("column", "Late by")
LANGUAGE_READERS = pgettext("column", "Here and reads it")
NO_LANGUAGE_READER = _("nobody here reads it")
NOBODY_AVAILABLE = _("Nobody here has a hand free for it.")
NOBODY_ON_DUTY = _("Nobody is on duty, and nobody holds a case.")

# --- closing many --------------------------------------------------------------------------

CLOSE_MARKED = pgettext("desk button", "Close what is marked")
MARK_CASE = _("Mark case {reference}")
BULK_CLOSE = _("Close several cases")
BULK_CLOSE_ASK = _("These cases will be closed: {count}. Please read each line before you go on.")
CLOSE_THESE = pgettext("desk button", "Close these {count}")
STAYS_OPEN = _("Stays open: {why}")
NOTHING_MARKED = _("No case was marked.")
NOTHING_CLOSED = _("Nothing was closed.")
CLOSED_COUNT = _("Closed: {count}.")
NOT_CLOSED = _("{reference} stays open: {why}")
NOT_CLOSED_YET = _("{reference} is written down, and is closed as soon as the bot runs.")

# --- who read what -------------------------------------------------------------------------

ACCESS_REPORT = _("Who read what")
ACCESS_REPORT_HINT = _("Whose eyes were on which case. Nothing of any case stands here.")
FROM_UNTIL = _("{since} to {until}")
WEEK = _("Week")
WEEK_BEFORE = pgettext("desk button", "The week before")
WEEK_AFTER = pgettext("desk button", "The week after")
CASES_READ = pgettext("column", "Cases read")
BREAK_GLASS_READS = pgettext("column", "Of colleagues, with a reason")
EXPORTS = pgettext("column", "Taken out")
WHICH_CASES = pgettext("column", "Which")
ERASED = _("erased")
WITH_REASON = _("with a reason")
# Translators: beside whoever made the spare key that opens every case, or used it.
ESCROW_USED = _("made or used the spare key")
NO_READS = _("Nobody read a case in this week.")

# --- what takes two ------------------------------------------------------------------------

APPROVALS = pgettext("desk tab", "Takes two")
APPROVALS_HINT = _(
    "One asks and says why, another who stands above agrees. Then it can be done once, within an "
    "hour, and is written down with both names."
)
APPROVAL_EXPORT = _("List of many cases: {queue}")
APPROVAL_IDENTITY = _("Who this is: {who}")
SHOWN_ONCE = _("This is shown once.")
ACCOUNT_NUMBER = _("account number {number}")
ASKED_BY = pgettext("column", "Asked by")
UNTIL = pgettext("column", "Until")
APPROVAL_USED = _("done, {at}")
USE_APPROVAL = pgettext("desk button", "Do it now, once")
APPROVE = pgettext("desk button", "I agree")
APPROVAL_EXPIRED = _("over")
APPROVED_BY = _("{name} agreed")
APPROVAL_PENDING = _("waits for a second person")
ASK_EXPORT = _("Ask for a list of many cases")
ASK_IDENTITY = _("Ask who somebody is")
WHICH_QUEUE = _("Of which queue")
WHICH_COLLEAGUE = _("Of whom")
REQUEST_APPROVAL = pgettext("desk button", "Ask a second person")
APPROVAL_REFUSED = _("That takes two people, or it is over. Nothing was done.")

# --- from shift to shift, and a pause ------------------------------------------------------

SHIFT_NOTES = _("From the last shift")
NEW = pgettext("note", "new")
MARK_READ = pgettext("desk button", "I have read it, go on")
NO_SHIFT_NOTES = _("Nothing was left for you.")
NOTE_SEALED_BEFORE = _("This was sealed to the team before you were in it.")
LEAVE_NOTE = _("For whoever comes next")
ALL_MY_QUEUES = _("all my queues")
NOTE_TEXT = _("What they must know")
LEAVE_HINT = _(
    "Sealed to the team and gone after three days. What belongs to one case stands better in a "
    "note of that case."
)
SAVE_SHIFT_NOTE = pgettext("desk button", "Leave it for them")
SHIFT_NOTE_SAVED = _("It is there for whoever comes next.")
SHIFT_NOTE_EMPTY = _("Nothing was left: there were no words, or nobody who could open them.")
OFFER_PAUSE = _("That was a hard one. Would a quarter of an hour without a new case be good?")
PAUSE_15 = pgettext("desk button", "Pause for 15 minutes")
DECLINE_PAUSE = pgettext("desk button", "No, thank you")
PAUSE_STARTED = _("Nothing new comes to you for 15 minutes; then you are back by yourself.")
END_PAUSE = pgettext("desk button", "I am back already")
RETURN_CASE = pgettext("desk button", "Pass this case")
RETURN_NOTE = _("A word for whoever is next, if you like")
RETURN_HINT = _("It goes back to the queue and keeps its place. Nobody asks why.")
