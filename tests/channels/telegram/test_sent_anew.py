"""Files with a name are fetched and sent under another; places, and words under a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram_wire import MESSAGE, Drop, Say, Wire, no, ok

from bot.channels.telegram.sender import Sender
from bot.errors import Refused, TryLater, Uncertain
from bot.messages import Edit, Enclose, File, Point
from tests.cases.pictures import MARK, telling

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot

DATA = b"%PDF-1.7 the way to the office"
PAPER = Enclose(
    File("handle", "u", "document", len(DATA), "Mei Lin.pdf"), "The way", name="file.pdf"
)
LOCATED = ok({"file_id": "handle", "file_unique_id": "u", "file_path": "documents/file_7.pdf"})


def here(wire: Wire, data: bytes = DATA) -> None:
    wire.will("getFile", LOCATED)
    wire.will("file_7.pdf", Say(data))


async def test_a_file_goes_under_its_new_name_protected_and_with_the_same_bytes(
    wire: Wire, bot: SilentBot
) -> None:
    here(wire)
    wire.will("sendDocument", ok(MESSAGE | {"message_id": 9}))
    assert await Sender(bot).deliver(5, PAPER) == 9
    (call,) = [it for it in wire.calls if it.method == "sendDocument"]
    assert list(call.files.values()) == [DATA]
    assert call.parameters["caption"] == "The way"
    assert call.parameters["protect_content"] in {True, "true", "True"}
    assert "Mei" not in str(call.parameters) + str(list(call.files))


@pytest.mark.parametrize("data", [b"", b"x" * (20 * 1024 * 1024 + 1)], ids=["empty", "too large"])
async def test_what_cannot_be_fetched_is_refused_and_nothing_is_sent(
    wire: Wire, bot: SilentBot, data: bytes
) -> None:
    here(wire, data)
    with pytest.raises(Refused):
        await Sender(bot).deliver(5, PAPER)
    assert not [it for it in wire.calls if it.method == "sendDocument"]


async def test_a_picture_sent_as_a_file_says_no_more_where_it_was_taken(
    wire: Wire, bot: SilentBot
) -> None:
    here(wire, telling("JPEG"))
    wire.will("sendDocument", ok(MESSAGE))
    await Sender(bot).deliver(5, PAPER)
    (call,) = [it for it in wire.calls if it.method == "sendDocument"]
    (sent,) = call.files.values()
    assert MARK.encode() in telling("JPEG")
    assert MARK.encode() not in sent
    here(wire, telling("JPEG")[:-200])
    with pytest.raises(Refused):
        await Sender(bot).deliver(5, PAPER)


async def test_a_fetch_that_breaks_is_tried_again_a_send_that_breaks_is_not(
    wire: Wire, bot: SilentBot
) -> None:
    wire.will("getFile", LOCATED)
    wire.will("file_7.pdf", Drop())
    with pytest.raises(TryLater):
        await Sender(bot).deliver(5, PAPER)
    here(wire)
    wire.will("sendDocument", Drop())
    with pytest.raises(Uncertain):
        await Sender(bot).deliver(5, PAPER)


async def test_a_place_is_a_message_of_ours(wire: Wire, bot: SilentBot) -> None:
    wire.will("sendLocation", ok(MESSAGE | {"message_id": 10}))
    assert await Sender(bot).deliver(5, Point(25.04, 121.52)) == 10
    (asked,) = wire.asked("sendLocation")
    assert (asked["latitude"], asked["longitude"]) == (25.04, 121.52)
    assert asked["protect_content"] is True
    assert "live_period" not in asked


async def test_words_under_a_file_are_changed_there(wire: Wire, bot: SilentBot) -> None:
    wire.will("editMessageCaption", ok(MESSAGE), no(400, "Bad Request: message is not modified: x"))
    for _ in range(2):
        await Sender(bot).deliver(5, Edit(7, "The other door", is_caption=True))
    asked = wire.asked("editMessageCaption")[0]
    assert (asked["chat_id"], asked["message_id"], asked["caption"]) == (5, 7, "The other door")
    assert "parse_mode" not in asked
