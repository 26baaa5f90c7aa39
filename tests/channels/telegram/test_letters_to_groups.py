"""Letters to the topics of a group: where they go, and what each answer of Telegram means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from telegram_wire import MESSAGE, Drop, Wire, no, ok

from bot.channels.telegram.sender import Sender
from bot.errors import Barred, Blocked, Gone, Moved, Refused, TryLater, Uncertain
from bot.messages import (
    CloseTopic,
    Copy,
    Draw,
    EditTopic,
    Enclose,
    File,
    Mention,
    OpenTopic,
    React,
    ReopenTopic,
    Say,
)

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot

GROUP = -1_001_234_567_890
PHOTO = File("handle", "unique", "photo")
TOPIC = ok({"message_thread_id": 77, "name": "K7", "icon_color": 1})


async def test_a_message_goes_into_its_topic_answers_another_and_calls_by_name(
    wire: Wire, bot: SilentBot
) -> None:
    text = "\U0001f600 Mei, please"
    mentions = (Mention("Mei", 5), Mention("Nobody", 6), Mention("please", 0))
    await Sender(bot).deliver(GROUP, Say(text, thread=77, answers=9, mentions=mentions))
    (asked,) = wire.asked("sendMessage")
    assert asked["message_thread_id"] == 77
    assert asked["reply_parameters"] == {"message_id": 9, "allow_sending_without_reply": True}
    (entity,) = asked["entities"]
    assert (entity["type"], entity["offset"], entity["length"]) == ("text_mention", 3, 3)
    assert entity["user"]["id"] == 5
    assert asked["protect_content"] is True


async def test_a_message_to_a_person_carries_nothing_of_groups(wire: Wire, bot: SilentBot) -> None:
    await Sender(bot).deliver(5, Say("hello"))
    (asked,) = wire.asked("sendMessage")
    assert not {"message_thread_id", "reply_parameters", "entities"} & asked.keys()


async def test_a_long_message_stays_in_its_topic(wire: Wire, bot: SilentBot) -> None:
    await Sender(bot).deliver(GROUP, Say("word " * 2000, thread=77))
    assert [asked["message_thread_id"] for asked in wire.asked("sendMessage")] == [77] * 3


async def test_a_topic_is_opened_under_a_name_telegram_takes(wire: Wire, bot: SilentBot) -> None:
    wire.will("createForumTopic", TOPIC)
    assert await Sender(bot).deliver(GROUP, OpenTopic("K7 " * 100)) == 77
    assert await Sender(bot).deliver(GROUP, OpenTopic(" ")) == 77
    long, empty = (asked["name"] for asked in wire.asked("createForumTopic"))
    assert len(long) <= 128
    assert empty == "-"


@pytest.mark.parametrize(
    ("body", "method"),
    [
        (CloseTopic(77), "closeForumTopic"),
        (ReopenTopic(77), "reopenForumTopic"),
        (EditTopic("K8", 77), "editForumTopic"),
    ],
)
async def test_a_topic_that_is_so_already_is_left_as_it_is(
    wire: Wire, bot: SilentBot, body: Any, method: str
) -> None:
    wire.will(method, no(400, "Bad Request: TOPIC_NOT_MODIFIED"), no(400, "TOPIC_ID_INVALID"))
    assert await Sender(bot).deliver(GROUP, body) is None
    with pytest.raises(Gone):
        await Sender(bot).deliver(GROUP, body)
    assert [asked["message_thread_id"] for asked in wire.asked(method)] == [77, 77]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (no(400, "Bad Request: message thread not found"), Gone),
        (no(400, "Bad Request: TOPIC_DELETED"), Gone),
        (no(400, "Bad Request: TOPIC_CLOSED"), Gone),
        (no(400, "Bad Request: not enough rights to send text messages to the chat"), Barred),
        (no(400, "Bad Request: have no rights to send a message"), Barred),
        (no(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), Barred),
        (no(400, "Bad Request: chat not found"), Barred),
        (no(403, "Forbidden: bot was kicked from the supergroup chat"), Barred),
        (no(403, "Forbidden: bot is not a member of the supergroup chat"), Barred),
        (no(403, "Forbidden: something new"), Barred),
        (no(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1_007), Moved),
        (no(400, "Bad Request: message is too long"), Refused),
        (no(429, "Too Many Requests: retry after 3", retry_after=3), TryLater),
        (Drop(), Uncertain),
    ],
)
async def test_every_answer_about_a_group_has_one_meaning(
    wire: Wire, bot: SilentBot, answer: Any, failure: type[Exception]
) -> None:
    wire.will("sendMessage", answer)
    with pytest.raises(failure) as caught:
        await Sender(bot).deliver(GROUP, Say("words", thread=77))
    assert type(caught.value) is failure
    if isinstance(caught.value, Moved):
        assert caught.value.to == -1_007


async def test_a_person_who_blocks_us_is_never_a_group_that_bars_us(
    wire: Wire, bot: SilentBot
) -> None:
    wire.will("sendMessage", no(403, "Forbidden: bot was blocked by the user"))
    with pytest.raises(Blocked):
        await Sender(bot).deliver(5, Say("words"))


async def test_a_file_is_passed_on_by_its_handle_blurred_only_when_asked(
    wire: Wire, bot: SilentBot
) -> None:
    wire.will("sendPhoto", ok(MESSAGE | {"message_id": 8}))
    sender = Sender(bot)
    assert await sender.deliver(GROUP, Enclose(PHOTO, "the gate", is_veiled=True, thread=77)) == 8
    await sender.deliver(5, Enclose(PHOTO))
    veiled, plain = wire.asked("sendPhoto")
    assert (veiled["photo"], veiled["caption"]) == ("handle", "the gate")
    assert (veiled["has_spoiler"], veiled["message_thread_id"]) == (True, 77)
    assert not {"has_spoiler", "message_thread_id", "caption"} & plain.keys()
    assert plain["protect_content"] is True


@pytest.mark.parametrize("kind", ["sticker", "video_note", "nonsense"])
async def test_words_that_cannot_stand_under_a_file_follow_it(
    wire: Wire, bot: SilentBot, kind: str
) -> None:
    method = {"sticker": "sendSticker", "video_note": "sendVideoNote"}.get(kind, "sendDocument")
    wire.will(method, ok(MESSAGE))
    words = "w" * 1500
    await Sender(bot).deliver(GROUP, Enclose(File("h", "u", kind), words, thread=77))
    under = wire.asked(method)[0].get("caption", "")
    after = [asked["text"] for asked in wire.asked("sendMessage")]
    assert under + "".join(after) == words
    assert bool(under) == (kind == "nonsense")


async def test_a_copy_names_nobody(wire: Wire, bot: SilentBot) -> None:
    wire.will(
        "copyMessage", ok({"message_id": 12}), no(400, "Bad Request: message to copy not found")
    )
    assert await Sender(bot).deliver(GROUP, Copy(5, 3, thread=77)) == 12
    (asked,) = wire.asked("copyMessage")
    assert (asked["from_chat_id"], asked["message_id"], asked["message_thread_id"]) == (5, 3, 77)
    with pytest.raises(Refused):
        await Sender(bot).deliver(GROUP, Copy(5, 3, thread=77))


async def test_a_sign_on_a_message_that_is_gone_is_nobodys_loss(wire: Wire, bot: SilentBot) -> None:
    wire.will("setMessageReaction", no(400, "Bad Request: message to react not found"))
    assert await Sender(bot).deliver(GROUP, React(9, "\U0001f44d")) is None
    (asked,) = wire.asked("setMessageReaction")
    assert asked["reaction"] == [{"type": "emoji", "emoji": "\U0001f44d"}]


async def test_what_only_a_desk_can_draw_is_refused_unsent(wire: Wire, bot: SilentBot) -> None:
    with pytest.raises(Refused):
        await Sender(bot).deliver(GROUP, Draw("case", "card"))
    assert wire.calls == [] or all(call.method == "getMe" for call in wire.calls)
