"""Files with a name are fetched and sent under another; places, and words under a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.sender import Sender
from bot.errors import DeliveryUncertainError, LetterRefusedError, RetryLaterError
from bot.messages import EditText, File, OutgoingFile, SendFile, SendLocation, SendUpload
from tests.support.hostile_images import MARK, image_with_metadata
from tests.support.telegram.telegram_loopback_server import (
    MESSAGE,
    DropConnection,
    Respond,
    TelegramLoopbackServer,
    api_error,
    api_success,
)

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot

DATA = b"%PDF-1.7 the way to the office"
PAPER = SendFile(
    File("handle", "u", "document", len(DATA), "Mei Lin.pdf"), "The way", name="file.pdf"
)
LOCATED = api_success(
    {"file_id": "handle", "file_unique_id": "u", "file_path": "documents/file_7.pdf"}
)


def here(wire: TelegramLoopbackServer, data: bytes = DATA) -> None:
    wire.respond_with("getFile", LOCATED)
    wire.respond_with("file_7.pdf", Respond(data))


async def test_a_file_goes_under_its_new_name_protected_and_with_the_same_bytes(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    here(telegram_server)
    telegram_server.respond_with("sendDocument", api_success(MESSAGE | {"message_id": 9}))
    assert await Sender(bot).deliver(5, PAPER) == 9
    (call,) = [it for it in telegram_server.calls if it.method == "sendDocument"]
    assert list(call.files.values()) == [DATA]
    assert call.parameters["caption"] == "The way"
    assert call.parameters["protect_content"] in {True, "true", "True"}
    assert "Mei" not in str(call.parameters) + str(list(call.files))


@pytest.mark.parametrize("data", [b"", b"x" * (20 * 1024 * 1024 + 1)], ids=["empty", "too large"])
async def test_what_cannot_be_fetched_is_refused_and_nothing_is_sent(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, data: bytes
) -> None:
    here(telegram_server, data)
    with pytest.raises(LetterRefusedError):
        await Sender(bot).deliver(5, PAPER)
    assert not [it for it in telegram_server.calls if it.method == "sendDocument"]


async def test_a_picture_sent_as_a_file_says_no_more_where_it_was_taken(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    here(telegram_server, image_with_metadata("JPEG"))
    telegram_server.respond_with("sendDocument", api_success(MESSAGE))
    await Sender(bot).deliver(5, PAPER)
    (call,) = [it for it in telegram_server.calls if it.method == "sendDocument"]
    (sent,) = call.files.values()
    assert MARK.encode() in image_with_metadata("JPEG")
    assert MARK.encode() not in sent
    here(telegram_server, image_with_metadata("JPEG")[:-200])
    with pytest.raises(LetterRefusedError):
        await Sender(bot).deliver(5, PAPER)


async def test_a_fetch_that_breaks_is_tried_again_a_send_that_breaks_is_not(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("getFile", LOCATED)
    telegram_server.respond_with("file_7.pdf", DropConnection())
    with pytest.raises(RetryLaterError):
        await Sender(bot).deliver(5, PAPER)
    here(telegram_server)
    telegram_server.respond_with("sendDocument", DropConnection())
    with pytest.raises(DeliveryUncertainError):
        await Sender(bot).deliver(5, PAPER)


async def test_a_location_is_sent_as_a_protected_message(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("sendLocation", api_success(MESSAGE | {"message_id": 10}))
    assert await Sender(bot).deliver(5, SendLocation(25.04, 121.52)) == 10
    (asked,) = telegram_server.asked("sendLocation")
    assert (asked["latitude"], asked["longitude"]) == (25.04, 121.52)
    assert asked["protect_content"] is True
    assert "live_period" not in asked


async def test_words_under_a_file_are_changed_there(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "editMessageCaption",
        api_success(MESSAGE),
        api_error(400, "Bad Request: message is not modified: x"),
    )
    for _ in range(2):
        await Sender(bot).deliver(5, EditText(7, "The other door", is_caption=True))
    asked = telegram_server.asked("editMessageCaption")[0]
    assert (asked["chat_id"], asked["message_id"], asked["caption"]) == (5, 7, "The other door")
    assert "parse_mode" not in asked


@pytest.mark.parametrize(
    ("kind", "method"),
    [("photo", "sendPhoto"), ("voice", "sendVoice"), ("document", "sendDocument")],
)
async def test_a_file_from_a_desk_is_uploaded_protected_with_its_words(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, kind: str, method: str
) -> None:
    telegram_server.respond_with(method, api_success(MESSAGE | {"message_id": 12}))
    body = SendUpload(OutgoingFile("id", kind, "file.bin", DATA), "This is the door")
    assert await Sender(bot).deliver(5, body) == 12
    (call,) = [it for it in telegram_server.calls if it.method == method]
    assert list(call.files.values()) == [DATA]
    assert call.parameters["caption"] == "This is the door"
    assert call.parameters["protect_content"] in {True, "true", "True"}


async def test_it_is_uncertain_whether_an_upload_arrived_when_the_connection_breaks(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("sendPhoto", DropConnection())
    with pytest.raises(DeliveryUncertainError):
        await Sender(bot).deliver(5, SendUpload(OutgoingFile("id", "photo", "file.jpg", DATA)))
