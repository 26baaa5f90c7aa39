"""Forum topics: opening, closing, renaming and deleting them, and placing messages in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import MessageEntity, ReplyParameters, User

from bot.channels.telegram.delivery_errors import TOPIC_UNCHANGED, run_call
from bot.channels.telegram.parsing.fix_unicode import fix_text
from bot.channels.telegram.split_text import split_text, utf16_length
from bot.errors import LetterRefusedError
from bot.messages import CloseTopic, DeleteTopic, EditTopic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Bot, ForumTopic

    from bot.messages import Mention, OpenTopic, ReopenTopic

LONGEST_NAME = 128
"""Characters of a topic's name."""
NAMELESS = "-"


async def open_topic(bot: Bot, chat: int, body: OpenTopic) -> int:
    """Open a topic and return its number."""

    async def opened() -> int:
        topic: ForumTopic = await bot.create_forum_topic(chat, _name(body.name))
        return topic.message_thread_id

    return await run_call(opened(), may_repeat=False)


async def change_topic(
    bot: Bot, chat: int, body: CloseTopic | ReopenTopic | DeleteTopic | EditTopic
) -> None:
    """Close, reopen, delete or rename a topic; ignore that it is so already."""
    if isinstance(body, EditTopic):
        call = bot.edit_forum_topic(chat, body.thread, name=_name(body.name))
    elif isinstance(body, DeleteTopic):
        call = bot.delete_forum_topic(chat, body.thread)
    elif isinstance(body, CloseTopic):
        call = bot.close_forum_topic(chat, body.thread)
    else:
        call = bot.reopen_forum_topic(chat, body.thread)
    try:
        await run_call(call)
    except LetterRefusedError as refused:
        if refused.args[0] != TOPIC_UNCHANGED:
            raise


def topic_arguments(thread: int, reply_to: int = 0) -> dict[str, Any]:
    """Return the arguments that place a message in a topic and make it a reply."""
    arguments: dict[str, Any] = {}
    if thread:
        arguments["message_thread_id"] = thread
    if reply_to:
        arguments["reply_parameters"] = ReplyParameters(reply_to, allow_sending_without_reply=True)
    return arguments


def mention_arguments(text: str, mentions: Sequence[Mention]) -> dict[str, Any]:
    """Return the arguments that notify staff whose labels occur in the text."""
    entities = []
    for mention in mentions:
        before, label, _ = text.partition(fix_text(mention.label))
        if label and mention.user_id:
            user = User(mention.user_id, label, is_bot=False)
            entities.append(
                MessageEntity("text_mention", utf16_length(before), utf16_length(label), user=user)
            )
    return {"entities": entities} if entities else {}


def _name(words: str) -> str:
    return split_text(fix_text(words), LONGEST_NAME)[0].strip() or NAMELESS
