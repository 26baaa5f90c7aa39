"""The sandbox as one object for tests and the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.clock import Clock, ShiftedClock, SystemClock
from bot.sandbox.call_log import ApiCall, CallLog
from bot.sandbox.fault_injection import FaultInjector
from bot.sandbox.people import Phone, SandboxGroup
from bot.sandbox.state import TOKEN, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp

    CallChecker = Callable[[str, dict[str, Any]], str | None]

FIRST_PERSON_ID = 5_000_000_001
FIRST_COLLEAGUE_ID = 6_000_000_001


class Sandbox:
    """People, groups, the bot's update queue, injected faults and the call log."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        check: CallChecker | None = None,
        seed: int = 1,
        keep_calls: int = 100_000,
        restart: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Create a sandbox without people.

        `check` gets the method and parameters of every call and returns a fault in them, or None;
        faults are stored in `calls.complaints`. `restart` restarts a bot in this process.
        """
        self.token = TOKEN
        self.clock = ShiftedClock(clock or SystemClock())
        self.world = World(self.clock, seed)
        self.updates = self.world.updates
        self.webhook = self.world.webhook
        self.events = self.world.events
        self.faults = FaultInjector(self.clock, self.world.rng)
        self.calls = CallLog(keep_calls)
        self.phones: dict[int, Phone] = {}
        self.colleagues: dict[int, Phone] = {}
        """Accounts of people who work in groups and have no phone on the page."""
        self.groups: dict[int, SandboxGroup] = {}
        self.restart = restart
        self.mounted_apps: dict[str, ASGIApp] = {}
        self.links: dict[str, str] = {}
        """Links the page of the phones shows, by their words."""
        """Other applications that are served here, by path."""
        self._check = check

    def add_phone(
        self, name: str = "Sari", *, language: str = "id", user_id: int | None = None
    ) -> Phone:
        """Add a person with a phone; `language` is that of their app."""
        if user_id is None:
            user_id = FIRST_PERSON_ID + len(self.phones)
        phone = Phone(self.world, user_id, name, language)
        self.phones[user_id] = phone
        self.events.publish(user_id, "phone", phone.state())
        return phone

    def add_group(self, title: str = "Caseworkers", **options: Any) -> SandboxGroup:
        """Add a group, with options of `SandboxGroup`; the bot joins by `SandboxGroup.add_bot`."""
        group = SandboxGroup(self.world, title, **options)
        self.groups[group.id] = group
        self.events.publish(group.id, "group", group.state())
        return group

    def add_colleague(self, name: str, *, language: str = "") -> Phone:
        """Add an account of a person who has no phone on the page, as those who work in groups."""
        account = Phone(self.world, FIRST_COLLEAGUE_ID + len(self.colleagues), name, language)
        self.colleagues[account.id] = account
        return account

    def find_account(self, user_id: int) -> Phone | None:
        """Return an account, with or without a phone on the page."""
        return self.colleagues.get(user_id) or self.phones.get(user_id)

    def first_phone(self) -> Phone:
        """Return the first phone; add one if there is none."""
        return next(iter(self.phones.values()), None) or self.add_phone()

    def jump(self, seconds: float) -> None:
        """Move time forward, and publish it."""
        self.clock.jump(seconds)
        self.events.publish(0, "clock", {"now": self.clock.seconds()})

    def state(self) -> dict[str, Any]:
        """Return everything the pages show."""
        return {
            "now": self.clock.seconds(),
            "bot": self.world.profile_state(),
            "phones": [phone.state() for phone in self.phones.values()],
            "groups": [group.state() for group in self.groups.values()],
            "apps": sorted(self.mounted_apps),
            "links": self.links,
        }

    def record_call(self, call: ApiCall) -> None:
        """Log a call, and the fault the checker finds in it."""
        self.calls.calls.append(call)
        if self._check is not None:
            uploaded = {name: f"attach://{name}" for name in call.uploads}
            complaint = self._check(call.method, uploaded | call.params)
            if complaint is not None:
                self.calls.complaints.append(complaint)

    def close(self) -> None:
        """End the waiting poller, the posts and all event subscriptions."""
        self.world.webhook.cancel()
        self.updates.wake_poller()
        self.events.close()
