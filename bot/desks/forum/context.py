"""What a forum desk is made of: handed down from where the house is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.case_summary import Glances
from bot.desks.forum.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.queries import Telling
    from bot.conversation import Book
    from bot.desks.locale import Tongue
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.deadlines import CaseClocks
    from bot.hotline.staff.staff import Staff
    from bot.places.taiwan.recipients import Recipient
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault
    from bot.vault.audit.log import Audit


@dataclass(frozen=True)
class Setup:
    """One group of caseworkers, and all its desk looks things up in."""

    group: int
    """As the settings name it; `Place` knows what it has become."""
    shows_words: bool
    """Whether words of people may be shown there: mode content."""
    tongue: Tongue
    vault: Vault
    staff: Staff
    audit: Audit
    phrasebook: Phrasebook
    book: Book
    telling: Telling
    """Renders answers in the group's language."""
    titles: Mapping[str, Text]
    """What people are told a caseworker is, by code."""
    groups: Mapping[str, Text]
    """What the groups of the phrasebook are called."""
    dispositions: Mapping[str, Text]
    """How a case can end, by code."""
    recipients: Mapping[str, Recipient]
    """Whom a case can be passed on to, by code."""
    clocks: CaseClocks
    """What the law gives time for, by case."""
    check_ins: CheckIns
    """At which hours people want to be heard from, by case."""
    username: str = ""
    """The bot's own: commands meant for another bot are not ours."""

    @property
    def topics(self) -> Topics:
        """Return which topic shows which case."""
        return Topics(self.vault)

    @property
    def glances(self) -> Glances:
        """Return what looks at cases."""
        return Glances(self.vault)

    def name_of(self, work: Work, who: str) -> str:
        """Return what colleagues call a caseworker; the id of one who is not known."""
        found = self.staff.find(work, who) if who else None
        return (found.name if found else "") or who

    def title_of(self, work: Work, who: str) -> str:
        """Return what a caseworker is, as people are told it, in the group's language."""
        found = self.staff.find(work, who) if who else None
        if found is None:
            return ""
        title = self.titles.get(found.title)
        return title.read_in(self.tongue.flows) if title else found.title


class Place:
    """Where the desk stands: a group can become another one, with another number."""

    __slots__ = ("named", "now")

    def __init__(self, named: int) -> None:
        self.named = named
        """As the settings name it."""
        self.now = named

    def __contains__(self, chat: int) -> bool:
        return chat in {self.named, self.now}
