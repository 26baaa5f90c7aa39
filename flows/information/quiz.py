"""A short quiz on recognising exploitation.

The correct information follows every answer. There is no score, and nothing is counted.
"""

from bot.conversation import Begin, Choose, End, Flow, Outcome
from bot.text import _, pgettext
from flows.texts import cards, phrases

ALLOWED = {
    "allowed": pgettext("quiz", "It is allowed"),
    "not_allowed": pgettext("quiz", "It is not allowed"),
    "unsure": phrases.NOT_SURE,
}
WHY = _("Many people believe the one or the other. The next message says what is true.")


class Quiz(Flow):
    """Four questions, each followed by what is true, and an offer to talk to a person."""

    title = pgettext("topic", "A short quiz")

    begin_with = cards.page(
        _("Four short questions about how people are exploited. Your answers go to nobody.")
    )
    papers = Choose(
        _("A manager keeps the papers of all workers, to keep them safe. Is it allowed?"),
        why=WHY,
        choices=ALLOWED,
        when=begin_with.was("next"),
    )
    papers_are = cards.page(cards.PAPERS, when=begin_with.was("next"))
    debt = Choose(
        _("A worker owes money for the journey. Is it allowed to keep them until it is paid?"),
        why=WHY,
        choices=ALLOWED,
        when=papers_are.was("next"),
    )
    debt_is = cards.page(cards.DEBT, when=papers_are.was("next"))
    young = Choose(
        _("Someone under 18 agreed to the work. Can it be exploitation all the same?"),
        why=WHY,
        choices={
            "can": pgettext("quiz", "It can be"),
            "cannot": pgettext("quiz", "It cannot be"),
            "unsure": phrases.NOT_SURE,
        },
        when=debt_is.was("next"),
    )
    young_is = cards.page(cards.YOUNG_FIRST, when=debt_is.was("next"))
    near = Choose(
        _("You think that someone near you is exploited. What is safer for them?"),
        why=WHY,
        choices={
            "boss": pgettext("quiz", "Talk to their boss"),
            "fetch": pgettext("quiz", "Take them out myself"),
            "tell": pgettext("quiz", "Tell people who help"),
            "unsure": phrases.NOT_SURE,
        },
        when=young_is.was("next"),
    )
    near_is = cards.page(cards.NO_HEROES, when=young_is.was("next"))
    may = cards.page(cards.SAFE_TO_TELL, when=near_is.was("next"))
    last = cards.last_page(
        _(
            "There is no mark. No sign proves anything, no list shows everything, and one sign can "
            "be enough to ask. You can talk to a person here about what you noticed, or about "
            "yourself."
        ),
        when=may.was("next"),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
