"""The actions of people that the control API offers, by name.

An action takes the phone (in a group also the group) and the fields of a JSON body or a query; the
bytes of any other body are in the field `data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.sample_media import sample_png, sample_wav

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.groups import SandboxGroup
    from bot.sandbox.phone import Phone

    Fields = dict[str, Any]
    PhoneAction = Callable[[Phone, Fields], Any]
    GroupAction = Callable[[SandboxGroup, Phone, Fields], Any]


def _press(phone: Phone, fields: Fields) -> Any:
    """Press a button by `data` or `label`, under `message_id` or the newest message."""
    label, data = fields.get("label"), fields.get("data")
    return {"query": phone.press(fields.get("message_id"), label=label, data=data)}


def _photo(phone: Phone, fields: Fields) -> Any:
    """Send the body as a photo, or a sample."""
    data = fields.get("data") or sample_png(len(phone.chat.messages))
    return phone.send_photo(data, caption=fields.get("caption", ""))


def _album(phone: Phone, fields: Fields) -> Any:
    """Send `count` sample photos together."""
    photos = [sample_png(place) for place in range(int(fields.get("count", 3)))]
    return phone.send_album(photos, caption=fields.get("caption", ""))


def _voice(phone: Phone, fields: Fields) -> Any:
    """Send the body as a voice note of `seconds`, or a sample."""
    seconds = int(fields.get("seconds", 2))
    if fields.get("data"):
        mime = fields.get("mime") or "audio/ogg"
        return phone.send_voice(fields["data"], seconds=seconds, mime=mime)
    return phone.send_voice(sample_wav(seconds), seconds=seconds, mime="audio/wav")


def _file(phone: Phone, fields: Fields) -> Any:
    """Send the body as a file called `name`; `size` may claim another size."""
    claims = {"size": int(fields["size"])} if "size" in fields else {}
    return phone.send_file(
        fields.get("data", b""), name=fields.get("name", "file"),
        caption=fields.get("caption", ""), mime=fields.get("mime", ""), **claims,
    )  # fmt: skip


def _contact(phone: Phone, fields: Fields) -> Any:
    """Send `number` and `name`; by default the person's own."""
    number = fields.get("number", "+886900000000")
    return phone.send_contact(number, fields.get("name", phone.names["first_name"]))


PHONE_ACTIONS: dict[str, PhoneAction] = {
    "text": lambda phone, it: phone.say(it["text"], reply_to=it.get("reply_to")),
    "press": _press,
    "edit": lambda phone, it: phone.edit(it["message_id"], it["text"]),
    "delete": lambda phone, it: phone.delete(it["message_id"]),
    "block": lambda phone, _: phone.block(),
    "unblock": lambda phone, _: phone.unblock(),
    "delete_account": lambda phone, _: phone.delete_account(),
    "photo": _photo,
    "album": _album,
    "voice": _voice,
    "file": _file,
    "location": lambda phone, it: phone.send_location(it["latitude"], it["longitude"]),
    "contact": _contact,
    "forward": lambda phone, it: phone.forward(it["text"], origin=it.get("origin")),
    "react": lambda phone, it: phone.react(it["message_id"], *it.get("emoji", [])),
    "send": lambda phone, it: phone.send(it["content"], reply_to=it.get("reply_to")),
}


def _group_file(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a file called `name`."""
    claims = {"name": fields.get("name", "file"), "mime": fields.get("mime", "")}
    about = _place(fields) | _caption(fields) | claims
    return group.send_file(by, "document", fields.get("data", b""), **about)


def _group_voice(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a voice note, or a sample."""
    data = fields.get("data") or sample_wav(2)
    about = _place(fields) | _caption(fields)
    return group.send_file(by, "voice", data, mime="audio/wav", **about)


def _group_photo(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send the body as a photo, or a sample."""
    data = fields.get("data") or sample_png(len(group.chat.messages))
    return group.send_file(by, "photo", data, **_place(fields), **_caption(fields))


def _group_location(group: SandboxGroup, by: Phone, fields: Fields) -> Any:
    """Send `latitude` and `longitude`."""
    location = {name: float(fields[name]) for name in ("latitude", "longitude")}
    return group.send(by, {"location": location}, **_place(fields))


def _caption(fields: Fields) -> dict[str, Any]:
    return {"caption": fields.get("caption", "")}


def _place(fields: Fields) -> dict[str, Any]:
    """Return the topic of a message and the message it replies to."""
    return {name: int(fields.get(name, 0)) or None for name in ("thread", "reply_to")}


GROUP_ACTIONS: dict[str, GroupAction] = {
    "text": lambda group, by, it: group.say(
        by, it["text"], thread=it.get("thread"), reply_to=it.get("reply_to")
    ),
    "press": lambda group, by, it: {"query": group.press(by, it["message_id"], it["data"])},
    "edit": lambda group, by, it: group.edit(by, it["message_id"], it["text"]),
    "photo": _group_photo,
    "voice": _group_voice,
    "file": _group_file,
    "location": _group_location,
    "close": lambda group, by, it: group.set_closed(by, it["thread"], closed=True),
    "reopen": lambda group, by, it: group.set_closed(by, it["thread"], closed=False),
    "delete": lambda group, _, it: group.delete_topic(it["thread"]),
    "add_bot": lambda group, by, it: group.add_bot(by, it.get("status", "administrator")),
    "kick": lambda group, by, _: group.kick_bot(by),
}
