"""When the bot last fetched, committed and sent its canary, over every App of a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.monitoring.canary import CanaryRecord
from bot.monitoring.standby_watch import StandbyWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.clock import Clock
    from bot.dispatch.turn_services import TurnServices
    from bot.mailbox.courier import Courier
    from bot.mailbox.letter import Letter
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault


class WebhookPosts(Protocol):
    """What the channel says of its posts to the webhook."""

    @property
    def pending(self) -> int:
        """Return how many updates it has not handed over."""

    @property
    def failed_at(self) -> int:
        """Return when a post failed last, microseconds since 1970; 0 for never."""


class WatchedStore(Protocol):
    """What is watched of every process: the bot's, and that of a desk by itself."""

    @property
    def database(self) -> Database:
        """Return the database."""

    @property
    def vault(self) -> Vault:
        """Return the vault."""


class WatchedApp(WatchedStore, Protocol):
    """What is watched of an App."""

    @property
    def courier(self) -> Courier:
        """Return the courier."""

    @property
    def setting(self) -> TurnServices:
        """Return the services of turns, with the clock's monitor."""

    def tell_staff(self, work: Work, text: Text, values: Mapping[str, str]) -> list[Letter]:
        """Store and return the letters that tell all staff something about the service."""


@dataclass(frozen=True)
class StandaloneDesk:
    """What is watched of a desk that runs without the bot."""

    database: Database
    vault: Vault


class Activity:
    """Moments by the monotonic clock; before the first of a kind, the start of the process."""

    def __init__(self, clock: Clock, standbys: StandbyWatch | None = None) -> None:
        self.clock = clock
        self.standbys = standbys or StandbyWatch({}, clock)
        self.polled_at = self.committed_at = clock.monotonic()
        self.has_answered = False
        """Whether the channel answered since the start."""
        self.canary = CanaryRecord(clock)
        self.poll_conflicts = 0
        """How often the channel said that another program takes the messages."""
        self.is_polling = True
        """Whether this process polls, or could: only one front does."""
        self.webhook: WebhookPosts | None = None
        """What the channel said last of its posts; None while updates are polled."""

    def note_poll(self) -> None:
        """Note that the channel answered."""
        self.has_answered = True
        self.begin_polling()

    def begin_polling(self) -> None:
        """Note that it is this process's turn to poll: what is missed counts from now."""
        self.polled_at = self.clock.monotonic()

    def note_commit(self) -> None:
        """Note that a commit is durable."""
        self.committed_at = self.clock.monotonic()

    def note_webhook(self, state: WebhookPosts) -> None:
        """Note what the channel says of its posts to the webhook."""
        self.webhook = state

    @property
    def seconds_since_poll(self) -> float:
        """Return how long ago the channel answered."""
        return self.clock.monotonic() - self.polled_at

    @property
    def seconds_since_commit(self) -> float:
        """Return how long ago a commit was durable."""
        return self.clock.monotonic() - self.committed_at


@dataclass(frozen=True)
class WatchedBot:
    """The bot of a process: its App of this moment, and when it last did what."""

    current: Callable[[], WatchedApp]
    activity: Activity
    fetches: bool = True
    """Whether it takes what arrives from the channel."""
    leads: bool = True
    """Whether it sends the canary."""

    @property
    def is_polling(self) -> bool:
        """Tell whether it has to hear from the channel."""
        return self.fetches and self.activity.is_polling
