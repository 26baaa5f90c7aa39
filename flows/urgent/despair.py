"""Suicidal thoughts: a kind word, whom to call, and an offer to tell a caseworker."""

from bot.conversation import Begin, Card, Choose, End, Fact, Flow, Outcome, Say
from bot.text import Text, _, pgettext
from flows.texts import cards, phrases
from flows.urgent.danger import DangerFlow


class Despair(Flow):
    """Numbers first, then whether a caseworker is told. The reasons are not asked."""

    title = _("I do not want to live")
    offers_person = has_controls = False

    numbers = Say(
        # Translators: safety sentence. {numbers_despair} is a list of phone numbers, one a line.
        # Warm and plain: the person may not want to live any more.
        _(
            "Thank you for saying it. It can pass, even if it does not feel so now. These answer "
            "in Taiwan, day and night:\n{numbers_despair}"
        )
    )
    without_a_sim = Say(Text("{no_sim_line}"))
    until_then = Say(
        # Translators: safety sentence.
        _(
            "Until someone is with you: if you can, go where other people are that you trust, and "
            "put away what could hurt you."
        )
    )
    nobody_now = Say(phrases.NOBODY_NOW, when=DangerFlow.nobody_now.when)
    already_told = End(phrases.STILL_READ, Outcome.STAFF_ALERTED, when=DangerFlow.already_told.when)
    told_again = End(phrases.TOLD_FOR_LATER, Outcome.STAFF_ALERTED, when=Fact("told"))
    tell = Choose(
        # Translators: safety sentence. As in danger. {digits_despair} are phone numbers.
        _(
            "Shall we tell a caseworker now? They then read what you wrote just now and what you "
            "write here from now on. They may answer you here.\n{digits_despair}"
        ),
        why=DangerFlow.tell.why,
        choices=DangerFlow.tell.choices,
    )
    only_rehearsed = End(
        phrases.REHEARSAL, Outcome.STAFF_ALERTED, when=tell.was("now") & Fact("rehearsal")
    )
    told = End(DangerFlow.told.text, Outcome.STAFF_ALERTED, when=tell.was("now") & Fact("staffed"))
    told_for_later = End(phrases.TOLD_FOR_LATER, Outcome.STAFF_ALERTED, when=tell.was("now"))
    still_here = Card(
        _("All right, we told nobody. You can come back to it at any time, also in the night."),
        choices={"talk": cards.TALK, "on": pgettext("button", "Go on")},
    )
    talking = Begin("talk", when=still_here.was("talk"))
    end = End(None, Outcome.INFORMATION_READ)
