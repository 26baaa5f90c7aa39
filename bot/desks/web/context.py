"""Services and settings of one desk, as the application passes them to each request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.evidence.audio_sanitizer import AudioSanitizer
from bot.cases.evidence.image_sanitizer import ImageSanitizer
from bot.desks.case_summary import CaseSummaries
from bot.desks.locale import StaffLocale
from bot.desks.web.auth.begun_enrolments import BegunEnrolments
from bot.desks.web.auth.passkeys import PasskeyStore
from bot.desks.web.auth.refusal_log import RefusalLog
from bot.desks.web.auth.sessions import DeskSessions
from bot.desks.web.auth.throttle import LoginThrottle
from bot.desks.web.auth.totp import SecondFactors, current_code
from bot.desks.web.auth.webauthn import WebAuthn
from bot.desks.web.auth.wrong_guesses import WrongGuesses
from bot.desks.web.command_client import CommandClient
from bot.desks.web.live.lapsed_claims import LapsedClaims
from bot.desks.web.live.moved_cases import MovedCases
from bot.desks.web.live.seen_marks import SeenMarks
from bot.desks.web.live.watcher import EventStreams
from bot.desks.web.read_pool import ReadPool
from bot.documents.typesetter import Typesetter
from bot.errors import HavenError
from bot.exports.bodies_abroad import BodiesAbroad
from bot.hotline.assist.assistant import load_assistant
from bot.hotline.commands.texts import DISPOSITIONS
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.directory.freshness import freshness_of
from bot.hotline.directory.rules import known_codes
from bot.hotline.directory.store import ServiceDirectory
from bot.hotline.duties import CaseDuties
from bot.hotline.fact_checks import FactChecks
from bot.hotline.on_call.roster import OnCallRoster, configured_channels
from bot.hotline.place_records import connections_of, records_of
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.referrals.copies import ReferralCopies
from bot.hotline.staff.enrolment import Enrolment
from bot.hotline.staff.offices import Offices
from bot.hotline.staff.staff import Staff
from bot.partners.members import PartnerMembers
from bot.places.duties import duties_of
from bot.posters.maker import PosterMaker
from bot.store.blobs.opening import open_blobs
from bot.vault.audit.log import AuditLog
from bot.vault.keys.staff_keys import StaffKeys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from bot.cases.queries import AnswerRenderer, CaseReader
    from bot.clock import Clock
    from bot.conversation import FlowRegistry
    from bot.desks.practice import Practice
    from bot.hotline.chat.phrase_edits import PhraseEdits
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.deliveries.delivering import DeliveryDesk
    from bot.hotline.origins.spoken import SpokenTexts
    from bot.hotline.referrals.store import Referrals
    from bot.hotline.staff.service_hours import ServiceHours, ServicePlan
    from bot.places.place import Place
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault
    from bot.vault.keys.passwords import PasswordCost

MAX_SEARCHES = 2
"""Searches for words at one time: each takes the processor cores that the desk leaves."""


@dataclass(kw_only=True)
class DeskContext:
    """Services and settings of one desk; raises HavenError if there is no key store."""

    settings: Settings
    origin: str
    """Address of the desk, e.g. `https://desk.example.org`; requests for another get no answer."""
    root: str  # path prefix without a trailing slash; empty for none
    database: Database
    vault: Vault
    clock: Clock
    password_cost: PasswordCost
    wake_dispatcher: Callable[[], Awaitable[None]] | None
    rehearsal: bool
    """Whether time can jump: then no page says that nothing is fetched."""
    find_place: Callable[[], Place]
    find_username: Callable[[], Awaitable[str]]
    """Returns the bot's name at Telegram; empty while Telegram does not say it."""
    follow_fact_checks: Callable[[Work], None]
    """Has this process use the checks of numbers and organisations that are in force now."""
    flow_registry: FlowRegistry
    referrals: Referrals
    deliveries: DeliveryDesk
    phrasebook: Phrasebook
    phrase_edits: PhraseEdits
    """What was changed in the phrasebook at the desk."""
    phrase_groups: Mapping[str, Text]
    counties: Mapping[str, Text]
    """Names of counties by code, as people read them."""
    known_facts: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment; the questions of a flow depend on them."""
    case_reader: Callable[[str], CaseReader]
    answer_renderer: Callable[[str], AnswerRenderer]
    hours_in_words: Callable[[ServicePlan, date, str], str]
    """Returns the opening hours as people read them, on a day, in a language."""
    service_hours: ServiceHours
    """When caseworkers answer, and how soon."""
    practice: Practice | None = None
    """The training that this desk belongs to; None for a desk in earnest."""
    spoken: SpokenTexts
    """What a caseworker reads aloud."""
    person_text: Callable[[Text, str], str]
    """Returns a text as people read it, in a language, the deployment's blanks filled in."""
    demo_links: dict[bytes, str] = field(default_factory=dict)
    """Links that sign in the staff of a demo, by digest; empty outside a demo."""
    demo_authenticators: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name and TOTP secret of demo caseworkers, by id; empty outside a demo."""

    def __post_init__(self) -> None:
        settings, vault, writer = self.settings, self.vault, self.database.writer
        if vault.keys is None:
            raise HavenError("there is no key store, so no caseworker can sign in at the desk")
        self.organisation, self.contact = settings.organisation, settings.contact
        self.language, self.zone = settings.staff_language, settings.zone
        self.blobs = open_blobs(settings)
        self.read_pool = ReadPool(self.database)
        self.audit = AuditLog(vault)
        self.partner_members = PartnerMembers(vault, self.audit)
        self.partner_room_url = settings.partner_room_url  # a demo's is another
        self.sessions = DeskSessions(writer, vault, vault.keys, self.clock)
        self.command_client = CommandClient(writer, vault, self.clock, self.wake_dispatcher)
        self.moved_cases = MovedCases()
        self.lapsed_claims = LapsedClaims()
        self.streams = EventStreams(self.moved_cases)
        self.search_slots = asyncio.Semaphore(MAX_SEARCHES)
        self.seen_marks = SeenMarks(writer)
        self.throttle = LoginThrottle()
        self.guesses = WrongGuesses(writer, vault.prove, "desk")
        self.factors = SecondFactors(vault)
        self.begun = BegunEnrolments(vault, "desk enrolment")
        self.passkeys = PasskeyStore(vault)
        self.webauthn = WebAuthn(self.origin, vault.prove)
        self.refusal_log = RefusalLog()
        self.staff = Staff(vault)
        self.on_call = OnCallRoster(vault, self.zone, configured_channels(settings))
        self.staff_keys = StaffKeys(vault.keys, vault.prove, self.password_cost)
        self.reply_clocks = ReplyClocks(self.service_hours)
        self.accounts = Enrolment(vault, Claims(self.audit, self.reply_clocks), self.audit)
        self.offices = Offices(vault, self.service_hours)
        self.legal_deadlines = CaseDeadlines(vault, self.audit, self.place.deadline_rules)
        self.record_entries = records_of(vault, self.place)
        self.connections = connections_of(vault, self.place, settings)
        own = duties_of(self.place.duties, settings.organisation_kind)
        self.duties = CaseDuties(vault, self.legal_deadlines, own)
        self.bodies_abroad = BodiesAbroad(vault, self.audit)
        self.fact_checks = FactChecks(self.audit)
        known = known_codes(self.place.services, self.counties)
        self.directory = ServiceDirectory(vault, self.audit, known)
        self.freshness = freshness_of(settings)
        self.dispositions = DISPOSITIONS
        self.image_sanitizer = ImageSanitizer()
        self.typesetter = Typesetter()
        self.poster_maker = PosterMaker()
        self.referral_copies = ReferralCopies(ConsentRecords(vault), self.audit)
        self.audio_sanitizer = AudioSanitizer()
        self.assistant = load_assistant(settings.assist_models)
        self.summaries = CaseSummaries(vault)

    @property
    def place(self) -> Place:
        """The place, as two people last checked it."""
        return self.find_place()

    @property
    def recipients(self) -> Mapping[str, Text]:
        """Names of the organisations that a case can be referred to, by code."""
        return {code: it.name for code, it in self.place.recipients.items()}

    @property
    def writes_refused_since(self) -> int:
        """The moment since which the database takes no writes, microseconds; 0 while it does."""
        writers = (self.database.writer, self.vault.writer)
        return max((it.stalled_since for it in writers if it is not None), default=0)

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
        return StaffLocale(language, self.zone, self.organisation)
