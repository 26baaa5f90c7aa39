"""Methods about chats and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import bad_request
from bot.sandbox.methods.targets import find_chat, joined_chat, message_of, writable_chat
from bot.sandbox.state import BOT_ID

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.chats import SandboxChat
    from bot.sandbox.state import World

GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
     "gifts_from_channels"),
    False,
)  # fmt: skip
ADMIN_STATUSES = frozenset({"creator", "administrator"})


def get_chat(world: World, call: ApiCall) -> dict[str, Any]:
    """Describe a chat."""
    chat = joined_chat(world, call)
    about = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS}
    return chat.api_chat() | about


def get_chat_member(world: World, call: ApiCall) -> dict[str, Any]:
    """Return a member of a chat."""
    chat = joined_chat(world, call)
    user_id = call.number("user_id")
    in_private = chat.type == "private" and user_id == chat.id
    if user_id not in chat.members and not in_private:
        raise bad_request("member not found")
    return _member(world, chat, user_id)


def get_chat_administrators(world: World, call: ApiCall) -> list[dict[str, Any]]:
    """List the administrators of a group."""
    chat = _find_group(world, call)
    return [
        _member(world, chat, user_id)
        for user_id, status in chat.members.items()
        if status in ADMIN_STATUSES
    ]


def get_chat_member_count(world: World, call: ApiCall) -> int:
    """Count the members of a chat."""
    chat = joined_chat(world, call)
    gone = {"left", "kicked"}
    return sum(status not in gone for status in chat.members.values()) or 2


def leave_chat(world: World, call: ApiCall) -> bool:
    """Leave a group."""
    chat = _find_group(world, call)
    chat.members[BOT_ID] = "left"
    world.events.publish(chat.id, "chat", {"left": True})
    return True


def set_message_reaction(world: World, call: ApiCall) -> bool:
    """Set the bot's reactions to a message."""
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


METHODS = (
    get_chat,
    get_chat_member,
    get_chat_administrators,
    get_chat_member_count,
    leave_chat,
    set_message_reaction,
)
