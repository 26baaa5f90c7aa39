"""The sandbox posts to a webhook as Telegram's server does."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import telegram
from aiohttp import web

from tests.support.free_ports import free_port
from tests.support.harnesses.webhook_front import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox import Phone, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="session")
SECRET = "secret_of-this-test"  # noqa: S105 - a word


class Posts:
    """What arrived, and what is answered next."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.texts: list[str] = []
        self.secrets: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def take(self, request: web.Request) -> web.Response:
        said: dict[str, Any] = json.loads(await request.read())
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        self.texts.append(said["message"]["text"] if "message" in said else "a press")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.may_answer.wait()
        self.at_once -= 1
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return web.Response(status=status, headers=headers)


@contextlib.asynccontextmanager
async def posted(bot: telegram.Bot, sandbox: Sandbox, **given: Any) -> AsyncIterator[Posts]:
    port = free_port()
    posts = Posts(f"http://127.0.0.1:{port}/hook")
    app = web.Application()
    app.router.add_post("/hook", posts.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sandbox.webhook.seconds = 0.01
    try:
        await bot.set_webhook(posts.url, **given)
        yield posts
    finally:
        sandbox.close()
        await runner.cleanup()


async def test_the_messages_of_a_chat_are_posted_one_by_one_others_beside_them(
    bot: telegram.Bot, sandbox: Sandbox
) -> None:
    people = [sandbox.add_phone(f"P{number}") for number in range(5)]
    async with posted(bot, sandbox, secret_token=SECRET, max_connections=4) as posts:
        posts.may_answer.clear()
        for person in people:
            person.say(f"{person.id} first")
            person.say(f"{person.id} second")
        await until(lambda: posts.at_once == 4)
        assert [it.partition(" ")[2] for it in posts.texts] == ["first"] * 4
        posts.may_answer.set()
        await until(lambda: not len(sandbox.updates))
    assert posts.most_at_once == 4
    assert posts.secrets == {SECRET}
    for person in people:
        of_one = [it for it in posts.texts if it.startswith(str(person.id))]
        assert of_one == [f"{person.id} first", f"{person.id} second"]


async def test_what_was_not_answered_2xx_is_posted_again_and_told(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    async with posted(bot, sandbox) as posts:
        posts.answers = [(503, {"Retry-After": "2"}), (500, {}), (301, {})]
        indonesian_person.say("heard")
        await until(lambda: not len(sandbox.updates))
        info = await bot.get_webhook_info()
        assert posts.texts == ["heard"] * 4
        assert (info.url, info.pending_update_count, info.max_connections) == (posts.url, 0, 40)
        assert "Wrong response from the webhook: 301" in str(info.last_error_message)
        posts.answers = [(503, {"Retry-After": "3600"})]
        indonesian_person.say("too late")
        await until(lambda: len(posts.texts) == 5)
        assert (await bot.get_webhook_info()).pending_update_count == 1
        sandbox.jump(2 * 24 * 3600)
        assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_webhook_ends_the_wait_of_a_poller_and_keeps_what_waits(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=50))
    await sandbox.updates.is_polled.wait()
    async with posted(bot, sandbox) as posts:
        with pytest.raises(telegram.error.Conflict, match="terminated by setWebhook"):
            await waiting
        with pytest.raises(telegram.error.Conflict, match="webhook is active"):
            await bot.get_updates()
        posts.may_answer.clear()
        indonesian_person.say("kept")
        await until(lambda: posts.at_once)
        await bot.delete_webhook()
        (kept,) = await bot.get_updates()
        assert kept.message is not None
        assert kept.message.text == "kept"
