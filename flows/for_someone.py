"""Somebody worries about another person: what is safe, what may be told, what must be told.

Nobody is asked to go there, to face anybody, or to question the person they worry about.
"""

from bot.conversation import Begin, Card, Choose, End, Fact, Flow, Outcome, on_any
from bot.text import _, pgettext
from flows import cards


class ForSomeone(Flow):
    """A friend, a neighbour, a family far away, or somebody whose work it is."""

    title = _("For someone else")

    now = Card(
        # Translators: {numbers} is a list of phone numbers, one a line.
        _("If someone is in danger now, call now. In Taiwan, day and night:\n{numbers}"),
        choices=cards.NEXT,
    )
    role = Choose(
        _("How do you come to know about it?"),
        why=_("What you may do, and what the law asks of you, differs."),
        when=now.was("next"),
        friend=pgettext("link", "Friend or family"),
        neighbour=pgettext("link", "I live nearby"),
        work=pgettext("link", "Through my work"),
        # Translators: the person is held outside Taiwan.
        abroad=pgettext("link", "They are abroad"),
    )
    no_heroes = Card(
        cards.NO_HEROES, choices=cards.NEXT, when=now.was("next") & ~role.was("work", "abroad")
    )
    listen = Card(
        _(
            "You do not have to ask the person anything. If they come to you: listen, believe "
            "them, and let them choose what happens."
        ),
        choices=cards.NEXT,
        when=no_heroes.was("next"),
    )
    may = Card(cards.SAFE_TO_TELL, choices=cards.NEXT, when=listen.was("next"))
    must = Card(
        _(
            "In Taiwan some people must tell the police at once when they suspect it at work: in "
            "immigration, labor, social, health, civil, household registration, school and tourism "
            "work, at employment agencies, in fishing inspection."
        ),
        choices=cards.NEXT,
        when=role.was("work") & Fact("duties"),
    )
    fine = Card(
        # Translators: {duty_fine_least} and {duty_fine_most} are amounts of money.
        _(
            "Whoever leaves it out without a good reason can be fined {duty_fine_least} to "
            "{duty_fine_most}. It is kept secret who told it."
        ),
        choices=cards.NEXT,
        when=must.was("next"),
    )
    agency = Card(
        # Translators: {agency_hours} e.g. 24.
        _(
            "An employment agency that suspects an employer of this, or of an assault, has "
            "{agency_hours} hours to tell the authorities."
        ),
        choices=cards.NEXT,
        when=fine.was("next"),
    )
    young = Card(cards.YOUNG_DUTY, choices=cards.NEXT, when=agency.was("next"))
    whom = Card(
        cards.WHOM_TO_CALL,
        choices=cards.NEXT,
        when=on_any("next", may, young) | (role.was("work") & ~Fact("duties")),
    )
    abroad = Card(cards.ABROAD_CALL, choices=cards.NEXT, when=role.was("abroad"))
    abroad_quiet = Card(cards.ABROAD_QUIET, choices=cards.NEXT, when=abroad.was("next"))
    abroad_note = Card(cards.ABROAD_NOTE, choices=cards.NEXT, when=abroad_quiet.was("next"))
    notice = Card(
        _(
            "Good to know later: where it is, when, what you saw or heard yourself, and how often. "
            "A guess is fine. Please take no risk for it."
        ),
        choices=cards.NEXT,
        when=whom.was("next"),
    )
    last = Card(
        _("You can tell it here now, or talk with a person first. You decide what you write."),
        choices=cards.LAST,
        when=on_any("next", notice, abroad_note),
    )

    talking = Begin(
        "talk",
        when=on_any(
            "talk", now, no_heroes, listen, may, must, fine, agency, young, whom, abroad,
            abroad_quiet, abroad_note, notice, last,
        ),
    )  # fmt: skip
    telling = Begin("report", when=last.was("tell"))
    asking = Begin("ask_for_help", when=last.was("ask"))
    end = End(None, Outcome.INFORMATION_READ)
