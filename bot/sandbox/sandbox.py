"""The stand-in for Telegram as one object: what a test or the demo holds in its hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from bot.sandbox.call_log import Journal
from bot.sandbox.clocks import MovedClock
from bot.sandbox.fault_injection import Faults
from bot.sandbox.groups import Group
from bot.sandbox.phone import Phone
from bot.sandbox.state import TOKEN, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp

    from bot.clock import Clock
    from bot.sandbox.call_log import Call

    Check = Callable[[str, dict[str, Any]], str | None]

FIRST_PERSON = 5_000_000_001
FIRST_COLLEAGUE = 6_000_000_001


class Sandbox:
    """A Telegram of one's own: people, chats, the bot's queue of updates, and troubles."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        token: str = TOKEN,
        check: Check | None = None,
        seed: int = 1,
        keep_calls: int = 100_000,
    ) -> None:
        """Begin with nobody in it.

        Args:
            clock: tells the time; the machine's own when not given.
            token: the one token that is answered.
            check: is told every call's method and parameters and returns what is wrong with
                them, or None; what it returns is kept in `journal.complaints`.
            seed: makes random numbers repeat.
            keep_calls: how many calls the journal remembers.
        """
        self.token = token
        self.clock = MovedClock(clock or SystemClock())
        self.world = World(self.clock, seed)
        self.updates = self.world.updates
        self.events = self.world.events
        self.faults = Faults(self.clock, self.world.dice)
        self.journal = Journal(keep_calls)
        self.phones: dict[int, Phone] = {}
        self.colleagues: dict[int, Phone] = {}
        """Accounts that are no phones of the page: people who work in groups."""
        self.groups: dict[int, Group] = {}
        self.restart: Callable[[], Awaitable[None]] | None = None
        """Ends the bot and begins it anew, where it runs beside us."""
        self.neighbours: dict[str, ASGIApp] = {}
        """Applications that are served beside ours, by path."""
        self._check = check

    def phone(
        self, name: str = "Sari", *, language: str = "id", user_id: int | None = None
    ) -> Phone:
        """Add a person with a phone whose app speaks that language."""
        if user_id is None:
            user_id = FIRST_PERSON + len(self.phones)
        phone = Phone(self.world, user_id, name, language)
        self.phones[user_id] = phone
        self.events.tell(user_id, "phone", phone.state())
        return phone

    def group(
        self,
        title: str = "Caseworkers",
        *,
        forum: bool = False,
        big: bool = False,
        chat_id: int | None = None,
    ) -> Group:
        """Found a group; let the bot in with `Group.add_bot`."""
        group = Group(self.world, title, forum=forum, big=big, chat_id=chat_id)
        self.groups[group.id] = group
        self.events.tell(group.id, "group", group.state())
        return group

    def colleague(self, name: str, *, user_id: int | None = None) -> Phone:
        """Add an account of somebody who works in groups and has no phone on the page."""
        if user_id is None:
            user_id = FIRST_COLLEAGUE + len(self.colleagues)
        account = Phone(self.world, user_id, name, "")
        self.colleagues[user_id] = account
        return account

    def account(self, user_id: int) -> Phone | None:
        """Return somebody's account, whether they have a phone on the page or not."""
        return self.colleagues.get(user_id) or self.phones.get(user_id)

    def anybody(self) -> Phone:
        """Return the first phone, added when there is none."""
        return next(iter(self.phones.values()), None) or self.phone()

    def jump(self, seconds: float) -> None:
        """Let time pass at once, and say so to whoever watches."""
        self.clock.jump(seconds)
        self.events.tell(0, "clock", {"now": self.clock.seconds()})

    def state(self) -> dict[str, Any]:
        """Return everything the page shows."""
        return {
            "now": self.clock.seconds(),
            "bot": self.world.profile_as_seen(),
            "phones": [phone.state() for phone in self.phones.values()],
            "groups": [group.state() for group in self.groups.values()],
        }

    def note(self, call: Call) -> None:
        """Write a call down, and what the checker has to say about it."""
        self.journal.calls.append(call)
        if self._check is not None:
            uploaded = {name: f"attach://{name}" for name in call.uploads}
            complaint = self._check(call.method, uploaded | call.params)
            if complaint is not None:
                self.journal.complaints.append(complaint)

    def app(self) -> ASGIApp:
        """Return the whole sandbox as an application: Bot API, control API, phone page."""
        from bot.sandbox.app import build  # noqa: PLC0415 - the app knows the sandbox, not it the app

        return build(self)

    def close(self) -> None:
        """Send everybody home who waits: pollers and watchers."""
        self.updates.close()
        self.events.close()
