"""Information: what may be useful later as evidence."""

from bot.conversation import Begin, End, Flow, Outcome
from bot.text import _
from flows.texts import cards


class WhatToKeep(Flow):
    """Safety first: only what the person already has, and only if it is safe to keep."""

    title = _("What to keep")

    safety = cards.page(
        _(
            "Being safe comes before everything else. Please never go back to a place, and take no "
            "risk, for a paper or a photo."
        )
    )
    what = cards.page(
        _(
            "If you have them already and are safe, these can be useful later: messages, photos, "
            "pay slips, notes of your hours, contracts, names, numbers of cars or ships."
        ),
        when=safety.was("next"),
    )
    how = cards.page(
        _(
            "Keep them as they are, without changing anything, where others do not look. Someone "
            "you trust can keep a copy."
        ),
        when=what.was("next"),
    )
    without = cards.page(
        _(
            "If it is not safe to keep them, let it be. What you remember counts as well, and "
            "nobody needs proof to ask for help."
        ),
        when=how.was("next"),
    )
    last = cards.last_page(
        _("When it is safe you can send photos or words here. On our side they are stored locked."),
        when=without.was("next"),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
