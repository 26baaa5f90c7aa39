"""What a forum desk uses; built in `bot.app`."""

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
    """One group of caseworkers, and everything its desk reads from."""

    group_id: int
    """The group of the settings; `ForumGroup` knows what it has become."""
    shows_content: bool
    locale: StaffLocale
    vault: Vault
    staff: Staff
    audit: AuditLog
    phrasebook: Phrasebook
    flow_registry: FlowRegistry
    answer_renderer: AnswerRenderer
    titles: Mapping[str, Text]
    phrase_groups: Mapping[str, Text]
    dispositions: Mapping[str, Text]
    recipients: Mapping[str, Recipient]
    legal_deadlines: CaseDeadlines
    check_ins: CheckIns
    username: str = ""
    """The bot's own name: commands for another bot are ignored."""

    @property
    def topics(self) -> TopicStore:
        """Return the store of topics."""
        return TopicStore(self.vault)

    @property
    def summaries(self) -> CaseSummaries:
        """Return the reader of case summaries."""
        return CaseSummaries(self.vault)

    def caseworker_name(self, work: Work, who: str) -> str:
        """Return a caseworker's name; the id of one who is not known."""
        found = self.staff.find(work, who) if who else None
        return (found.name if found else "") or who

    def caseworker_title(self, work: Work, who: str) -> str:
        """Return a caseworker's title, in the group's language."""
        found = self.staff.find(work, who) if who else None
        if found is None:
            return ""
        title = self.titles.get(found.title)
        return title.render(self.locale.flow_catalogue) if title else found.title


class ForumGroup:
    """The group of the desk: Telegram can turn it into another one, with another id."""

    def __init__(self, configured_id: int) -> None:
        self.configured_id = self.current_id = configured_id

    def __contains__(self, chat: int) -> bool:
        return chat in {self.configured_id, self.current_id}
