"""Emergency: whom to call, how to call silently, and whether a caseworker is told."""

from bot.conversation import Choose, End, Fact, Flow, Outcome, Say
from bot.text import Text, _, pgettext
from flows import phrases


class DangerFlow(Flow):
    """Numbers first, then one question. Nothing else is sent."""

    title = _("Danger now")

    numbers = Say(Text("{danger_line}\n{numbers}"))
    without_a_voice = Say(Text("{silent_line}"))
    nobody_now = Say(
        # Translators: {hours} e.g. every day 09:00-21:00
        _(
            "Nobody is on duty in this chat right now. If you can call, do not wait for us.\n"
            "When people read: {hours}"
        ),
        when=~Fact("staffed"),
    )
    tell = Choose(
        # Translators: safety sentence [k]. An offer, both answers equal. Not "let us go together".
        # "What kind of danger": for example that a person is locked in, found by phrases we know.
        _(
            "Shall we tell a caseworker now? They see only your language and what kind of danger "
            "it may be. They may write to you here."
        ),
        why=_("It lets a person look here first. Your own words do not go with it."),
        now=pgettext("button", "Tell them now"),
        # Translators: do not tell them for the moment.
        not_yet=pgettext("button", "Not yet"),
    )
    only_rehearsed = End(
        phrases.REHEARSAL, Outcome.STAFF_ALERTED, when=tell.was("now") & Fact("rehearsal")
    )
    told = End(
        _("It is passed on, and someone is on duty. You can go on writing here, or stop."),
        Outcome.STAFF_ALERTED,
        when=tell.was("now") & Fact("staffed"),
    )
    told_for_later = End(
        # Translators: {hours} e.g. every day 09:00-21:00
        _("It is passed on. Nobody is on duty yet, so call if you can.\nWhen people read: {hours}"),
        Outcome.STAFF_ALERTED,
        when=tell.was("now"),
    )
    not_told = End(_("All right. We told nobody. We go on where we were."))
