"""Information for people who worry about someone else: what is safe, what to tell, and to whom.

It never asks a person to go there, to confront anyone, or to question the person they worry about.
"""

from bot.conversation import Begin, Choose, End, Fact, Flow, Outcome, on_any
from bot.text import _, pgettext
from flows.texts import cards


class ForSomeone(Flow):
    """For a friend, a neighbour, a family far away, or a professional."""

    title = _("For someone else")

    now = cards.page(
        # Translators: {numbers} is a list of phone numbers, one a line.
        _("If someone is in danger now, call now. In Taiwan, day and night:\n{numbers}")
    )
    role = Choose(
        _("How do you know about this?"),
        why=_("What you may do, and what the law asks of you, differs."),
        when=now.was("next"),
        friend=pgettext("link", "Friend or family"),
        neighbour=pgettext("link", "I live nearby"),
        work=pgettext("link", "Through my work"),
        # Translators: the person is held outside Taiwan.
        abroad=pgettext("link", "They are abroad"),
    )
    no_heroes = cards.page(cards.NO_HEROES, when=now.was("next") & ~role.was("work", "abroad"))
    listen = cards.page(
        _(
            "You do not have to ask the person anything. If they come to you: listen, believe "
            "them, and let them choose what happens."
        ),
        when=no_heroes.was("next"),
    )
    may = cards.page(cards.SAFE_TO_TELL, when=listen.was("next"))
    must = cards.page(
        _(
            "In Taiwan some people must tell the police at once when they suspect it at work: in "
            "immigration, labor, social, health, civil, household registration, school and tourism "
            "work, at employment agencies, in fishing inspection."
        ),
        when=role.was("work") & Fact("duties"),
    )
    fine = cards.page(
        # Translators: {duty_fine_least} and {duty_fine_most} are amounts of money.
        _(
            "Whoever leaves it out without a good reason can be fined {duty_fine_least} to "
            "{duty_fine_most}. It is kept secret who told it."
        ),
        when=must.was("next"),
    )
    agency = cards.page(
        # Translators: {agency_hours} e.g. 24.
        _(
            "An employment agency that suspects an employer of this, or of an assault, has "
            "{agency_hours} hours to tell the police or another government office."
        ),
        when=fine.was("next"),
    )
    young = cards.page(cards.YOUNG_DUTY, when=agency.was("next"))
    whom = cards.page(
        cards.WHOM_TO_CALL, when=on_any("next", may, young) | (role.was("work") & ~Fact("duties"))
    )
    abroad = cards.page(cards.ABROAD_CALL, when=role.was("abroad"))
    abroad_quiet = cards.page(cards.ABROAD_QUIET, when=abroad.was("next"))
    abroad_note = cards.page(cards.ABROAD_NOTE, when=abroad_quiet.was("next"))
    notice = cards.page(
        _(
            "Good to know later: where it is, when, what you saw or heard yourself, and how often. "
            "A guess is fine. Please take no risk for it."
        ),
        when=whom.was("next"),
    )
    last = cards.last_page(
        _("You can tell it here now, or talk with a person first. You decide what you write."),
        when=on_any("next", notice, abroad_note),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
