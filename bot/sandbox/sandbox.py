"""The stand-in for Telegram as one object: what a test or the demo holds in its hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from bot.sandbox.call_log import CallLog
from bot.sandbox.clocks import ShiftedClock
from bot.sandbox.fault_injection import FaultInjector
from bot.sandbox.groups import SandboxGroup
from bot.sandbox.phone import Phone
from bot.sandbox.state import TOKEN, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp

    from bot.clock import Clock
    from bot.sandbox.call_log import ApiCall

    CallChecker = Callable[[str, dict[str, Any]], str | None]

FIRST_PERSON_ID = 5_000_000_001
FIRST_COLLEAGUE_ID = 6_000_000_001


class Sandbox:
    """A Telegram of one's own: people, chats, the bot's queue of updates, and troubles."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        check: CallChecker | None = None,
        seed: int = 1,
        keep_calls: int = 100_000,
        restart: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Begin with nobody in it.

        Args:
            clock: tells the time; the machine's own when not given.
            check: is told every call's method and parameters and returns what is wrong with
                them, or None; what it returns is kept in `journal.complaints`.
            seed: makes random numbers repeat.
            keep_calls: how many calls the journal remembers.
            restart: restarts the bot, if it runs in this process.
        """
        self.token = TOKEN
        self.clock = ShiftedClock(clock or SystemClock())
        self.world = World(self.clock, seed)
        self.updates = self.world.updates
        self.events = self.world.events
        self.faults = FaultInjector(self.clock, self.world.rng)
        self.calls = CallLog(keep_calls)
        self.phones: dict[int, Phone] = {}
        self.colleagues: dict[int, Phone] = {}
        """Accounts that are no phones of the page: people who work in groups."""
        self.groups: dict[int, SandboxGroup] = {}
        self.restart = restart
        self.mounted_apps: dict[str, ASGIApp] = {}
        """Applications that are served beside ours, by path."""
        self._check = check

    def add_phone(
        self, name: str = "Sari", *, language: str = "id", user_id: int | None = None
    ) -> Phone:
        """Add a person with a phone whose app speaks that language."""
        if user_id is None:
            user_id = FIRST_PERSON_ID + len(self.phones)
        phone = Phone(self.world, user_id, name, language)
        self.phones[user_id] = phone
        self.events.publish(user_id, "phone", phone.state())
        return phone

    def add_group(
        self,
        title: str = "Caseworkers",
        *,
        forum: bool = False,
        supergroup: bool = False,
        chat_id: int | None = None,
    ) -> SandboxGroup:
        """Found a group; let the bot in with `Group.add_bot`."""
        group = SandboxGroup(self.world, title, forum=forum, supergroup=supergroup, chat_id=chat_id)
        self.groups[group.id] = group
        self.events.publish(group.id, "group", group.state())
        return group

    def add_colleague(self, name: str, *, user_id: int | None = None) -> Phone:
        """Add an account of somebody who works in groups and has no phone on the page."""
        if user_id is None:
            user_id = FIRST_COLLEAGUE_ID + len(self.colleagues)
        account = Phone(self.world, user_id, name, "")
        self.colleagues[user_id] = account
        return account

    def find_account(self, user_id: int) -> Phone | None:
        """Return somebody's account, whether they have a phone on the page or not."""
        return self.colleagues.get(user_id) or self.phones.get(user_id)

    def first_phone(self) -> Phone:
        """Return the first phone, added when there is none."""
        return next(iter(self.phones.values()), None) or self.add_phone()

    def jump(self, seconds: float) -> None:
        """Let time pass at once, and say so to whoever watches."""
        self.clock.jump(seconds)
        self.events.publish(0, "clock", {"now": self.clock.seconds()})

    def state(self) -> dict[str, Any]:
        """Return everything the page shows."""
        return {
            "now": self.clock.seconds(),
            "bot": self.world.profile_state(),
            "phones": [phone.state() for phone in self.phones.values()],
            "groups": [group.state() for group in self.groups.values()],
        }

    def record_call(self, call: ApiCall) -> None:
        """Write a call down, and what the checker has to say about it."""
        self.calls.calls.append(call)
        if self._check is not None:
            uploaded = {name: f"attach://{name}" for name in call.uploads}
            complaint = self._check(call.method, uploaded | call.params)
            if complaint is not None:
                self.calls.complaints.append(complaint)

    def app(self) -> ASGIApp:
        """Return the whole sandbox as an application: Bot API, control API, phone page."""
        from bot.sandbox.app import build  # noqa: PLC0415 - the app knows the sandbox, not it the app

        return build(self)

    def close(self) -> None:
        """Send everybody home who waits: pollers and watchers."""
        self.updates.wake_poller()
        self.events.close()
