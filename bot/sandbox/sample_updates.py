"""Samples: updates of every type and content, unusual and malformed ones; a photo, a voice note.

Updates are created on each call; `UpdateQueue.add` and `UpdateQueue.inject` queue them.
"""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.sandbox.people import Phone
    from bot.sandbox.state import Message

FILE = {"file_id": "AgACAgUAAxkBodd00000001", "file_unique_id": "AQADodd00000001"}
LOCATION = {"latitude": 25.0478, "longitude": 121.5319}
CHANNEL = {"id": -1_001_000_000_777, "type": "channel", "title": "A stranger's channel"}
FOREIGN_GROUP = {"id": -1_001_000_000_778, "type": "supergroup", "title": "A stranger's group"}
ADDRESS = {
    "country_code": "TW", "state": "", "city": "Kaohsiung", "street_line1": "1",
    "street_line2": "", "post_code": "800",
}  # fmt: skip
SAMPLE_RATE = 8000
SAMPLE_SIZE = (320, 240)
AMPLITUDE = 4000


def all_samples(phone: Phone, now: int) -> dict[str, dict[str, Any]]:
    """Return whole updates, without ids, by collection and name."""
    return {
        "kinds": {kind: {kind: about} for kind, about in _samples_by_type(phone, now).items()},
        "contents": {
            name: {"message": one} for name, one in _samples_by_content(phone, now).items()
        },
        "variants": {name: {"message": one} for name, one in _unusual_messages(phone, now).items()},
        "broken": _malformed_updates(phone, now),
    }


def _samples_by_type(phone: Phone, now: int) -> dict[str, dict[str, Any]]:
    person = phone.api_user()
    message = text_message(phone, now, "an odd message")
    post = {"message_id": 900_002, "chat": CHANNEL, "date": now, "text": "a post"}
    boost = {"source": "premium", "user": person}
    member = {"user": person, "status": "member"}
    joined = {
        "chat": FOREIGN_GROUP, "from": person, "date": now,
        "old_chat_member": {**member, "status": "left"}, "new_chat_member": member,
    }  # fmt: skip
    return {
        "message": message,
        "edited_message": {**message, "edit_date": now},
        "channel_post": {**post, "sender_chat": CHANNEL},
        "edited_channel_post": {**post, "edit_date": now},
        "inline_query": {"id": "81", "from": person, "query": "words", "offset": ""},
        "chosen_inline_result": {"result_id": "1", "from": person, "query": "words"},
        "callback_query": {"id": "82", "from": person, "chat_instance": "1", "data": "forged",
                           "inline_message_id": "none"},
        "shipping_query": {"id": "83", "from": person, "invoice_payload": "x",
                           "shipping_address": ADDRESS},
        "pre_checkout_query": {"id": "84", "from": person, "currency": "XTR", "total_amount": 1,
                               "invoice_payload": "x"},
        "poll": poll("regular"),
        "poll_answer": {"poll_id": "1", "user": person, "option_ids": [0],
                        "option_persistent_ids": ["a"]},
        "my_chat_member": joined,
        "chat_member": joined,
        "chat_join_request": {"chat": FOREIGN_GROUP, "from": person, "user_chat_id": phone.id,
                              "date": now},
        "chat_boost": {"chat": CHANNEL, "boost": {
            "boost_id": "1", "add_date": now, "expiration_date": now + 60, "source": boost}},
        "removed_chat_boost": {"chat": CHANNEL, "boost_id": "1", "remove_date": now,
                               "source": boost},
        "message_reaction": {"chat": phone.chat.api_chat(), "message_id": 1, "user": person,
                             "date": now, "old_reaction": [],
                             "new_reaction": [{"type": "emoji", "emoji": "👍"}]},
        "message_reaction_count": {
            "chat": CHANNEL, "message_id": 1, "date": now,
            "reactions": [{"type": {"type": "emoji", "emoji": "👍"}, "total_count": 2}]},
        "business_connection": {"id": "b", "user": person, "user_chat_id": phone.id, "date": now,
                                "is_enabled": True},
        "business_message": {**message, "business_connection_id": "b"},
        "edited_business_message": {**message, "business_connection_id": "b", "edit_date": now},
        "deleted_business_messages": {"business_connection_id": "b", "message_ids": [1],
                                      "chat": phone.chat.api_chat()},
        "purchased_paid_media": {"from": person, "paid_media_payload": "x"},
        "managed_bot": {"user": person,
                        "bot": {"id": 6_999_999_998, "is_bot": True, "first_name": "Other"}},
        "guest_message": {**message, "guest_query_id": "g"},
    }  # fmt: skip


def _samples_by_content(phone: Phone, now: int) -> dict[str, Message]:
    """Return one message of each content that a person or an app can send, by field."""
    return {
        name: {**_bare_message(phone, now), name: content}
        for name, content in _contents(phone).items()
    }


def _contents(phone: Phone) -> dict[str, Any]:
    size = {"width": 512, "height": 512}
    sticker = {**FILE, **size, "type": "regular", "is_animated": False, "is_video": False}
    video = {**FILE, **size, "duration": 3}
    thumb = {**FILE, "width": 90, "height": 90}
    return {
        "photo": [thumb, {**FILE, "width": 1280, "height": 960}],
        "video": {**video, "mime_type": "video/mp4"},
        "video_note": {**FILE, "length": 240, "duration": 3},
        "voice": {**FILE, "duration": 3, "mime_type": "audio/ogg"},
        "audio": {**FILE, "duration": 3, "title": "a song"},
        "animation": video,
        "document": {**FILE, "file_name": "paper.pdf", "mime_type": "application/pdf"},
        "sticker": sticker,
        "location": LOCATION,
        "venue": {"location": LOCATION, "title": "The harbour", "address": "1 Harbour Road"},
        "contact": {"phone_number": "+886900000000", "first_name": "Somebody"},
        "poll": poll("regular"),
        "dice": {"emoji": "🎲", "value": 6},
        "game": {"title": "g", "description": "d", "photo": [thumb]},
        "story": {"chat": CHANNEL, "id": 1},
        "giveaway": {"chats": [CHANNEL], "winners_selection_date": 2_000_000_000,
                     "winner_count": 1},
        "gift": {"gift": {"id": "1", "sticker": sticker, "star_count": 15}},
        "paid_media": {"star_count": 1, "paid_media": [{"type": "preview"}]},
        "checklist": {"title": "to do", "tasks": [{"id": 1, "text": "one"}]},
        "invoice": {"title": "t", "description": "d", "start_parameter": "s", "currency": "XTR",
                    "total_amount": 1},
        "successful_payment": {"currency": "XTR", "total_amount": 1, "invoice_payload": "x",
                               "telegram_payment_charge_id": "t",
                               "provider_payment_charge_id": "p"},
        "passport_data": {
            "data": [{"type": "phone_number", "hash": "h", "phone_number": "886900000000"}],
            "credentials": {"data": "d", "hash": "h", "secret": "s"}},
        "web_app_data": {"data": "x", "button_text": "b"},
        "users_shared": {"request_id": 1, "users": [{"user_id": 42}]},
        "chat_shared": {"request_id": 1, "chat_id": -1_001_000_000_779},
        "video_chat_started": {},
        "video_chat_ended": {"duration": 5},
        "message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400},
        "pinned_message": {**_bare_message(phone, 1_700_000_000), "text": "pinned"},
        "forum_topic_created": {"name": "a topic", "icon_color": 7_322_096},
        "connected_website": "example.org",
        "write_access_allowed": {},
    }  # fmt: skip


def _unusual_messages(phone: Phone, now: int) -> dict[str, Message]:
    """Return messages with common content and unusual other fields."""
    bare, person = _bare_message(phone, now), phone.api_user()
    robot = {"id": 6_999_999_999, "is_bot": True, "first_name": "Other bot"}
    return {
        "live location": {**bare, "location": {**LOCATION, "live_period": 900, "heading": 90}},
        "custom emoji sticker": {**bare, "sticker": {
            **FILE, "type": "custom_emoji", "width": 100, "height": 100, "is_animated": True,
            "is_video": False, "custom_emoji_id": "1"}},
        "quiz": {**bare, "poll": poll("quiz")},
        "from a bot": {**bare, "from": robot, "text": "hello, fellow bot"},
        "from Telegram": {**bare, "text": "Login code: 12345",
                          "from": {"id": 777_000, "is_bot": False, "first_name": "Telegram"}},
        "through a bot": {**bare, "via_bot": robot, "text": "made by a bot"},
        "in a foreign group": {**bare, "chat": FOREIGN_GROUP, "text": "help"},
        "as a channel in a group": {**bare, "chat": FOREIGN_GROUP, "sender_chat": CHANNEL,
                                    "text": "words"},
        "forwarded from a channel": {**bare, "text": "words", "forward_origin": {
            "type": "channel", "chat": CHANNEL, "message_id": 5, "date": now}},
        "forwarded from a person": {**bare, "text": "words", "forward_origin": {
            "type": "user", "sender_user": person, "date": now}},
        "reply to elsewhere": {
            **bare, "text": "words", "quote": {"text": "their words", "position": 0},
            "external_reply": {"origin": {
                "type": "channel", "chat": CHANNEL, "message_id": 5, "date": now}}},
        "dated 1970": {**bare, "date": 1, "text": "words"},
        "dated tomorrow": {**bare, "date": now + 86_400, "text": "words"},
        "language unheard of": {**bare, "from": {**person, "language_code": "x" * 200},
                                "text": "words"},
        "name of controls": {**bare, "from": {**person, "first_name": "\u202e" * 64},
                             "text": "words"},
        "name of markup": {**bare, "text": "words", "from": {
            **person, "first_name": '<a href="tg://user?id=1">Hotline staff</a>'}},
        "NUL and controls": {**bare, "text": "a\x00b\x1b[31mc\x7f\u2028d"},
        "lone surrogate": {**bare, "text": "before \ud83d after"},
        "4097 units": {**bare, "text": "x" * 4097},
        "nothing but spaces": {**bare, "text": " \u200b\u00a0 "},
        "thousand marks": {**bare, "text": "z" + "\u0301" * 1000},
        "right to left": {**bare, "text": "\u202eabc 110 \u2067def"},
    }  # fmt: skip


def _malformed_updates(phone: Phone, now: int) -> dict[str, Any]:
    """Return updates that violate the schema, for `inject`."""
    message = text_message(phone, now, "broken")

    def without(field: str) -> dict[str, Any]:
        return {"message": {name: value for name, value in message.items() if name != field}}

    return {
        "unknown kind": {"hologram": message},
        "unknown fields": {"message": {**message, "aura": {"hue": [1]}}},
        "no kind at all": {},
        "two kinds at once": {"message": message, "edited_message": message},
        "no date": without("date"),
        "no chat": without("chat"),
        "no message_id": without("message_id"),
        "no sender": without("from"),
        "text is a number": {"message": {**message, "text": 42}},
        "chat is a list": {"message": {**message, "chat": []}},
        "message is null": {"message": None},
        "update_id is a string": {"update_id": "12", "message": message},
        "update_id is negative": {"update_id": -5, "message": message},
        "update_id is the largest": {"update_id": 2**31 - 1, "message": message},
        "an array": [1, 2, 3],
        "64 KiB and more": {"message": {**message, "text": "x" * 70_000}},
        "reply from elsewhere": {"message": {**message, "reply_to_message": {
            **message, "chat": FOREIGN_GROUP, "message_id": 1}}},
    }  # fmt: skip


def text_message(phone: Phone, now: int, text: str) -> Message:
    """Return an ordinary text message."""
    return {**_bare_message(phone, now), "text": text}


def poll(kind: str) -> dict[str, Any]:
    """Return a poll, `regular` or `quiz`."""
    about = {
        "id": "1", "question": "Which?", "type": kind, "total_voter_count": 0,
        "options": [
            {"persistent_id": "a", "text": "this", "voter_count": 0},
            {"persistent_id": "b", "text": "that", "voter_count": 0},
        ],
        "is_closed": False, "is_anonymous": True, "allows_multiple_answers": False,
        "allows_revoting": False, "members_only": False,
    }  # fmt: skip
    return about | ({"correct_option_ids": [0]} if kind == "quiz" else {})


def _bare_message(phone: Phone, now: int) -> Message:
    sides = {"from": phone.api_user(), "chat": phone.chat.api_chat()}
    return {"message_id": 900_001, **sides, "date": now}


def sample_png(number: int = 0) -> bytes:
    """Return a PNG with a colour gradient; each number gives another one."""
    width, height = SAMPLE_SIZE
    row = 3 * width
    pixels = _gradient(number)
    rows = b"".join(b"\0" + pixels[at : at + row] for at in range(0, len(pixels), row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def sample_photo(number: int = 0) -> bytes:
    """Return such a picture as a JPEG, which Telegram makes of every photo."""
    from PIL import Image  # noqa: PLC0415 - slow to load, and seldom wanted

    out = io.BytesIO()
    Image.frombytes("RGB", SAMPLE_SIZE, _gradient(number)).save(out, "JPEG", quality=87)
    return out.getvalue()


def _gradient(number: int) -> bytes:
    """Return the pixels of a colour gradient, three bytes each."""
    (width, height), shift = SAMPLE_SIZE, number * 47 % 90
    pixels = bytearray()
    for y in range(height):
        blue = 200 - 70 * y // height
        for x in range(width):
            pixels += bytes((60 + x * 100 // width + shift, 150 - 40 * x // width, blue))
    return bytes(pixels)


def sample_wav(seconds: float = 2.0) -> bytes:
    """Return a WAV of a quiet tone."""
    count = int(SAMPLE_RATE * seconds)
    samples = (
        int(
            AMPLITUDE
            * math.sin(math.pi * at / count)
            * math.sin(2 * math.pi * 440 * at / SAMPLE_RATE)
        )
        for at in range(count)
    )
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
