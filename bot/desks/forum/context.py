"""What a forum desk is made of: handed down from where the house is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.case_summary import CaseSummaries
from bot.desks.forum.topics import TopicStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.queries import AnswerRenderer
    from bot.conversation import FlowRegistry
    from bot.desks.locale import StaffLocale
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.staff.staff import Staff
    from bot.places.directory import Recipient
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault
    from bot.vault.audit.log import AuditLog


@dataclass(frozen=True)
class ForumContext:
    """One group of caseworkers, and all its desk looks things up in."""

    group_id: int
    """As the settings name it; `Place` knows what it has become."""
    shows_content: bool
    """Whether words of people may be shown there: mode content."""
    locale: StaffLocale
    vault: Vault
    staff: Staff
    audit: AuditLog
    phrasebook: Phrasebook
    flow_registry: FlowRegistry
    answer_renderer: AnswerRenderer
    """Renders answers in the group's language."""
    titles: Mapping[str, Text]
    """What people are told a caseworker is, by code."""
    phrase_groups: Mapping[str, Text]
    """What the groups of the phrasebook are called."""
    dispositions: Mapping[str, Text]
    """How a case can end, by code."""
    recipients: Mapping[str, Recipient]
    """Whom a case can be passed on to, by code."""
    legal_deadlines: CaseDeadlines
    """What the law gives time for, by case."""
    check_ins: CheckIns
    """At which hours people want to be heard from, by case."""
    username: str = ""
    """The bot's own: commands meant for another bot are not ours."""

    @property
    def topics(self) -> TopicStore:
        """Return which topic shows which case."""
        return TopicStore(self.vault)

    @property
    def summaries(self) -> CaseSummaries:
        """Return what looks at cases."""
        return CaseSummaries(self.vault)

    def caseworker_name(self, work: Work, who: str) -> str:
        """Return what colleagues call a caseworker; the id of one who is not known."""
        found = self.staff.find(work, who) if who else None
        return (found.name if found else "") or who

    def caseworker_title(self, work: Work, who: str) -> str:
        """Return what a caseworker is, as people are told it, in the group's language."""
        found = self.staff.find(work, who) if who else None
        if found is None:
            return ""
        title = self.titles.get(found.title)
        return title.render(self.locale.flow_catalogue) if title else found.title


class ForumGroup:
    """Where the desk stands: a group can become another one, with another number."""

    __slots__ = ("configured_id", "current_id")

    def __init__(self, configured_id: int) -> None:
        self.configured_id = configured_id
        """As the settings name it."""
        self.current_id = configured_id

    def __contains__(self, chat: int) -> bool:
        return chat in {self.configured_id, self.current_id}
