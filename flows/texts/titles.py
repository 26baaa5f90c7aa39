"""How a caseworker is introduced to a person: by role, never by name.

The phrases fill a blank within a sentence. An official is always called one, because a person must
know whom they tell something.
"""

from bot.text import _

ROLE_TITLES = {
    # Translators: fills a blank inside a sentence; a person of the organisation who helps.
    "caseworker": _("a caseworker"),
    # Translators: fills a blank inside a sentence; a person who listens and advises.
    "counsellor": _("a counsellor"),
    # Translators: fills a blank inside a sentence.
    "social_worker": _("a social worker"),
    # Translators: fills a blank inside a sentence.
    "lawyer": _("a lawyer"),
    # Translators: fills a blank inside a sentence; a person who translates what both sides say.
    "interpreter": _("an interpreter"),
    # Translators: fills a blank inside a sentence; police, immigration or labour officer.
    "officer": _("a government officer"),
}
"""By the code stored with the caseworker."""
