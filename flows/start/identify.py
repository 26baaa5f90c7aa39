"""A returning person says that they have written before."""

from bot.conversation import Ask, End, Flow, Say
from bot.text import _
from flows.texts import phrases


class Identify(Flow):
    """Ask for the passphrase. Without it, or with a wrong one, all people read the same."""

    former_names = ("before",)
    title = phrases.WRITTEN_BEFORE
    offers_person = False

    warning = Say(phrases.PHONE_WARNING)

    word = Ask(
        # Translators: a word or sentence the person chose when they wrote before.
        _("Please write the word you chose. We delete your message at once, right or wrong."),
        why=_("With your word we know that it is you. Without it we show nothing of before."),
    )
    end = End(
        # Translators: said to everybody without a right word, whether they wrote before or not.
        # Leave the word with / as it is.
        _(
            "We show nothing of before here. If we still keep something of yours, what you write "
            "now is read by the people who answer. To write your word again, type /start."
        )
    )
