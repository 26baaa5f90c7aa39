"""Services and settings of one desk, as the application passes them to each request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.desks.case_summary import CaseSummaries
from bot.desks.locale import StaffLocale
from bot.desks.web.auth.passkeys import PasskeyStore
from bot.desks.web.auth.refusal_log import RefusalLog
from bot.desks.web.auth.totp import PendingEnrolment, SecondFactors, current_code
from bot.desks.web.auth.webauthn import WebAuthn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from bot.cases.evidence.image_sanitizer import ImageSanitizer
    from bot.cases.queries import AnswerRenderer, CaseReader
    from bot.clock import Clock
    from bot.conversation import FlowRegistry
    from bot.desks.web.auth.sessions import DeskSessions
    from bot.desks.web.auth.throttle import LoginThrottle
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
    """Services and settings of one desk."""

    origin: str
    """Address of the desk, e.g. `https://desk.example.org`; requests for another get no answer."""
    root: str
    """Path prefix without a trailing slash; empty for none."""
    organisation: str
    contact: str
    language: str
    """Language until a caseworker chooses one."""
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
    legal_deadlines: CaseDeadlines
    phrasebook: Phrasebook
    flow_registry: FlowRegistry
    known_facts: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment; the questions of a flow depend on them."""
    case_reader: Callable[[str], CaseReader]
    answer_renderer: Callable[[str], AnswerRenderer]
    titles: Mapping[str, Text]
    phrase_groups: Mapping[str, Text]
    recipients: Mapping[str, Text]
    dispositions: Mapping[str, Text]
    files_dir: Path
    image_sanitizer: ImageSanitizer
    bot_id: int
    pending_enrolments: dict[str, PendingEnrolment] = field(default_factory=dict)
    """Enrolments that still need a second factor, by invitation link."""
    demo_links: dict[bytes, str] = field(default_factory=dict)
    """Links that sign in the caseworker of a demo, by digest; empty outside a demo."""
    demo_authenticators: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name and TOTP secret of demo caseworkers, by id; empty outside a demo."""

    def __post_init__(self) -> None:
        self.passkeys = PasskeyStore(self.vault)
        self.webauthn = WebAuthn(self.origin, self.vault.prove)
        self.refusal_log = RefusalLog()

    @property
    def summaries(self) -> CaseSummaries:
        """Return the summaries of cases."""
        return CaseSummaries(self.vault)

    def demo_codes(self, now: int) -> dict[str, tuple[str, str]]:
        """Return names and current codes of demo caseworkers, by id."""
        return {
            who: (name, current_code(secret, now))
            for who, (name, secret) in self.demo_authenticators.items()
        }

    @property
    def is_secure(self) -> bool:
        """Whether browsers connect by TLS."""
        return self.origin.startswith("https://")

    def locale(self, language: str) -> StaffLocale:
        """Return the locale of a staff language."""
        return StaffLocale(language, self.zone)
