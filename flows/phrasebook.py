"""Reviewed sentences a caseworker can send in the person's language.

Where a flow already says it, it is the flow's own sentence: what was reviewed once is not written
twice. Each asks one thing, promises nothing, and is neutral on a locked screen; each button states
the fact. Drafts: no native speaker has read them yet.
"""

from __future__ import annotations

from bot.conversation import Phrase
from bot.text import Text, _, pgettext
from flows import phrases
from flows.ask_for_help import AskForHelp
from flows.danger import Danger
from flows.welcome import Welcome

OPENING, SAFETY, MEETING, PEOPLE = "opening", "safety", "meeting", "people"
NEEDS, UNDERSTANDING, ENDING = "needs", "understanding", "ending"

GROUPS: dict[str, Text] = {
    # Translators: these stand above groups of sentences; caseworkers read them.
    OPENING: pgettext("group", "To begin"),
    SAFETY: pgettext("group", "Safety"),
    # Translators: to telephone, to meet somewhere.
    MEETING: pgettext("group", "Calling and meeting"),
    # Translators: interpreters, officers, colleagues: whoever else may come in.
    PEOPLE: pgettext("group", "Who comes in"),
    NEEDS: pgettext("group", "What is needed"),
    UNDERSTANDING: pgettext("group", "To understand each other"),
    ENDING: pgettext("group", "To end"),
}
"""What the phrasebook's groups are called."""

TIME = pgettext("blank", "Day and time")
PLACE = pgettext("blank", "Place, as it is signposted")

ALL = (
    # --- To begin ------------------------------------------------------------------------------
    Phrase(
        "opener",
        OPENING,
        # Translators: the first words after a silence. Whoever holds the phone reads them.
        _("Hello. Is this a good moment to write?"),
        replies={
            "can_write": pgettext("reply", "I can write now"),
            "not_now": pgettext("reply", "Not now"),
            "who": pgettext("reply", "Who is this?"),
        },
    ),
    Phrase("seen", OPENING, Welcome.seen.prompt, replies=Welcome.seen.choices),
    # --- Safety --------------------------------------------------------------------------------
    Phrase("safe", SAFETY, phrases.SAFE_QUESTION, replies=phrases.SAFE_NOW),
    Phrase("numbers", SAFETY, Danger.numbers.text),
    Phrase("hurt", SAFETY, phrases.HURT_QUESTION, replies=phrases.HURT),
    Phrase("tonight", SAFETY, AskForHelp.tonight.prompt, replies=AskForHelp.tonight.choices),
    # --- To end --------------------------------------------------------------------------------
    Phrase("silent", ENDING, phrases.CONTACT_SILENT),
)
"""Every sentence, as a caseworker reads them from top to bottom."""

PHRASES: dict[str, Phrase] = {phrase.code: phrase for phrase in ALL}
"""Every sentence by its code."""
