"""Texts of the administration that Python needs; all others stand in its pages."""

from __future__ import annotations

from bot.text import _, pgettext

# --- Accounts ------------------------------------------------------------------------------

ROLE_MEANINGS = {
    "caseworker": _("Answers people, and reads the cases of their queues."),
    "supervisor": _("Reads every case, assigns cases, and approves what takes two people."),
    "administrator": _("Manages accounts and this page. Reads no case."),
    "auditor": _("Reads the audit log without names. Reads no case and changes nothing."),
    "interpreter": _(
        "Interprets in one conversation at a time. Sees only what a caseworker shares, under a "
        "pseudonym."
    ),
}
TITLES = {
    "caseworker": pgettext("title", "a caseworker"),
    "counsellor": pgettext("title", "a counsellor"),
    "social_worker": pgettext("title", "a social worker"),
    "lawyer": pgettext("title", "a lawyer"),
    "interpreter": pgettext("title", "an interpreter"),
    "officer": pgettext("title", "a government officer"),
}
NAME_NEEDED = _("Enter a name of at most {count} characters.")
ROLE_NEEDED = _("Choose a role.")
ROLE_CROSSES = _("This role cannot be given to this account. Make a new account instead.")
TITLE_NEEDED = _("Choose what people are told.")
LANGUAGE_NEEDED = _("Choose at least one language.")
QUEUE_NEEDED = _("Choose at least one queue.")
SKILLS_WRONG = _(
    "A skill has only letters, digits and _. Separate skills by spaces; at most {count} characters."
)
CHATS_WRONG = _("Enter a number from 1 to {count}.")
REASON_NEEDED = _("Say who this is and how you know them. The colleague who approves reads it.")
NOT_SURE = _("Confirm first that the access is to end. Nothing was changed.")
OWN_ACCOUNT = _("You cannot change or end your own account. Ask another administrator.")
LAST_KEY = _(
    "No one else could open a case then. Invite another caseworker or supervisor first. Nothing "
    "was changed."
)
OWN_ACCESS_ENDED = _("You do not administer accounts any more. Nothing was changed.")
LAST_APPROVER = _(
    "No one else could approve a new account then. Invite another supervisor or administrator "
    "first. Nothing was changed."
)
ACCESS_ENDED = _("{name} has no access now. Cases returned to the queue: {count}.")
APPROVAL_ASKED = _("Approval requested. A supervisor or another administrator sees it.")
INVITATION_NEEDS_APPROVAL = _("The invitation needs an approval first.")
NOT_FOR_ROLE = _("Only administrators can open this page. Nothing was changed.")

# --- Offices -------------------------------------------------------------------------------

OFFICE_NAME_NEEDED = _("Enter a name of at most {count} characters.")
OFFICE_NAME_TAKEN = _("Another office has this name.")
COUNTY_TAKEN = _("{office} serves {county} already. Take it out there first.")
OFF_DUTY_UNTIL_APPROVED = _("{name} is off duty until a colleague approves their key.")
OFFICE_SAVED = _("Saved. It holds for new cases from now on.")
OFFICES_FULL = _("There are {count} offices already. Close one first.")
OFFICE_NOT_SURE = _("Confirm first that the office is to close. Nothing was changed.")
DEFAULT_STAYS = _(
    "This office gets the cases whose county no office serves. Let another office get them first."
)
OFFICE_CLOSED = _("{name} is closed. Its open cases and its staff were passed on.")

# --- Numbers and recipients ----------------------------------------------------------------

FACT_STATES = {
    "shown": pgettext("fact", "shown"),
    "due": pgettext("fact", "shown; read it again soon"),
    "expired": pgettext("fact", "hidden: too old, read it again"),
    "unread": pgettext("fact", "hidden: not read in a public text of this year"),
    "incomplete": pgettext("fact", "hidden: something is not known"),
    "agreement": pgettext("fact", "not offered: no agreement in force"),
    "wrong": pgettext("fact", "hidden: two people found it wrong"),
}
VERDICTS = {
    "right": pgettext("check", "right"),
    "wrong": pgettext("check", "wrong"),
}
CHECK_METHODS = {
    "source": pgettext("check", "read in a public source"),
    "call": pgettext("check", "called, or asked them"),
}
CHECK_RECORDED = _(
    "Recorded. It counts once a second person has read or called as well and found the same."
)
CHECK_CONFIRMED = _("Confirmed by two people. It counts from now on.")
SITUATIONS = {
    "danger": pgettext("situation", "danger now"),
    "work": pgettext("situation", "work"),
    "home": pgettext("situation", "violence at home"),
    "young": pgettext("situation", "under 18"),
    "sea": pgettext("situation", "at sea"),
    "abroad": pgettext("situation", "in another country"),
    "despair": pgettext("situation", "thoughts of suicide"),
    "papers": pgettext("situation", "residence documents"),
    "other": pgettext("situation", "worry about another person"),
    "night": pgettext("situation", "no one on duty"),
}

# --- Retention -----------------------------------------------------------------------------

RETENTION_RULES = {
    "drafts and conversations, after the last step": _(
        "Drafts and conversations, after the last step"
    ),
    "content of updates set aside": _("Content of messages that could not be processed"),
    "content of commands set aside": _("Content of commands that could not be carried out"),
    "digests of updates": _("Digests of messages, by which a repeated one is recognised"),
    "numbers of messages, after they were sent": _("Numbers of messages, after they were sent"),
    "letters that did not arrive": _("Messages that could not be delivered"),
}

HOLD_REASONS = {
    "court": _("a court or a prosecutor ordered it"),
    "authority": _("another authority demanded it by law"),
    "claim": _("the person needs it for a claim"),
    "complaint": _("a complaint about the organisation"),
}

# --- Hours and reply times -----------------------------------------------------------------

HOURS_OVERLAP_NIGHT = _("This overlaps with the hours past midnight: {hours}.")
HOURS_NEVER_OPEN = _("At least one day must have hours.")
HOURS_SAVED = _("Saved. It holds from now on. What was due before stays due.")
DAY_WRONG = _("Write a day, such as 2027-02-06, tomorrow or Mon.")
DAY_PAST = _("This day is past.")
DAY_TOO_MANY = _("There can be {count} days at most. Remove one first.")
DAY_NAME_NEEDED = _("Enter a name of at most {count} characters, such as Typhoon.")
NO_HOLIDAY_CHOSEN = _("Tick at least one holiday. Nothing was changed.")
CLOSED_EARLY = _("Closed early")
CLOSED_ALREADY = _("All is closed for the rest of today already. Nothing was changed.")
CLOSED_FROM_NOW = _("Closed for the rest of today. People are told so from now on.")
REPLY_WRONG = _("Write a time, such as 15 min, 4 h or 3 d.")
REPLY_TOO_LONG = _("Between a minute and 31 days.")
REPLY_FALLS = _("This must not be shorter than that of the more urgent priority above.")
REPLY_FALLS_GENERAL = _("The general time is shorter than that of the priority above. Write one.")

# --- Phrases -------------------------------------------------------------------------------

PHRASE_EMPTY = _("Write the text.")
PHRASE_TOO_LONG = _("{about} characters. A phrase has at most {most}: send it in two.")
PHRASE_NO_SUCH_BLANK = _("There is no blank {about} here.")
PHRASE_BLANK_MISSING = _("The blank {about} of the English is missing.")
PHRASE_BRACES = _("Braces stand around the name of a blank, and nowhere else.")
PHRASE_OTHER_DIGITS = _("The digits must be those of the English: {about}")
PHRASE_MARKUP = _("Use plain text: no tags, and no control characters.")
PHRASE_ZAWGYI = _("This was typed in Zawgyi, which many phones do not show. Type it in Unicode.")
PHRASE_UNCHANGED = _("This is the text already.")
PHRASE_CHANGED_MEANWHILE = _("A colleague changed this text just now. Nothing was saved.")
PHRASE_CODE_WRONG = _("Small letters a to z, digits and _, at most 32. It begins with a letter.")
PHRASE_CODE_TAKEN = _("Another phrase has this code.")
PHRASE_NO_GROUP = _("Choose a group.")
PHRASE_NOT_WRITTEN = _("There is no text in this language to review.")
PHRASE_OWN_REVIEW = _("You wrote this text. A colleague has to review it.")
PHRASE_SAVED = _("Saved. It counts from now on.")
PHRASE_REVIEWED = _("Marked as reviewed.")
PHRASE_SHIPPED_AGAIN = _("The text of the release counts again.")
PHRASE_WITHDRAWN = _("Withdrawn. No one can send it from now on.")
PHRASE_RESTORED = _("It can be sent again.")
PHRASE_REFUSALS = frozenset({PHRASE_CHANGED_MEANWHILE, PHRASE_NOT_WRITTEN, PHRASE_OWN_REVIEW})

# --- Settings ------------------------------------------------------------------------------

DAY_NAMES = {
    1: pgettext("day", "Monday"),
    2: pgettext("day", "Tuesday"),
    3: pgettext("day", "Wednesday"),
    4: pgettext("day", "Thursday"),
    5: pgettext("day", "Friday"),
    6: pgettext("day", "Saturday"),
    7: pgettext("day", "Sunday"),
}
GROUP_ORGANISATION = pgettext("settings", "Organisation and languages")
GROUP_SERVICE = pgettext("settings", "Hours, reply times and retention")
GROUP_DESK = pgettext("settings", "The desk")
GROUP_KEYS = pgettext("settings", "Keys, addresses and folders")
SETTING_MEANINGS = {
    "organisation": _("The name people read of the organisation that answers."),
    "organisation_kind": _("Decides what people read about duties to report."),
    "contact": _("How people reach the organisation outside the chat."),
    "place": _("The country whose phone numbers and law apply."),
    "time_zone": _("The time zone of hours and dates."),
    "languages": _("Languages people can choose. Empty: all that are complete."),
    "bot_names": _("The bot's name in each language. Empty: the name given at Telegram."),
    "staff_language": _("The language of the desk, until a colleague chooses another."),
    "hours": _("When caseworkers answer. Empty: no fixed hours."),
    "weekdays": _("The days of those hours, from the first to the last. Monday is 1."),
    "holidays": _("Dates on which no one answers."),
    "promise_minutes": _("Minutes until a reply is due, for P0 to P4."),
    "claim_lapses_minutes": _("Minutes until a claimed case no one worked on waits again."),
    "silence_minutes": _("Minutes of silence after danger until staff are alerted."),
    "keep_days": _("Days a closed case is kept."),
    "directory_days": _("Days a service in the directory is shown after it was verified."),
    "directory_place_days": _("The same for a service where people can stay."),
    "source": _("Where people find the source code. Empty: they are told to ask you."),
    "desk_origin": _("The desk's address in browsers."),
    "desk_listen": _("Where the desk listens on this machine."),
    "watch_listen": _("Where monitoring asks how Haven is. Empty: nowhere."),
    "desk_group": _("The Telegram group of caseworkers."),
    "desk_mode": _("Whether that group shows what people write. Then Telegram stores it too."),
    "telegram_token": _("Gives control of the bot."),
    "telegram_token_file": _("A file that holds that token."),
    "telegram_api": _("The server through which the bot reaches Telegram."),
    "webhook_url": _("The address Telegram posts messages to. Empty: Haven fetches them."),
    "webhook_listen": _("Where those posts arrive on this machine."),
    "webhook_secret_file": _("A file with the word by which Telegram's posts are known."),
    "telegram_proxy": _("The proxy through which the bot reaches Telegram. Empty: none."),
    "host_key_file": _("The key that opens this deployment's data."),
    "passphrase_file": _("The passphrase of a locked host key."),
    "data": _("The folder of this deployment."),
    "database_url": _("The database. Empty: a file in the folder."),
    "keys_url": _("The key store. Empty: a file in the folder."),
    "allow_async_standby": _("Whether a start allows a standby that no commit waits for."),
    "files_url": _("Where files of cases lie. Empty: in the folder of this deployment."),
    "files_endpoint": _("The server of the object storage. Empty: that of AWS."),
    "files_region": _("The region of the object storage."),
    "files_addressing": _("How the object storage is addressed."),
    "files_key_file": _("A file with the key for the object storage."),
    "backups": _("The folder in which backups are kept."),
    "backup_key": _("The public half of the key that opens backups."),
    "smtp_url": _("The mail server that calls caseworkers on call."),
    "smtp_from": _("The address those e-mails come from."),
    "push_contact": _("The e-mail address push services see when browsers are called."),
    "connections": _(
        "Why cases are compared by what is known of suspects. Not set: they are not compared."
    ),
    "synthetic_budget": _(
        "How much privacy all synthetic releases together may spend. 0: none is made."
    ),
    "assist_models": _("The folder of models that translate for staff. Empty: none does."),
    "partner_room_listen": _("Where the partners' room listens. Not set: there is no room."),
    "partner_room_origin": _("The address at which browsers find the partners' room."),
    "agreements": _("Organisations that may receive referrals, and from when until when."),
}
LINK_CHANGED = _("Saved. What was not opened in another room goes back to its caseworker.")

# --- Numbers that people are not shown ----------------------------------------------------------

_NOTES = (
    _("office hours"),
    _("zh, en, ja 24 h; vi, id, th, km Monday to Friday, 8 h a day (2022)"),
    _("not stated in any text that was read"),
    _("its hours, its languages and what a call costs"),
    _("whether the app still exists under that name"),
    _("the number of each county"),
    _("its number and its languages"),
    _("National Immigration Agency, line for reports of trafficking"),
    _("police by text, silently, with the place (an app)"),
    _("without a voice: hold down any key once it is answered"),
    _("police by SMS, one number for each county"),
    _("Legal Aid Foundation"),
    _("police, against fraud"),
    _("Straits Exchange Foundation, for Taiwanese in trouble in China"),
    _("113 in writing"),
)
DIRECTORY_NOTES = {it.source: it for it in _NOTES}
"""Hours, gaps and names in the directory of a place, in English there, as staff read them."""
