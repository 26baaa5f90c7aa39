"""What happens in the group of a desk: who did it, in which topic, in answer to what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.telegram.parsing.parse import parse_group
from bot.errors import UnreadableUpdateError
from bot.messages import Update, UpdateKind

GROUP = {"id": -1001, "type": "supergroup", "title": "Desk", "is_forum": True}
MEI = {"id": 77, "is_bot": False, "first_name": "Mei"}


def read(**content: Any) -> Update:
    return parse_group(json.dumps({"update_id": 5, **content}).encode())


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 9, "date": 3, "chat": GROUP, "from": MEI, **content}


def in_topic(**content: Any) -> dict[str, Any]:
    opening = {"message_id": 4, "date": 1, "chat": GROUP, "forum_topic_created": {"name": "x"}}
    return message(message_thread_id=4, is_topic_message=True, reply_to_message=opening, **content)


def test_words_in_a_topic_say_who_wrote_them_and_where() -> None:
    heard = read(message=in_topic(text="/claim"))
    assert (heard.kind, heard.sender, heard.thread, heard.text) == (
        UpdateKind.GROUP,
        77,
        4,
        "/claim",
    )
    assert heard.detail == "text"


def test_every_message_of_a_topic_answers_its_first_one_and_that_is_no_answer() -> None:
    assert read(message=in_topic(text="note")).reply_to == 0
    real = in_topic(text="yes") | {"reply_to_message": {"message_id": 6, "date": 2, "chat": GROUP}}
    assert read(message=real).reply_to == 6


def test_a_thread_of_answers_outside_topics_is_no_topic() -> None:
    assert read(message=message(text="x", message_thread_id=3)).thread == 0


@pytest.mark.parametrize(
    "hidden",
    [
        {"sender_chat": GROUP},
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}},
        {"from": None},
    ],
)
def test_an_anonymous_group_sender_has_no_sender_id(hidden: dict[str, Any]) -> None:
    assert read(message=message(text="/close") | hidden).sender == 0


def test_a_press_says_who_pressed_and_where() -> None:
    pressed = read(
        callback_query={"id": "q", "from": MEI, "message": in_topic(text="card"), "data": "!claim"}
    )
    assert (pressed.detail, pressed.sender, pressed.thread) == ("press", 77, 4)
    assert (pressed.text, pressed.press) == ("!claim", "q")


def test_a_group_that_moves_says_where_to() -> None:
    moved = read(message=message(migrate_to_chat_id=-100200))
    assert (moved.detail, moved.text) == ("migrate_to_chat_id", "-100200")


def test_a_file_and_its_caption_come_through() -> None:
    sent = read(
        message=in_topic(
            photo=[{"file_id": "f", "file_unique_id": "u", "file_size": 3}], caption="/say look"
        )
    )
    assert (sent.text, sent.files[0].handle, sent.detail) == ("/say look", "f", "photo")


def test_words_with_half_a_character_come_through_mended() -> None:
    raw = json.dumps({"update_id": 5, "message": message(text="x")}).encode()
    assert parse_group(raw.replace(b'"x"', b'"\\ud83d"')).text == "\N{REPLACEMENT CHARACTER}"


def test_what_has_another_shape_is_unreadable_and_quotes_nothing() -> None:
    with pytest.raises(UnreadableUpdateError) as refused:
        read(message={"text": "secret"})
    assert "secret" not in str(refused.value)
