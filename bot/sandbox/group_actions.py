"""What somebody can do in a group through the control API, by name.

A deed takes the group, whoever does it, and what was asked: the fields of a JSON body or of the
query, and the bytes of any other body under `data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.sample_media import picture, tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.groups import Group
    from bot.sandbox.phone import Phone

    Asked = dict[str, Any]
    Deed = Callable[[Group, Phone, Asked], Any]


def text(group: Group, by: Phone, asked: Asked) -> Any:
    """Write `text` into the topic `thread`, as a reply when `reply_to` names a message."""
    thread, reply_to = asked.get("thread"), asked.get("reply_to")
    return group.say(by, asked["text"], thread=thread, reply_to=reply_to)


def press(group: Group, by: Phone, asked: Asked) -> Any:
    """Press the button with `data` under `message_id`."""
    return {"query": group.press(by, asked["message_id"], asked["data"])}


def edit(group: Group, by: Phone, asked: Asked) -> Any:
    """Put `text` into one's own message `message_id`."""
    return group.edit(by, asked["message_id"], asked["text"])


def photo(group: Group, by: Phone, asked: Asked) -> Any:
    """Send the body as a photo, or a made-up one."""
    data = asked.get("data") or picture(len(group.chat.messages))
    return group.send_file(by, "photo", data, **_about(asked))


def voice(group: Group, by: Phone, asked: Asked) -> Any:
    """Send the body as a voice note, or a made-up tone."""
    data = asked.get("data") or tone(2)
    return group.send_file(by, "voice", data, mime="audio/wav", **_about(asked))


def file(group: Group, by: Phone, asked: Asked) -> Any:
    """Send the body as a file called `name`."""
    about = {"name": asked.get("name", "file"), "mime": asked.get("mime", ""), **_about(asked)}
    return group.send_file(by, "document", asked.get("data", b""), **about)


def location(group: Group, by: Phone, asked: Asked) -> Any:
    """Send `latitude` and `longitude`."""
    place = {name: float(asked[name]) for name in ("latitude", "longitude")}
    about = _about(asked)
    about.pop("caption")
    return group.send(by, {"location": place}, **about)


def _about(asked: Asked) -> dict[str, Any]:
    """Return into which topic, as an answer to which message, and with which words under it."""
    about: Asked = {"caption": asked.get("caption", "")}
    for name in ("thread", "reply_to"):
        about[name] = int(asked.get(name, 0)) or None
    return about


def close(group: Group, by: Phone, asked: Asked) -> Any:
    """Close the topic `thread`."""
    return group.set_closed(by, asked["thread"], closed=True)


def reopen(group: Group, by: Phone, asked: Asked) -> Any:
    """Open the topic `thread` again."""
    return group.set_closed(by, asked["thread"], closed=False)


def delete(group: Group, _by: Phone, asked: Asked) -> Any:
    """Delete the topic `thread` with all that stands in it."""
    return group.delete_topic(asked["thread"])


def admit(group: Group, by: Phone, asked: Asked) -> Any:
    """Let the bot in as `status`, or give it another standing."""
    return group.add_bot(by, asked.get("status", "administrator"))


def kick(group: Group, by: Phone, _: Asked) -> Any:
    """Throw the bot out."""
    return group.kick_bot(by)


DEEDS: dict[str, Deed] = {
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
