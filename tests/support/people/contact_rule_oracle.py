"""What is true of people who said when they may be written to, and what a letter does to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.hotline.contact_rule import HOURS, PRESENCE_WINDOW
from bot.languages import LANGUAGES, catalogue
from flows.texts import hotline, phrases
from flows.texts.phrasebook import PHRASES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.messages import SendText
    from tests.support.people.chat_person import ChatPerson

INSTANT = 60 * SECOND
"""How much later than it was judged a letter may arrive."""
MARK = "W-"
"""What a caseworker's own words begin with."""
OPENERS = frozenset(PHRASES["opener"].text.render(catalogue(tag)) for tag in LANGUAGES)
"""The neutral list: what may be first after a gap."""
NEVER_BY_ITSELF = tuple(
    text.render(catalogue(tag)).split("{", 1)[0]
    for tag in LANGUAGES
    for text in (hotline.CASEWORKER_LEFT, hotline.CASEWORKER_CHANGED, phrases.AFTER_OUTAGE)
)
"""How what the bot says unasked begins."""


@dataclass
class PersonState:
    """A person, and what is true of them."""

    person: ChatPerson
    case: str
    rule: str
    heard_at: int
    insisted_at: int = 0
    is_opened: bool = False
    """An opener has arrived since they last did something."""
    is_met: bool = False
    """They did something after it."""
    is_owed: bool = False
    """They did something, and no opener has come since: one that comes answers them."""
    has_blocked: bool = False


@dataclass
class RuleViolation:
    """A letter that arrived and should not have."""

    why: str
    rule: str
    text: str


def find_violation(
    someone: PersonState, body: SendText, now: int, zone: ZoneInfo, *, is_gated: bool
) -> str | None:
    """Return what is wrong with a message that arrives at this moment; None for nothing.

    `is_gated`: it passed the gate; else it has to be an answer to what somebody sent.
    """
    if not is_gated:
        is_ours = body.text.startswith(MARK) or body.text.startswith(NEVER_BY_ITSELF)
        return "past the gate" if is_ours and not someone.is_met else None
    here = now - someone.heard_at <= PRESENCE_WINDOW + INSTANT and not someone.has_blocked
    if body.text in OPENERS:
        is_fine = here or someone.is_owed or _may_be_asked(someone, now, zone)
        return None if is_fine else "outside the rule"
    if not here:
        return "first after a gap"
    if body.text.startswith(MARK) and not someone.is_met:
        return "before the opener was answered"
    return None


def _may_be_asked(someone: PersonState, now: int, zone: ZoneInfo) -> bool:
    if now - someone.insisted_at <= PRESENCE_WINDOW + INSTANT or someone.rule == "any_time":
        return True
    _name, _colon, codes = someone.rule.partition(":")
    hours = {datetime.fromtimestamp(moment / SECOND, zone).hour for moment in (now, now - INSTANT)}
    return any(
        HOURS[code][0] <= hour + day < HOURS[code][1]
        for code in codes.split(",") if code
        for hour in hours
        for day in (0, 24)
    )  # fmt: skip
