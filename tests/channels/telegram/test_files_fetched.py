from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import telegram
from telegram_wire import TOKEN, YES, Drop, Say, Stall, Trickle, Wire, no, ok

from bot.channels.telegram.file_download import fetch
from bot.errors import Refused, TryLater

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot

PATH = "voice/file_7.oga"
DATA = bytes(range(256)) * 1000


def located(size: int | None = len(DATA), path: str | None = PATH) -> Say:
    known: dict[str, Any] = {"file_id": "h", "file_unique_id": "u"}
    if size is not None:
        known["file_size"] = size
    if path is not None:
        known["file_path"] = path
    return ok(known)


async def received(bot: telegram.Bot, **options: Any) -> bytes:
    return b"".join([piece async for piece in fetch(bot, "h", **options)])


async def test_a_file_comes_in_pieces_and_whole(wire: Wire, bot: SilentBot) -> None:
    wire.will("getFile", located())
    wire.will("file_7.oga", Say(DATA))
    pieces = [piece async for piece in fetch(bot, "h", unique="u")]
    assert b"".join(pieces) == DATA
    assert len(pieces) > 1
    assert wire.asked("getFile") == [{"file_id": "h"}]
    assert wire.calls[-1].verb == "GET"


@pytest.mark.parametrize("data", [b"", b"x"])
async def test_even_the_smallest_file_is_a_file(wire: Wire, bot: SilentBot, data: bytes) -> None:
    wire.will("getFile", located(None))
    wire.will("file_7.oga", Say(data))
    assert await received(bot) == data


@pytest.mark.parametrize(
    "answer", [located(20 * 1024 * 1024 + 1), no(400, "Bad Request: file is too big")]
)
async def test_a_file_too_big_is_not_begun(wire: Wire, bot: SilentBot, answer: Any) -> None:
    wire.will("getFile", answer)
    with pytest.raises(Refused, match="too big"):
        await received(bot)
    assert len(wire.asked("file_7.oga")) == 0


@pytest.mark.parametrize("claimed", [None, 0, 10])
async def test_a_file_bigger_than_it_says_ends_at_the_limit(
    wire: Wire, bot: SilentBot, claimed: int | None
) -> None:
    wire.will("getFile", located(claimed))
    wire.will("file_7.oga", Say(DATA))
    with pytest.raises(Refused, match="too big"):
        await received(bot, size_limit=1000)


@pytest.mark.parametrize(
    "answer",
    [
        Say(b"Not Found", 404),
        Say(b"<html>", 302),
        Say(b"oops", 500),
        Drop(),
        Stall(),
        Trickle(DATA[:-1], len(DATA)),
        Say(DATA[:-1], length=len(DATA)),
        Say(DATA[:-1]),
    ],
)
async def test_a_file_that_did_not_come_whole_is_asked_for_again(
    wire: Wire, bot: SilentBot, answer: Any
) -> None:
    wire.will("getFile", located())
    wire.will("file_7.oga", answer)
    with pytest.raises(TryLater) as caught:
        await received(bot, stall=0.2)
    assert caught.value.__context__ is None or TOKEN not in str(caught.value.__context__)


@pytest.mark.parametrize(
    "answer",
    [Drop(), no(429, "Too Many Requests", retry_after=5), no(502, "Bad Gateway"), Say(b"{"),
     YES, located(path=None)],
)  # fmt: skip
async def test_a_file_that_could_not_be_found_now_is_looked_for_again(
    wire: Wire, bot: SilentBot, answer: Any
) -> None:
    wire.will("getFile", answer)
    with pytest.raises(TryLater):
        await received(bot)


async def test_a_handle_telegram_does_not_know_is_refused(wire: Wire, bot: SilentBot) -> None:
    wire.will("getFile", no(400, "Bad Request: wrong file_id"))
    with pytest.raises(Refused, match="no such file"):
        await received(bot)


async def test_another_file_than_the_one_sent_is_refused(wire: Wire, bot: SilentBot) -> None:
    wire.will("getFile", located())
    with pytest.raises(Refused, match="another file"):
        await received(bot, unique="other")


async def test_no_answer_makes_us_read_a_file_of_this_machine(wire: Wire, bot: SilentBot) -> None:
    wire.will("getFile", located(path=__file__))
    with pytest.raises(TryLater):
        await received(bot)


async def test_who_stops_reading_stops_the_download(wire: Wire, bot: SilentBot) -> None:
    wire.will("getFile", located())
    wire.will("file_7.oga", Trickle(DATA[:-1], len(DATA)))
    pieces = fetch(bot, "h", stall=5)
    assert await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]


async def test_files_need_the_client_that_can_stream(wire: Wire) -> None:
    wire.will("getFile", located())
    async with telegram.Bot(TOKEN, f"{wire.url}/bot", f"{wire.url}/file/bot") as plain:
        with pytest.raises(TypeError):
            await received(plain)
