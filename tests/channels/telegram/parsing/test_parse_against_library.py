from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram.parsing.parse import parse
from tests.support.telegram.telegram_library_oracle import parse_with_library
from tests.support.telegram.telegram_samples import (
    ADMIN,
    BOT,
    CHANNEL,
    CHAT,
    CHAT_CHANGE,
    CONTENTS,
    GROUP,
    INACCESSIBLE,
    KICKED,
    LEFT,
    MEMBER,
    PERSON,
    PHOTO,
    PLACE,
    UPDATES,
    file,
    message,
    raw,
    text_message,
    update,
)

if TYPE_CHECKING:
    import pytest

ACCEPTED = ("text", "animation", "photo", "video", "video_note", "voice", "audio", "document",
            "sticker", "venue", "location", "contact")  # fmt: skip
ORIGINS = [
    {"type": "user", "sender_user": PERSON, "date": 1},
    {"type": "user", "sender_user": {"id": 9, "is_bot": True, "first_name": "B"}, "date": 1},
    {"type": "hidden_user", "sender_user_name": "Boss", "date": 1},
    {"type": "chat", "sender_chat": GROUP, "date": 1, "author_signature": "Ann"},
    {"type": "channel", "chat": CHANNEL, "message_id": 5, "date": 1},
]
GAME = {"id": "1", "from": PERSON, "chat_instance": "1", "game_short_name": "g"}
PAID_EMOJI = {"type": "custom_emoji", "custom_emoji_id": "5"}
PRESS = UPDATES["callback_query"]
REACTION = UPDATES["message_reaction"]
ENTITY = {"type": "bold", "offset": 0, "length": 1}
LIVE = PLACE | {"live_period": 900, "heading": 5, "horizontal_accuracy": 1.5}
RESTRICTED = {"user": BOT, "status": "restricted", "until_date": 0} | {
    f"can_{right}": False
    for right in (
        "change_info",
        "invite_users",
        "pin_messages",
        "send_messages",
        "send_polls",
        "send_other_messages",
        "add_web_page_previews",
        "manage_topics",
        "send_audios",
        "send_documents",
        "send_photos",
        "send_videos",
        "send_video_notes",
        "send_voice_notes",
        "edit_tag",
        "react_to_messages",
    )
}
INSIDE = RESTRICTED | {"is_member": True}
OUTSIDE = RESTRICTED | {"is_member": False}
HANDMADE: list[dict[str, Any]] = [
    *(update(message=message(**{name: CONTENTS[name]})) for name in ACCEPTED),
    *(
        update(edited_message=message(edit_date=1764000009, **{name: CONTENTS[name]}))
        for name in ACCEPTED
    ),
    *(text_message("x", forward_origin=origin) for origin in ORIGINS),
    *(update(message=message(photo=PHOTO, forward_origin=origin)) for origin in ORIGINS),
    *(text_message("x", external_reply={"origin": origin}) for origin in ORIGINS),
    text_message("/start abc", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    text_message("b\u0000\u202e😀", entities=[ENTITY]),
    text_message("x", reply_to_message=message(text="y")),
    text_message("x", reply_to_message=message(text="y", **{"from": BOT})),
    text_message("x", reply_to_message=message(photo=PHOTO, caption="y", **{"from": BOT})),
    text_message(
        "x",
        reply_to_message=message(text="\U0001f600 y", **{"from": BOT}),
        quote={"text": "\U0001f600 y", "position": 3},
    ),
    text_message("x", reply_to_story={"id": 3, "chat": CHANNEL}),
    text_message("x", quote={"text": "y", "position": 0}, via_bot=BOT),
    text_message("x", effect_id="1", is_from_offline=True, has_protected_content=True),
    update(message=message(photo=PHOTO, caption="c", media_group_id="m", caption_entities=[])),
    update(message=message(video=CONTENTS["video"], media_group_id="m", has_media_spoiler=True)),
    update(message=message(animation=CONTENTS["animation"], document=CONTENTS["document"])),
    update(message=message(venue=CONTENTS["venue"], location=PLACE)),
    update(message=message(location=LIVE)),
    update(edited_message=message(location=LIVE, edit_date=1764000001)),
    update(edited_message=message(location=PLACE, edit_date=1764000002)),
    update(message=message(voice=file("v", None, duration=3))),
    update(message=message(text="x") | {"chat": GROUP}),
    update(message=message(text="x") | {"from": BOT}),
    update(message=message(text="x") | {"from": PERSON | {"id": 777000}}),
    update(message=message(text="x") | {"from": {"id": 1, "is_bot": False, "first_name": "A"}}),
    update(message=message(text="x", sender_chat=CHANNEL)),
    update(message=message(text="x", business_connection_id="b")),
    update(callback_query=PRESS),
    update(callback_query=PRESS | {"message": INACCESSIBLE}),
    update(callback_query=PRESS | {"message": INACCESSIBLE | {"chat": GROUP}}),
    update(callback_query={"id": "1", "from": PERSON, "chat_instance": "1", "data": "t"}),
    update(callback_query=PRESS | {"inline_message_id": "i"}),
    update(callback_query=GAME),
    *(
        update(my_chat_member=CHAT_CHANGE | {"chat": chat, "new_chat_member": status})
        for chat in (CHAT, GROUP, CHANNEL)
        for status in (MEMBER, KICKED, LEFT, ADMIN, INSIDE, OUTSIDE)
    ),
    update(message_reaction=REACTION | {"new_reaction": []}),
    update(message_reaction=REACTION | {"new_reaction": [PAID_EMOJI]}),
    update(message_reaction=REACTION | {"chat": GROUP}),
]  # fmt: skip


def read_otherwise(updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the updates that the parser and the library read differently."""
    return [it for it in updates if parse(raw(it)) != parse_with_library(it)]


def test_realistic_updates_are_read_as_the_library_reads_them() -> None:
    assert len(HANDMADE) >= 64
    assert read_otherwise(HANDMADE) == []


def test_every_kind_is_read_as_the_library_reads_it() -> None:
    assert len(UPDATES) == 25
    assert read_otherwise([update(**{name: UPDATES[name]}) for name in UPDATES]) == []


def test_a_difference_from_the_library_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "parse", lambda _raw: None)
    assert read_otherwise(HANDMADE) == HANDMADE


def test_an_unknown_kind_is_read_as_the_library_reads_it() -> None:
    what = update(hologram={"x": 1})
    assert parse(raw(what)) == parse_with_library(what)


TEXT = st.text(max_size=20)
NAME = st.text(min_size=1)
TRUE = st.just(True)  # noqa: FBT003 - Telegram sends no other value
NUMBER = st.integers(1, 2**52)
UNKNOWN = st.dictionaries(
    st.sampled_from(["new_1", "new_2"]),
    st.none() | st.integers() | TEXT | st.lists(TEXT, max_size=2) | st.just({"text": "x", "id": 1}),
)


def given_or_not(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


USERS = st.builds(
    lambda known, more, new: known | more | new,
    st.fixed_dictionaries({"id": NUMBER, "is_bot": st.booleans(), "first_name": NAME}),
    given_or_not({"last_name": NAME, "username": st.text("abc", min_size=1),
                  "language_code": TEXT, "is_premium": TRUE}),
    UNKNOWN,
)  # fmt: skip
CHATS = st.sampled_from([CHAT, CHAT, CHAT, GROUP, CHANNEL])
MEDIA = st.builds(
    lambda known, more, new: known | more | new,
    st.fixed_dictionaries({"file_id": TEXT, "file_unique_id": TEXT, "duration": st.integers(0, 99),
                           "width": st.just(5), "height": st.just(5), "length": st.just(5)}),
    given_or_not({"file_size": NUMBER, "mime_type": TEXT, "file_name": TEXT}),
    UNKNOWN,
)  # fmt: skip
PHOTOS = st.lists(
    st.fixed_dictionaries({"file_id": TEXT, "file_unique_id": TEXT, "width": st.integers(1, 99),
                           "height": st.integers(1, 99), "file_size": NUMBER}),
    min_size=1, max_size=4, unique_by=lambda size: size["width"] * size["height"],
)  # fmt: skip
POINTS = st.fixed_dictionaries(
    {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)},
    optional={"live_period": st.integers(1, 999)},
)
FILLED = {
    "text": TEXT,
    "photo": PHOTOS,
    "location": POINTS,
    "venue": st.fixed_dictionaries({"location": POINTS, "title": st.text("ab", min_size=1),
                                    "address": st.text("ab", min_size=1)}),
    "contact": st.fixed_dictionaries({"phone_number": TEXT, "first_name": TEXT},
                                     optional={"last_name": TEXT}),
    **dict.fromkeys(("animation", "video", "video_note", "voice", "audio", "document"), MEDIA),
}  # fmt: skip
CONTENT = st.one_of(
    *(st.fixed_dictionaries({name: values}) for name, values in FILLED.items()),
    st.just({"sticker": CONTENTS["sticker"]}),
)
MESSAGES = st.builds(
    lambda known, content, more, new: known | content | more | new,
    st.fixed_dictionaries({"message_id": NUMBER, "date": st.integers(1, 2**31), "chat": CHATS,
                           "from": USERS}),
    CONTENT,
    given_or_not({
        "caption": TEXT, "edit_date": st.integers(1, 2**31), "media_group_id": TEXT,
        "forward_origin": st.sampled_from(ORIGINS), "sender_chat": st.just(CHANNEL),
        "external_reply": st.sampled_from([{"origin": origin} for origin in ORIGINS]),
        "quote": st.fixed_dictionaries({"text": TEXT, "position": st.just(0)}),
        "business_connection_id": st.just("b"), "message_thread_id": NUMBER,
        "reply_to_message": st.sampled_from([
            message(text="y", chat=GROUP), message(text="y"), message(text="y", **{"from": BOT}),
        ]),
    }),
    UNKNOWN,
)  # fmt: skip
PRESSES = st.fixed_dictionaries(
    {"id": TEXT, "from": USERS, "chat_instance": TEXT},
    optional={"data": TEXT, "message": st.sampled_from([message(text="q"), INACCESSIBLE]),
              "inline_message_id": st.text(min_size=1)},
)  # fmt: skip
CHANGES = st.builds(
    lambda user, chat, now: CHAT_CHANGE | {"from": user, "chat": chat, "new_chat_member": now},
    USERS,
    CHATS,
    st.sampled_from([MEMBER, LEFT, KICKED, ADMIN]),
)
BUILT = st.one_of(
    st.builds(lambda it: {"message": it}, MESSAGES),
    st.builds(lambda it: {"edited_message": it}, MESSAGES),
    st.builds(lambda it: {"callback_query": it}, PRESSES),
    st.builds(lambda it: {"my_chat_member": it}, CHANGES),
    st.sampled_from([{name: UPDATES[name]} for name in UPDATES]),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(BUILT, NUMBER)
def test_any_update_is_read_as_the_library_reads_it(what: dict[str, Any], number: int) -> None:
    whole = update(number, **what)
    assert parse(raw(whole)) == parse_with_library(whole)
