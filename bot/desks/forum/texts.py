"""What the group of caseworkers is told, in English."""

from bot.text import _, pgettext

# --- the card ------------------------------------------------------------------------------

WAITS = _("Waiting since {since}. An answer was promised by {due}.")
WAITS_ONLY = _("Waiting since {since}.")
NOBODY_HOLDS = _("Nobody answers for this case yet.")
HOLDS = _("{name} ({title}) answers for this case.")
REFERRED = _("Referred. {name} ({title}) still answers for it.")
ENDED = _("Closed: {how}.")
BOT_SPEAKS = _("The bot speaks with the person.")
WE_SPEAK = _("A caseworker holds the conversation; the bot is silent.")
WHY = _("Why: {reasons}")
SEALED_NOW = _("What was sent is sealed for staff who sign in, and cannot be shown here any more.")

# Translators: {line} e.g. help may end in 19 h (72-hour contact rule)
CLOCK = _("Clock: {line}.")
# Translators: of a group where nothing of a case is said; {left} e.g. 19 h
CLOCK_ENDS = _("A time the law gives ends in {left}: haven clock show {reference}")
CLOCK_ENDED = _("A time the law gives ended {left} ago: haven clock show {reference}")
HOUR_STANDS = _("An hour is agreed on with the person: haven cases show says which.")
HOUR_USAGE = _("To offer an hour in the chat: /checkin offer. To end one: /checkin end.")
CLOCK_STANDS = _("About a time the law gives: haven clock show {reference}")

CLAIM = pgettext("desk button", "Claim")
RELEASE = pgettext("desk button", "Give back to the queue")
TAKE_OVER = pgettext("desk button", "Take over")
HAND_BACK = pgettext("desk button", "Hand back")
PHRASES = pgettext("desk button", "Phrasebook")
CLOSE = pgettext("desk button", "Close")
REOPEN = pgettext("desk button", "Open again")
PASSED_ON = pgettext("desk button", "They were told")
SEND_IT = pgettext("desk button", "Send it")
LEAVE_IT = pgettext("desk button", "Leave it")
GROUPS = pgettext("desk button", "All groups")

# --- what happens --------------------------------------------------------------------------

IS_WAITING = _("{reference} is waiting: {level}, {language}, {queue}.")
SENT_MORE = _("The person sent more.")
IS_RAISED = _("Priority {level} now.")
CLAIMED = _("{name} claimed the case.")
RELEASED = _("{name} gave the case back to the queue.")
LAPSED = _("Nobody worked on the claim: the case waits in the queue again.")
TRANSFERRED = _("{name} passed the case to {to}.")
CONTEXT = _("Language: {language}. Priority: {level}. {rule}")
TAKEN_OVER = _("{name} holds the conversation; the bot is silent.")
HOW_TO_SAY = _(
    "Only an answer to one of the person's messages, or /say with the words, reaches the person: "
    "words, a photo, a voice note, a file or a place. Everything else written here is a note."
)
ANSWERED_SO_FAR = _("Answered:")
SKIPPED_SO_FAR = _("Left out:")
MISSING_SO_FAR = _("Still missing; /answer with the code fills it in:")
AND_MORE = _("and {count} more")
HANDED_BACK = _("The bot speaks with the person again.")
STOPPED = _("The person has left the chat: nobody holds the conversation now.")
WROTE = _("The person wrote. In this group their words are not shown.")
NOT_CONFIRMED = _(
    "Not confirmed who writes: the chat was quiet, and the bot answers as to a newcomer. Ask in "
    "neutral words (/phrase opener). When they answer and you are sure that it is them: /confirmed"
)
COMPROMISED = _(
    "COMPROMISED: somebody makes the person open this chat. Nothing is sent to them any more; they "
    "were answered as if the word was wrong. Do not write. When two of you are sure who writes, "
    "each writes why: /confirmed ..."
)
IS_COMPROMISED = _("{reference} is compromised: somebody makes the person open the chat.")
WORD_RIGHT = _("The person is known again by their word: the conversation goes on.")
WORD_WRONG = _("A wrong word was tried ({tries} of 3).")
WORDS_NO_MORE = _(
    "Three wrong words were tried: for a day a word opens nothing. You decide who writes: "
    "/confirmed"
)
WORD_TOO_LATE = _(
    "The right word was written, after three wrong ones: it opened nothing. You decide who writes: "
    "/confirmed"
)
IS_CONFIRMED = _("{name} is sure that the person writes: the conversation goes on.")
CHANGED = _("Changed to: {words}")
PRESSED = _("Pressed: {words}")
NOTE_BY = _("Note by {name}: {words}")
SAID_BY = _("{name} wrote to the person: {words}")
# Translators: the sentence in the reader's language, then as the person reads it.
PHRASE_SENT = _("{words}\n\nThe person reads: {theirs}")
ANSWER_FILLED = _("{name} filled in an answer: {question}.")
WAS_OFFERED = _("The person is asked whether this may be told to {recipient}:")
WAS_AGREED = _("The person agrees that exactly this is told to {recipient}:")
WAS_DECLINED = _("The person does not want anything told to {recipient}.")
WAS_SENT = _("{recipient} was told what the person agreed to.")
WAS_REVOKED = _("The person has taken back what was agreed for {recipient}.")
WAS_WITHDRAWN = _("The person wants nobody told, and is not asked about {recipient} any more.")
WAS_CLOSED = _("{name} closed the case: {how}.")
REOPENED = _("{name} opened the case again; it waits in the queue.")
UNTIL_MET = _(
    "Not sent yet: it goes when the person has answered the opening question, or when you are sure "
    "that it is them: /confirmed"
)
UNTIL_HOURS = _("Not sent yet: it goes in the hours the person chose.")
UNTIL_WRITTEN = _("Not sent yet: the person wants to be written to only after they wrote.")
UNTIL_STEADY = _(
    "Not sent yet: the clock of this machine was changed, so it is waited for a while."
)
NOT_SENT_YET = _("Not sent yet.")
ENDS = {
    "uncertain": _("Nobody knows whether this reached the person. It is not sent again by itself."),
    "failed": _("This did not reach the person."),
    "blocked": _("The person has blocked the bot: this did not reach them."),
    "refused": _("This cannot be sent as it is: it did not reach the person."),
    "withdrawn": _("This was not sent any more."),
}
"""How words of a caseworker ended that did not simply arrive."""
FILE_GONE = _("A file came and cannot be shown here; it is kept with the case.")

NOT_REMINDED = {
    "only_they_write": _(
        "The person was not reminded: they want to be written to only after they wrote."
    ),
    "no_hour": _("The person was not reminded: none of their hours comes in time."),
    "colleague_is_there": _(
        "The person was not reminded: a caseworker holds the conversation and can tell them."
    ),
    "frozen": _("The person was not reminded: somebody makes them open this chat."),
    "no_chat": _("The person was not reminded: nobody knows their chat any more."),
    "blocked": _("The person was not reminded: they have blocked the bot."),
}
"""Why nobody reminded the person of a clock of the law."""
DID_NOT_ARRIVE = _("The person was perhaps not reminded: the message did not arrive for certain.")
KEPT_BACK = _("The bot's own message was not sent: the person is not in the chat any more.")

# --- answers to caseworkers ----------------------------------------------------------------

HELP = _(
    "/claim: the next case, or the one of this topic\n"
    "/takeover, /handback: hold the conversation, let the bot go on\n"
    "/confirmed: you asked, they answered, and you are sure that it is the person who writes\n"
    "/say words, or an answer to a message: to the person\n"
    "/phrase: sentences in the person's language\n"
    "/insist reason: ask now whether it is a good moment, outside the person's hours\n"
    "/note words: for colleagues"
)
HELP_MORE = _(
    "/answer flow.step value, /priority 0-4 reason\n"
    "/transfer name words, /release, /refer recipient\n"
    "/close how, /reopen\n"
    "/erase, /keep reason: the person wants it erased; /revoke what\n"
    "/clock: what the law gives time for; /clock event day, /clock strike number\n"
    "/checkin: an hour at which the person is to be heard from; offer, end\n"
    "/queue, /card, /duty on, /duty off, /rest minutes"
)
IN_A_TOPIC = _("That belongs into the topic of a case.")
NO_CASE_HERE = _("This topic shows no case any more: nothing was sent, and nothing was kept.")
NO_COMMAND = _("There is no such command. /help lists them.")
LIKE_THIS = _("Like this: {usage}")
NO_CASE = _("There is no case {reference}.")
NOT_HERE = _(
    "Not from this group: it is in mode notify, where no word of a person is shown or sent."
)
EDITED = _("This edit reaches nobody. Please write again.")
A_REST = _(
    "This may be the rest of a long message: it was kept as a note, not sent. "
    "To send it, answer one of the person's messages with it."
)
WHOM = _("To whom? {names}")
WHOM_TO_TELL = _("Who may be told? The person is asked first, and can leave parts out.")
HOW_ENDED = _("How did it end?")
NO_CLOCKS = _("No clock of the law runs in this case.")
# Translators: {number} counts the events, {event} is its code, {day} e.g. 2026-11-25.
CLOCK_EVENT = _("{number}. {day} {event}: {meaning}")
EVENT_STRUCK = _("{number}. {day} {event}: does not count any more")
CLOCK_RULE = _("{line}. Last day: {day}. {must} ({articles})")
COUNTED_RULE = _("{line}. {must} ({articles})")
WHAT_CAN_HAPPEN = _("To enter what happened: /clock and one of these, then the day (2026-11-25)")
CAN_HAPPEN = _("{event}: {meaning}")
QUEUE_NOW = _("Waiting: {queues}.")
NOBODY = _("Nobody is waiting in your queues.")
PICK_GROUP = _("What is it about?")
PICK_PHRASE = _("Choose a sentence. Nothing is sent yet.")
NOT_FOUND = _("No sentence was found.")
PREVIEW = _("{words}\n\nThe person reads: {theirs}")
FILL_IN = _("Fill in the blanks and send: {usage}")
BLANK = _("{blank}: {meaning}")
