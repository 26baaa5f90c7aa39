"""A receipt: a number in the chat that shows its content only with a passphrase."""

from bot.conversation import Ask, End, Flow, Say
from bot.text import _
from flows.texts import phrases


class ReceiptFlow(Flow):
    """Created only on request. All messages are deleted at the next step; the number stays."""

    title = phrases.RECEIPT
    offers_person = False

    explained = Say(
        # Translators: "number" is ten letters and digits. "Word" is one that only the person knows.
        _(
            "You can have a number of ten signs. Together with a word of yours it shows our people "
            "later that you wrote to us today. Without the word it shows nothing."
        )
    )
    warning = Say(
        _(
            "Somebody with your phone or your Telegram account can read this chat. We take your "
            "word off this chat as soon as you have written it. Keep it in your head."
        )
    )
    word = Ask(
        _("Which word do you choose? It has four signs or more, and only you know it."),
        why=_("Whoever finds the number can do nothing with it without the word."),
    )
    end = End(None)
