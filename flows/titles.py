"""Who writes to a person when it is not the bot: a role in words, never a name.

The words fill a blank in the middle of a sentence ("You are talking with {who} now"). Whoever is an
official is called one: a person must know whom they are telling something to.
"""

from bot.text import _

ROLE_TITLES = {
    # Translators: fills a blank inside a sentence; somebody of the organisation who helps.
    "caseworker": _("a caseworker"),
    # Translators: fills a blank inside a sentence; somebody who listens and advises.
    "counsellor": _("a counsellor"),
    # Translators: fills a blank inside a sentence.
    "social_worker": _("a social worker"),
    # Translators: fills a blank inside a sentence.
    "lawyer": _("a lawyer"),
    # Translators: fills a blank inside a sentence; somebody who translates what both sides say.
    "interpreter": _("an interpreter"),
    # Translators: fills a blank inside a sentence; police, immigration or labour officer.
    "officer": _("a government officer"),
}
"""What people are told a caseworker is, by the code kept with them."""
