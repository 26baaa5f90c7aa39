"""Where a call is about to act: its chat, its topic, its message, or why it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api_errors import bad, forbidden, upgraded
from bot.sandbox.state import BOT_ID

if TYPE_CHECKING:
    from bot.sandbox.call_log import Call
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.state import World

GENERAL = 1
"""The topic every forum has; its messages carry no thread."""
MOST_AT_ONCE = 100
OUTSIDE = frozenset({"left", "kicked"})


def chat_of(world: World, call: Call, name: str = "chat_id") -> Chat:
    """Return the chat a call names."""
    if not call.text(name):
        raise bad(f"{name} is empty")
    chat = world.chats.get(call.number(name))
    if chat is None or not chat.is_open:
        raise bad("chat not found")
    return chat


def writable(world: World, call: Call) -> Chat:
    """Return the chat a call names when the bot may write there."""
    chat = chat_of(world, call)
    if chat.moved_to is not None:
        raise upgraded(chat.moved_to)
    if chat.is_deactivated:
        raise forbidden("user is deactivated")
    if chat.is_blocked:
        raise forbidden("bot was blocked by the user")
    check_member(chat)
    return chat


def check_member(chat: Chat) -> None:
    """Refuse when the bot is no longer in a group."""
    if chat.type == "private":
        return
    status = chat.members.get(BOT_ID, "left")
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status in OUTSIDE:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def thread_of(call: Call, chat: Chat) -> int | None:
    """Return the topic a call writes to, None for the chat itself."""
    number = call.number("message_thread_id")
    if not number or (number == GENERAL and chat.names.get("is_forum")):
        return None
    topic = chat.topics.get(number)
    if topic is None:
        raise bad("message thread not found")
    if topic.is_closed and chat.members.get(BOT_ID) != "administrator":
        raise bad("TOPIC_CLOSED")
    return number


def numbers_of(call: Call) -> list[int]:
    """Return the messages a call names when it names several, each once."""
    numbers = call.structure("message_ids", "message identifiers")
    if not isinstance(numbers, list):
        raise bad("expected an Array of message identifiers")
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > MOST_AT_ONCE:
        raise bad("too many message identifiers specified")
    if not all(isinstance(number, int) for number in numbers):
        raise bad("message identifier must be a Number")
    return list(dict.fromkeys(numbers))


def message_of(call: Call, chat: Chat, what: str, name: str = "message_id") -> Message:
    """Return the message a call names; `what` is Telegram's word for it."""
    number = call.number(name)
    if not number:
        raise bad("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None:
        raise bad(f"{what} not found")
    return message
