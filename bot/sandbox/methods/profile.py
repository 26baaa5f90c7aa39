"""What the bot says about itself, and how it is reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sandbox.api_errors import bad
from bot.sandbox.json_codec import encode

if TYPE_CHECKING:
    from bot.sandbox.call_log import Call
    from bot.sandbox.state import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256
LONGEST = {"name": 64, "description": 512, "short_description": 120}
DEFAULT_SCOPE: dict[str, Any] = {"type": "default"}


def get_me(world: World, _: Call) -> dict[str, Any]:
    """Say who the bot is."""
    return {
        **world.me(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": world.has_private_topics,
        "allows_users_to_create_topics": False,
    }


def set_my_commands(world: World, call: Call) -> bool:
    """Set the command menu of one scope and language."""
    commands = call.structure("commands", "commands")
    if not isinstance(commands, list):
        raise bad("can't parse commands: expected an Array of BotCommand")
    if len(commands) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    world.profile.commands[_scope(call)] = [
        {"command": command["command"], "description": command["description"]}
        for command in commands
    ]
    _told(world)
    return True


def _check_command(command: object) -> None:
    if not isinstance(command, dict):
        raise bad("can't parse BotCommand: expected an Object")
    name, description = command.get("command"), command.get("description")
    if not isinstance(name, str) or not COMMAND.fullmatch(name.removeprefix("/")):
        raise bad("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 0 < len(description) <= LONGEST_DESCRIPTION:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")


def get_my_commands(world: World, call: Call) -> list[dict[str, str]]:
    """Return the command menu of one scope and language."""
    return world.profile.commands.get(_scope(call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    """Remove the command menu of one scope and language."""
    world.profile.commands.pop(_scope(call), None)
    _told(world)
    return True


def _scope(call: Call) -> tuple[str, str]:
    scope = call.structure("scope", "BotCommandScope") or DEFAULT_SCOPE
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad("BotCommandScope must be an Object")
    return encode(dict(sorted(scope.items()))).decode(), call.text("language_code")


def _set(field: str) -> Any:
    def method(world: World, call: Call) -> bool:
        text = call.text(field)
        if len(text) > LONGEST[field]:
            raise bad(f"bot {field.replace('_', ' ')} is too long")
        by_language: dict[str, str] = getattr(world.profile, field)
        language = call.text("language_code")
        if text:
            by_language[language] = text
        elif language or field != "name":
            by_language.pop(language, None)
        _told(world)
        return True

    return method


def _get(field: str) -> Any:
    def method(world: World, call: Call) -> dict[str, str]:
        by_language: dict[str, str] = getattr(world.profile, field)
        return {field: by_language.get(call.text("language_code"), by_language.get("", ""))}

    return method


def _told(world: World) -> None:
    world.events.tell(0, "profile", world.profile_as_seen())


def get_webhook_info(world: World, _: Call) -> dict[str, Any]:
    """Say how updates are delivered, and how many wait."""
    return {
        "url": world.updates.webhook,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }


def delete_webhook(world: World, call: Call) -> bool:
    """Go back to polling."""
    world.updates.webhook = ""
    if call.flag("drop_pending_updates"):
        world.updates.forget()
    return True


def set_webhook(world: World, call: Call) -> bool:
    """Refuse: nothing leaves this machine. An empty address removes it, as on Telegram."""
    if not call.text("url"):
        return delete_webhook(world, call)
    raise bad("bad webhook: the sandbox sends nothing anywhere; use getUpdates")


def yes(_world: World, _call: Call) -> bool:
    """Agree, and change nothing."""
    return True


METHODS = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _set("name"),
    "getMyName": _get("name"),
    "setMyDescription": _set("description"),
    "getMyDescription": _get("description"),
    "setMyShortDescription": _set("short_description"),
    "getMyShortDescription": _get("short_description"),
    "setChatMenuButton": yes,
    "getWebhookInfo": get_webhook_info,
    "deleteWebhook": delete_webhook,
    "setWebhook": set_webhook,
    "logOut": yes,
    "close": yes,
}
