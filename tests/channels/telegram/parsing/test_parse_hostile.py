from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.parsing.parse import parse
from bot.errors import UnreadableUpdateError
from tests.support.telegram.telegram_samples import (
    CONTENTS,
    UPDATES,
    message,
    raw,
    text_message,
    update,
)

if TYPE_CHECKING:
    from bot.messages import Update


def read(what: dict[str, Any]) -> Update:
    return parse(raw(what))


WORDS = "paspor-saya"


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in message(text=WORDS).items() if name != field}


BROKEN = [
    without("date"),
    without("chat"),
    without("message_id"),
    message(text=5),
    message(text=[WORDS]),
    message(text={WORDS: WORDS}),
    message(text=WORDS) | {"date": WORDS},
    message(text=WORDS) | {"chat": WORDS},
    message(text=WORDS) | {"chat": {"id": 5}},
    message(text=WORDS) | {"message_id": 2**70},
    message(text=WORDS) | {"from": 5},
    message(photo=[]),
    message(document={"file_name": WORDS}),
    message(location={"latitude": WORDS, "longitude": 1}),
    WORDS,
    [WORDS],
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_what_telegram_never_promised_is_unreadable_and_the_reason_keeps_quiet(broken: Any) -> None:
    with pytest.raises(UnreadableUpdateError) as caught:
        read(update(message=broken))
    assert WORDS not in repr(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"update_id":"5","message":{}}',
        b'{"update_id":' + b"9" * 5000 + b"}",
        b'{"update_id":1,"message":' + b"[" * 100_000,
        b'{"update_id":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"update_id":1,"x":NaN}',
        b'{"update_id":1,"message":{"text":"\x00"}}',
        b"\xff",
    ],
)
def test_what_is_no_update_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableUpdateError):
        parse(body)


def test_a_huge_update_is_read() -> None:
    got = read(
        text_message("x" * 70_000, reply_markup={"inline_keyboard": [[{"text": "y" * 70_000}]]})
    )
    assert len(got.text) == 70_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [*CONTENTS, "from", "chat", "date", "message_id", "forward_origin", "sender_chat"]


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4), st.sampled_from([*UPDATES]), JSON
)
def test_whatever_arrives_is_read_or_unreadable(
    odd: dict[str, Any], kind: str, any_json: Any
) -> None:
    for what in (update(message=message() | odd), update(**{kind: any_json})):
        with suppress(UnreadableUpdateError):
            got = read(what)
            for text in (got.text, got.name, got.language, got.detail, got.forwarded_from):
                text.encode()


@given(st.binary(max_size=200))
def test_no_bytes_at_all_do_anything_but_fail_to_be_read(body: bytes) -> None:
    with suppress(UnreadableUpdateError):
        parse(body)
