"""All that the partners' room reaches: partners, their members and links, and what is theirs.

It never holds the desk's context. What comes from the hotline (services, referrals, agreements)
comes as functions of a partner's number, made by `bot.app.partner_room.room`; each answers for that
partner only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from bot.desks.locale import StaffLocale
from bot.desks.partner_room.auth.sessions import RoomSessions
from bot.desks.web.auth.begun_enrolments import BegunEnrolments
from bot.desks.web.auth.refusal_log import RefusalLog
from bot.desks.web.auth.throttle import LoginThrottle
from bot.desks.web.auth.wrong_guesses import WrongGuesses
from bot.desks.web.read_pool import ReadPool
from bot.partners.member_access import MemberAccess, NewAccess
from bot.partners.members import PartnerMembers
from bot.partners.partners import Campaigns
from bot.posters.maker import PosterMaker
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.passwords import DEFAULT_COST, PasswordCost

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from bot.clock import Clock
    from bot.partners.delivered import ReferralsOfRoom
    from bot.partners.referring import ReferringPartner
    from bot.places.place import Place
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import AuditLog, Vault


@dataclass(frozen=True, slots=True)
class RoomAgreement:
    """That this deployment refers people to a partner, as a recipient of the place's directory."""

    name: str
    """The recipient, as people read it."""
    since: date
    until: date | None
    is_lasting: bool
    """Whether it holds today."""


@dataclass(frozen=True, slots=True)
class PracticeScene:
    """One made-up conversation of the shared training, for reading."""

    name: str
    title: str
    about: str
    language: str
    script: str


@dataclass(frozen=True, slots=True)
class RoomService:
    """One entry of a partner in the directory of services, in words."""

    id: str
    name: str
    facts: Sequence[tuple[str, str]]
    """Labels and values."""
    places: int | None
    """How many people can stay; None: no one stays there."""
    free: int | None
    """Places that are free today; None: not known."""
    verified_at: int
    """0: not known when."""
    is_asked_for: bool
    """Whether the partner is asked to look again."""
    is_hidden: bool
    """Whether caseworkers do not find it, because no one looked for too long."""
    has_ended: bool


class OwnServices(Protocol):
    """The entries of one partner; those of others are not there for it."""

    def all(self, work: Work, partner: int, now: int, locale: StaffLocale) -> Sequence[RoomService]:
        """Return the partner's entries."""

    def confirm(self, work: Work, partner: int, entry: str, now: int) -> bool:
        """Store that the partner found an entry still right; tell whether that was possible."""

    def count(self, work: Work, partner: int, entry: str, free: int, now: int) -> bool:
        """Store how many places are free now; tell whether that was possible."""


class NoServices:
    """A directory without entries."""

    def all(
        self, _work: Work, _partner: int, _now: int, _locale: StaffLocale
    ) -> Sequence[RoomService]:
        """Return nothing."""
        return ()

    def confirm(self, _work: Work, _partner: int, _entry: str, _now: int) -> bool:
        """Refuse."""
        return False

    def count(self, _work: Work, _partner: int, _entry: str, _free: int, _now: int) -> bool:
        """Refuse."""
        return False


@dataclass(frozen=True, slots=True)
class PendingMember:
    """A member who has chosen a password and still needs the code of a phone."""

    member_id: int
    chosen: NewAccess
    code_secret: str

    @property
    def given(self) -> dict[str, Any]:
        """Return it as values that can be sealed."""
        chosen = self.chosen
        return {
            "who": self.member_id, "key": chosen.pair.private_bytes, "locked": chosen.locked,
            "printed": chosen.recovery_key, "code": self.code_secret,
        }  # fmt: skip

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> PendingMember:
        """Return what `given` returned."""
        pair = KeyPair.from_private(given["key"])
        return cls(given["who"], NewAccess(pair, given["locked"], given["printed"]), given["code"])


@dataclass(kw_only=True)
class RoomContext:
    """Services and settings of one room."""

    origin: str
    """Address of the room, e.g. `https://partners.example.org`; others get no answer."""
    root: str = ""  # path prefix without a trailing slash; empty for none
    organisation: str
    contact: str
    language: str
    """Staff language of a browser that has chosen none."""
    link_languages: Sequence[str]
    """Languages a link may begin in."""
    zone: ZoneInfo
    clock: Clock
    database: Database
    audit: AuditLog
    vault: Vault = field(repr=False)
    password_cost: PasswordCost = DEFAULT_COST
    find_username: Callable[[], Awaitable[str]]
    """Returns the bot's name at Telegram; empty while it cannot be asked."""
    find_place: Callable[[], Place]
    """Returns the country whose numbers for danger stand on posters."""
    agreements: Callable[[Work, int], Sequence[RoomAgreement]] = lambda _work, _partner: ()
    """Returns the agreements of a partner."""
    referrals: ReferralsOfRoom
    """Referrals delivered to a partner; each question names the member who asks."""
    incoming: ReferringPartner
    """What a partner refers to the hotline."""
    counties: Callable[[], Mapping[str, Text]] = dict
    """Returns the counties of the place, by code."""
    services: OwnServices = field(default_factory=NoServices)
    practice: Callable[[], Sequence[PracticeScene]] = lambda: ()
    demo_links: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    """Links that sign a member of a demo in, by digest: number and password."""

    def __post_init__(self) -> None:
        self.prove = self.vault.prove
        self.read_pool = ReadPool(self.database)
        self.sessions = RoomSessions(self.database.writer, self.vault)
        self.throttle = LoginThrottle()
        self.guesses = WrongGuesses(self.database.writer, self.vault.prove, "room")
        self.begun = BegunEnrolments(self.vault, "room enrolment")
        self.refusal_log = RefusalLog()
        self.poster_maker = PosterMaker()
        self.members = PartnerMembers(self.vault, self.audit)
        self.access = MemberAccess(self.vault, self.audit, self.password_cost)
        self.campaigns = Campaigns(self.audit)

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers connect by TLS."""
        return self.origin.startswith("https://")

    def locale(self, language: str) -> StaffLocale:
        """Return the locale of a staff language."""
        return StaffLocale(language, self.zone)
