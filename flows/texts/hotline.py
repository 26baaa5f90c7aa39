"""Messages around a takeover, while a person waits, and when they are asked for consent.

The first words are neutral, because a locked screen shows them. A time is a goal and not a promise,
and the message says what follows if it passes.
"""

from __future__ import annotations

from bot.text import _, pgettext
from flows.texts import phrases

# --- A person takes over from the bot, and leaves ------------------------------------------

# Translators: an answer to "Who is this?", also to another who holds the phone. It does not say
# that a person wrote before.
WHO_MAY_WRITE = _("Anyone can write to us in this chat. If it was not you, you need not answer.")
# Translators: safety sentence [l]. {title} is a role from the list of titles, e.g. a social worker;
# {organisation} e.g. Garden of Light Foundation. Leave the words with / as they are.
CASEWORKER_JOINED = _(
    "From now on a person answers you here, not the bot: {title} of {organisation}. "
    "/danger still shows phone numbers, /bye still clears this chat."
)
# Translators: safety sentence [l]. {title} as above.
CASEWORKER_CHANGED = _(
    "Another person answers you here now: {title} of {organisation}. They can read what you wrote."
)
# Translators: safety sentence [l]. {title} as above.
CASEWORKER_LEFT = _("The bot answers here again. This person has left the chat: {title}.")
# Translators: safety sentence [l].
PERSON_ANSWERS = _("A person answers here now, not the bot. Please write to them.")
"""A short notice, when an old button was pressed."""

# --- Receipt of a message --------------------------------------------------------------

MESSAGE_QUEUED = _("Your message is with them. They may be answering others first.")
# Translators: {hours} e.g. every day 09:00-21:00; {numbers_other} is a list, one number a line.
NOBODY_HERE = _(
    "Nobody reads here now. What you write waits.\nWhen people read: {hours}\n"
    "In Taiwan these answer now:\n{numbers_other}"
)
# Translators: {time} e.g. November 24 21:40. Stands before a message that could not be sent at
# once.
DELAYED_LETTER = _(
    "The next message was written earlier: {time}. It waited until we could write to you."
)

# Translators: safety sentence. Said once to a person in danger whom no caseworker can answer;
# phone numbers follow.
NOBODY_CAN_ANSWER = _(
    "Nobody can answer in this chat right now. What you wrote here waits for our people."
)

# --- Status, one line each ---------------------------------------------

# Translators: {trail} is a few lines, e.g. Received: 21:40
CASE_STATUS = _("This has happened so far:\n{trail}")
# Translators: {time} in all of these e.g. 21:40 or November 24 21:40
RECEIVED = _("Received: {time}")
READ = _("A person has read it: {time}")
NOT_READ = _("Nobody has read it yet.")
# Translators: {title} is a role from the list of titles, e.g. a social worker
RESPONSIBLE = _("Who looks after it: {title}")
NOBODY_YET = _("Nobody looks after it yet.")
TRY_BY = _("We try to read it by {time}.")
# Translators: another person: one more of our people, who can come.
TRY_BY_OR_TELL = _("We try to read it by {time}. If not, another person is told.")
LATE = _("We are late. We wanted to read it by {time}.")
LATE_AND_TOLD = _("We are late. We wanted to read it by {time}. Another person has been told.")
# Translators: {time} as above. Leave the word with / as it is.
CLOSED_UNTIL = _(
    "Nobody reads here now. We read from {time} on. In danger, do not wait: "
    "/danger shows phone numbers."
)
# Translators: leave the word with / as it is.
CLOSED = _("Nobody reads here now. In danger, do not wait: /danger shows phone numbers.")

NEXT_STEP = {
    "waiting": _("What comes next: a person reads it."),
    # Translators: "when you allow it": at the hours the person chose.
    "held": _("What comes next: they read all of it, then write to you here when you allow it."),
    # Translators: as above.
    "open": _(
        "What comes next: they look for what is possible and write to you here when you allow it."
    ),
    "yours": _("What comes next: they wait for your answer. There is no hurry."),
    "referred": _("What comes next: the organisation you agreed to looks at it."),
    # Translators: that others were told something.
    "taken_back": _("You took back that others are told. What comes next: our people look at it."),
    # Translators: no organisation that was told does more now.
    "not_taken": _("What comes next: our people look at what else is possible."),
    "closed": _("It is finished on our side. You can write here again at any time."),
}
"""What happens next, by the state of the case; `yours`: the person is expected to answer."""

# Translators: {time} in all of these e.g. 21:40 or 11/24 21:40
RECIPIENT_REPLIES = {
    "accepted": _("The organisation you agreed to says that it can take this up ({time})."),
    "no_place": _("The organisation you agreed to says that it has no place free now ({time})."),
    "declined": _("The organisation you agreed to says that it does not take this up ({time})."),
    "unreached": _("The organisation you agreed to says that it could not reach you ({time})."),
    # Translators: that it has done what it does.
    "finished": _("The organisation you agreed to says that its part is finished ({time})."),
    "no_answer": _("The organisation you agreed to has not answered ({time})."),
}
"""What an organisation answered that was told something, with the person's consent."""

# Translators: what is arranged for the person, e.g. A doctor: Tuesday, December 1, 10:00
APPOINTMENT = _("{service}: {time}")
SERVICE_NAMES = {
    # Translators: a person who goes along, so that the way is safe.
    "escort": pgettext("service", "Someone to go with me"),
    "doctor": pgettext("service", "A doctor"),
    "interpreter": pgettext("service", "An interpreter"),
    "lawyer": pgettext("service", "Legal advice"),
    "counsellor": pgettext("service", "Someone to talk to"),
    "beside": pgettext("service", "Someone beside me"),
    "needs": pgettext("service", "Money to live on"),
    # Translators: an office that helps people with money, health or a home.
    "welfare": pgettext("service", "Help from other offices"),
    "training": pgettext("service", "Training for a job"),
    "place": pgettext("service", "A safe place to stay"),
    # Translators: a permit to stay or to work, or the ticket home.
    "home": pgettext("service", "Papers or the way home"),
}
"""What an appointment is for, by the code of the service."""

# --- Stored data, one line a kind ---------------------------------------------

YOUR_DATA = {
    # Translators: {time} in all of these e.g. 21:40 or 11/24 21:40
    "danger": _("That there was danger: {time}"),
    "report": _("What you told: {time}"),
    "request": _("What you asked for: {time}"),
    "talk": _("That you wanted to talk: {time}"),
    "story": _("What you told: {time}"),
    "addition": _("What you added: {time}"),
    "withdrawal": _("That you took it back: {time}"),
    # Translators: {count} e.g. 3
    "files": _("Photos and other files: {count}"),
    "messages": _("Messages between you and our people: {count}"),
    # Translators: facts that our people put down, e.g. a name or a number.
    "record": _("Facts our people wrote down: {count}"),
    "told": _("How often others were told, as you agreed: {count}"),
    # Translators: of numbers by which our people find that something was received.
    "receipts": _("Receipts you asked for: {count}"),
    "until": _("It is erased on: {time}"),
}
"""The data stored about a person, by kind."""

# --- Passing something on, with consent ----------------------------------------------------

REFERRAL = {
    # Translators: a locked screen shows the beginning; it does not say to whom.
    "question": _(
        "There is a question for you here. You can look at it now or later. It is about what we "
        "may tell to others who can do more."
    ),
    "show": pgettext("referral", "Show it to me"),
    "later": pgettext("referral", "Not now"),
    # Translators: {recipient} e.g. Legal Aid Foundation; {about} says who they are.
    "screen": _(
        "You decide whether we tell this, and what. They would read only what has a tick below. "
        "Press a number to add its tick or to take it away.\nWe would tell: {recipient}\n"
        "Who they are: {about}"
    ),
    # Translators: the same, read aloud on the phone. What is told is read after it, each with its
    # number.
    "spoken_screen": _(
        "You decide whether we tell this, and what. They learn only what I read to you now. Say a "
        "number if we should leave it out, or put it back.\nWe would tell: {recipient}\n"
        "Who they are: {about}"
    ),
    # Translators: marks an answer that is not told.
    "left_out": pgettext("referral", "left out"),
    "agree": phrases.PASS_ON["may"],
    "decline": phrases.PASS_ON["keep_here"],
    "changed": _("Something has changed since then. Please look once more."),
    "empty": _("All of it is left out, so nothing is told. You can press a number to put it back."),
    # Translators: read aloud on the phone.
    "spoken_empty": _(
        "All of it is left out, so nothing is told. Say a number if we should put it back."
    ),
    "agreed": _(
        "All right. They are told what you saw with a tick, and nothing else. Until then you can "
        "take it back."
    ),
    "take_back": pgettext("referral", "I take it back"),
    "declined": _(
        "All right. We do not tell them. What the law makes staff pass on stays as we said at the "
        "beginning."
    ),
    "revoked": _("All right. You took it back, and they were not told."),
    # Translators: {time} e.g. November 24 21:40
    "revoked_late": _(
        "All right. You took it back. They were told before that: {time}. We tell them that you "
        "took it back."
    ),
    # Translators: it lay with an organisation, which had not opened it.
    "revoked_unread": _(
        "All right. You took it back. They had not read it, and now they cannot read it."
    ),
    # Translators: {time} e.g. November 24 21:40
    "revoked_read": _(
        "All right. You took it back. They had read it before that: {time}. They cannot read it "
        "here any more. We ask them to delete what they wrote down. We cannot see if they do."
    ),
    "over": _("That question is over."),
    # Translators: {time} e.g. November 24 21:40
    "sent": _("What you agreed to has been told: {time}. You can still take it back."),
    # Translators: {time} as above; it lies with an organisation, which has not opened it.
    "delivered": _(
        "What you agreed to lies ready for them: {time}. No one there has read it yet. You can "
        "still take it back."
    ),
    # Translators: these stand above what is told.
    "contact": pgettext("summary", "How to reach you"),
    "language": pgettext("summary", "Your language"),
}
"""The texts of a consent dialog for a referral."""
