"""Emergency: whom to call, how to call silently, and whether a caseworker is told."""

from bot.conversation import Choose, End, Fact, Flow, Outcome, Say
from bot.text import Text, _, pgettext
from flows.texts import cards, phrases


class DangerFlow(Flow):
    """Numbers first, then one question. Answers that were not sent stay unsent."""

    title = _("Danger now")
    offers_person = has_controls = False

    numbers = Say(Text("{danger_line}\n{numbers}"))
    without_a_voice = Say(Text("{silent_line}\n{numbers_night}"))
    # Words may be misread: these numbers are added, and none is left out.
    abroad = Say(cards.ABROAD_LINE, when=Fact("abroad"))
    at_sea = Say(cards.SEA_CALL, when=Fact("at_sea"))
    nobody_now = Say(phrases.NOBODY_NOW, when=~Fact("staffed") & ~Fact("told"))
    already_told = End(
        phrases.STILL_READ, Outcome.STAFF_ALERTED, when=Fact("told") & Fact("staffed")
    )
    told_again = End(phrases.TOLD_FOR_LATER, Outcome.STAFF_ALERTED, when=Fact("told"))
    tell = Choose(
        # Translators: safety sentence [k]. An offer, both answers equal. Not "let us go together".
        # "Must" is a duty of the staff; "someone" is anyone, not only the one who writes.
        # {digits} are phone numbers, e.g. 110.
        _(
            "Shall we tell a caseworker now? They then read what you wrote just now and what you "
            "write here from now on, and may answer you here. By law they must tell the police at "
            "once when someone seems forced or controlled.\n{digits}"
        ),
        why=_(
            "Nothing else goes with it: no answers you have not sent. A person can help you "
            "sooner then."
        ),
        now=pgettext("button", "Tell them now"),
        # Translators: do not tell them for the moment.
        not_yet=pgettext("button", "Not yet"),
    )
    only_rehearsed = End(
        phrases.REHEARSAL, Outcome.STAFF_ALERTED, when=tell.was("now") & Fact("rehearsal")
    )
    told = End(
        # Translators: safety sentence. "Them" and "someone": caseworkers. A fact, not a promise.
        _("We told them, and someone is on duty. They read what you write here."),
        Outcome.STAFF_ALERTED,
        when=tell.was("now") & Fact("staffed"),
    )
    told_for_later = End(phrases.TOLD_FOR_LATER, Outcome.STAFF_ALERTED, when=tell.was("now"))
    not_told = End(
        # Translators: safety sentence. No person was told of it.
        _("All right. We told nobody. We go on where we were.")
    )
