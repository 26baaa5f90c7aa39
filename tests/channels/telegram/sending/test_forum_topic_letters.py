"""Letters to the topics of a group: where they go, and what each answer of Telegram means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.channels.telegram.sender import Sender
from bot.errors import (
    ChatBlockedError,
    DeliveryUncertainError,
    GroupForbiddenError,
    GroupMovedError,
    LetterRefusedError,
    RetryLaterError,
    TopicGoneError,
)
from bot.messages import (
    CloseTopic,
    CopyMessage,
    EditTopic,
    File,
    Mention,
    OpenTopic,
    RenderPost,
    ReopenTopic,
    SendFile,
    SendText,
    SetReaction,
)
from tests.support.telegram.telegram_loopback_server import (
    MESSAGE,
    DropConnection,
    TelegramLoopbackServer,
    api_error,
    api_success,
)

if TYPE_CHECKING:
    from bot.channels.telegram.client import SilentBot

GROUP = -1_001_234_567_890
PHOTO = File("handle", "unique", "photo")
TOPIC = api_success({"message_thread_id": 77, "name": "K7", "icon_color": 1})


async def test_a_message_goes_into_its_topic_answers_another_and_calls_by_name(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    text = "\U0001f600 Mei, please"
    mentions = (Mention("Mei", 5), Mention("Nobody", 6), Mention("please", 0))
    await Sender(bot).deliver(GROUP, SendText(text, thread=77, reply_to=9, mentions=mentions))
    (asked,) = telegram_server.asked("sendMessage")
    assert asked["message_thread_id"] == 77
    assert asked["reply_parameters"] == {"message_id": 9, "allow_sending_without_reply": True}
    (entity,) = asked["entities"]
    assert (entity["type"], entity["offset"], entity["length"]) == ("text_mention", 3, 3)
    assert entity["user"]["id"] == 5
    assert asked["protect_content"] is True


async def test_a_message_to_a_person_carries_nothing_of_groups(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await Sender(bot).deliver(5, SendText("hello"))
    (asked,) = telegram_server.asked("sendMessage")
    assert not {"message_thread_id", "reply_parameters", "entities"} & asked.keys()


async def test_a_long_message_stays_in_its_topic(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    await Sender(bot).deliver(GROUP, SendText("word " * 2000, thread=77))
    assert [asked["message_thread_id"] for asked in telegram_server.asked("sendMessage")] == [
        77
    ] * 3


async def test_a_topic_is_opened_under_a_name_telegram_takes(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("createForumTopic", TOPIC)
    assert await Sender(bot).deliver(GROUP, OpenTopic("K7 " * 100)) == 77
    assert await Sender(bot).deliver(GROUP, OpenTopic(" ")) == 77
    long, empty = (asked["name"] for asked in telegram_server.asked("createForumTopic"))
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
    telegram_server: TelegramLoopbackServer, bot: SilentBot, body: Any, method: str
) -> None:
    telegram_server.respond_with(
        method,
        api_error(400, "Bad Request: TOPIC_NOT_MODIFIED"),
        api_error(400, "TOPIC_ID_INVALID"),
    )
    assert await Sender(bot).deliver(GROUP, body) is None
    with pytest.raises(TopicGoneError):
        await Sender(bot).deliver(GROUP, body)
    assert [asked["message_thread_id"] for asked in telegram_server.asked(method)] == [77, 77]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (api_error(400, "Bad Request: message thread not found"), TopicGoneError),
        (api_error(400, "Bad Request: TOPIC_DELETED"), TopicGoneError),
        (api_error(400, "Bad Request: TOPIC_CLOSED"), TopicGoneError),
        (
            api_error(400, "Bad Request: not enough rights to send text messages to the chat"),
            GroupForbiddenError,
        ),
        (api_error(400, "Bad Request: have no rights to send a message"), GroupForbiddenError),
        (api_error(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), GroupForbiddenError),
        (api_error(400, "Bad Request: chat not found"), GroupForbiddenError),
        (api_error(403, "Forbidden: bot was kicked from the supergroup chat"), GroupForbiddenError),
        (
            api_error(403, "Forbidden: bot is not a member of the supergroup chat"),
            GroupForbiddenError,
        ),
        (api_error(403, "Forbidden: something new"), GroupForbiddenError),
        (
            api_error(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1_007),
            GroupMovedError,
        ),
        (api_error(400, "Bad Request: message is too long"), LetterRefusedError),
        (api_error(429, "Too Many Requests: retry after 3", retry_after=3), RetryLaterError),
        (DropConnection(), DeliveryUncertainError),
    ],
)
async def test_every_answer_about_a_group_has_one_meaning(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, answer: Any, failure: type[Exception]
) -> None:
    telegram_server.respond_with("sendMessage", answer)
    with pytest.raises(failure) as caught:
        await Sender(bot).deliver(GROUP, SendText("words", thread=77))
    assert type(caught.value) is failure
    if isinstance(caught.value, GroupMovedError):
        assert caught.value.chat == -1_007


async def test_a_person_who_blocks_us_is_never_a_group_that_bars_us(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "sendMessage", api_error(403, "Forbidden: bot was blocked by the user")
    )
    with pytest.raises(ChatBlockedError):
        await Sender(bot).deliver(5, SendText("words"))


async def test_a_file_is_passed_on_by_its_handle_blurred_only_when_asked(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with("sendPhoto", api_success(MESSAGE | {"message_id": 8}))
    sender = Sender(bot)
    assert (
        await sender.deliver(GROUP, SendFile(PHOTO, "the gate", has_spoiler=True, thread=77)) == 8
    )
    await sender.deliver(5, SendFile(PHOTO))
    veiled, plain = telegram_server.asked("sendPhoto")
    assert (veiled["photo"], veiled["caption"]) == ("handle", "the gate")
    assert (veiled["has_spoiler"], veiled["message_thread_id"]) == (True, 77)
    assert not {"has_spoiler", "message_thread_id", "caption"} & plain.keys()
    assert plain["protect_content"] is True


@pytest.mark.parametrize("kind", ["sticker", "video_note", "nonsense"])
async def test_words_that_cannot_stand_under_a_file_follow_it(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, kind: str
) -> None:
    method = {"sticker": "sendSticker", "video_note": "sendVideoNote"}.get(kind, "sendDocument")
    telegram_server.respond_with(method, api_success(MESSAGE))
    words = "w" * 1500
    await Sender(bot).deliver(GROUP, SendFile(File("h", "u", kind), words, thread=77))
    under = telegram_server.asked(method)[0].get("caption", "")
    after = [asked["text"] for asked in telegram_server.asked("sendMessage")]
    assert under + "".join(after) == words
    assert bool(under) == (kind == "nonsense")


async def test_a_copied_message_names_no_sender(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "copyMessage",
        api_success({"message_id": 12}),
        api_error(400, "Bad Request: message to copy not found"),
    )
    assert await Sender(bot).deliver(GROUP, CopyMessage(5, 3, thread=77)) == 12
    (asked,) = telegram_server.asked("copyMessage")
    assert (asked["from_chat_id"], asked["message_id"], asked["message_thread_id"]) == (5, 3, 77)
    with pytest.raises(LetterRefusedError):
        await Sender(bot).deliver(GROUP, CopyMessage(5, 3, thread=77))


async def test_a_sign_on_a_message_that_is_gone_is_nobodys_loss(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram_server.respond_with(
        "setMessageReaction", api_error(400, "Bad Request: message to react not found")
    )
    assert await Sender(bot).deliver(GROUP, SetReaction(9, "\U0001f44d")) is None
    (asked,) = telegram_server.asked("setMessageReaction")
    assert asked["reaction"] == [{"type": "emoji", "emoji": "\U0001f44d"}]


async def test_what_only_a_desk_can_draw_is_refused_unsent(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    with pytest.raises(LetterRefusedError):
        await Sender(bot).deliver(GROUP, RenderPost("case", "card"))
    assert telegram_server.calls == [] or all(
        call.method == "getMe" for call in telegram_server.calls
    )
