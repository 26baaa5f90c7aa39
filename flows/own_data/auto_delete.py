"""Automatic deletion of messages, after a time the person chooses."""

from bot.conversation import Decide, End, Flow, Outcome, Say
from bot.text import _, pgettext


class AutoDelete(Flow):
    """After how long the messages of both sides are deleted."""

    former_names = ("vanish",)
    title = _("Messages that erase themselves")

    after = Decide(
        # Translators: the messages of both sides are deleted from this chat by themselves.
        _("After how long shall the messages here, yours and ours, vanish by themselves?"),
        why=_("What has vanished cannot be read by somebody who takes this phone later."),
        hour=pgettext("button", "After 1 hour"),
        hours=pgettext("button", "After 8 hours"),
        day=pgettext("button", "After 24 hours"),
        never=pgettext("button", "They shall stay"),
    )
    stays = End(
        _("All right. The messages stay until you clear this chat."),
        Outcome.AUTO_DELETE_CHOSEN,
        when=after.was("never"),
    )
    limits = Say(
        # Translators: "then" is: from the next message on, until nothing was written for a while.
        _(
            "All right. It holds until nobody writes here for half an hour; then choose again. "
            "Copies on other devices, and notifications, may stay."
        )
    )
    chosen = End(None, Outcome.AUTO_DELETE_CHOSEN)
