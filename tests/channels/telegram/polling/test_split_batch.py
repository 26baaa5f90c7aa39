from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.parsing.parse import parse
from bot.channels.telegram.parsing.split_batch import RawUpdate, is_usable, split_updates
from bot.errors import UnreadableUpdateError
from tests.support.telegram.telegram_samples import UPDATES, raw, text_message, update


def body(*elements: bytes, space: bytes = b"") -> bytes:
    listed = (space + b"," + space).join(elements)
    return b'{"ok":true,"result":[' + space + listed + space + b"]}"


HALF = raw(text_message("HERE") | {"update_id": 3}).replace(b"HERE", rb"\ud83d")
BAD = [
    HALF,
    raw(text_message("HERE") | {"update_id": 3}).replace(b"HERE", b"\xff\xfe"),
    raw(text_message("HERE") | {"update_id": 3}).replace(b"HERE", b"\x00\x1b"),
    b'{"update_id":3,"message":' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"update_id":3,"message":' + b"9" * 5000 + b"}",
    b'{"update_id":3,"message":NaN}',
    b'{"update_id":3,"message":{]}',
    rb'{"update_id":3,"x":"\ud83d \" ] } , [ { \\"}',
]


BRACKETS = ' ]},{"\\'


def good(count: int) -> list[bytes]:
    return [raw(text_message(f"nr {n}" + BRACKETS) | {"update_id": 100 + n}) for n in range(count)]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("place", [0, 50, 99])
def test_one_bad_update_among_a_hundred_stops_none_of_the_others(bad: bytes, place: int) -> None:
    elements = good(99)
    elements.insert(place, bad)
    cut = split_updates(body(*elements))
    assert [update.raw for update in cut] == elements
    assert cut[place].update_id == 3
    del cut[place]
    assert [update.update_id for update in cut] == [100 + n for n in range(99)]
    assert [parse(update.raw).text for update in cut] == [f"nr {n}" + BRACKETS for n in range(99)]


def test_a_broken_character_costs_nothing_but_itself() -> None:
    cut = split_updates(body(*good(99), HALF))
    assert [parse(update.raw).text for update in cut][99] == "\ufffd"


def test_an_update_has_the_same_bytes_with_or_without_a_bad_neighbour() -> None:
    """The inbox knows an update again by a digest of its bytes."""
    spaced = json.dumps(text_message("sama"), indent=1).encode()
    alone = split_updates(body(spaced, space=b" \n"))
    beside = split_updates(body(spaced, HALF, space=b" \n"))
    assert alone[0] == beside[0] == RawUpdate(1, spaced)


@pytest.mark.parametrize("space", [b"", b" ", b"\r\n\t"])
def test_an_empty_list_is_no_update(space: bytes) -> None:
    assert split_updates(b'{"ok":true,"result":[' + space + b"]}") == []
    assert split_updates(rb'{"ok":true,"x":"\ud83d","result":[' + space + b"]}") == []


def test_the_list_is_found_whatever_stands_around_it() -> None:
    around = rb'{"x":{"result":[1]},"y":["result",[2]],"z":"result","\ud83d":1,"result" : ['
    assert split_updates(around + b'{"update_id":9}],"more":[3]}') == [
        RawUpdate(9, b'{"update_id":9}')
    ]


@pytest.mark.parametrize(
    ("element", "number"),
    [
        (b'{"update_id":"5"}', 0),
        (b'{"update_id":5.5}', 0),
        (b'{"update_id":null}', 0),
        (b'{"update_id":true}', 0),
        (b'{"message":{}}', 0),
        (b'{"update_id":' + b"9" * 30 + b"}", 0),
        (b'{"update_id":-5}', -5),
        (b'{"update_id":2147483647}', 2147483647),
        (b'{ "update_id" : 5 , "x":"\xff\\ud83d"}', 5),
        (rb'{"x":"\ud83d","update_id":5}', 0),
        (b"5", 0),
        (b"null", 0),
        (b'"update_id"', 0),
        (b"[]", 0),
    ],
)
def test_an_update_without_a_number_is_handed_on_with_its_neighbours(
    element: bytes, number: int
) -> None:
    first, last = good(2)
    for elements in ([first, element, last], [first, element, last, HALF]):
        cut = split_updates(body(*elements))
        assert [update.raw for update in cut] == elements
        assert cut[1].update_id == number
        assert [cut[0].update_id, cut[2].update_id] == [100, 101]


def test_only_numbers_telegram_takes_back_are_usable() -> None:
    assert [is_usable(n) for n in (-1, 0, 1, 2**31 - 2, 2**31 - 1)] == [0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>please log in</html>",
        b"{}",
        b"null",
        b"[]",
        b'{"ok":true}',
        b'{"ok":true,"result":true}',
        b'{"ok":true,"result":{"x":[1]}}',
        b'{"ok":false,"description":"result"}',
        body(*good(3))[:-2],
        body(*good(3))[:-20],
        body(HALF)[:-2],
        b'{"ok":true,"result":[',
        b'{"ok":true,"result":["',
    ],
)
def test_an_answer_without_a_whole_list_is_unreadable(answer: bytes) -> None:
    with pytest.raises(UnreadableUpdateError) as caught:
        split_updates(answer)
    assert "nr 1" not in repr(caught.value)


TEXT = st.text(st.characters(exclude_categories=[]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


@given(st.lists(JSON, max_size=6), st.booleans(), st.sampled_from([None, 1]))
def test_any_list_is_cut_into_its_own_elements(
    elements: list[Any], is_ascii: bool, indent: int | None
) -> None:
    """Also with lone surrogates, as escapes and as bytes that are no UTF-8."""
    parts = [
        json.dumps(element, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "surrogatepass")
        for element in elements
    ]
    assert [update.raw for update in split_updates(body(*parts))] == parts
    beside = split_updates(body(*parts, HALF))
    assert [update.raw for update in beside] == [*parts, HALF]


@given(st.binary(max_size=100))
def test_no_bytes_make_it_do_anything_else(answer: bytes) -> None:
    for whole in (answer, b'{"result":[' + answer, b'{"result":[' + answer + b"]}"):
        try:
            split_updates(whole)
        except UnreadableUpdateError:
            continue


def test_every_kind_of_update_is_cut_out_whole() -> None:
    elements = [raw(update(n, **{name: UPDATES[name]})) for n, name in enumerate(UPDATES, 1)]
    assert split_updates(body(*elements)) == [
        RawUpdate(n, one) for n, one in enumerate(elements, 1)
    ]
