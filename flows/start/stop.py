"""The end of a conversation, with a question only about unsent answers."""

from bot.conversation import Choose, End, Fact, Flow, Outcome, Say
from bot.text import _, pgettext


class Stop(Flow):
    """Stopping sends nothing; unsent answers are kept for a day or erased now."""

    title = _("Stop here")

    sent_before = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation
        _(
            "What you sent before stays with the people of {organisation}. "
            "Stopping passes nothing more on."
        ),
        when=Fact("sent"),
    )
    unsent = Choose(
        _("You can stop here. What shall we do with your unsent answers?"),
        why=_("If someone may look at this phone, erasing is safer. If not, you can go on later."),
        kept=pgettext("button", "Keep for 24 hours"),
        erase=pgettext("button", "Erase now"),
        when=Fact("unsent"),
    )
    goodbye_erased = End(
        # Translators: part of safety sentence [m]. Keep the English words "Clear history" with
        # your own. Press the chat's row in the list of chats, not a message.
        _(
            "All right. On our side, what was not sent is erased. The chat itself is still on "
            "this phone. To clear it: in the list of chats, press and hold this chat, then choose "
            "“Clear history”. Copies may stay elsewhere."
        ),
        Outcome.STOPPED,
        when=unsent.was("erase"),
    )
    goodbye_at_once = End(
        # Translators: part of safety sentence [m], as above.
        _(
            "All right. You can write here again at any time. The chat is still on this phone. "
            "To clear it: in the list of chats, press and hold this chat, then choose "
            "“Clear history”. Copies may stay elsewhere."
        ),
        Outcome.STOPPED,
        when=~Fact("unsent"),
    )
    goodbye = End(
        # Translators: part of safety sentence [m], as above.
        _(
            "All right. You can go on within 24 hours. The chat is still on this phone. "
            "To clear it: in the list of chats, press and hold this chat, then choose "
            "“Clear history”. Copies may stay elsewhere."
        ),
        Outcome.STOPPED,
    )
