"""Who answers in this chat, on request."""

from bot.conversation import End, Fact, Flow, Outcome, Say
from bot.text import Text
from flows.texts import organisation


class Who(Flow):
    """Who answers and who learns of it. Only here is a partner named."""

    title = organisation.WHO_ARE_YOU

    people = Say(organisation.PEOPLE, when=~Fact("police") & ~Fact("office"))
    office = Say(organisation.OFFICE, when=Fact("office") & ~Fact("police"))
    police = Say(organisation.POLICE, when=Fact("police"))
    end = End(Text("{introduced}"), Outcome.INTRODUCTION_REQUESTED)
