"""Someone is in danger at this moment: whom to call, how without a voice, and one question."""

from bot.conversation import Choose, End, Flow, Known, Outcome, Say
from bot.text import _, pgettext
from flows import phrases


class Danger(Flow):
    """Numbers first; then whether a caseworker shall be told. Nothing else is sent."""

    title = _("Danger now")

    numbers = Say(
        # Translators: {numbers} is a list, one number a line, e.g. 110 - police. It is safe
        # to call, not to be where you are. Short, so that the question below is seen as well.
        _("If you can call safely, call now. In Taiwan, day and night:\n{numbers}"),
    )
    without_a_voice = Say(
        # Translators: 119 is the fire brigade and the ambulance in Taiwan. A caller who cannot
        # speak presses 1 (rescue) again and again. "Yingwen" is how Chinese for "English" sounds:
        # write it as your readers would say it.
        _(
            "If you cannot speak: in Taiwan call 119 and press 1 again and again. "
            "If they know only Chinese, say Yingwen: it means English."
        ),
    )
    nobody_now = Say(
        # Translators: {hours} e.g. every day 09:00-21:00
        _(
            "Nobody is on duty in this chat right now. If you can call, do not wait for us.\n"
            "When people read: {hours}"
        ),
        when=~Known("staffed"),
    )
    tell = Choose(
        # Translators: safety sentence [k]. An offer, both answers equal. Not "let us go together".
        _(
            "Shall we tell a caseworker now? They see only your language and that there is "
            "danger. They may write to you here."
        ),
        why=_("It lets a person look here first. Nothing of what you wrote goes with it."),
        now=pgettext("button", "Tell them now"),
        # Translators: do not tell them for the moment.
        not_yet=pgettext("button", "Not yet"),
    )
    only_rehearsed = End(
        phrases.REHEARSAL,
        Outcome.TELL_NOW,
        when=tell.was("now") & Known("rehearsal"),
    )
    told = End(
        _("It is passed on, and someone is on duty. You can go on writing here, or stop."),
        Outcome.TELL_NOW,
        when=tell.was("now") & Known("staffed"),
    )
    told_for_later = End(
        # Translators: {hours} e.g. every day 09:00-21:00
        _("It is passed on. Nobody is on duty yet, so call if you can.\nWhen people read: {hours}"),
        Outcome.TELL_NOW,
        when=tell.was("now"),
    )
    not_told = End(_("All right. We told nobody. We go on where we were."))
