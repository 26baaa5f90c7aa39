"""What a person wrote in their own words before any question asked for it.

It is kept, and a caseworker can have it after one tap. Nothing has to be answered first.
"""

from bot.conversation import Decide, End, Fact, Flow, Outcome, Say
from bot.text import _, pgettext
from flows.texts import cards, phrases


class Story(Flow):
    """Thanks, numbers, and one question: whether a caseworker reads it now."""

    title = _("What you wrote")
    offers_person = has_controls = False

    rehearsal = Say(phrases.REHEARSAL, when=Fact("rehearsal"))
    kept = Say(
        # Translators: safety sentence. {numbers_other} is a list of phone numbers, one a line. "No
        # person": only the bot has seen it.
        _(
            "Thank you. We kept what you wrote. No person has read it yet.\n"
            "In Taiwan these answer now:\n{numbers_other}"
        )
    )
    abroad = Say(cards.ABROAD_LINE, when=Fact("abroad"))
    at_sea = Say(cards.SEA_CALL, when=Fact("at_sea"))
    give = Decide(
        # Translators: safety sentence. "They must tell": a duty of the staff by law. "Seems to be
        # forced or controlled": any person, not only the one who writes. {digits_other} are phone
        # numbers, e.g. 1955. The question stands last: that is in sight on a small phone.
        _(
            "Taiwan law says caseworkers must tell the police at once when someone seems forced "
            "or controlled, and the city or county when someone under 18 is harmed. Shall a "
            "caseworker read it now, and what you write here from now on?\n{digits_other}"
        ),
        short=pgettext("summary", "Read by a person"),
        why=_(
            "Then you need not answer our questions first. A caseworker reads your own words and "
            "may answer you here."
        ),
        give=pgettext("button", "Give it to a person"),
        go_on=pgettext("button", "Back to the question"),
    )
    given = End(phrases.SENT, Outcome.STORY_GIVEN, when=give.was("give"))
    end = End(None)
