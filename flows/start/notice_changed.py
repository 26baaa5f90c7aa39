"""The question that follows when the privacy notice changed during a conversation."""

from bot.conversation import Begin, Decide, End, Flow, Outcome
from bot.text import _, pgettext
from flows.texts import phrases

ERASE = pgettext("button", "Stop and erase")


class NoticeChanged(Flow):
    """Read it or not, then decide. The open question waits below with all answers."""

    title = _("What has changed")

    go_on = Decide(
        _(
            "Something has changed in what we keep or who can read it. You can read it now. "
            "Shall we go on?"
        ),
        why=_("You agreed to something else before, so you decide again."),
        read=pgettext("button", "Read it first"),
        go_on=phrases.CONTINUE,
        erase=ERASE,
    )
    reading = Begin("privacy", when=go_on.was("read"))
    then = Decide(
        _("Shall we go on now?"),
        why=_("You agreed to something else before, so you decide again."),
        go_on=phrases.CONTINUE,
        erase=ERASE,
        when=go_on.was("read"),
    )
    erased = End(phrases.NOT_KEPT, Outcome.STOPPED, when=go_on.was("erase") | then.was("erase"))
    end = End(None)
