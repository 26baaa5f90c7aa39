"""Everything a visit to the desk can need, handed down from where the house is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.desks.case_summary import Glances
from bot.desks.locale import Tongue
from bot.desks.web.auth.passkeys import Passkeys
from bot.desks.web.auth.refusal_log import Refusals
from bot.desks.web.auth.totp import code_of
from bot.desks.web.auth.webauthn import Ceremony

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from bot.cases.evidence.image_sanitizer import Cleaning
    from bot.cases.queries import Reader, Telling
    from bot.clock import Clock
    from bot.conversation import Book
    from bot.desks.web.auth.enrolment import HalfDone
    from bot.desks.web.auth.sessions import Sessions
    from bot.desks.web.auth.throttle import Guesses
    from bot.desks.web.auth.totp import Passes
    from bot.desks.web.command_client import Post
    from bot.desks.web.live.watcher import Streams
    from bot.desks.web.read_pool import Reads
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.deadlines import CaseClocks
    from bot.hotline.queue.sla import Promises
    from bot.hotline.referrals.store import Referrals
    from bot.hotline.staff.staff import Staff
    from bot.places.place import Place
    from bot.store.database import Database
    from bot.text import Text
    from bot.vault import Vault
    from bot.vault.audit.log import Audit
    from bot.vault.keys.staff_keys import StaffKeys


@dataclass
class Front:
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
    reads: Reads
    sessions: Sessions
    post: Post
    streams: Streams
    guesses: Guesses
    passes: Passes
    staff: Staff
    keys: StaffKeys
    audit: Audit
    promises: Promises
    referrals: Referrals
    place: Place
    """The country whose law is spoken of."""
    clocks: CaseClocks
    phrasebook: Phrasebook
    book: Book
    known: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment: what will be asked depends on them."""
    reader: Callable[[str], Reader]
    """Opens cases for somebody who reads a language."""
    telling: Callable[[str], Telling]
    titles: Mapping[str, Text]
    groups: Mapping[str, Text]
    recipients: Mapping[str, Text]
    dispositions: Mapping[str, Text]
    files: Path
    cleaning: Cleaning
    bot: int
    """The number of the bot whose people write here."""
    half_done: dict[str, HalfDone] = field(default_factory=dict)
    """Whoever has shown a password at a link, and no second factor yet, by link."""
    rehearsal: dict[bytes, str] = field(default_factory=dict)
    """Links that sign a rehearsal's caseworker in, by digest; none in a real house."""
    rehearsed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Whose authenticator is on no telephone: name and secret by id; nobody's in a real house."""

    def __post_init__(self) -> None:
        self.passkeys = Passkeys(self.vault)
        self.ceremony = Ceremony(self.origin, self.vault.prove)
        self.refusals = Refusals()

    @property
    def glances(self) -> Glances:
        """Return what looks at cases."""
        return Glances(self.vault)

    def rehearsed_codes(self, now: int) -> dict[str, tuple[str, str]]:
        """Return names and the codes of this moment, by id; none in a real house."""
        return {who: (name, code_of(it, now)) for who, (name, it) in self.rehearsed.items()}

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers come by TLS."""
        return self.origin.startswith("https://")

    def tongue(self, language: str) -> Tongue:
        """Return what reads phrases in a language of staff."""
        return Tongue(language, self.zone)
