"""A request to talk to a person, which says honestly whether one is there."""

from bot.conversation import Ask, Choose, ChooseMany, Danger, Decide, End, Fact, Flow, Outcome, Say
from bot.text import _
from flows.texts import phrases


class Talk(Flow):
    """As short as possible: who is there, what about, how to reach the person, send."""

    title = _("Talk to a person")

    warning = Say(phrases.OPENING)

    someone_here = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation
        _("Someone from {organisation} is here now. They may be answering others first."),
        when=Fact("staffed"),
    )
    nobody_here = Say(
        # Translators: {hours} e.g. every day 09:00-21:00; {numbers_other} is a list, one number a
        # line.
        _(
            "Nobody is here now. What you send waits.\n"
            "When people read: {hours}\n"
            "In Taiwan these answer now:\n{numbers_other}"
        ),
        when=~Fact("staffed"),
    )
    safe = Choose(phrases.SAFE_QUESTION, why=phrases.SAFE_WHY, choices=phrases.SAFE_NOW)
    danger = Danger(when=safe.was("not_safe"))
    about_what = Ask(
        _("If you like, write in one line what it is about."),
        why=_("So that the right person answers. You can also tell it only to them."),
    )
    contact_rule = Choose(
        phrases.CONTACT_QUESTION, why=phrases.CONTACT_WHY, choices=phrases.CONTACT_RULE
    )
    contact_silent = Say(phrases.CONTACT_SILENT, when=~contact_rule.was("hours", "any_time"))
    contact_hours = ChooseMany(
        phrases.HOURS_QUESTION,
        why=phrases.HOURS_WHY,
        choices=phrases.CONTACT_HOURS,
        when=contact_rule.was("hours"),
    )
    send = Decide(
        # Translators: {organisation} e.g. Garden of Light Foundation
        _("Send this now? The people of {organisation} then see that you want to talk."),
        why=phrases.SEND_WHY,
        choices=phrases.SEND_NOW,
    )
    not_sent = End(phrases.NOT_SENT, Outcome.STOPPED, when=send.was("later"))
    sent = End(
        phrases.SENT,
        Outcome.TALK_REQUESTED,
    )
