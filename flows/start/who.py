"""Who answers in this chat, on request."""

from bot.conversation import End, Fact, Flow, Outcome, Say
from bot.text import Text
from flows.texts import organisation


class Who(Flow):
    """Who answers and who learns of it. Only here is a partner named.

    The licence (AGPL-3.0, section 13) asks that its source code is offered to all who use it.
    """

    title = organisation.WHO_ARE_YOU

    people = Say(organisation.PEOPLE, when=~Fact("police") & ~Fact("office"))
    office = Say(organisation.OFFICE, when=Fact("office") & ~Fact("police"))
    police = Say(organisation.POLICE, when=Fact("police"))
    source = Say(organisation.SOURCE_CODE, when=Fact("source"))
    on_request = Say(organisation.SOURCE_ON_REQUEST, when=~Fact("source"))
    end = End(Text("{introduced}"), Outcome.INTRODUCTION_REQUESTED)
