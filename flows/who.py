"""Somebody asks who we are before they tell anything."""

from bot.conversation import End, Flow, Known, Outcome, Say
from bot.text import Text
from flows import organisation


class Who(Flow):
    """Who answers here, and who learns of it; only here a partner is named."""

    title = organisation.WHO_ARE_YOU

    people = Say(organisation.PEOPLE, when=~Known("police") & ~Known("office"))
    office = Say(organisation.OFFICE, when=Known("office") & ~Known("police"))
    police = Say(organisation.POLICE, when=Known("police"))
    end = End(Text("{introduced}"), Outcome.ASKED_WHO)
