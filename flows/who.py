"""Somebody asks who we are before they tell anything."""

from bot.conversation import End, Fact, Flow, Outcome, Say
from bot.text import Text
from flows import organisation


class Who(Flow):
    """Who answers here, and who learns of it; only here a partner is named."""

    title = organisation.WHO_ARE_YOU

    people = Say(organisation.PEOPLE, when=~Fact("police") & ~Fact("office"))
    office = Say(organisation.OFFICE, when=Fact("office") & ~Fact("police"))
    police = Say(organisation.POLICE, when=Fact("police"))
    end = End(Text("{introduced}"), Outcome.INTRODUCTION_REQUESTED)
