"""Cards of the information flows: their buttons, and sentences that several flows share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation import ALWAYS, Card, Guard, on_any
from bot.text import Text, _, pgettext
from flows.texts import phrases

if TYPE_CHECKING:
    from collections.abc import Mapping

TALK = pgettext("button", "Talk to a person")
# Translators: leads to the list of all topics.
TOPICS = pgettext("button", "Other topics")

NEXT = {
    # Translators: shows the next short message.
    "next": pgettext("button", "Next"),
    "talk": TALK,
    "topics": TOPICS,
}
"""The buttons of every card but the last."""
LAST = {
    "tell": pgettext("button", "Tell what happened"),
    "ask": pgettext("button", "Ask for help"),
    "talk": TALK,
    "topics": TOPICS,
}
"""The buttons of the last card: there is always a way on, and always a person."""


def page(text: Text, *, when: Guard = ALWAYS) -> Card:
    """Return a card that others follow."""
    return Card(text, choices=NEXT, when=when)


def last_page(text: Text, *, when: Guard = ALWAYS) -> Card:
    """Return the last card of a series."""
    return Card(text, choices=LAST, when=when)


def chosen(code: str, steps: Mapping[str, object]) -> Guard:
    """Return a guard that holds if this was chosen on any card among the steps of a flow."""
    return on_any(
        code, *(it for it in steps.values() if isinstance(it, Card) and code in it.choices)
    )


SITUATION = {
    "home_care": pgettext("work", "Care work in a home"),
    "factory": pgettext("work", "Factory"),
    "construction": pgettext("work", "Building site"),
    "farm": pgettext("work", "Farm"),
    "fishing": pgettext("work", "Fishing boat"),
    "spouse": phrases.SITUATION["married"],
    "student": phrases.SITUATION["studies"],
    "scam": pgettext("work", "Online scam place"),
    # Translators: a member of my family is held in such a place in another country.
    "family": pgettext("situation", "Family held there"),
    "under": phrases.OWN_AGE["under"],
    "other": phrases.SOMETHING_ELSE,
}
"""Situations with different rights."""

NUMBERS = {topic: Text(f"{{numbers_{topic}}}") for topic in ("home", "young", "sea")}
"""Phone numbers of the place, as a whole message."""

# Translators: {numbers_work} is a list of phone numbers, one a line.
WORK_CALL = _("About pay, hours or a contract, in Taiwan you can call:\n{numbers_work}")
# Translators: quote the words on the button exactly.
NO_NUMBERS = _(
    "We show no numbers for this now, because we are not sure of them. A person here can tell you "
    "whom to call. In danger, press “Danger now”."
)
# Translators: {numbers_other} is a list of phone numbers, one a line.
WHOM_TO_CALL = _("Whom you can call in Taiwan:\n{numbers_other}")
# Translators: {numbers_sea} is a list of phone numbers, one a line.
SEA_CALL = _(
    "In a harbour in Taiwan, or where the phone network of Taiwan still works, you can "
    "call:\n{numbers_sea}"
)
# Translators: {numbers_abroad} is a list of phone numbers, one a line.
ABROAD_CALL = _(
    "What happened to them is not their fault, and not yours. You can tell it here, or call. "
    "Taiwan's short numbers work only in Taiwan:\n{numbers_abroad}"
)
# Translators: for a person who is in another country now. {numbers_abroad} is a list of phone
# numbers, one a line.
ABROAD_LINE = _(
    "Taiwan's short numbers work only in Taiwan. People from Taiwan can call this from other "
    "countries, day and night:\n{numbers_abroad}"
)
# Translators: the agency of Taiwan's government for fishing. "Hired" is: signed the contract.
CREW = _(
    "If you were hired outside Taiwan for a fishing ship far at sea, the Fisheries Agency looks "
    "after your work, not the office for other workers. Other rules hold then. A person here can "
    "tell you whom to ask."
)
ABROAD_QUIET = _(
    "Please do not tell the people who hold them that you asked for help. It can be dangerous for "
    "those who are there."
)
ABROAD_NOTE = _(
    "If it is safe, keep what you know in one place: where they may be, when they left, who wrote "
    "to you, which names and accounts were used. A guess is fine."
)
YOUNG_FIRST = _(
    "For anyone under 18 nobody has to show that there was force. Having agreed to it does not "
    "count against a person under 18."
)
# Translators: {child_hours} e.g. 24. "Local government" is the city or county in Taiwan.
YOUNG_DUTY = _(
    "In Taiwan social workers, doctors, teachers, police and some others must tell the local "
    "government within {child_hours} hours when someone under 18 is harmed. That is so that they "
    "are looked after."
)
# Translators: the law in Taiwan about people who were exploited.
SECRET = _(
    "For people the law protects like this: whoever learns at work who they are must keep it "
    "secret. Nobody may make their name, face, school or workplace public, unless a law says so."
)
INTERPRETER = _("You can ask for an interpreter who does not work for your broker or employer.")
APPLY = _(
    "Most of this does not come by itself: you ask for it, and an office decides. Nobody can "
    "promise it. A person here can go through the papers with you."
)
PAPERS = _(
    "Your papers are yours. In Taiwan no employer and no agency may keep a passport or a "
    "card against your wish, and none may force anyone to work."
)
DEBT = _(
    "A debt gives nobody the right to keep you. If nobody tells you clearly how much it "
    "is, how it is counted and when it ends, that can be against the law in Taiwan."
)
NO_HEROES = _(
    "Please do not face the people who do this, and do not take anyone out by yourself. "
    "It can be dangerous for both of you."
)
SAFE_TO_TELL = _(
    "Anyone may tell what they noticed. In Taiwan it is kept secret who told it. You need "
    "not be sure, and you need not give your name here."
)
