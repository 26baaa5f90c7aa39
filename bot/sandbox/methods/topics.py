"""Methods about topics, in forums and in private chats if they are enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import bad_request
from bot.sandbox.chats import SandboxTopic
from bot.sandbox.methods.targets import writable_chat
from bot.sandbox.state import BOT_ID

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.chats import SandboxChat
    from bot.sandbox.state import World

LONGEST_NAME = 128
COLOUR = 0x6FB9F0


def create_forum_topic(world: World, call: ApiCall) -> dict[str, Any]:
    """Create a topic; its number is the id of its service message."""
    chat = _forum_chat(world, call)
    name = _name(call)
    about = {"name": name, "icon_color": call.number("icon_color", COLOUR)}
    message = world.post(chat, world.me(), {"forum_topic_created": about})
    number: int = message["message_id"]
    message["message_thread_id"] = number
    message["is_topic_message"] = True
    chat.topics[number] = SandboxTopic(number, name)
    world.notify_topics(chat)
    return {"message_thread_id": number, **about}


def edit_forum_topic(world: World, call: ApiCall) -> bool:
    """Rename a topic."""
    chat, topic = _find_topic(world, call)
    if call.text("name"):
        name = _name(call)
        if name == topic.name:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.name = name
        world.notify_topics(chat)
        _post_service_message(world, chat, topic, "forum_topic_edited", {"name": name})
    return True


def close_forum_topic(world: World, call: ApiCall) -> bool:
    """Close a topic to everyone but administrators."""
    return _set_closed(world, call, closed=True)


def reopen_forum_topic(world: World, call: ApiCall) -> bool:
    """Reopen a topic."""
    return _set_closed(world, call, closed=False)


def delete_forum_topic(world: World, call: ApiCall) -> bool:
    """Delete a topic with all its messages, even old ones."""
    chat, topic = _find_topic(world, call)
    world.delete_topic(chat, topic.number)
    return True


def _forum_chat(world: World, call: ApiCall) -> SandboxChat:
    chat = writable_chat(world, call)
    is_private = chat.type == "private"
    if not (world.has_private_topics if is_private else chat.names.get("is_forum")):
        raise bad_request("the chat is not a forum")
    if not is_private and chat.members.get(BOT_ID) != "administrator":
        raise bad_request("not enough rights to create a topic")
    return chat


def _find_topic(world: World, call: ApiCall) -> tuple[SandboxChat, SandboxTopic]:
    chat = _forum_chat(world, call)
    topic = chat.topics.get(call.number("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


def _set_closed(world: World, call: ApiCall, *, closed: bool) -> bool:
    chat, topic = _find_topic(world, call)
    if chat.type == "private":
        raise bad_request("method is available only for supergroups")
    if topic.is_closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = closed
    world.notify_topics(chat)
    field = "forum_topic_closed" if closed else "forum_topic_reopened"
    _post_service_message(world, chat, topic, field, {})
    return True


def _post_service_message(
    world: World, chat: SandboxChat, topic: SandboxTopic, field: str, about: dict[str, Any]
) -> None:
    inside = {"message_thread_id": topic.number, "is_topic_message": True}
    world.post(chat, world.me(), {field: about, **inside})


def _name(call: ApiCall) -> str:
    name = call.text("name").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    return name


METHODS = (
    create_forum_topic,
    edit_forum_topic,
    close_forum_topic,
    reopen_forum_topic,
    delete_forum_topic,
)
