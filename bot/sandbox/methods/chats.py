"""Methods about chats, their members and topics, also in private chats if topics are enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.methods.targets import find_chat, joined_chat, message_of, writable_chat
from bot.sandbox.state import BOT_ID, SandboxChat, SandboxTopic, World
from bot.sandbox.wire import bad_request

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall

GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
     "gifts_from_channels"),
    False,
)  # fmt: skip
ADMIN_STATUSES = frozenset({"creator", "administrator"})
LONGEST_NAME = 128
COLOUR = 0x6FB9F0


def _get_chat(world: World, call: ApiCall) -> dict[str, Any]:
    chat = joined_chat(world, call)
    about = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS}
    return chat.api_chat() | about


def _get_chat_member(world: World, call: ApiCall) -> dict[str, Any]:
    chat = joined_chat(world, call)
    user_id = call.number("user_id")
    in_private = chat.type == "private" and user_id == chat.id
    if user_id not in chat.members and not in_private:
        raise bad_request("member not found")
    return _member(world, chat, user_id)


def _get_chat_administrators(world: World, call: ApiCall) -> list[dict[str, Any]]:
    chat = _find_group(world, call)
    return [
        _member(world, chat, user_id)
        for user_id, status in chat.members.items()
        if status in ADMIN_STATUSES
    ]


def _get_chat_member_count(world: World, call: ApiCall) -> int:
    chat = joined_chat(world, call)
    gone = {"left", "kicked"}
    return sum(status not in gone for status in chat.members.values()) or 2


def _leave_chat(world: World, call: ApiCall) -> bool:
    chat = _find_group(world, call)
    chat.members[BOT_ID] = "left"
    world.events.publish(chat.id, "chat", {"left": True})
    return True


def _set_message_reaction(world: World, call: ApiCall) -> bool:
    chat = writable_chat(world, call)
    message = message_of(call, chat, "message to react")
    reactions = call.json_value("reaction", "reaction types") or []
    if not isinstance(reactions, list):
        raise bad_request("reaction types must be an Array of ReactionType")
    world.set_bot_reactions(chat, message["message_id"], reactions)
    return True


def _find_group(world: World, call: ApiCall) -> SandboxChat:
    chat = find_chat(world, call)
    if chat.type == "private":
        raise bad_request(
            "there are no administrators in the private chat"
            if call.method.lower() == "getchatadministrators"
            else "chat member status can't be changed in private chats"
        )
    return joined_chat(world, call)


def _member(world: World, chat: SandboxChat, user_id: int) -> dict[str, Any]:
    status = chat.members.get(user_id, "member")
    if user_id == BOT_ID:
        return world.bot_member(status)
    user = world.users[user_id]
    if status == "administrator":
        return world.bot_member(status) | {"user": user}
    more = {"is_anonymous": False} if status == "creator" else {}
    until = {"until_date": 0} if status == "kicked" else {}
    return {"user": user, "status": status, **more, **until}


def _create_forum_topic(world: World, call: ApiCall) -> dict[str, Any]:
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


def _edit_forum_topic(world: World, call: ApiCall) -> bool:
    chat, topic = _find_topic(world, call)
    if call.text("name"):
        name = _name(call)
        if name == topic.name:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.name = name
        world.notify_topics(chat)
        _post_service_message(world, chat, topic, "forum_topic_edited", {"name": name})
    return True


def _close_forum_topic(world: World, call: ApiCall) -> bool:
    """Close a topic to everyone but administrators."""
    return _set_closed(world, call, closed=True)


def _reopen_forum_topic(world: World, call: ApiCall) -> bool:
    return _set_closed(world, call, closed=False)


def _delete_forum_topic(world: World, call: ApiCall) -> bool:
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
    _get_chat, _get_chat_member, _get_chat_administrators, _get_chat_member_count, _leave_chat,
    _set_message_reaction, _create_forum_topic, _edit_forum_topic, _close_forum_topic,
    _reopen_forum_topic, _delete_forum_topic,
)  # fmt: skip
