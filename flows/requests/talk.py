"""A request to talk to a person, which says honestly whether one is there."""

from bot.conversation import Danger, Decide, End, Fact, Flow, Outcome, Say
from bot.text import _
from flows.texts import phrases, shared_questions


class Talk(Flow):
    """As short as possible: whether the person is safe, who is there, send."""

    title = _("Talk to a person")
    short_names = phrases.SHORT
    moved_steps = phrases.MOVED_STEPS
    offers_person = False

    warning = Say(phrases.OPENING)

    safe = shared_questions.safety()
    danger = Danger(when=safe.was("not_safe"))
    someone_here = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation
        _("Someone from {organisation} is here now. They may be answering others first."),
        when=Fact("staffed") & Fact("spoken"),
    )
    interpreter_first = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation
        _(
            "Someone from {organisation} is here now. They may not speak your language, so an "
            "answer can take longer. They may be answering others first."
        ),
        when=Fact("staffed") & ~Fact("spoken"),
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
    send = Decide(
        # Translators: {organisation} e.g. Garden of Light Foundation
        _("Send this now? The people of {organisation} then see that you want to talk."),
        why=phrases.SEND_WHY,
        choices=phrases.SEND_NOW,
    )
    not_sent = End(phrases.NOT_SENT, Outcome.STOPPED, when=send.was("later"))
    sent_on_duty = End(phrases.SENT_ON_DUTY, Outcome.TALK_REQUESTED, when=Fact("staffed"))
    sent = End(phrases.SENT, Outcome.TALK_REQUESTED)
