from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.parsing.parse import parse
from bot.messages import File, Update, UpdateKind
from tests.support.telegram.telegram_samples import (
    ADMIN,
    BOT,
    CHANNEL,
    CHAT,
    CHAT_CHANGE,
    CONTENTS,
    DATE,
    GROUP,
    INACCESSIBLE,
    KICKED,
    LEFT,
    MEMBER,
    PERSON,
    PLACE,
    UPDATES,
    file,
    message,
    raw,
    text_message,
    update,
)


def read(what: dict[str, Any]) -> Update:
    return parse(raw(what))


def test_words_are_kept_exactly_as_they_were_written() -> None:
    text = "  \x00\x1b[31m\u2028 <b>&amp;</b> \u202eabc \ufeff"
    assert read(text_message(text)) == Update(
        1,
        UpdateKind.TEXT,
        chat=5550001111,
        message=77,
        text=text,
        language="id",
        name="Siti Aminah",
        username="siti",
        sent_at=DATE,
    )


@pytest.mark.parametrize(
    "text", ["", " ", "x" * 4097, "👨‍👩‍👧‍👦" * 586, "a\u0301" * 1000, "/start@otherbot a"]
)
def test_no_text_is_too_odd(text: str) -> None:
    assert read(text_message(text)).text == text


@pytest.mark.parametrize(
    ("escaped", "words"),
    [
        (rb"\ud83d", "\ufffd"),
        (rb"\ude00", "\ufffd"),
        (rb"a\ud83d\ud83d\ude00b", "a\ufffd😀b"),
        (rb"\ude00\ud83d", "\ufffd\ufffd"),
        (rb"\ud83d\ude00", "😀"),
        (rb"\\ud83d", r"\ud83d"),
        (rb"\\\ud83d", "\\\ufffd"),
        (rb"\uD83D \u0000", "\ufffd \x00"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"\xed\xa0\xbd", "\ufffd\ufffd\ufffd"),
    ],
)
def test_half_characters_are_replaced_and_nothing_else(escaped: bytes, words: str) -> None:
    body = raw(text_message("HERE")).replace(b"HERE", escaped)
    got = parse(body)
    assert got.text == words
    assert (got.name, got.message) == ("Siti Aminah", 77)
    got.text.encode()


def test_half_a_character_in_any_field_stops_nothing() -> None:
    body = raw(text_message("ok", entities=[{"type": "x", "url": "HERE"}])).replace(
        b"Siti", rb"\ud83d"
    )
    assert parse(body.replace(b"HERE", rb"\udfff")).name == "\ufffd Aminah"


def test_a_caption_belongs_to_its_file() -> None:
    got = read(update(message=message(document=CONTENTS["document"], caption="kontrak saya")))
    assert got.kind is UpdateKind.FILES
    assert got.text == "kontrak saya"
    assert got.files == (
        File("handle-doc", "unique-doc", "document", 1000, "kontrak.pdf", "application/pdf"),
    )


def test_of_a_photo_the_largest_size_is_taken() -> None:
    (photo,) = read(update(message=message(photo=CONTENTS["photo"]))).files
    assert photo == File("handle-l", "unique-l", "photo", 90000)


def test_files_sent_together_share_an_album() -> None:
    albums = [
        read(update(n, message=message(photo=CONTENTS["photo"], media_group_id=album))).album
        for n, album in enumerate(["1", "2", "1"])
    ]
    assert albums == ["1", "2", "1"]


@pytest.mark.parametrize("kind", ["animation", "live_photo"])
def test_an_animation_is_not_read_as_its_document(kind: str) -> None:
    still = {"animation": {"document": CONTENTS["document"]}, "live_photo": {}}[kind]
    (got,) = read(update(message=message(**{kind: CONTENTS[kind]}, **still))).files
    assert got.handle == CONTENTS[kind]["file_id"]


def test_a_live_photo_keeps_its_still() -> None:
    both = {"live_photo": CONTENTS["live_photo"], "photo": CONTENTS["photo"]}
    got = read(update(message=message(**both)))
    assert [(one.kind, one.handle) for one in got.files] == [
        ("photo", "handle-l"),
        ("video", "handle-live"),
    ]


def test_a_file_need_not_say_its_size() -> None:
    (got,) = read(update(message=message(voice=file("v", None, duration=3)))).files
    assert got.size == 0


def test_a_sticker_says_its_emoji() -> None:
    assert read(update(message=message(sticker=CONTENTS["sticker"]))).text == "😭"


def test_a_place_is_kept_with_its_name() -> None:
    got = read(update(message=message(venue=CONTENTS["venue"], location=PLACE)))
    assert (got.kind, got.latitude, got.longitude) == (UpdateKind.LOCATION, 25.033, 121.5654)
    assert got.text == "Taipei Main Station\nZhongzheng"


def test_a_moving_place_is_followed_until_it_stops() -> None:
    begun = read(update(message=message(location=PLACE | {"live_period": 900})))
    moved = read(update(edited_message=message(location=PLACE | {"live_period": 900}, edit_date=9)))
    stopped = read(update(edited_message=message(location=PLACE, edit_date=10)))
    assert (begun.kind, begun.detail) == (UpdateKind.LOCATION, "live_location")
    assert (moved.kind, moved.detail, moved.latitude) == (UpdateKind.EDIT, "live_location", 25.033)
    assert (stopped.kind, stopped.detail) == (UpdateKind.EDIT, "live_location_stopped")


def test_a_contact_is_words() -> None:
    got = read(update(message=message(contact=CONTENTS["contact"])))
    assert (got.kind, got.text, got.chat) == (UpdateKind.CONTACT, "Dewi S +628123", CHAT["id"])


def test_an_edit_says_which_message_has_new_words() -> None:
    got = read(update(edited_message=message(text="baru", edit_date=DATE + 9)))
    assert (got.kind, got.message, got.text) == (UpdateKind.EDIT, 77, "baru")
    assert got.sent_at == DATE + 9
    assert read(update(edited_message=message(text=""))).kind is UpdateKind.EDIT


def test_an_edited_caption_is_an_edit_with_its_file() -> None:
    got = read(update(edited_message=message(photo=CONTENTS["photo"], caption="baru")))
    assert (got.kind, got.text, len(got.files)) == (UpdateKind.EDIT, "baru", 1)


def test_an_edited_poll_needs_no_second_no() -> None:
    assert read(update(edited_message=message(poll=CONTENTS["poll"]))).kind is UpdateKind.IGNORED


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "user", "sender_user": PERSON, "date": 1}, "Siti Aminah @siti"),
        ({"type": "hidden_user", "sender_user_name": "Boss", "date": 1}, "Boss"),
        ({"type": "chat", "sender_chat": GROUP, "date": 1, "author_signature": "Ann"},
         "Dorm 4 Ann"),
        ({"type": "channel", "chat": CHANNEL, "message_id": 5, "date": 1}, "Jobs abroad @jobs"),
        ({"type": "invented", "date": 1}, ""),
    ],
)  # fmt: skip
def test_a_forwarded_message_is_content_with_an_origin(origin: Any, name: str) -> None:
    got = read(text_message("x", forward_origin=origin))
    assert (got.kind, got.text, got.forwarded_from) == (UpdateKind.TEXT, "x", name)
    answer = read(text_message("x", external_reply={"origin": origin}))
    assert answer.forwarded_from == ""  # the words are the person's own
    assert answer.text == (f"> {name}\nx" if name else "x")
    quoting = {"external_reply": {"origin": origin}, "quote": {"text": "a\nb", "position": 0}}
    said = f"> {name}: a\n> b\nx" if name else "> a\n> b\nx"
    assert read(text_message("x", **quoting)).text == said
    photo = message(photo=CONTENTS["photo"], forward_origin=origin)
    assert read(update(message=photo)).forwarded_from == name


def test_a_reply_to_a_message_elsewhere_disturbs_nothing() -> None:
    reply = {"message_id": 1, "date": 0, "chat": GROUP, "reply_to_message": {"chat": "x"}}
    assert (
        read(text_message("x", reply_to_message=reply, quote={"text": "y", "position": 0})).text
        == "x"
    )


def test_a_press_says_what_was_pressed_and_where() -> None:
    got = read(update(callback_query=UPDATES["callback_query"]))
    assert got == Update(
        1,
        UpdateKind.PRESS,
        chat=CHAT["id"],
        message=77,
        text="tok",
        language="id",
        name="Siti Aminah",
        username="siti",
        press="991",
    )


@pytest.mark.parametrize("gone", [{"message": INACCESSIBLE}, {}])
def test_a_button_on_a_message_long_gone_still_counts(gone: dict[str, Any]) -> None:
    press = {"id": "9", "from": PERSON, "chat_instance": "1", "data": "tok"} | gone
    got = read(update(callback_query=press))
    assert (got.kind, got.chat, got.text) == (UpdateKind.PRESS, CHAT["id"], "tok")


@pytest.mark.parametrize(
    "odd",
    [
        {"data": None, "game_short_name": "g"},
        {"inline_message_id": "7"},
        {"from": BOT},
    ],
)
def test_a_press_on_a_foreign_message_is_ignored(odd: dict[str, Any]) -> None:
    press = {"id": "9", "from": PERSON, "chat_instance": "1", "data": "tok"} | odd
    assert read(update(callback_query=press)).kind is UpdateKind.IGNORED


@pytest.mark.parametrize("data", ["\x00", "ÿ" * 64, "x" * 100_000, "a|b|c"])
def test_a_forged_button_is_only_words(data: str) -> None:
    assert read(update(callback_query=UPDATES["callback_query"] | {"data": data})).text == data


@pytest.mark.parametrize(
    "chat", [GROUP, CHANNEL, GROUP | {"type": "group"}, GROUP | {"type": "new"}]
)
def test_messages_in_a_group_are_not_answered(chat: dict[str, Any]) -> None:
    there = {"message_id": 1, "date": DATE, "chat": chat, "from": PERSON, "text": "tolong"}
    left = Update(1, UpdateKind.GROUP, chat=chat["id"])
    assert read(update(message=there)) == left
    assert read(update(edited_message=there)) == left
    press = UPDATES["callback_query"]
    assert read(update(callback_query=press | {"message": there})) == left
    gone = press | {"message": INACCESSIBLE | {"chat": chat}}
    assert read(update(callback_query=gone)) == left
    assert read(update(message_reaction=UPDATES["message_reaction"] | {"chat": chat})) == left


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (MEMBER, UpdateKind.GROUP),
        (ADMIN, UpdateKind.GROUP),
        ({"user": BOT, "status": "restricted", "is_member": True}, UpdateKind.GROUP),
        ({"user": BOT, "status": "restricted", "is_member": False}, UpdateKind.IGNORED),
        (LEFT, UpdateKind.IGNORED),
        (KICKED, UpdateKind.IGNORED),
    ],
)
def test_a_group_we_are_put_into_is_left_once(status: dict[str, Any], kind: UpdateKind) -> None:
    for chat in (GROUP, CHANNEL):
        change = CHAT_CHANGE | {"chat": chat, "new_chat_member": status}
        assert read(update(my_chat_member=change)).kind is kind


def test_blocking_and_unblocking_is_noticed() -> None:
    change = CHAT_CHANGE | {"new_chat_member": KICKED}
    assert read(update(my_chat_member=change)).kind is UpdateKind.BLOCKED
    back = read(update(my_chat_member=change | {"new_chat_member": MEMBER}))
    assert (back.kind, back.chat, back.language) == (UpdateKind.UNBLOCKED, CHAT["id"], "id")


@pytest.mark.parametrize(
    "sender",
    [
        {"from": BOT},
        {"from": PERSON | {"id": 777000}},
        {"sender_chat": CHANNEL},
        {"business_connection_id": "b"},
        {"sender_business_bot": BOT},
    ],
)
def test_what_is_no_person_is_not_answered(sender: dict[str, Any]) -> None:
    got = read(update(message=message(text="x") | sender))
    assert got == Update(1, UpdateKind.IGNORED, detail=got.detail)
    assert got.detail


def test_a_message_without_a_sender_is_nothing() -> None:
    alone = message(text="x")
    del alone["from"]
    assert read(update(message=alone)).detail == "no_sender"


@pytest.mark.parametrize("code", ["", "xx", "pt-BR", "zh-hans", "x" * 200])
def test_any_language_an_app_speaks_comes_through(code: str) -> None:
    person = PERSON | {"language_code": code}
    assert read(update(message=message(text="x") | {"from": person})).language == code


def test_an_app_need_not_say_what_it_speaks() -> None:
    person = {"id": 5, "is_bot": False, "first_name": "A"}
    got = read(update(message=message(text="x") | {"from": person}))
    assert (got.language, got.name) == ("", "A")


@pytest.mark.parametrize("date", [0, -1, 2**31, 2**40])
def test_a_wrong_clock_is_only_a_number(date: int) -> None:
    assert read(text_message(date=date)).sent_at == date


@pytest.mark.parametrize("update_id", [-5, 0, 2**31 - 1, 2**40])
def test_new_content_under_an_odd_number_is_read(update_id: int) -> None:
    got = read(text_message() | {"update_id": update_id})
    assert (got.update_id, got.text) == (update_id, "Saya butuh bantuan")


@pytest.mark.parametrize("name", [b"\xff", rb"\ud83d"])
def test_even_the_name_of_a_field_may_be_broken(name: bytes) -> None:
    assert parse(raw(update(HERE={})).replace(b"HERE", name)).detail == "unknown"
    held = parse(raw(update(message=message(HERE={}))).replace(b"HERE", name))
    assert (held.kind, held.detail) == (UpdateKind.UNSUPPORTED, "unknown")


def test_a_reaction_is_noted_with_its_chat_but_not_an_anonymous_one() -> None:
    reaction = UPDATES["message_reaction"]
    got = read(update(message_reaction=reaction))
    assert (got.kind, got.detail, got.chat, got.text) == (
        UpdateKind.IGNORED,
        "message_reaction",
        CHAT["id"],
        "👍",
    )
    nobody = {name: value for name, value in reaction.items() if name != "user"}
    hidden = read(update(message_reaction=nobody | {"actor_chat": CHANNEL}))
    assert hidden == Update(1, UpdateKind.IGNORED, detail="message_reaction")
