"""What the App and the web desk take besides settings; demos and tests replace it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.app.roles import BOT_ROLES, ProcessRole
from bot.channels.telegram.parsing.parse import parse
from bot.clock import Clock, SystemClock
from bot.hotline.contact_rule import ClockMonitor
from bot.languages import LANGUAGES
from bot.mailbox.rate_limit import RateLimits
from bot.vault.keys.passwords import DEFAULT_COST, PasswordCost
from bot.vault.passphrase_hash import PassphraseHasher, PassphraseHashWorker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from bot.hotline.events import Desk
    from bot.languages.voice_files import RecordingNames
    from bot.messages import Update


@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """How one App differs from another with the same settings."""

    bot_id: int
    username: Callable[[], str] = lambda: ""
    """The bot's username; empty while it is not known."""
    clock: Clock = field(default_factory=SystemClock)
    clock_monitor: ClockMonitor = field(default_factory=ClockMonitor)
    limits: RateLimits = field(default_factory=RateLimits)
    rehearsal: bool = False
    parse_update: Callable[[bytes], Update] = parse
    desks: Sequence[Desk] = ()
    languages: Collection[str] = tuple(LANGUAGES)
    voices: RecordingNames = field(default_factory=dict)
    hasher: PassphraseHasher = field(default_factory=PassphraseHashWorker)
    has_disk_space: Callable[[], bool] = lambda: True
    roles: frozenset[ProcessRole] = BOT_ROLES
    """What its process does."""


@dataclass(frozen=True, kw_only=True)
class DeskOptions:
    """How one web desk differs from another with the same settings."""

    bot_id: int
    origin: str
    """Where browsers find it, e.g. `https://desk.example.org`."""
    root: str = ""
    """Path below the origin, if other pages are served at the same origin."""
    clock: Clock = field(default_factory=SystemClock)
    password_cost: PasswordCost = DEFAULT_COST
    rehearsal: bool = False
    """Whether time can jump, so that the bot's last sign of life says nothing."""
    wake_dispatcher: Callable[[], Awaitable[None]] | None = None
    """Has the bot carry out a command at once, if it runs in the same process."""
