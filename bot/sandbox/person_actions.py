"""What a person can do through the control API, by name.

A deed takes the phone and what was asked: the fields of a JSON body or of the query, and the
bytes of any other body under `data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.sample_media import sample_png, sample_wav

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.phone import Phone

    Fields = dict[str, Any]
    PhoneAction = Callable[[Phone, Fields], Any]


def text(phone: Phone, fields: Fields) -> Any:
    """Write `text`, as a reply when `reply_to` names a message."""
    return phone.say(fields["text"], reply_to=fields.get("reply_to"))


def press(phone: Phone, fields: Fields) -> Any:
    """Press a button by `data` or `label`, under `message_id` or the newest message."""
    query = phone.press(
        fields.get("message_id"), label=fields.get("label"), data=fields.get("data")
    )
    return {"query": query}


def edit(phone: Phone, fields: Fields) -> Any:
    """Put `text` into message `message_id`."""
    return phone.edit(fields["message_id"], fields["text"])


def delete(phone: Phone, fields: Fields) -> Any:
    """Delete message `message_id` on both sides."""
    return phone.delete(fields["message_id"])


def block(phone: Phone, _: Fields) -> Any:
    """Stop the bot."""
    return phone.block()


def unblock(phone: Phone, _: Fields) -> Any:
    """Let the bot write again."""
    return phone.unblock()


def vanish(phone: Phone, _: Fields) -> Any:
    """Delete the account."""
    return phone.delete_account()


def photo(phone: Phone, fields: Fields) -> Any:
    """Send the body as a photo, or a made-up one."""
    data = fields.get("data") or sample_png(len(phone.chat.messages))
    return phone.send_photo(data, caption=fields.get("caption", ""))


def album(phone: Phone, fields: Fields) -> Any:
    """Send `count` made-up photos together."""
    photos = [sample_png(place) for place in range(int(fields.get("count", 3)))]
    return phone.send_album(photos, caption=fields.get("caption", ""))


def voice(phone: Phone, fields: Fields) -> Any:
    """Send the body as a voice note of `seconds`, or a made-up tone."""
    seconds = int(fields.get("seconds", 2))
    if fields.get("data"):
        mime = fields.get("mime") or "audio/ogg"
        return phone.send_voice(fields["data"], seconds=seconds, mime=mime)
    return phone.send_voice(sample_wav(seconds), seconds=seconds, mime="audio/wav")


def file(phone: Phone, fields: Fields) -> Any:
    """Send the body as a file called `name`; `size` may claim what is not true."""
    claims = {"size": int(fields["size"])} if "size" in fields else {}
    return phone.send_file(
        fields.get("data", b""),
        name=fields.get("name", "file"),
        caption=fields.get("caption", ""),
        mime=fields.get("mime", ""),
        **claims,
    )


def location(phone: Phone, fields: Fields) -> Any:
    """Send `latitude` and `longitude`."""
    return phone.send_location(float(fields["latitude"]), float(fields["longitude"]))


def contact(phone: Phone, fields: Fields) -> Any:
    """Send `number` and `name`; one's own when not given."""
    number = fields.get("number", "+886900000000")
    return phone.send_contact(number, fields.get("name", phone.names["first_name"]))


def forward(phone: Phone, fields: Fields) -> Any:
    """Forward `text` somebody else wrote."""
    return phone.forward(fields["text"], origin=fields.get("origin"))


def react(phone: Phone, fields: Fields) -> Any:
    """Leave the reactions `emoji` on message `message_id`."""
    return phone.react(fields["message_id"], *fields.get("emoji", []))


def send(phone: Phone, fields: Fields) -> Any:
    """Send any `content` in the Bot API's own shape."""
    return phone.send(fields["content"], reply_to=fields.get("reply_to"))


ACTIONS: dict[str, PhoneAction] = {
    deed.__name__: deed
    for deed in (
        text, press, edit, delete, block, unblock, vanish, photo, album, voice, file, location,
        contact, forward, react, send,
    )
}  # fmt: skip
