"""What the team's own pages say, in English."""

from __future__ import annotations

from bot.text import _, pgettext

# --- who carries what ----------------------------------------------------------------------

TEAM = pgettext("desk tab", "Team")
CARRIED = _("Who carries what")
CARRIES = pgettext("column", "Carries")
# Translators: how full somebody's hands are, e.g. 3 of 5; an emergency counts as two
OF_MOST = _("{load} of {most}")
P0_COUNTS = _("A case of danger now counts as two.")
TOO_LATE = pgettext("column", "Beyond the promise")
THEIR_CASES = pgettext("column", "Cases, the most urgent first")
RESTS_FOR = _("rests for {span}")
GIVE_TO = _("Give to")
GIVE = pgettext("desk button", "Give")
GIVE_MARKED = _("Give the marked case to")
CAN_TAKE = pgettext("column", "Can take it")
WAITS_TOO_LONG = _("Waiting beyond the promise")
NOBODY_TOO_LONG = _("Nobody waits beyond the promise.")
BY_LANGUAGE = _("Who waits, by language")
MANY_WAIT = pgettext("column", "Wait")
LATE_SINCE = pgettext("column", "Late by")
WHO_READS_IT = pgettext("column", "Here and reads it")
NOBODY_READS_IT = _("nobody here reads it")
NOBODY_FREE = _("Nobody here has a hand free for it.")
NOBODY_HERE = _("Nobody is on duty, and nobody holds a case.")

# --- closing many --------------------------------------------------------------------------

CLOSE_MARKED = pgettext("desk button", "Close what is marked")
MARK_CASE = _("Mark case {reference}")
CLOSE_MANY = _("Close several cases")
CLOSE_MANY_ASK = _("These cases will be closed: {count}. Please read each line before you go on.")
CLOSE_THESE = pgettext("desk button", "Close these {count}")
STAYS_OPEN = _("Stays open: {why}")
NOTHING_MARKED = _("No case was marked.")
NOTHING_CLOSED = _("Nothing was closed.")
CLOSED_SO_MANY = _("Closed: {count}.")
NOT_CLOSED = _("{reference} stays open: {why}")
NOT_CLOSED_YET = _("{reference} is written down, and is closed as soon as the bot runs.")

# --- who read what -------------------------------------------------------------------------

WHO_READ = _("Who read what")
WHO_READ_IS = _("Whose eyes were on which case. Nothing of any case stands here.")
FROM_UNTIL = _("{since} to {until}")
WEEK = _("Week")
WEEK_BEFORE = pgettext("desk button", "The week before")
WEEK_AFTER = pgettext("desk button", "The week after")
CASES_READ = pgettext("column", "Cases read")
OF_OTHERS = pgettext("column", "Of colleagues, with a reason")
TAKEN_OUT = pgettext("column", "Taken out")
WHICH = pgettext("column", "Which")
GONE = _("erased")
WITH_REASON = _("with a reason")
# Translators: beside whoever made the spare key that opens every case, or used it.
LAST_RESORT = _("made or used the spare key")
NOBODY_READ = _("Nobody read a case in this week.")

# --- what takes two ------------------------------------------------------------------------

TAKES_TWO = pgettext("desk tab", "Takes two")
TAKES_TWO_IS = _(
    "One asks and says why, another who stands above agrees. Then it can be done once, within an "
    "hour, and is written down with both names."
)
EXPORT_OF = _("List of many cases: {queue}")
IDENTITY_OF = _("Who this is: {who}")
SHOWN_ONCE = _("This is shown once.")
ACCOUNT_NUMBER = _("account number {number}")
ASKED_BY = pgettext("column", "Asked by")
UNTIL = pgettext("column", "Until")
WAS_DONE = _("done, {at}")
DO_IT_ONCE = pgettext("desk button", "Do it now, once")
AGREE = pgettext("desk button", "I agree")
IS_PAST = _("over")
AGREED_BY = _("{name} agreed")
WAITS_FOR_ANOTHER = _("waits for a second person")
ASK_EXPORT = _("Ask for a list of many cases")
ASK_IDENTITY = _("Ask who somebody is")
OF_WHAT = _("Of which queue")
OF_WHOM = _("Of whom")
ASK_ANOTHER = pgettext("desk button", "Ask a second person")
NOT_TWO = _("That takes two people, or it is over. Nothing was done.")

# --- from shift to shift, and a pause ------------------------------------------------------

SHIFT = _("From the last shift")
NEW = pgettext("note", "new")
READ_IT = pgettext("desk button", "I have read it, go on")
NOTHING_WAS_LEFT = _("Nothing was left for you.")
BEFORE_YOU = _("This was sealed to the team before you were in it.")
LEAVE_NOTE = _("For whoever comes next")
ALL_MY_QUEUES = _("all my queues")
FOR_NEXT = _("What they must know")
LEAVE_HINT = _(
    "Sealed to the team and gone after three days. What belongs to one case stands better in a "
    "note of that case."
)
LEAVE_IT = pgettext("desk button", "Leave it for them")
LEFT_FOR_NEXT = _("It is there for whoever comes next.")
NOTHING_LEFT = _("Nothing was left: there were no words, or nobody who could open them.")
HARD_ONE = _("That was a hard one. Would a quarter of an hour without a new case be good?")
PAUSE_15 = pgettext("desk button", "Pause for 15 minutes")
NO_PAUSE = pgettext("desk button", "No, thank you")
PAUSE_BEGINS = _("Nothing new comes to you for 15 minutes; then you are back by yourself.")
BACK_NOW = pgettext("desk button", "I am back already")
PASS_CASE = pgettext("desk button", "Pass this case")
PASS_WORD = _("A word for whoever is next, if you like")
PASS_HINT = _("It goes back to the queue and keeps its place. Nobody asks why.")
