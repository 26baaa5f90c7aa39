"""What stands on a poster, in English; the people's catalogue holds it in ten languages.

The signs and topics are the words of the bot's own buttons: a person meets on the phone what they
read on the wall.
"""

from __future__ import annotations

from bot.text import pgettext

# Translators: the title of a poster. It asks the reader; no verdict, no label for the reader.
FORCED = pgettext("poster", "Forced to work?")
# Translators: the title of a poster that hangs where an employer may see it. It must read as
# ordinary advice for workers from abroad: nothing of force, police or law.
QUESTIONS = pgettext("poster", "Questions about work or life here?")
SIGNS = (
    pgettext("sign", "Papers taken away"),
    pgettext("sign", "Debt to work off"),
    pgettext("sign", "Cannot go out freely"),
    pgettext("sign", "Not paid properly"),
)
"""What a poster names openly."""
TOPICS = (
    pgettext("numbers", "Work and pay"),
    pgettext("numbers", "Questions on papers"),
    pgettext("service", "A doctor"),
    pgettext("service", "Someone to talk to"),
)
"""What a discreet poster names."""
# Translators: on a poster. Safety sentence [j], then that one may write to us.
WRITE_TO_US = pgettext("poster", "It is not your fault. You can write to us.")
# Translators: on a poster that an employer may see.
ASK = pgettext("poster", "You can ask in your own language.")
# Translators: on a poster. Safety sentence [e] in short.
FREE = pgettext("poster", "Writing costs nothing. You need not give your name.")
# Translators: on a poster, before the name of our bot. The camera of a phone.
SCAN = pgettext("poster", "Scan with the camera, or search in Telegram:")
# Translators: on a poster. {organisation} e.g. Garden of Light Foundation.
WHO_ANSWERS = pgettext("poster", "A bot asks, people from {organisation} answer.")
# Translators: on a poster, the heading above the next two sentences.
REALLY_US = pgettext("poster", "How to know it is really us")
# Translators: on a poster. {name} is the name of our bot, e.g. @haven_bot. In Telegram it is shown
# after a tap on the name of the chat.
EXACT_NAME = pgettext(
    "poster",
    "Open the chat and tap the name at the top. There it must say exactly {name}, letter by "
    "letter.",
)
# Translators: on a poster. A password of an account; the code that Telegram sends at a login.
NEVER_ASKED = pgettext(
    "poster", "We never ask for money, a bank card, a password or a Telegram code."
)
# Translators: on a poster. Safety sentence [a]. {number} is a phone number.
DANGER = pgettext("poster", "In danger now? In Taiwan call {number}.")
# Translators: on a poster that an employer may see. {numbers} e.g. 110 · 112
EMERGENCY = pgettext("poster", "Emergency in Taiwan: {numbers}")
# Translators: on a small card for the pocket. Who finds it could do harm.
THROW_AWAY = pgettext(
    "poster", "If this card puts you in danger: remember the name, throw the card away."
)
# Translators: on a poster. {partner} e.g. Harbour House, the organisation that gives it out.
GIVEN_BY = pgettext("poster", "Given out by {partner}")

POSTER_TEXTS = (
    FORCED, QUESTIONS, *SIGNS, *TOPICS, WRITE_TO_US, ASK, FREE, SCAN, WHO_ANSWERS, REALLY_US,
    EXACT_NAME, NEVER_ASKED, DANGER, EMERGENCY, THROW_AWAY, GIVEN_BY,
)  # fmt: skip
"""Everything a poster can say, besides names, links and phone numbers."""
