"""What a forum desk uses; built in `bot.app`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.queries import AnswerRenderer
from bot.desks.case_summary import CaseSummaries
from bot.desks.forum.topics import TopicStore
from bot.desks.locale import StaffLocale
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.staff.staff import Staff
from bot.vault import AuditLog, Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.conversation import FlowRegistry
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.places.directory import Recipient
    from bot.places.place import Place
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.text import Text


@dataclass(kw_only=True)
class ForumContext:
    """One group of caseworkers, and everything its desk reads from."""

    settings: Settings
    vault: Vault
    find_place: Callable[[], Place]
    phrasebook: Phrasebook
    flow_registry: FlowRegistry
    titles: Mapping[str, Text]
    phrase_groups: Mapping[str, Text]
    username: Callable[[], str]  # the bot's own name: commands for another bot are ignored

    def __post_init__(self) -> None:
        settings, vault = self.settings, self.vault
        self.shows_content = settings.desk_mode == "content"
        self.locale = locale = StaffLocale(
            settings.staff_language, settings.zone, settings.organisation
        )
        self.staff = Staff(vault)
        self.audit = AuditLog(vault)
        self.topics = TopicStore(vault)
        self.summaries = CaseSummaries(vault)
        self.check_ins = CheckIns(vault, self.audit)
        self.legal_deadlines = CaseDeadlines(vault, self.audit, self.place.deadline_rules)
        self.dispositions = DISPOSITIONS
        self.answer_renderer = AnswerRenderer(
            self.flow_registry, locale.flow_catalogue, locale.staff_catalogue,
            organisation=settings.organisation,
        )  # fmt: skip

    @property
    def place(self) -> Place:
        """The place, as two people last checked it."""
        return self.find_place()

    @property
    def recipients(self) -> Mapping[str, Recipient]:
        """Organisations a case can be referred to, by code."""
        return self.place.recipients

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
