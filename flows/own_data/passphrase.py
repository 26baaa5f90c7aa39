"""The choice of a passphrase, and of a duress passphrase."""

from bot.conversation import Ask, Decide, End, Flow, Say
from bot.text import _
from flows.texts import phrases


class Passphrase(Flow):
    """Offered after something was sent. All messages of this flow are deleted."""

    former_names = ("secret",)
    title = phrases.CHOOSE_PASSPHRASE
    offers_person = False

    warning = Say(phrases.PHONE_WARNING)

    word = Ask(
        # Translators: a word or sentence by which we know the person again. "It": the message.
        _(
            "After a while this chat shows nothing of what you sent. A word only you know opens "
            "it again. Please write it now: four letters or more. We delete your message at once."
        ),
        why=_("Someone else may hold this phone one day. They do not know your word."),
    )
    wants_second = Decide(
        # Translators: for when another person forces them to open the chat.
        _(
            "Do you want a second word, for when someone makes you open this? It looks like a "
            "wrong word, and we know that we must not write to you."
        ),
        why=phrases.PASSPHRASE_UNSEEN,
        choices=phrases.DURESS_CHOICES,
        when=word.is_answered,
    )
    second = Ask(
        phrases.DURESS_QUESTION, why=phrases.PASSPHRASE_UNSEEN, when=wants_second.was("yes")
    )
    end = End(None)
