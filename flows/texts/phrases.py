"""Phrases that several flows share, and messages between flows.

A button states the fact (`Nobody can see`), never "Yes" or "No": in most of the languages those
depend on how the question is put, and a reversed answer is dangerous. The first forty characters
are what a locked screen shows, so they are neutral.
"""

from bot.text import Text, _, pgettext

# --- The two buttons under every question ---------

# Translators: opens the emergency numbers. The person is in danger at this moment.
DANGER = pgettext("button", "Danger now")
# Translators: clear this chat of its messages, at once; not "cancel", not "finish the case". It
# is next to "Danger now" under every question: as short as possible.
CLEAR_CHAT = pgettext("button", "Clear chat")

WRITTEN_BEFORE = pgettext("button", "I have written before")
# Translators: a word only the person knows, by which we know them again.
CHOOSE_PASSPHRASE = pgettext("button", "Choose a secret word")
# Translators: a number that shows later that this person wrote here.
RECEIPT = pgettext("button", "Proof that I wrote")

DURESS_CHOICES = {
    "yes": pgettext("button", "Choose a second word"),
    "no": pgettext("button", "One word is enough"),
}
"""Whether to choose a duress passphrase."""
DURESS_QUESTION = _(
    "Please write the second word. It has to be another one. We delete it here at once."
)
PASSPHRASE_UNSEEN = _("Nobody who looks at this chat can see whether you chose a word.")

# --- Answers many questions share ----------------------------------------------------------

NOT_SURE = pgettext("button", "Not sure")
# Translators: hands over what was written. Messages quote this word: use the same one there.
SEND = pgettext("button", "Send")
# Translators: do not send it at this moment.
NOT_NOW = pgettext("button", "Not now")
SOMETHING_ELSE = pgettext("button", "Something else")

ABOUT = {
    "me": pgettext("button", "About me"),
    "other": pgettext("button", "About someone else"),
    # Translators: about the person who writes and other people too.
    "several": pgettext("button", "About me and others"),
}

OWN_AGE = {
    # Translators: 17 or younger. Always the number, never "child".
    "under": pgettext("button", "Under 18"),
    # Translators: includes exactly 18.
    "adult": pgettext("button", "Age 18 or over"),
    "unsaid": pgettext("button", "Rather not say"),
}
"""Whether the person who writes is under 18. "Rather not say" does not mean adult."""

THEIR_AGE = {
    # Translators: at least one of the other people is 17 or younger.
    "under": pgettext("button", "Someone is under 18"),
    "adult": pgettext("button", "All 18 or over"),
    "unsure": NOT_SURE,
}

SAFE_NOW = {
    "safe": pgettext("button", "I am safe here"),
    "not_safe": pgettext("button", "I am not safe"),
    "unsure": NOT_SURE,
}

THEIR_DANGER = {
    "danger": pgettext("button", "They are in danger"),
    "no_danger": pgettext("button", "Not at this moment"),
    "unsure": NOT_SURE,
}

HURT = {
    "now": pgettext("button", "Needs a doctor now"),
    # Translators: a person is hurt or ill, but a doctor is not needed at once.
    "later": pgettext("button", "Hurt, but can wait"),
    "nobody": pgettext("button", "Nobody hurt or ill"),
    "unsure": NOT_SURE,
}

CONTACT_RULE = {
    "when_i_write": pgettext("button", "Only when I write"),
    "hours": pgettext("button", "At certain hours"),
    "any_time": pgettext("button", "Any time"),
}
"""When a person may be written to. The first is the default."""

CONTACT_HOURS = {
    "morning": pgettext("button", "Morning 6-12"),
    "afternoon": pgettext("button", "Afternoon 12-18"),
    "evening": pgettext("button", "Evening 18-22"),
    # Translators: from 22 in the evening to 6 the next morning.
    "night": pgettext("button", "Night 22-6"),
}
"""Hours of the day, Taiwan time, as the labels say: 6-12, 12-18, 18-22, 22-6 the next day."""

PASS_ON = {
    # Translators: you may tell that organisation about it.
    "may": pgettext("button", "You may tell them"),
    "ask_first": pgettext("button", "Ask me first"),
    "keep_here": pgettext("button", "Do not tell them"),
}
"""Whether an organisation that can help may be told."""

SITUATION = {
    # Translators: for the person who writes and for other people alike; no word of permits.
    "works_here": pgettext("situation", "Working in Taiwan"),
    "studies": pgettext("situation", "Studying in Taiwan"),
    # Translators: the husband or the wife is from Taiwan.
    "married": pgettext("situation", "Spouse from Taiwan"),
    # Translators: came to travel or for a visit, for a short time.
    "visiting": pgettext("situation", "Visiting Taiwan"),
    # Translators: a person whose own country is Taiwan; not only a person who lives there.
    "taiwanese": pgettext("situation", "From Taiwan"),
    # Translators: on a ship, also when it lies in a harbour.
    "at_sea": pgettext("situation", "Working at sea"),
    "abroad": pgettext("situation", "Outside Taiwan"),
    "prefer_not": OWN_AGE["unsaid"],
}
"""Situations in Taiwan, in everyday words; no status or papers."""

HOW_MANY = {
    "one": pgettext("button", "One person"),
    # Translators: in words, because a digit stands before it on the button.
    "few": pgettext("button", "Two to five"),
    "some": pgettext("button", "Six to twenty"),
    "many": pgettext("button", "More than twenty"),
    "unsure": NOT_SURE,
}

SEND_NOW = {"send": SEND, "later": NOT_NOW}
SEND_OR_MORE = {
    **SEND_NOW,
    # Translators: answer a few more questions before it is sent. Each can be skipped.
    "more": pgettext("button", "More questions first"),
}

# --- Questions and sentences many flows share ----------------------------------------------

# Translators: safety sentence [f]. "Can read" is an ability, not a permission; a Telegram
# account, not a bank account; a general fact, not "someone is reading now".
PHONE_WARNING = _(
    "Somebody with your phone or your Telegram account can read this chat. "
    "Telegram, the company, can read it too. Write only what may be seen."
)

# Translators: safety sentences [f] and [c]. Quote the word on the button "Send" exactly.
OPENING = _(
    "You can stop at any time. We pass on nothing you write until you say so, with the button "
    "“Send”. "
    "Somebody with your phone or your Telegram account can read this chat."
)

# Translators: safety sentences [c], [d] and [i]. "Locked": stored so that others cannot read it
# there. It is the harm that is told, not the reader who is reported. Quote the word “Send”.
CONSENT = _(
    "What you write is locked on our computer. People read it only after you press “Send” or give "
    "it to a person. By law they must tell police at once if someone seems forced or controlled, "
    "and the city or county if someone under 18 is harmed."
)
# Translators: as above, where the staff are officers themselves.
CONSENT_POLICE = _(
    "What you write is locked on our computer. Officers read it only after you press “Send” or "
    "give it to a person. They have police duties: by law they must act at once if someone "
    "seems forced or controlled, or someone under 18 is harmed."
)

WHO = _("Who is this about?")
WHO_WHY = _("So that we ask the right questions. You do not need to name anybody.")

# Translators: stands before the question about age. "They": the people who read it.
AGE_FIRST = _(
    "The next question is about age. If someone under 18 is harmed, Taiwan law says they must tell "
    "the city or county government. You need not answer."
)
# Translators: safety sentence [g]. Not a negative question; each button states the fact.
OWN_AGE_QUESTION = _("Are you under 18?")
OWN_AGE_WHY = _(
    "People under 18 have more rights to be protected in Taiwan. If a paper shows another "
    "date, answer by your real birthday."
)
# Translators: anyone other than the person who writes.
THEIR_AGE_QUESTION = _("Is anyone else in this under 18?")
THEIR_AGE_WHY = _("If so, we look sooner, and other offices may have to act. A guess is fine.")

# Translators: safety sentence [j], said to a person under 18. Comfort, not a judgement.
YOUNG = _("It is good that you write. What happened is not your fault. You can leave out anything.")
YOUNG_NUMBER = Text("{young_line}")
"""Whom people under 18 can call. The place fills it in, so that no translation has a number."""

# Translators: safety sentence. Safety at this moment and in this place, not in general.
SAFE_QUESTION = _("Are you safe where you are right now?")
SAFE_WHY = _("If you are not safe, that comes before everything else we ask.")
SAFE_UNSURE = _(
    "Not being sure is a good answer too. The button “Danger now” stays under every question."
)
THEIR_DANGER_QUESTION = _("Is the other person in danger right now?")
THEIR_DANGER_WHY = _("If someone is in danger now, that comes before everything else we ask.")

KEEP_QUESTION = _(
    "Your answers can be about health or very private things. "
    "May we keep them here, locked, while you decide whether to send them?"
)
# Translators: quote the word on the button “Only while we chat” exactly.
KEEP_WHY = _(
    "A bot has to keep one answer to ask the next question. “Only while we chat” means: we erase "
    "them when you stop, or when you write nothing for half an hour."
)
KEEP = {
    "may": pgettext("button", "You may keep them"),
    # Translators: until the person stops, or writes nothing for half an hour.
    "sitting": pgettext("button", "Only while we chat"),
    "dont": pgettext("button", "Do not keep them"),
}
"""Whether answers may be stored before they are sent; asked before questions on health."""
ERASED = _(
    "All right. Nothing was sent, and what you wrote here is erased now. You can write here again "
    "at any time."
)
NOT_KEPT = _("All right. We erase your answers. You can also talk to a person, or come back later.")

HURT_QUESTION = _("Is anyone hurt or ill right now?")
HURT_WHY = _("So that a doctor is not forgotten. You do not need to say what happened.")
AMBULANCE = Text("{ambulance_line}")

COUNTY_QUESTION = _("In which city or county is it? You can also write the name of a place.")
COUNTY_WHY = _("Each city and county has its own people who can act. We do not need the address.")

SITUATION_QUESTION = _("Which of these fits you best?")
# Translators: the person this is about; for a person who writes about another.
THEIR_SITUATION_QUESTION = _("Which of these fits the person best?")
SITUATION_WHY = _(
    "Different offices look after different people. You need not say which papers you have, and no "
    "answer is wrong."
)

# Translators: safety sentence [e].
CALL_ME_QUESTION = _("You do not have to give your name. What may we call you? Any name is fine.")
CALL_ME_WHY = _("Only so that we can greet you. It does not have to be your own name.")

# Translators: safety sentence [o]. Safe for the person, not for us; "write" is a message here.
CONTACT_QUESTION = _("When is it safe for you that we write to you in this chat?")
CONTACT_WHY = _("A message at the wrong moment can be seen by others. We keep to what you choose.")
# Translators: quote the words on the button exactly. A word only the person knows.
CONTACT_SILENT = _(
    "Then we stay silent until you write. To see our answer: write here, press “I have written "
    "before”, and write your secret word."
)
HOURS_QUESTION = _("Which hours are safe for you? This is Taiwan time.")
HOURS_WHY = _("We write to you only in the hours you choose.")

# Translators: safety sentence [h]. "Tell", not "share" as with photos. Not a government office.
# The last sentence stands at the buttons: “Do not tell them” cannot stop a duty of the staff.
PASS_ON_QUESTION = _(
    "May we also tell this to an organisation that can help? You choose what is told. Your answer "
    "does not stop what staff must tell by law."
)
PASS_ON_WHY = _(
    "Some things other organisations do better. What the law makes staff pass on stays as we "
    "said at the beginning."
)

# Translators: "statistics" are numbers about many people together; no one can be found in them.
COUNT_QUESTION = _("May we count this in statistics? Nobody can see it is you.")
COUNT_WHY = _(
    "Numbers can show others what has to change. Nothing you get depends on your answer, and you "
    "can take it back."
)
MOVED_STEPS = {
    "contact_rule": "contact",
    "contact_hours": "contact",
    "call_me": "more_choices",
    "pass_on": "more_choices",
    "counting": "more_choices",
}
"""Questions that were asked before "Send" until 0.2.0, and the flows that ask them now."""
COUNT = {
    "count": pgettext("button", "You may count it"),
    "dont": pgettext("button", "Do not count it"),
}
"""Whether a case may be counted in statistics. No answer means no."""

REVIEW = _(
    "Before you decide, you can look at your answers and change them. The list vanishes again."
)
REVIEW_SHOW = pgettext("button", "Show my answers")
REVIEW_GO = pgettext("button", "Go on")

# Translators: {organisation} e.g. Garden of Light Foundation.
SEND_QUESTION = _("Send this now? The people of {organisation} then read it and keep it to answer.")
SEND_WHY = _("None of us reads what you wrote before you send it. You decide if and when.")

NOT_SENT = _(
    "All right. Nothing was sent. What you wrote stays here, locked, for 24 hours. "
    "Then we erase it. To go on, write any word here."
)

# Translators: {reference} e.g. K7M4Q2; {hours} e.g. every day 09:00-21:00
SENT = _(
    "Thank you. Your number is {reference}. They read what you write here from now on.\n"
    "When people read: {hours}"
)
"""After something was sent. It is followed: every later message reaches the case."""
# Translators: as above, while someone is on duty, perhaps outside these hours.
SENT_ON_DUTY = _(
    "Thank you. Your number is {reference}. They read what you write here from now on.\n"
    "People usually read: {hours}"
)

# --- Messages between flows ------------------------------------------------------------

# Translators: {hours} e.g. every day 09:00-21:00
NOBODY_NOW = _(
    "Nobody is on duty in this chat right now. If you can call, do not wait for us.\n"
    "When people read: {hours}"
)

REHEARSAL = Text("{rehearsal_line}")
"""The first message of a bot that is only a test."""

STALE_BUTTON = _("That button is from before. The question now is below.")
"""A short notice, when an old button was pressed."""

ALREADY_ANSWERED = _("We have your answer.")
"""A short notice, when a button was pressed twice."""

UNSUPPORTED_CONTENT = _(
    "We cannot keep this kind of message. You can send words, photos, voice messages, files "
    "or a place."
)
"""For polls, games, payments and other unsupported content."""

FILE_TOO_LARGE = _("This file is too large for us: more than 20 MB. A shorter part may work.")
"""For a file too large for Telegram's Bot API."""

# Translators: "if it is safe": safe for the person who has the phone.
FILES_REFUSED = _(
    "We cannot take photos or files now, only words. If it is safe, keep it and send it again "
    "later."
)
"""For a file, when the disk is nearly full or the daily limit is reached."""

DAILY_LIMIT = _(
    "You have written very much today. All that came until now is kept. What comes now is only "
    "counted, until tomorrow."
)
"""When a chat exceeds the daily limit of text."""

RECEIVED_CONTACT = _("Received. We keep this number locked. We do not call it or write to it.")

# Translators: instead of a long question of consent that stands a few messages above. Use the words
# for yes and no that people type.
QUESTION_STANDS = _("Our question above is still open. You can press a button, or write yes or no.")

RECEIVED_CHANGE = _("We keep your change, and your first words beside it.")

AFTER_OUTAGE = _("We were away for a moment. Nothing you wrote is lost. We go on here.")
"""After an outage the person may have noticed."""

# Translators: safety sentence [m]. Keep the English words "Clear history" with your own. Press
# the chat's row in the list of chats, not a message. "Had not sent": to the people who read.
CHAT_CLEARED = _(
    "We deleted what we can, also what you had not sent. What you sent is with our people. To "
    "remove the rest: in the list of chats, press and hold this chat, then choose “Clear history”. "
    "Copies may stay elsewhere. You can write again any time."
)
"""After /bye. This message is deleted too."""

# Translators: "word": the secret word, here a whole sentence. "It": what they wrote.
PASSPHRASE_IS_SENTENCE = _(
    "What you wrote is your word now. No one reads it. If it was meant for us, please write it "
    "again after this."
)
# Translators: "word": the secret word. They wrote it where we only ask whether
# they want a second word: perhaps it is that word, perhaps it is meant for caseworkers.
MAY_BE_PASSPHRASE = _(
    "We kept nothing of that: it may be a word of yours. If it was meant for us, please answer "
    "this first, then write it again."
)
PASSPHRASE_TOO_SHORT = _("Please choose a longer one: four letters or more.")
"""For a passphrase that is easy to guess."""

DURESS_SAME_AS_FIRST = _("The second word was the same as the first. Only the first one is kept.")

RECOGNISED = _("Thank you. We know you again and go on from before.")
"""After the right passphrase."""

FAILED_TRY_AGAIN = _("Something did not work here. What you wrote is kept. Please try once more.")
"""After a file was sent that cannot be downloaded."""

CONTINUE_OR_LEAVE = _("There are answers you have not sent. Go on with them, or begin again?")
"""After /start within a flow; shows no answer."""
# Translators: go on where we were.
CONTINUE = pgettext("button", "Go on")
# Translators: leave it unsent and start from the first question. Unsent answers are erased.
LEAVE = pgettext("button", "Begin again")
DRAFT_LEFT = _("All right. What was not sent is erased. We begin again.")

# Translators: said to a person who writes in your language while another one is chosen.
OTHER_LANGUAGE = _("You can go on in this language. To choose it, press /language.")

KEPT_TOO = _("We kept this too. No person has read it yet.")
"""For words while a caseworker is offered, and for those that reach a case while none is here."""
WITH_CASE = _("They have it now.")
"""For a message that answered no question and reached the case while a caseworker is here."""
# Translators: safety sentence. Said to a person who takes back at once that a caseworker is told.
# "We": the bot. "It" is what was sent. Leave the word with / as it is.
TOLD_ALREADY = _(
    "All right. A caseworker was told already and has what you sent: that cannot be undone. We "
    "pass on nothing that you write from now on, unless you agree again. To ask that it is "
    "erased, write /delete."
)
STILL_READ = _("They have what you wrote. You can go on writing here: they read it.")
"""In place of what is true only before staff read what a person writes."""
# Translators: {hours} e.g. every day 09:00-21:00
TOLD_FOR_LATER = _(
    "We told them. Nobody is on duty yet, so call if you can. What you write here waits "
    "for them.\n"
    "When people read: {hours}"
)
# Translators: in place of "What you write is locked on our computer ...", once staff read.
CONSENT_STILL_READ = _(
    "They have what you wrote, and read what you write here. By law they must tell police at "
    "once if someone seems forced or controlled, and the city or county if someone under 18 is "
    "harmed."
)
CONSENT_POLICE_STILL_READ = _(
    "They have what you wrote, and read what you write here. They have police duties: by law they "
    "must act at once if someone seems forced or controlled, or someone under 18 is harmed."
)

# --- Names of questions in a summary ----------------------------------------------------

SHORT = {
    # Translators: headings of answers in the list of all answers.
    "about": pgettext("summary", "About"),
    "under_18": pgettext("summary", "Your age"),
    "they_under_18": pgettext("summary", "Age of the others"),
    "safe": pgettext("summary", "Safe right now"),
    "needs": pgettext("summary", "What is needed"),
    "hurt": pgettext("summary", "Hurt or ill"),
    "county": pgettext("summary", "Where"),
    "where": pgettext("summary", "Where"),
    # Translators: whether the person works, studies, is married, visits ... in Taiwan.
    "situation": pgettext("summary", "Situation"),
    "anything_else": pgettext("summary", "What else to know"),
    # Translators: what we may call the person.
    "call_me": pgettext("summary", "Your name here"),
    "contact_rule": pgettext("summary", "When we may write to you"),
    "contact_hours": pgettext("summary", "Hours"),
    # Translators: whether we may tell an organisation that can help.
    "pass_on": pgettext("summary", "Telling an organisation"),
    # Translators: whether it may be counted in numbers about many people.
    "counting": pgettext("summary", "Counting it"),
    "people": pgettext("summary", "How many people"),
}
SHORT |= {"they_safe": SHORT["safe"], "they_situation": SHORT["situation"]}
"""By step name."""

# Translators: stands in the empty chat before the first message, where anyone may see it: no
# word of help, danger or work. {organisation} e.g. Garden of Light Foundation
BOT_DESCRIPTION = _(
    "You can write here in your own language. A bot asks first, people of {organisation} answer. "
    "Press the button below to begin."
)
# Translators: stands under the bot's name. As neutral as the one above; at most 120 characters.
BOT_SHORT_DESCRIPTION = _("Write here in your own language.")

COMMAND_DESCRIPTIONS = {
    "start": _("Begin"),
    "help": _("How this works"),
    "language": _("Language"),
    "privacy": _("What we keep"),
    "mydata": _("What we have from you"),
    "delete": _("Erase it"),
    "danger": _("Danger now: phone numbers"),
    "stop": _("Stop here"),
    # Translators: delete the messages of this chat, at once.
    "bye": _("Clear this chat"),
    "vanish": _("Messages that erase themselves"),
}
"""Descriptions of the commands in Telegram's menu."""
