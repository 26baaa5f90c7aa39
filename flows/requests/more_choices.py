"""What a person may decide after sending: a name, who else may know, and statistics."""

from bot.conversation import Ask, Choose, End, Flow, Outcome, Say
from bot.text import _
from flows.texts import phrases


class MoreChoices(Flow):
    """Offered after something was sent; nothing of it is needed."""

    title = _("More choices")
    short_names = phrases.SHORT

    warning = Say(phrases.PHONE_WARNING)
    call_me = Ask(phrases.CALL_ME_QUESTION, why=phrases.CALL_ME_WHY)
    pass_on = Choose(phrases.PASS_ON_QUESTION, why=phrases.PASS_ON_WHY, choices=phrases.PASS_ON)
    counting = Choose(phrases.COUNT_QUESTION, why=phrases.COUNT_WHY, choices=phrases.COUNT)
    chosen = End(
        # Translators: after choices about who else may know, about statistics and a name.
        _("Thank you. We keep to what you chose."),
        Outcome.CHOICES_MADE,
        when=pass_on.is_answered | counting.is_answered | call_me.is_answered,
    )
    end = End(_("All right. You can write here again at any time."))
