"""Texts of the forum desk, in English."""

from bot.text import _, pgettext

# --- the card ------------------------------------------------------------------------------

WAITING_WITH_DUE = _("Waiting since {since}. Reply due by {due}.")
WAITING = _("Waiting since {since}.")
UNASSIGNED = _("No caseworker answers for this case yet.")
ASSIGNED = _("{name} ({title}) answers for this case.")
REFERRED = _("Referred. {name} ({title}) still answers for it.")
CLOSED = _("Closed: {how}.")
BOT_SPEAKS = _("The bot speaks with the person.")
CASEWORKER_SPEAKS = _("A caseworker holds the conversation; the bot is silent.")
REASONS = _("Why: {reasons}")
SEALED = _("The answers are sealed for staff who sign in, and can no longer be shown here.")

# Translators: {line} e.g. help may end in 19 h (72-hour contact rule)
DEADLINE = _("Legal deadline: {line}.")
# Translators: for a group that shows no content of a case; {left} e.g. 19 h
DEADLINE_ENDS = _("A legal deadline ends in {left}: haven deadlines show {reference}")
DEADLINE_ENDED = _("A legal deadline ended {left} ago: haven deadlines show {reference}")
CHECK_IN_AGREED = _("An hour is agreed on with the person: haven cases show says which.")
CHECK_IN_USAGE = _("To offer an hour in the chat: /checkin offer. To end one: /checkin end.")
DEADLINE_EXISTS = _("About a legal deadline: haven deadlines show {reference}")

PHRASES = pgettext("desk button", "Phrasebook")
CANCEL = pgettext("desk button", "Leave it")
ALL_GROUPS = pgettext("desk button", "All groups")

# --- what happens --------------------------------------------------------------------------

CASE_WAITING = _("{reference} is waiting: {level}, {language}, {queue}.")
SENT_MORE = _("The person sent more.")
PRIORITY_RAISED = _("Priority {level} now.")
CLAIMED = _("{name} claimed the case.")
RELEASED = _("{name} returned the case to the queue.")
CLAIM_EXPIRED = _("The claim was not worked on: the case waits in the queue again.")
TRANSFERRED = _("{name} transferred the case to {to}.")
TRANSFER_CONTEXT = _("Language: {language}. Priority: {level}. {rule}")
TAKEN_OVER = _("{name} holds the conversation; the bot is silent.")
HOW_TO_ANSWER = _(
    "Only a reply to one of the person's messages, or /say with a text, reaches the person: text, "
    "a photo, a voice note, a file or a place. Everything else written here is a note."
)
ANSWERED_SO_FAR = _("Answered:")
SKIPPED_SO_FAR = _("Left out:")
MISSING_SO_FAR = _("Still missing; /answer with the code fills it in:")
AND_MORE = _("and {count} more")
HANDED_BACK = _("The bot speaks with the person again.")
PERSON_LEFT = _("The person has left the chat: no caseworker holds the conversation now.")
READING_ENDED = _(
    "The person stopped, or took back that we read on. What they write now does not reach us, "
    "unless they agree again."
)
REPLY_TO_BOT = _("In reply to a question of the bot: {question}")
WRITTEN_AT = _("written {time}")
PERSON_WROTE = _("The person wrote. In this group their words are not shown.")
TOPIC_WAS_LOST = _("This topic was deleted. What came before is at the desk in the browser.")
SAYS_SOMEONE_NEAR = _("The person says that someone is near, or cannot write. Do not write now.")
OTHER_HANDS = _(
    "Someone else may hold the phone. What waits is not shown to them; once you write again, they "
    "are asked whether this is a good moment."
)
IDENTITY_UNCONFIRMED = _(
    "Not confirmed who writes: the chat was quiet, or begins again after a restore, and the bot "
    "answers as to a newcomer. Ask in neutral words (/phrase opener). When they answer and you are "
    "sure that it is them: /confirmed"
)
COMPROMISED = _(
    "COMPROMISED: the person is made to open this chat. Nothing that staff write is sent to them "
    "any more; the bot answers as to a wrong passphrase. Do not write. When two of you are sure "
    "that the person writes, each of you says why: /confirmed ..."
)
CASE_COMPROMISED = _("{reference} is compromised: the person is made to open the chat.")
PASSPHRASE_RIGHT = _("The person gave their passphrase: the conversation goes on.")
PASSPHRASE_WRONG = _("A wrong passphrase was tried ({tries} of 3).")
PASSPHRASE_BLOCKED = _(
    "Three wrong passphrases were tried: for a day none is accepted. You decide who writes: "
    "/confirmed"
)
PASSPHRASE_TOO_LATE = _(
    "The right passphrase came after three wrong ones: it was not accepted. You decide who writes: "
    "/confirmed"
)
CHAT_JOINED = _("{name} let a chat join this case. Take over to write there.")
CODE_WRITTEN = _("A phone wrote the code of this case. Confirm its words in the web desk.")
CALL_BACK_CHANGED = _("{name} changed how the person is called back.")
CALL_BY = _("{name} wrote down a call: {outcome}. {words}")
WITHOUT_CHAT = _("No chat: call the person. The number stands in the web desk.")
IDENTITY_CONFIRMED = _("{name} is sure that the person writes: the conversation goes on.")
EDITED_TO = _("Changed to: {words}")
PRESSED = _("Pressed: {words}")
NOTE_BY = _("Note by {name}: {words}")
NOT_SENT_OF = _(
    "{name} wrote this to the person. It was not sent, because the case had left {name}: {words}"
)
MESSAGE_BY = _("{name} wrote to the person: {words}")
# Translators: the sentence in the reader's language, then as the person reads it.
PHRASE_SENT = _("{words}\n\nThe person reads: {theirs}")
ANSWER_FILLED = _("{name} filled in an answer: {question}.")
REFERRAL_OFFERED = _("The person is asked whether this may be told to {recipient}:")
REFERRAL_AGREED = _("The person agrees that exactly this is told to {recipient}:")
REFERRAL_DECLINED = _("The person does not want anything told to {recipient}.")
REFERRAL_SENT = _("{recipient} was told what the person agreed to.")
REFERRAL_REVOKED = _("The person has revoked what was agreed for {recipient}.")
REFERRAL_WITHDRAWN = _(
    "The person withdrew from sharing, and is not asked about {recipient} any more."
)
CLOSED_BY = _("{name} closed the case: {how}.")
REOPENED = _("{name} opened the case again; it waits in the queue.")
UNTIL_MET = _(
    "Not sent yet: it goes when the person has answered the opening question, or when you are sure "
    "that it is them: /confirmed"
)
UNTIL_HOURS = _("Not sent yet: it goes in the hours the person chose.")
UNTIL_WRITTEN = _("Not sent yet: the person wants to be written to only after they wrote.")
UNTIL_STEADY = _("Not sent yet: the clock of this machine was changed, so it waits for a while.")
NOT_SENT_YET = _("Not sent yet.")
DELIVERY_RESULTS = {
    "uncertain": _(
        "It is not known whether this reached the person. It is not sent again by itself."
    ),
    "failed": _("This did not reach the person."),
    "blocked": _("The person has blocked the bot: this did not reach them."),
    "refused": _("This cannot be sent as it is: it did not reach the person."),
    "withdrawn": _("This was not sent any more."),
}
FILE_UNAVAILABLE = _("A file came and cannot be shown here; it is kept with the case.")

REMINDER_NOT_SENT = {
    "only_they_write": _(
        "The person was not reminded: they want to be written to only after they wrote."
    ),
    "no_hour": _("The person was not reminded: none of their hours comes in time."),
    "colleague_is_there": _(
        "The person was not reminded: a caseworker holds the conversation and can tell them."
    ),
    "frozen": _("The person was not reminded: they are made to open this chat."),
    "no_chat": _("The person was not reminded: their chat is not known any more."),
    "blocked": _("The person was not reminded: they have blocked the bot."),
}
REMINDER_UNCERTAIN = _(
    "The person was perhaps not reminded: the message did not arrive for certain."
)
BOT_MESSAGE_WITHHELD = _(
    "The bot's own message was not sent: the person is not in the chat any more."
)

# --- answers to caseworkers ----------------------------------------------------------------

HELP = _(
    "/claim: the next case, or the one of this topic\n"
    "/takeover, /handback: hold the conversation, let the bot go on\n"
    "/confirmed: you asked, they answered, and you are sure that it is the person who writes\n"
    "/say text, or a reply to a message: to the person\n"
    "/phrase: sentences in the person's language\n"
    "/insist reason: ask now whether it is a good moment, outside the person's hours\n"
    "/note text: for colleagues\n"
    "/reason why: as a supervisor, before you act on a colleague's case"
)
HELP_MORE = _(
    "/answer flow.step value, /priority 0-4 reason\n"
    "/transfer name text, /release text, /refer recipient\n"
    "/close how, /reopen\n"
    "/erase, /keep reason: the person wants it erased; /revoke what\n"
    "/clock: legal deadlines; /clock event day, /clock strike number\n"
    "/checkin: an hour at which the person is to be heard from; offer, end\n"
    "/queue, /card, /duty on, /duty off, /rest minutes"
)
ONLY_IN_TOPIC = _("That belongs into the topic of a case.")
NO_CASE_IN_TOPIC = _("This topic shows no case any more: nothing was sent, and nothing was kept.")
UNKNOWN_COMMAND = _("There is no such command. /help lists them.")
USAGE = _("Like this: {usage}")
CASE_NOT_FOUND = _("There is no case {reference}.")
NOT_IN_NOTIFY_MODE = _(
    "Not from this group: in mode notify it shows and sends no word of a person."
)
EDIT_IGNORED = _("This edit does not reach the person. Please write again.")
MAYBE_CONTINUATION = _(
    "This may be the rest of a long message: it was kept as a note, not sent. "
    "To send it, reply with it to one of the person's messages."
)
TRANSFER_TO_WHOM = _("To whom? {names}")
REFER_TO_WHOM = _("Who may be told? The person is asked first, and can leave parts out.")
ASK_DISPOSITION = _("How did it end?")
NO_DEADLINES = _("No legal deadline is running in this case.")
# Translators: {number} counts the events, {event} is its code, {day} e.g. 2026-11-25.
LEGAL_EVENT = _("{number}. {day} {event}: {meaning}")
EVENT_STRUCK = _("{number}. {day} {event}: no longer counts")
DEADLINE_WITH_DAY = _("{line}. Last day: {day}. {must} ({articles})")
DEADLINE_COUNTED = _("{line}. {must} ({articles})")
EVENT_USAGE = _("To enter what happened: /clock and one of these, then the day (2026-11-25)")
EVENT_OPTION = _("{event}: {meaning}")
QUEUE_COUNTS = _("Waiting: {queues}.")
QUEUE_EMPTY = _("No case is waiting in your queues.")
PICK_GROUP = _("What is it about?")
PICK_PHRASE = _("Choose a sentence. Nothing is sent yet.")
PHRASE_NOT_FOUND = _("No sentence was found.")
PREVIEW = _("{words}\n\nThe person reads: {theirs}")
FILL_IN = _("Fill in the blanks and send: {usage}")
BLANK_MEANING = _("{blank}: {meaning}")
