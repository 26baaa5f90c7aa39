"""The chat, topic and message that a call names, or the error that refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.state import BOT_ID, Message, SandboxChat, World
from bot.sandbox.wire import bad_request, forbidden, group_upgraded

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall

GENERAL_TOPIC = 1
"""The topic every forum has; its messages carry no thread."""
MAX_MESSAGE_IDS = 100
NON_MEMBER_STATUSES = frozenset({"left", "kicked"})


def find_chat(world: World, call: ApiCall, name: str = "chat_id") -> SandboxChat:
    """Return the chat a call names."""
    if not call.text(name):
        raise bad_request(f"{name} is empty")
    chat = world.chats.get(call.number(name))
    if chat is None or not chat.is_open:
        raise bad_request("chat not found")
    return chat


def joined_chat(world: World, call: ApiCall) -> SandboxChat:
    """Return the chat a call names if the bot is in it."""
    chat = find_chat(world, call)
    _check_member(chat)
    return chat


def writable_chat(world: World, call: ApiCall) -> SandboxChat:
    """Return the chat a call names if the bot may write there."""
    chat = find_chat(world, call)
    if chat.moved_to is not None:
        raise group_upgraded(chat.moved_to)
    if chat.is_deactivated:
        raise forbidden("user is deactivated")
    if chat.is_blocked:
        raise forbidden("bot was blocked by the user")
    _check_member(chat)
    return chat


def _check_member(chat: SandboxChat) -> None:
    if chat.type == "private":
        return
    status = chat.members.get(BOT_ID, "left")
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status in NON_MEMBER_STATUSES:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def thread_of(call: ApiCall, chat: SandboxChat) -> int | None:
    """Return the topic a call names; None for the chat itself."""
    number = call.number("message_thread_id")
    if not number or (number == GENERAL_TOPIC and chat.names.get("is_forum")):
        return None
    topic = chat.topics.get(number)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.is_closed and chat.members.get(BOT_ID) != "administrator":
        raise bad_request("TOPIC_CLOSED")
    return number


def message_ids_of(call: ApiCall) -> list[int]:
    """Return the ids of the messages a call names, each once."""
    numbers = call.json_value("message_ids", "message identifiers")
    if not isinstance(numbers, list):
        raise bad_request("expected an Array of message identifiers")
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > MAX_MESSAGE_IDS:
        raise bad_request("too many message identifiers specified")
    if not all(isinstance(number, int) for number in numbers):
        raise bad_request("message identifier must be a Number")
    return list(dict.fromkeys(numbers))


def message_of(call: ApiCall, chat: SandboxChat, description: str) -> Message:
    """Return the message a call names; `description` names it in the error."""
    number = call.number("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None:
        raise bad_request(f"{description} not found")
    return message
