"""The independent Bot API itself: what it records, refuses and spoils, asked by plain HTTP."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import test_utils, web

from tests.support.bot_api.faults import SpoiltAnswer
from tests.support.bot_api.server import serve_bot_api
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.bot_api.server import BotApiServer

SARI = 5_100_000_001
HOURS = 7200.0


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with serve_bot_api() as made:
        made.add_person(SARI)
        yield made


async def ask(server: BotApiServer, method: str, **given: Any) -> tuple[int, dict[str, Any], str]:
    """Make one call over a connection of its own; return status, body and date."""
    url = f"{server.address}/bot{server.token}/{method}"
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, json=given, timeout=aiohttp.ClientTimeout(1.0)) as answer,
    ):
        is_json = answer.content_type == "application/json"
        return (
            answer.status, await answer.json() if is_json else {}, answer.headers.get("Date", "")
        )  # fmt: skip


async def updates(server: BotApiServer, **given: Any) -> list[int]:
    _status, said, _date = await ask(server, "getUpdates", **given)
    return [it["update_id"] for it in said["result"]]


async def test_an_update_is_confirmed_only_by_an_offset_above_it(server: BotApiServer) -> None:
    first, second = server.say(SARI, "one"), server.say(SARI, "two")
    assert await updates(server) == [first, second]
    assert await updates(server) == [first, second]
    assert server.record.confirmed == []
    assert await updates(server, offset=second) == [second]
    assert server.record.confirmed == [first]
    assert server.record.handed_out == {first: 2, second: 3}


async def test_a_request_waits_for_an_update_and_ends_an_older_one(server: BotApiServer) -> None:
    older = asyncio.ensure_future(ask(server, "getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    newer = asyncio.ensure_future(updates(server, timeout=30))
    assert (await older)[0] == 409
    number = server.say(SARI, "now")
    assert await newer == [number]


async def test_an_update_is_posted_until_it_is_taken_and_cannot_be_fetched_meanwhile(
    server: BotApiServer,
) -> None:
    answers, took = [500, 200], []

    async def take(request: web.Request) -> web.Response:
        took.append((await request.json())["update_id"])
        assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == "abc"
        return web.Response(status=answers.pop(0))

    front = test_utils.TestServer(web.Application())
    front.app.router.add_post("/hook", take)
    await front.start_server()
    try:
        url = str(front.make_url("/hook"))
        assert (await ask(server, "setWebhook", url=url, secret_token="abc"))[0] == 200  # noqa: S106
        number = server.say(SARI, "posted")
        assert (await ask(server, "getUpdates"))[0] == 409
        while server.unconfirmed:  # noqa: ASYNC110 - it is posted by itself
            await asyncio.sleep(0.01)
        assert took == [number, number]
        assert server.record.confirmed == [number]
        assert "500" in (await ask(server, "getWebhookInfo"))[1]["result"]["last_error_message"]
        await ask(server, "deleteWebhook")
        assert await updates(server) == []
    finally:
        await front.close()


@pytest.mark.parametrize(
    ("reply", "status"),
    [(SpoiltAnswer.JSON, 502), (SpoiltAnswer.HTML, 502), (SpoiltAnswer.HTML, 404),
     (SpoiltAnswer.HTML, 413)],
)  # fmt: skip
async def test_a_message_is_delivered_before_its_answer_is_spoilt(
    server: BotApiServer, reply: SpoiltAnswer, status: int
) -> None:
    server.faults.add("sendMessage", reply=reply, status=status, delivers=True)
    assert (await ask(server, "sendMessage", chat_id=SARI, text="once"))[0] == status
    assert (await ask(server, "sendMessage", chat_id=SARI, text="twice"))[0] == 200
    assert server.record.texts(SARI) == ["once", "twice"]


async def test_a_connection_is_cut_after_the_message_was_delivered(server: BotApiServer) -> None:
    server.faults.add("sendMessage", reply=SpoiltAnswer.CUT, delivers=True)
    with pytest.raises(aiohttp.ClientError):
        await ask(server, "sendMessage", chat_id=SARI, text="once")
    assert server.record.texts(SARI) == ["once"]


@pytest.mark.parametrize("status", [429, 400, 502])
async def test_a_refused_call_delivers_nothing(server: BotApiServer, status: int) -> None:
    server.faults.add("sendMessage", status=status, retry_after=3)
    _status, said, _date = await ask(server, "sendMessage", chat_id=SARI, text="no")
    assert said["error_code"] == status
    assert said["parameters"] == {"retry_after": 3}
    assert server.record.texts(SARI) == []


async def test_silence_ends_in_a_time_out_and_delivers_nothing(server: BotApiServer) -> None:
    server.faults.add("getMe", reply=SpoiltAnswer.SILENCE)
    with pytest.raises(TimeoutError):
        await ask(server, "getMe")
    assert (await ask(server, "getMe"))[0] == 200


async def test_a_stopped_server_refuses_connections_and_keeps_what_waits(
    server: BotApiServer,
) -> None:
    number = server.say(SARI, "I wait")
    await server.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask(server, "getMe")
    await server.start()
    assert await updates(server) == [number]


@pytest.mark.parametrize("offset", [-HOURS, HOURS])
async def test_answers_and_messages_are_dated_by_a_clock_of_its_own(
    server: BotApiServer, offset: float
) -> None:
    before = (await ask(server, "sendMessage", chat_id=SARI, text="before"))[1]["result"]["date"]
    server.date_offset = offset
    _status, said, date = await ask(server, "sendMessage", chat_id=SARI, text="after")
    server.say(SARI, "mine")
    for at in (said["result"]["date"], parsedate_to_datetime(date).timestamp()):
        assert abs(at - before - offset) < 60
    server.dates_answers = False
    assert (await ask(server, "getMe"))[2] == ""


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("sendMessage", {"chat_id": SARI}),
        ("sendMessage", {"chat_id": SARI, "text": "x" * 4097}),
        ("sendMessage", {"chat_id": SARI, "text": "x", "colour": "red"}),
        ("sendMessage", {"chat_id": "Sari", "text": "x"}),
        ("sendMessage", {"chat_id": SARI, "text": "x", "reply_markup": {
            "inline_keyboard": [[{"text": "x", "callback_data": "x" * 65}]]}}),
        ("deleteWebhook", {"drop_pending_updates": "perhaps"}),
    ],
)  # fmt: skip
async def test_a_call_that_breaks_the_documentation_is_refused_and_recorded(
    server: BotApiServer, method: str, given: dict[str, Any]
) -> None:
    assert (await ask(server, method, **given))[0] == 400
    assert len(server.record.complaints) == 1
    assert server.record.delivered == []


async def test_nobody_is_written_to_who_has_no_chat_and_no_other_token_is_known(
    server: BotApiServer,
) -> None:
    assert (await ask(server, "sendMessage", chat_id=SARI + 1, text="x"))[0] == 400
    assert (await ask(server, "inventMethod"))[0] == 404
    url = f"{server.address}/bot{server.token}x/getMe"
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        assert answer.status == 401


async def test_a_person_presses_the_newest_button_of_a_label(server: BotApiServer) -> None:
    rows = {"inline_keyboard": [[{"text": "Yes", "callback_data": "a"}]]}
    await ask(server, "sendMessage", chat_id=SARI, text="Old?", reply_markup=rows)
    rows["inline_keyboard"][0][0]["callback_data"] = "b"
    await ask(server, "sendMessage", chat_id=SARI, text="New?", reply_markup=rows)
    server.press(SARI, "Yes")
    _status, said, _date = await ask(server, "getUpdates")
    assert said["result"][0]["callback_query"]["data"] == "b"
    with pytest.raises(LookupError):
        server.press(SARI, "No")


def test_it_shares_no_code_with_the_sandbox() -> None:
    modules = list((TESTS / "support" / "bot_api").glob("*.py"))
    assert len(modules) > 3
    sources = [module.read_text("utf-8") for module in modules]
    imports = [line for source in sources for line in source.splitlines() if "import" in line]
    assert not [line for line in imports if "from bot" in line or "import bot" in line]
