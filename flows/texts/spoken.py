"""What a caseworker reads aloud to a person who calls or comes, and the words of a joining chat.

A caseworker reads these sentences on the phone, perhaps in a language they do not speak well: each
is short, and has one thing in it. The person hears them once, and may have someone next to them.
"""

from __future__ import annotations

from bot.text import _, pgettext
from flows.texts import phrases

# Translators: safety sentences [c] and [d], spoken on the phone. Say the duty of the law as in the
# text that begins "What you write is locked on our computer".
OPENING = _(
    "You can stop at any time. We keep what you say only if you agree; we ask you at the end. By "
    "law we must tell police at once if someone seems forced or controlled, and the city or county "
    "if someone under 18 is harmed."
)
# Translators: spoken on the phone.
WHAT = _("What happened? Say as much or as little as you like. Leave out what hurts to tell.")
# Translators: spoken on the phone. Safe: no one who may harm the person sees it or answers it.
NUMBER = _("On which number may we call you? You do not have to give one.")
# Translators: spoken on the phone.
TIMES_QUESTION = _("When is it safe for you that we call?")
TIMES = {"any_time": phrases.CONTACT_RULE["any_time"], **phrases.CONTACT_HOURS}
# Translators: spoken on the phone. The caseworker says this to the one who picks up.
IF_OTHER_QUESTION = _("If another person answers the phone, what shall we say?")
IF_OTHER = {
    # Translators: say nothing and end the call.
    "hang_up": pgettext("call", "Say nothing, hang up"),
    "wrong_number": pgettext("call", "“Sorry, wrong number”"),
}
# Translators: safety sentence [i], spoken on the phone; the answer is spoken as well.
# {organisation} e.g. Garden of Light Foundation.
CONSENT = _(
    "May the people of {organisation} write down what you have said, read it, and keep it to help "
    "you? If you say no, we keep nothing of it, and you can still ask us anything."
)
# Translators: spoken on the phone, after the person did not agree that anything is kept.
NOT_KEPT = _(
    "All right. We keep nothing of what you said. You can ask now what you want to know, and you "
    "can call again later."
)
# Translators: spoken on the phone. A number of eight digits is read after it.
JOIN_CODE = _(
    "You can also write to us in Telegram. Write this number to our bot there. It works once, for "
    "one day. Do not show it to anyone."
)
# Translators: read in the chat, while the person is on the phone with us. {words} e.g. fish + rain.
JOIN_WORDS = _(
    "If you are on the phone with us: read these two words to us.\n{words}\n"
    "If this number was something else, write it again with a word."
)
# Translators: each of these is read aloud on a bad line: one short everyday word, which sounds like
# no other in the list. The picture stays before the word.
WORDS = {
    "fish": pgettext("spoken word", "🐟 fish"),
    "moon": pgettext("spoken word", "🌙 moon"),
    "tree": pgettext("spoken word", "🌳 tree"),
    "bird": pgettext("spoken word", "🐦 bird"),
    "rice": pgettext("spoken word", "🍚 rice"),
    "star": pgettext("spoken word", "⭐ star"),
    "rain": pgettext("spoken word", "🌧 rain"),
    "dog": pgettext("spoken word", "🐶 dog"),
    "cat": pgettext("spoken word", "🐱 cat"),
    "milk": pgettext("spoken word", "🥛 milk"),
    "egg": pgettext("spoken word", "🥚 egg"),
    "flower": pgettext("spoken word", "🌸 flower"),
    "mountain": pgettext("spoken word", "⛰ mountain"),
    "book": pgettext("spoken word", "📕 book"),
    "bell": pgettext("spoken word", "🔔 bell"),
    "cloud": pgettext("spoken word", "☁ cloud"),
    "melon": pgettext("spoken word", "🍉 melon"),
    "horse": pgettext("spoken word", "🐴 horse"),
    "cow": pgettext("spoken word", "🐮 cow"),
    "door": pgettext("spoken word", "🚪 door"),
    "sun": pgettext("spoken word", "☀ sun"),
    "banana": pgettext("spoken word", "🍌 banana"),
    "umbrella": pgettext("spoken word", "☂ umbrella"),
    "key": pgettext("spoken word", "🔑 key"),
}
