"""What every turn of a deployment needs: flows, texts, keys, zone, clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bot.hotline.contact_rule import ClockMonitor
from bot.hotline.figures.session_counts import SessionCounts
from bot.hotline.staff.offices import Offices
from bot.languages import FALLBACK, LANGUAGES
from bot.languages.voice_files import recording_of
from bot.messages import SendRecording
from bot.places.duties import NO_CASEWORK_LAW, CaseworkLaw

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from bot.conversation import FlowRegistry
    from bot.dispatch.privacy_notice import PrivacyNotice
    from bot.dispatch.rendering import Renderer
    from bot.dispatch.system_texts import SystemTexts
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.on_call.roster import OnCallRoster
    from bot.hotline.referrals.consent_dialog import ConsentDialog
    from bot.hotline.staff.service_hours import ServiceHours
    from bot.hotline.staff.staff_presence import StaffPresence
    from bot.languages.voice_files import RecordingNames
    from bot.store.writer import Work
    from bot.vault import Vault


@dataclass(frozen=True)
class TurnServices:
    """What every turn needs, the same for all of them."""

    registry: FlowRegistry
    renderer: Renderer
    texts: SystemTexts
    vault: Vault
    facts_at: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment: rehearsal, police, in_hours."""
    phrasebook: Phrasebook
    consent: ConsentDialog
    notice: PrivacyNotice
    zone: ZoneInfo
    """The zone of the hours people choose."""
    service_hours: ServiceHours
    """When caseworkers answer, and how soon."""
    has_group: bool = False
    """Whether caseworkers answer in a Telegram group."""
    staff_language: str = FALLBACK
    """Of what caseworkers read in a private chat with the bot."""
    on_call: OnCallRoster | None = None
    """Who is called for an emergency; None: this deployment calls no one."""
    username: Callable[[], str] = lambda: ""
    """The bot's username; empty while it is not known."""
    languages: frozenset[str] = frozenset(LANGUAGES)
    """Those this deployment offers."""
    clock_monitor: ClockMonitor = field(default_factory=ClockMonitor)
    presence: StaffPresence | None = None
    """Who is here to read; None: no one ever is."""
    session_counts: SessionCounts = field(default_factory=SessionCounts)
    """Where sessions stand, for the operator's figures."""
    voices: RecordingNames = field(default_factory=dict)
    """Recordings of phrases; nearly every deployment has none."""
    casework: CaseworkLaw = NO_CASEWORK_LAW
    """Services and duties of the place: what a person asks for goes into the service plan, and
    some answers begin a duty to report."""
    has_disk_space: Callable[[], bool] = lambda: True
    """Tells whether the disk has room for files."""

    @cached_property
    def offices(self) -> Offices:
        """The offices of this deployment; nearly every one has none."""
        return Offices(self.vault, self.service_hours)

    def expect_changes(self, work: Work) -> None:
        """Let the database look up what `load_changes` will ask for."""
        self.service_hours.expect(work)
        self.phrasebook.expect(work)
        if self.presence is not None:
            self.presence.expect(work)

    def load_changes(self, work: Work, now: int) -> None:
        """Read the hours, phrases and duty that hold now, so that texts and facts follow them."""
        self.renderer.use_blanks_of(self.service_hours.plan(work))
        self.phrasebook.load(work)
        if self.presence is not None:
            self.presence.load(work, now)

    def recording_of(self, language: str, shown: str) -> list[SendRecording]:
        """Return the recording that says a message as it is shown, if there is one."""
        name = recording_of(self.voices, language, shown) if self.voices else None
        return [SendRecording(name)] if name else []
