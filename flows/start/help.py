"""How the chat works: what can be pressed, typed and sent, and who answers."""

from bot.conversation import End, Flow, Say
from bot.text import _


class Help(Flow):
    """Four short messages; then the open question is asked again."""

    title = _("How this works")

    what_this_is = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation; {hours} e.g. every day
        # 09:00-21:00
        _(
            "A bot asks, one question at a time. People of {organisation} read what you send. "
            "When a person answers you, we say so.\nWhen people read: {hours}"
        )
    )
    answering = Say(
        _(
            "You can press a button, or type its number. You can also write, record your voice, "
            "or send photos. Every question can be skipped, except where we need a decision."
        )
    )
    buttons = Say(
        # Translators: quote the words on the buttons exactly.
        _(
            "Under a question you can skip it, go back, or talk to a person. To know why we ask, "
            "write: why. “Danger now” shows phone numbers. “Clear chat” deletes the messages here "
            "at once and ends it."
        )
    )
    commands = End(
        # Translators: leave the words with / as they are.
        _(
            "You can type these at any time:\n"
            "/language - another language\n"
            "/privacy - what we keep\n"
            "/danger - phone numbers\n"
            "/stop - stop here\n"
            "/bye - clear this chat\n"
            "/vanish - messages that erase themselves\n"
            "/start - the beginning"
        )
    )
