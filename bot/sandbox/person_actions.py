"""What a person can do through the control API, by name.

A deed takes the phone and what was asked: the fields of a JSON body or of the query, and the
bytes of any other body under `data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.sample_media import picture, tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.phone import Phone

    Asked = dict[str, Any]
    Deed = Callable[[Phone, Asked], Any]


def text(phone: Phone, asked: Asked) -> Any:
    """Write `text`, as a reply when `reply_to` names a message."""
    return phone.say(asked["text"], reply_to=asked.get("reply_to"))


def press(phone: Phone, asked: Asked) -> Any:
    """Press a button by `data` or `label`, under `message_id` or the newest message."""
    query = phone.press(asked.get("message_id"), label=asked.get("label"), data=asked.get("data"))
    return {"query": query}


def edit(phone: Phone, asked: Asked) -> Any:
    """Put `text` into message `message_id`."""
    return phone.edit(asked["message_id"], asked["text"])


def delete(phone: Phone, asked: Asked) -> Any:
    """Delete message `message_id` on both sides."""
    return phone.delete(asked["message_id"])


def block(phone: Phone, _: Asked) -> Any:
    """Stop the bot."""
    return phone.block()


def unblock(phone: Phone, _: Asked) -> Any:
    """Let the bot write again."""
    return phone.unblock()


def vanish(phone: Phone, _: Asked) -> Any:
    """Delete the account."""
    return phone.vanish()


def photo(phone: Phone, asked: Asked) -> Any:
    """Send the body as a photo, or a made-up one."""
    data = asked.get("data") or picture(len(phone.chat.messages))
    return phone.send_photo(data, caption=asked.get("caption", ""))


def album(phone: Phone, asked: Asked) -> Any:
    """Send `count` made-up photos together."""
    photos = [picture(place) for place in range(int(asked.get("count", 3)))]
    return phone.send_album(photos, caption=asked.get("caption", ""))


def voice(phone: Phone, asked: Asked) -> Any:
    """Send the body as a voice note of `seconds`, or a made-up tone."""
    seconds = int(asked.get("seconds", 2))
    if asked.get("data"):
        mime = asked.get("mime") or "audio/ogg"
        return phone.send_voice(asked["data"], seconds=seconds, mime=mime)
    return phone.send_voice(tone(seconds), seconds=seconds, mime="audio/wav")


def file(phone: Phone, asked: Asked) -> Any:
    """Send the body as a file called `name`; `size` may claim what is not true."""
    claims = {"size": int(asked["size"])} if "size" in asked else {}
    return phone.send_file(
        asked.get("data", b""),
        name=asked.get("name", "file"),
        caption=asked.get("caption", ""),
        mime=asked.get("mime", ""),
        **claims,
    )


def location(phone: Phone, asked: Asked) -> Any:
    """Send `latitude` and `longitude`."""
    return phone.send_location(float(asked["latitude"]), float(asked["longitude"]))


def contact(phone: Phone, asked: Asked) -> Any:
    """Send `number` and `name`; one's own when not given."""
    number = asked.get("number", "+886900000000")
    return phone.send_contact(number, asked.get("name", phone.names["first_name"]))


def forward(phone: Phone, asked: Asked) -> Any:
    """Forward `text` somebody else wrote."""
    return phone.forward(asked["text"], origin=asked.get("origin"))


def react(phone: Phone, asked: Asked) -> Any:
    """Leave the reactions `emoji` on message `message_id`."""
    return phone.react(asked["message_id"], *asked.get("emoji", []))


def send(phone: Phone, asked: Asked) -> Any:
    """Send any `content` in the Bot API's own shape."""
    return phone.send(asked["content"], reply_to=asked.get("reply_to"))


DEEDS: dict[str, Deed] = {
    deed.__name__: deed
    for deed in (
        text, press, edit, delete, block, unblock, vanish, photo, album, voice, file, location,
        contact, forward, react, send,
    )
}  # fmt: skip
