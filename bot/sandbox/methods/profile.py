"""Methods about the bot's profile, commands and webhook."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.sandbox.webhook import WebhookTarget
from bot.sandbox.wire import WEBHOOK_SET, BotApiError, bad_request, encode

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.state import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256
LONGEST = {"name": 64, "description": 512, "short_description": 120}
DEFAULT_SCOPE: dict[str, Any] = {"type": "default"}


def _get_me(world: World, _: ApiCall) -> dict[str, Any]:
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


def _set_my_commands(world: World, call: ApiCall) -> bool:
    commands = call.json_value("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    world.profile.commands[_scope(call)] = [
        {"command": command["command"], "description": command["description"]}
        for command in commands
    ]
    _notify_profile(world)
    return True


def _check_command(command: object) -> None:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = command.get("command"), command.get("description")
    if not isinstance(name, str) or not COMMAND.fullmatch(name.removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 0 < len(description) <= LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _get_my_commands(world: World, call: ApiCall) -> list[dict[str, str]]:
    return world.profile.commands.get(_scope(call), [])


def _delete_my_commands(world: World, call: ApiCall) -> bool:
    world.profile.commands.pop(_scope(call), None)
    _notify_profile(world)
    return True


def _scope(call: ApiCall) -> tuple[str, str]:
    scope = call.json_value("scope", "BotCommandScope") or DEFAULT_SCOPE
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("BotCommandScope must be an Object")
    return encode(dict(sorted(scope.items()))).decode(), call.text("language_code")


def _set_field(field: str, world: World, call: ApiCall) -> bool:
    text = call.text(field)
    if len(text) > LONGEST[field]:
        raise bad_request(f"bot {field.replace('_', ' ')} is too long")
    by_language: dict[str, str] = getattr(world.profile, field)
    language = call.text("language_code")
    if text:
        by_language[language] = text
    elif language or field != "name":
        by_language.pop(language, None)
    _notify_profile(world)
    return True


def _get_field(field: str, world: World, call: ApiCall) -> dict[str, str]:
    by_language: dict[str, str] = getattr(world.profile, field)
    return {field: by_language.get(call.text("language_code"), by_language.get("", ""))}


def _notify_profile(world: World) -> None:
    world.events.publish(0, "profile", world.profile_state())


def _get_webhook_info(world: World, _: ApiCall) -> dict[str, Any]:
    poster, updates = world.webhook, world.updates
    info = {
        "url": updates.webhook,
        "has_custom_certificate": False,
        "pending_update_count": updates.pending_count,
    }
    if poster.failed_at:
        info |= {"last_error_date": poster.failed_at, "last_error_message": poster.failure}
    if poster.target.url:
        info |= {"max_connections": poster.target.connections, "ip_address": "127.0.0.1"}
    if updates.allowed:
        info["allowed_updates"] = updates.allowed
    return info


def _delete_webhook(world: World, call: ApiCall) -> bool:
    world.webhook.set_target(WebhookTarget())
    if call.flag("drop_pending_updates"):
        world.updates.clear()
    return True


def _set_webhook(world: World, call: ApiCall) -> bool:
    """Post updates to an address of this machine; an empty URL removes the webhook."""
    if not call.text("url"):
        return _delete_webhook(world, call)
    target = WebhookTarget.of(call)
    world.updates.allow(call.json_value("allowed_updates", "allowed_updates"))
    if call.flag("drop_pending_updates"):
        world.updates.clear()
    if target != world.webhook.target:
        world.updates.end_wait(BotApiError(409, WEBHOOK_SET))
        world.webhook.set_target(target)
    return True


METHODS = (
    _get_me, _set_my_commands, _get_my_commands, _delete_my_commands, _get_webhook_info,
    _delete_webhook, _set_webhook,
)  # fmt: skip
OTHER_METHODS: dict[str, Any] = {
    f"{verb}my{field.replace('_', '')}": partial(method, field)
    for field in LONGEST
    for verb, method in (("set", _set_field), ("get", _get_field))
} | dict.fromkeys(("setchatmenubutton", "logout", "close"), lambda _world, _call: True)
