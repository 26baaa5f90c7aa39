"""When we may write to the person: asked once something was sent."""

from bot.conversation import Begin, Choose, ChooseMany, End, Flow, Outcome, Say
from bot.text import _
from flows.texts import phrases


class ContactFlow(Flow):
    """The strictest rule holds until this is answered.

    With "Only when I write", the passphrase is chosen here: without it a chat that has been silent
    shows no answer.
    """

    title = _("When we may write to you")
    short_names = phrases.SHORT

    contact_rule = Choose(
        phrases.CONTACT_QUESTION, why=phrases.CONTACT_WHY, choices=phrases.CONTACT_RULE
    )
    contact_hours = ChooseMany(
        phrases.HOURS_QUESTION,
        why=phrases.HOURS_WHY,
        choices=phrases.CONTACT_HOURS,
        when=contact_rule.was("hours"),
    )
    silent = Say(phrases.CONTACT_SILENT, when=contact_rule.was("when_i_write"))
    choosing = Begin("passphrase", when=contact_rule.was("when_i_write"))
    chosen = End(None, Outcome.CHOICES_MADE, when=contact_rule.is_answered)
    end = End(None)
