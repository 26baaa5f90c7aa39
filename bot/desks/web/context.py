"""Everything a visit to the desk can need, handed down from where the house is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.desks.case_summary import CaseSummaries
from bot.desks.locale import StaffLocale
from bot.desks.web.auth.passkeys import PasskeyStore
from bot.desks.web.auth.refusal_log import RefusalLog
from bot.desks.web.auth.totp import current_code
from bot.desks.web.auth.webauthn import WebAuthn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from bot.cases.evidence.image_sanitizer import ImageSanitizer
    from bot.cases.queries import AnswerRenderer, CaseReader
    from bot.clock import Clock
    from bot.conversation import FlowRegistry
    from bot.desks.web.auth.enrolment import PendingEnrolment
    from bot.desks.web.auth.sessions import DeskSessions
    from bot.desks.web.auth.throttle import LoginThrottle
    from bot.desks.web.auth.totp import SecondFactors
    from bot.desks.web.command_client import CommandClient
    from bot.desks.web.live.watcher import EventStreams
    from bot.desks.web.read_pool import ReadPool
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.queue.sla import ReplyClocks
    from bot.hotline.referrals.store import Referrals
    from bot.hotline.staff.staff import Staff
    from bot.places.place import Place
    from bot.store.database import Database
    from bot.text import Text
    from bot.vault import Vault
    from bot.vault.audit.log import AuditLog
    from bot.vault.keys.staff_keys import StaffKeys


@dataclass
class DeskContext:
    """One desk."""

    origin: str
    """Where browsers find it, e.g. `https://desk.example.org`: nothing else is answered."""
    root: str
    """The path it stands under, without a slash at its end; empty: none."""
    organisation: str
    contact: str
    """How the organisation is reached, as papers for offices say it."""
    language: str
    """What the desk is read in until somebody chooses."""
    zone: ZoneInfo
    database: Database
    vault: Vault
    clock: Clock
    read_pool: ReadPool
    sessions: DeskSessions
    command_client: CommandClient
    streams: EventStreams
    throttle: LoginThrottle
    factors: SecondFactors
    staff: Staff
    staff_keys: StaffKeys
    audit: AuditLog
    reply_clocks: ReplyClocks
    referrals: Referrals
    place: Place
    """The country whose law is spoken of."""
    legal_deadlines: CaseDeadlines
    phrasebook: Phrasebook
    flow_registry: FlowRegistry
    known_facts: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment: what will be asked depends on them."""
    case_reader: Callable[[str], CaseReader]
    """Opens cases for somebody who reads a language."""
    answer_renderer: Callable[[str], AnswerRenderer]
    titles: Mapping[str, Text]
    phrase_groups: Mapping[str, Text]
    recipients: Mapping[str, Text]
    dispositions: Mapping[str, Text]
    files_dir: Path
    image_sanitizer: ImageSanitizer
    bot_id: int
    """The number of the bot whose people write here."""
    pending_enrolments: dict[str, PendingEnrolment] = field(default_factory=dict)
    """Whoever has shown a password at a link, and no second factor yet, by link."""
    demo_links: dict[bytes, str] = field(default_factory=dict)
    """Links that sign a rehearsal's caseworker in, by digest; none in a real house."""
    demo_authenticators: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Whose authenticator is on no telephone: name and secret by id; nobody's in a real house."""

    def __post_init__(self) -> None:
        self.passkeys = PasskeyStore(self.vault)
        self.webauthn = WebAuthn(self.origin, self.vault.prove)
        self.refusal_log = RefusalLog()

    @property
    def summaries(self) -> CaseSummaries:
        """Return what looks at cases."""
        return CaseSummaries(self.vault)

    def demo_codes(self, now: int) -> dict[str, tuple[str, str]]:
        """Return names and the codes of this moment, by id; none in a real house."""
        return {
            who: (name, current_code(it, now))
            for who, (name, it) in self.demo_authenticators.items()
        }

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers come by TLS."""
        return self.origin.startswith("https://")

    def locale(self, language: str) -> StaffLocale:
        """Return what reads phrases in a language of staff."""
        return StaffLocale(language, self.zone)
