"""Texts of a talk on prevention and of posts for partners that no conversation has.

`bot/site/prevention/` puts slides, quiz, notes and posts together; the rest is said by the flows.
"""

from bot.text import _, pgettext

# Translators: a heading over the right answers of a quiz on paper.
WHAT_IS_TRUE = pgettext("site", "What is true")
# Translators: a heading over hints for the person who gives a talk.
LEADER_NOTES = pgettext("site", "For who leads the talk")
# Translators: on the first slide of a talk.
NO_ONE_IS_ASKED = _(
    "Today no one is asked about their own life. You need not say anything, and you may leave the "
    "room at any time."
)
# Translators: on a quiz on paper; the answers are on the back of the sheet.
MARK_ANSWERS = _(
    "Mark what you think. What is true stands on the back. Nobody collects this paper."
)

# Translators: for the person who gives a talk. "Slides" are what a projector shows.
WHO_LISTENS = _(
    "Find out before who listens. Where an employer or a broker is in the room, show only the "
    "slides on rights and on phone numbers."
)
ASK_NO_ONE = _(
    "Ask no one about their own life, and point at no one. If someone begins to tell, offer to "
    "talk alone afterwards."
)
DO_THE_QUIZ = _(
    "Read one question aloud and leave time to think. Nobody has to raise a hand. Then turn the "
    "sheet over together."
)
# Translators: "it" is the chat.
SAY_LIMITS = _(
    "Say what the chat cannot do: it decides nothing and promises nothing, and it can take hours "
    "until a person answers."
)
GIVE_EVERYONE = _("Give the same small paper to everyone, so that no one stands out by taking it.")
CHECK_NUMBERS = _("Check the phone numbers before every talk: they can change.")
COUNT_ONLY = _("Write down only how many people came: no names, no stories.")

# Translators: a short post on social media that anyone may see. {address} is a web address.
NEUTRAL_POST = _(
    "A question about living or working in Taiwan? Write in your own language, without cost: "
    "{address}"
)
# Translators: a post that says more openly what it is about. {address} is a web address.
OPEN_POST = _(
    "Were papers taken away, is pay kept back, or is someone not free to leave? People answer in "
    "your own language, without cost: {address}"
)
# Translators: above posts that a partner sends on its own channels.
OWN_CHANNELS = _(
    "Share these on your own channels. This chat never writes to people who did not write to it."
)
# Translators: a heading over posts that say nothing of what it is about.
NEUTRAL = pgettext("site", "Neutral")
# Translators: a heading over posts that say openly what it is about.
OPEN = pgettext("site", "Open")
