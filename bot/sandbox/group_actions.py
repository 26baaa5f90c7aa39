"""What somebody can do in a group through the control API, by name.

A deed takes the group, whoever does it, and what was asked: the fields of a JSON body or of the
query, and the bytes of any other body under `data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.sample_media import sample_png, sample_wav

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.groups import SandboxGroup
    from bot.sandbox.phone import Phone

    Fields = dict[str, Any]
    GroupAction = Callable[[SandboxGroup, Phone, Fields], Any]


def text(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Write `text` into the topic `thread`, as a reply when `reply_to` names a message."""
    thread, reply_to = fields.get("thread"), fields.get("reply_to")
    return group.say(by, fields["text"], thread=thread, reply_to=reply_to)


def press(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Press the button with `data` under `message_id`."""
    return {"query": group.press(by, fields["message_id"], fields["data"])}


def edit(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Put `text` into one's own message `message_id`."""
    return group.edit(by, fields["message_id"], fields["text"])


def photo(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a photo, or a made-up one."""
    data = fields.get("data") or sample_png(len(group.chat.messages))
    return group.send_file(by, "photo", data, **_send_options(fields))


def voice(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a voice note, or a made-up tone."""
    data = fields.get("data") or sample_wav(2)
    return group.send_file(by, "voice", data, mime="audio/wav", **_send_options(fields))


def file(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a file called `name`."""
    about = {
        "name": fields.get("name", "file"),
        "mime": fields.get("mime", ""),
        **_send_options(fields),
    }
    return group.send_file(by, "document", fields.get("data", b""), **about)


def location(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send `latitude` and `longitude`."""
    place = {name: float(fields[name]) for name in ("latitude", "longitude")}
    about = _send_options(fields)
    about.pop("caption")
    return group.send(by, {"location": place}, **about)


def _send_options(fields: Fields) -> dict[str, Any]:
    """Return into which topic, as an answer to which message, and with which words under it."""
    about: Fields = {"caption": fields.get("caption", "")}
    for name in ("thread", "reply_to"):
        about[name] = int(fields.get(name, 0)) or None
    return about


def close(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Close the topic `thread`."""
    return group.set_closed(by, fields["thread"], closed=True)


def reopen(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Open the topic `thread` again."""
    return group.set_closed(by, fields["thread"], closed=False)


def delete(group: SandboxGroup, _by: Phone, fields: Fields) -> Any:
    """Delete the topic `thread` with all that stands in it."""
    return group.delete_topic(fields["thread"])


def admit(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Let the bot in as `status`, or give it another standing."""
    return group.add_bot(by, fields.get("status", "administrator"))


def kick(group: SandboxGroup, by: Phone, _: Fields) -> Any:
    """Throw the bot out."""
    return group.kick_bot(by)


ACTIONS: dict[str, GroupAction] = {
    deed.__name__: deed
    for deed in (
        text,
        press,
        edit,
        photo,
        voice,
        file,
        location,
        close,
        reopen,
        delete,
        admit,
        kick,
    )
}
"""By name."""
