"""Information: phone numbers by topic, at most three at a time, and what a call is like."""

from bot.conversation import Begin, Decide, End, Fact, Flow, Outcome
from bot.text import Text, _, pgettext
from flows.texts import cards


class PhoneNumbers(Flow):
    """All numbers are those of the place; none is written here."""

    title = _("Phone numbers")

    unchecked = End(
        cards.NO_NUMBERS,
        Outcome.INFORMATION_READ,
        when=~Fact("numbers_work") & ~Fact("numbers_home") & ~Fact("numbers_young")
        & ~Fact("numbers_sea") & ~Fact("numbers_papers"),
    )  # fmt: skip
    matter = Decide(
        _("What is it about?"),
        why=_("So that the list is short."),
        work=pgettext("numbers", "Work and pay"),
        # Translators: a family member or another person at home hurts the person.
        home=pgettext("numbers", "Violence at home"),
        young=pgettext("numbers", "Someone is under 18"),
        sea=pgettext("numbers", "Working at sea"),
        # Translators: visas, cards to stay or to work.
        papers=pgettext("numbers", "Questions on papers"),
    )
    none_left = End(
        cards.NO_NUMBERS,
        Outcome.INFORMATION_READ,
        when=(matter.was("work") & ~Fact("numbers_work"))
        | (matter.was("home") & ~Fact("numbers_home"))
        | (matter.was("young") & ~Fact("numbers_young"))
        | (matter.was("sea") & ~Fact("numbers_sea"))
        | (matter.was("papers") & ~Fact("numbers_papers")),
    )
    at_work = cards.page(cards.WORK_CALL, when=matter.was("work"))
    work_calling = cards.last_page(Text("{calling_work}"), when=at_work.was("next"))
    home = cards.page(cards.NUMBERS["home"], when=matter.was("home"))
    home_calling = cards.last_page(Text("{calling_home}"), when=home.was("next"))
    young = cards.page(cards.NUMBERS["young"], when=matter.was("young"))
    young_calling = cards.last_page(Text("{calling_young}"), when=young.was("next"))
    sea = cards.page(cards.NUMBERS["sea"], when=matter.was("sea"))
    crew = cards.page(cards.CREW, when=sea.was("next"))
    sea_calling = cards.last_page(Text("{calling_sea}"), when=crew.was("next"))
    papers = cards.page(Text("{numbers_papers}"), when=matter.was("papers"))
    papers_calling = cards.last_page(Text("{calling_papers}"), when=papers.was("next"))

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
