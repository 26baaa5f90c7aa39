"""Posts of waiting updates to the webhook, as Telegram's server makes them.

The rules are those of `WebhookActor` in tdlib/telegram-bot-api: up to `max_connections` posts at
once; updates that belong together (the messages of a chat, the presses of a person) one after
another, each only after the one before was answered 2xx; a failed post is repeated at once, then
after 2, 4, 8 seconds, at most a minute, or after what `Retry-After` names; an update that has
expired is dropped. Nothing is posted to another machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.wire import bad_request, decode

if TYPE_CHECKING:
    from collections.abc import Hashable

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.updates import QueuedUpdate, UpdateQueue

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
DEFAULT_CONNECTIONS, MOST_CONNECTIONS = 40, 100
LONGEST_DELAY, LONGEST_RETRY_AFTER = 60, 3600
SUCCESS = 2
"""The first digit of every status that takes an update."""
LONGEST_ANSWER = 60.0
"""Seconds after which a post that was not answered has failed."""


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """Where to post, and how."""

    url: str = ""
    """Empty: nowhere; then updates are fetched."""
    secret: str = ""
    connections: int = DEFAULT_CONNECTIONS

    @classmethod
    def of(cls, call: ApiCall) -> WebhookTarget:
        """Return what a call of `setWebhook` asks for; raise BotApiError for what is refused."""
        url, secret = call.text("url"), call.text("secret_token")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK_HOSTS:
            raise bad_request("bad webhook: the sandbox posts to this machine alone")
        if not SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        most = call.number("max_connections", DEFAULT_CONNECTIONS)
        return cls(url, secret, min(max(most, 1), MOST_CONNECTIONS))


@dataclass(slots=True)
class _Attempts:
    """What became of the posts of one update."""

    failures: int = 0
    delay: int = 1
    due_at: float = 0.0
    """When it may be posted again, by the event loop's time."""


@dataclass(eq=False)
class WebhookPoster:
    """Posts what waits in the queue while a target is set."""

    updates: UpdateQueue
    target: WebhookTarget = field(default_factory=WebhookTarget)
    failed_at: int = 0
    """Seconds since 1970; 0 for never."""
    failure: str = ""
    seconds: float = 1.0
    """How long one second of a delay takes; tests make it shorter."""
    is_scrambled: bool = False
    """Whether updates that belong together are posted at once, the newest first."""
    lost_answers: int = 0
    """How many of the next 2xx are lost on their way, so that the update is posted again."""

    def __post_init__(self) -> None:
        self._changed = asyncio.Event()
        self._posts: dict[asyncio.Task[None], Hashable] = {}
        self._attempts: dict[int, _Attempts] = {}
        self._running: asyncio.Task[None] | None = None

    @property
    def under_way(self) -> int:
        """Return how many posts were not answered yet."""
        return len(self._posts)

    def set_target(self, target: WebhookTarget) -> None:
        """Post to a target from now on; one without an address ends all posts."""
        self.target, self.updates.webhook = target, target.url
        self._attempts.clear()
        self.cancel()
        if target.url:
            self._running = asyncio.get_running_loop().create_task(self._run(target))

    def wake(self) -> None:
        """Look at the queue: something was added."""
        self._changed.set()

    def clear_faults(self) -> None:
        """End the faults of posts."""
        self.is_scrambled, self.lost_answers = False, 0

    def cancel(self) -> None:
        """End all posts."""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    async def _run(self, target: WebhookTarget) -> None:
        connector = aiohttp.TCPConnector(limit=target.connections)
        timeout = aiohttp.ClientTimeout(total=LONGEST_ANSWER)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:
            try:
                while True:
                    self._changed.clear()
                    pause = self._begin_posts(client, target)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._changed.wait()
            finally:
                posts, self._posts = list(self._posts), {}
                for post in posts:
                    post.cancel()
                await asyncio.gather(*posts, return_exceptions=True)

    def _begin_posts(self, client: aiohttp.ClientSession, target: WebhookTarget) -> float | None:
        """Begin the posts that may begin; return after how many seconds another may."""
        now, busy = asyncio.get_running_loop().time(), set(self._posts.values())
        soonest: float | None = None
        for update in self.updates.loaded(2 * target.connections, newest_first=self.is_scrambled):
            way = update.update_id if self.is_scrambled else _way_of(update)
            if way in busy:
                continue
            busy.add(way)
            wait = self._attempts.setdefault(update.update_id, _Attempts()).due_at - now
            if wait > 0:
                soonest = wait if soonest is None else min(soonest, wait)
            elif len(self._posts) < target.connections:
                post = asyncio.create_task(self._post(client, target, update))
                self._posts[post] = way
                post.add_done_callback(self._end_post)
        return soonest

    def _end_post(self, post: asyncio.Task[None]) -> None:
        self._posts.pop(post, None)
        self._changed.set()

    async def _post(
        self, client: aiohttp.ClientSession, target: WebhookTarget, update: QueuedUpdate
    ) -> None:
        headers = {"Content-Type": "application/json"}
        self.updates.batches_sent += 1
        if target.secret:
            headers[SECRET_HEADER] = target.secret
        try:
            async with client.post(
                target.url, data=update.raw, headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            self._note_failure(update, "Connection failed", 0)
            return
        if answer.status // 100 != SUCCESS:
            said = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            self._note_failure(update, said, _seconds_of(answer.headers.get("Retry-After", "")))
        elif self.lost_answers:
            self.lost_answers -= 1
            self._note_failure(update, "Webhook connection closed", 0)
        else:
            self._attempts.pop(update.update_id, None)
            self.updates.remove(update)

    def _note_failure(self, update: QueuedUpdate, said: str, retry_after: int) -> None:
        self.failed_at, self.failure = self.updates.clock.seconds(), said
        attempts = self._attempts.setdefault(update.update_id, _Attempts())
        delay = retry_after
        if not retry_after and attempts.failures:
            delay = attempts.delay = min(LONGEST_DELAY, attempts.delay * 2)
        attempts.failures += 1
        attempts.due_at = asyncio.get_running_loop().time() + delay * self.seconds


def _seconds_of(header: str) -> int:
    return min(int(header), LONGEST_RETRY_AFTER) if header.isdecimal() else 0


def _way_of(update: QueuedUpdate) -> Hashable:
    """Return what an update belongs to: its chat or its person; itself if that is unknown."""
    try:
        content: Any = decode(update.raw)
        for kinds, place in _WAYS.items():
            for kind in kinds:
                if kind in content:
                    return kinds[0], content[kind][place]["id"]
    except (ValueError, LookupError, TypeError):
        pass
    return update.update_id


_WAYS = {
    ("message", "edited_message"): "chat",
    ("callback_query",): "from",
    ("my_chat_member",): "chat",
    ("message_reaction",): "chat",
}
"""Kinds of updates that come one after another, and whose they are."""
