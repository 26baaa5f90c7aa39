"""The safety check after a silence, before the open question is asked again."""

from bot.conversation import Choose, Decide, End, Flow, Outcome, Say
from bot.text import _, pgettext
from flows.start.welcome import Welcome
from flows.texts import phrases


class ReturnCheck(Flow):
    """Who can see the phone now; no earlier answer is shown."""

    former_names = ("again",)
    title = Welcome.title

    seen = Choose(
        # Translators: safety sentence [b]. "Anyone else" than you. Not "is a person spying".
        _("Can anyone else see this phone or this chat now?"),
        why=_("If someone can see it, it may be safer to write at another time or place."),
        reassuring=("nobody",),
        # Translators: someone other than you can see it.
        someone=pgettext("button", "Someone can see"),
        nobody=pgettext("button", "Nobody can see"),
        unsure=phrases.NOT_SURE,
    )
    careful = Say(
        # Translators: part of safety sentence [m]. Keep the English words "Clear history" with
        # your own. Press the chat's row in the list of chats, not a message.
        _(
            "You can stop now and write later, when nobody can see.\n"
            "To clear this chat: in the list of chats, press and hold this chat, "
            "then choose “Clear history”. Copies on other devices may stay."
        ),
        when=~seen.was("nobody"),
    )
    go_on = Decide(
        _("What is better for you now?"),
        why=_("You know best what is safe. Both answers are fine."),
        pause=pgettext("button", "Stop for now"),
        go_on=pgettext("button", "Go on now"),
        when=~seen.was("nobody"),
    )
    until_later = End(
        _("All right. You can write here again at any time."),
        Outcome.STOPPED,
        when=go_on.was("pause"),
    )
    end = End(None)
