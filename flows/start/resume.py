"""The question after /start while there are unsent answers."""

from bot.conversation import End, Flow, Menu, Outcome
from flows.texts import phrases


class Resume(Flow):
    """Continue or begin again. No answer is shown."""

    title = phrases.CONTINUE

    go_on = Menu(phrases.CONTINUE_OR_LEAVE, go_on=phrases.CONTINUE, leave=phrases.LEAVE)
    left = End(phrases.DRAFT_LEFT, Outcome.STOPPED, when=go_on.was("leave"))
    end = End(None)
