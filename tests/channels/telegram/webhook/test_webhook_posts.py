"""Posts over HTTP to the real server: when each is answered what, and in which order they count."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.channels.telegram.parsing.update_types import ALLOWED_UPDATES
from bot.channels.telegram.steady_requests import TelegramNotes
from bot.channels.telegram.webhook import source
from bot.channels.telegram.webhook.server import MAX_BODY_BYTES
from bot.channels.telegram.webhook.source import WebhookSource
from bot.channels.telegram.webhook.state import WebhookState
from bot.errors import CommitFailedError
from bot.sandbox import TOKEN, Sandbox
from tests.support.harnesses.webhook_front import SECRET, WebhookFront, front_of, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.channels.telegram.parsing.split_batch import RawUpdate

FIRST = 500_000_000


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


async def post(
    client: aiohttp.ClientSession, front: WebhookFront, body: bytes | BytesIO, **more: Any
) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, **more.pop("headers", {})}
    async with client.post(front.address.url, data=body, headers=headers, **more) as answer:
        assert await answer.read() == b""
        return answer.status


def update(number: int) -> bytes:
    return b'{"update_id":%d,\n"message":{"message_id":1}}' % number


async def is_answered_after_the_commit(client: aiohttp.ClientSession, front: WebhookFront) -> bool:
    """Tell whether a post waits for its commit; let it be committed."""
    front.inbox.may_commit.clear()
    posting = asyncio.create_task(post(client, front, update(FIRST)))
    await front.inbox.came.wait()
    done, _ = await asyncio.wait({posting}, timeout=0.1)
    front.inbox.may_commit.set()
    assert await posting == 200
    await until(lambda: front.inbox.numbers == [FIRST])
    return not done


class AnsweringFirst(WebhookSource):
    """A flaw put in on purpose: 200 before the commit."""

    async def _take(self, update: RawUpdate) -> None:
        taking = asyncio.create_task(super()._take(update))
        await asyncio.sleep(0)
        taking.add_done_callback(lambda it: it.exception())


async def test_a_post_is_answered_200_only_after_the_commit(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with front_of(Sandbox()) as front:
        assert await is_answered_after_the_commit(client, front)
    monkeypatch.setattr(WebhookFront, "source_class", AnsweringFirst)
    async with front_of(Sandbox()) as front:
        assert not await is_answered_after_the_commit(client, front), "the check can fail"


async def test_a_commit_that_fails_ends_the_source_and_telegram_posts_again() -> None:
    sandbox = Sandbox()
    sari = sandbox.add_phone()
    async with front_of(sandbox) as front:
        front.inbox.fails = True
        sari.say("kept")
        assert front.running is not None
        with pytest.raises(CommitFailedError):
            await front.running
        await until(lambda: "503" in sandbox.webhook.failure)
        assert len(sandbox.updates) == 1
        front.inbox.fails = False
        front.begin()
        await until(lambda: not len(sandbox.updates))
        assert len(front.inbox.kept) == 1
        assert b"kept" in front.inbox.kept[0].raw


async def test_a_stop_while_posts_wait_answers_503_and_loses_nothing(
    client: aiohttp.ClientSession,
) -> None:
    async with front_of(Sandbox()) as front:
        front.inbox.may_commit.clear()
        posts = [asyncio.create_task(post(client, front, update(FIRST + n))) for n in (0, 1, 5)]
        await front.inbox.came.wait()
        late = asyncio.create_task(post(client, front, update(FIRST + 9)))
        await until(lambda: len(front.source._order))
        await front.end()
        assert {await it for it in [*posts, late]} == {503}
        assert await post(client, front, update(FIRST)) == 503, "no one takes it"
        front.inbox.may_commit.set()
        front.begin()
        await front.until_open()
        again = [post(client, front, update(FIRST + n)) for n in (9, 5, 1, 0)]
        assert set(await asyncio.gather(*again)) == {200}
        assert front.inbox.numbers == [FIRST, FIRST + 1, FIRST + 5, FIRST + 9]


async def test_parallel_posts_count_in_the_order_of_their_numbers(
    client: aiohttp.ClientSession,
) -> None:
    sandbox = Sandbox()
    people = [sandbox.add_phone(f"P{n}") for n in range(4)]
    async with front_of(sandbox) as front:
        sandbox.webhook.is_scrambled = True
        for round_ in range(5):
            for person in people:
                person.say(f"{round_}")
            await until(lambda: not len(sandbox.updates))
        assert len(front.inbox.numbers) == 20
        assert front.inbox.numbers == sorted(front.inbox.numbers)
    async with front_of(Sandbox(), hold=0.0) as front:
        assert await post(client, front, update(FIRST)) == 200
        first = asyncio.create_task(post(client, front, update(FIRST + 2)))
        await first
        assert await post(client, front, update(FIRST + 1)) == 200
        assert front.inbox.numbers != sorted(front.inbox.numbers), "without a hold it is lost"


async def test_a_stranger_gets_no_word_and_nothing_of_a_request_is_logged(
    client: aiohttp.ClientSession,
) -> None:
    async with front_of(Sandbox()) as front:
        url, wrong = front.address.url, {"X-Telegram-Bot-Api-Secret-Token": SECRET[:-1] + "x"}
        base = url.removesuffix("/telegram")
        with capture_logs() as logs:
            for method, at, headers, status in (
                ("POST", url, {}, 401), ("POST", url, wrong, 401), ("GET", url, {}, 401),
                ("POST", url, {"X-Telegram-Bot-Api-Secret-Token": ""}, 401),
                ("POST", f"{url}/x", {}, 404), ("GET", base, {}, 404),
                ("PUT", url, {"X-Telegram-Bot-Api-Secret-Token": SECRET}, 405),
            ):  # fmt: skip
                async with client.request(
                    method, at, data=update(1), headers={"X-Forwarded-For": "1.2.3.4", **headers}
                ) as answer:
                    assert (answer.status, await answer.read()) == (status, b""), (method, at)
                    assert "server" not in {name.lower() for name in answer.headers}
        assert logs == []
        assert front.inbox.kept == []


async def test_a_balancer_and_the_doctor_see_whether_posts_are_taken(
    client: aiohttp.ClientSession,
) -> None:
    async with front_of(Sandbox()) as front:
        health = front.address.url.replace("/telegram", "/healthz")
        secret = {"X-Telegram-Bot-Api-Secret-Token": SECRET}

        async def looks() -> list[int]:
            found = []
            for method, url in (("GET", health), ("HEAD", health), ("GET", front.address.url)):
                async with client.request(method, url, headers=secret) as answer:
                    found.append(answer.status)
            return found

        assert await looks() == [200, 200, 204]
        await front.end()
        assert await looks() == [503, 503, 503]


async def test_what_cannot_be_read_is_stored_and_answered_200(
    client: aiohttp.ClientSession,
) -> None:
    """Telegram would repeat it for a day, and hold back the rest of the chat."""
    broken = [b'{"update_id":7,"message":', b"\xff\xfe", b"[]", b'{"message":{}}', b"{}"]
    async with front_of(Sandbox()) as front:
        for body in broken:
            assert await post(client, front, body) == 200
        assert [it.raw for it in front.inbox.kept] == broken
        assert set(front.inbox.numbers) <= {0, 7}
        with capture_logs() as logs:
            assert await post(client, front, BytesIO(b"x" * (MAX_BODY_BYTES + 1))) == 413
        assert [it["event"] for it in logs] == ["webhook_body_refused"]
        assert len(front.inbox.kept) == len(broken)


async def test_telegram_is_told_what_to_post_where_and_again_if_another_changes_it() -> None:
    sandbox = Sandbox()
    async with front_of(sandbox) as front:
        (said,) = sandbox.calls.of("setWebhook")
        assert said.text("url") == front.address.url
        assert said.text("secret_token") == SECRET
        assert said.json_value("allowed_updates", "") == list(ALLOWED_UPDATES)
        assert not said.flag("drop_pending_updates")
        assert TOKEN.partition(":")[2] not in front.address.url
        await until(lambda: len(sandbox.calls.of("getWebhookInfo")) == 2)
        await front.bot.delete_webhook()
        told = []

        async def note() -> None:
            told.append(front.address.url)

        front.source.requests.notes = TelegramNotes(on_conflict=note)
        with capture_logs() as logs:
            await front.source._look_at(await front.source._ask())
        assert [it["event"] for it in logs] == ["webhook_replaced"]
        assert len(told) == 1, "another program took messages"
        assert sandbox.updates.webhook == front.address.url


async def test_posts_that_fail_while_updates_wait_are_told_once_and_so_is_their_end(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "CHECK_SECONDS", 3600.0)  # the state is only what we say
    looked, look_at = [], WebhookSource._look_at

    async def noted(front: WebhookSource, state: WebhookState) -> None:
        await look_at(front, state)
        looked.append(state)

    monkeypatch.setattr(WebhookSource, "_look_at", noted)
    async with front_of(Sandbox()) as front:
        await until(lambda: looked)  # its own look, the only one for an hour
        url, down = front.address.url, "Wrong response from the webhook: 502 Bad Gateway"
        reached_at = front.source.requests.last_reached_at
        with capture_logs() as logs:
            for pending, failed_at in ((0, 0), (0, 5), (3, 5), (3, 9), (4, 9)):
                await front.source._look_at(WebhookState(url, pending, failed_at, down))
            is_late = front.source.requests.last_reached_at
            await front.source._look_at(WebhookState(url, 5, 11, down))
            assert front.source.requests.last_reached_at == is_late > reached_at
            assert await post(client, front, update(FIRST)) == 200
            await front.source._look_at(WebhookState(url, 5, 13, down))
        told = [(it["event"], it.get("kind"), it.get("count")) for it in logs]
        assert told == [("webhook_failing", "502", 3), ("webhook_reached", None, None)]
