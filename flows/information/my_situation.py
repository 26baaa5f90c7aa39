"""A self-check: signs of exploitation, without a verdict.

The signs are the eleven of the ILO for forced labour and those of the official posters. There is no
score, because no list can show that a person was not exploited. The text says "is not allowed" only
of what the law forbids in every case, and "may not be allowed" of everything else.
"""

from bot.conversation import Begin, ChooseMany, End, Flow, Outcome, on_any
from bot.text import _, pgettext
from flows.texts import cards

FORBIDDEN = ("documents", "movement", "threats", "sent_home", "violence", "unwanted_touch")
"""What the law forbids in every case."""


class MySituation(Flow):
    """Two lists to mark, what follows from them, and that people can help."""

    title = _("My situation")

    begin_with = cards.page(
        _(
            "Some things that happen at work or at home are not allowed in Taiwan. You can mark "
            "what you know from your own life. It is not sent to anybody."
        )
    )
    at_work = ChooseMany(
        _("Do any of these happen with your work? Choose what fits, then press “Done”."),
        why=_("It is about what others did, not about you. You can leave all of it out."),
        when=begin_with.was("next"),
        deception=pgettext("sign", "Not as promised"),
        wages=pgettext("sign", "Not paid properly"),
        overtime=pgettext("sign", "Too many hours"),
        # Translators: no food and no rest until the work is done.
        no_rest=pgettext("sign", "No food, no rest"),
        conditions=pgettext("sign", "Very bad conditions"),
        debt=pgettext("sign", "Debt to work off"),
        # Translators: made to cheat people or to do other things the law forbids.
        crimes=pgettext("sign", "Made to break laws"),
    )
    freedom = ChooseMany(
        _("And do any of these happen to you? Choose what fits, then press “Done”."),
        why=_("It is about what others did, not about you. You can leave all of it out."),
        when=begin_with.was("next"),
        documents=pgettext("sign", "Papers taken away"),
        movement=pgettext("sign", "Cannot go out freely"),
        isolation=pgettext("sign", "Cut off from people"),
        vulnerability=pgettext("sign", "Cannot say no"),
        threats=pgettext("sign", "Threats"),
        # Translators: "do as we say, or we send you back to your country".
        sent_home=pgettext("sign", "Told: we send you home"),
        violence=pgettext("sign", "Hit or hurt"),
        unwanted_touch=pgettext("sign", "Unwanted touching"),
    )
    some = cards.page(
        _("Some of what you describe is not allowed in Taiwan. It is not your fault."),
        when=at_work.has("crimes") | freedom.any(*FORBIDDEN),
    )
    perhaps = cards.page(
        _(
            "Some of what you describe may not be allowed in Taiwan. It depends on more than a "
            "list can show. It is not your fault."
        ),
        when=(at_work.is_answered | freedom.is_answered)
        & ~at_work.has("crimes")
        & ~freedom.any(*FORBIDDEN),
    )
    none = cards.page(
        _(
            "Only you know how it is for you. Lists like these do not show everything, and what "
            "you left out does not count against you."
        ),
        when=begin_with.was("next") & ~(at_work.is_answered | freedom.is_answered),
    )
    people = cards.last_page(
        _(
            "You do not have to be sure: people can help with this, whatever papers you have. You "
            "can talk to a person here about it."
        ),
        when=on_any("next", some, perhaps, none),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    led_on = End(
        None,
        when=on_any("talk", begin_with, some, perhaps, none, people)
        | people.was("tell")
        | people.was("ask"),
    )
    end = End(None, Outcome.INFORMATION_READ)
