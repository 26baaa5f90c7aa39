"""JSON in which a key stands twice, of which readers take one value or the other."""

from __future__ import annotations

import pytest

from bot.repeated_keys import find_repeated_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b'{"a": 1, "a": 1}', "a"),
        (b'{"": 1, "": 2}', ""),
        (b'[{"b": [{"c": {"d": 1, "e": 2, "d": 3}}]}]', "d"),
        (b'{"came_at": 1, "c\\u0061me_at": 2}', "came_at"),
    ],
)
def test_a_key_that_stands_twice_in_one_object_is_found(text: bytes, key: str) -> None:
    assert find_repeated_key(text) == key


@pytest.mark.parametrize(
    "text", [b'[{"a": 1}, {"a": 2}]', b'{"a": {"a": 1}}', b'{"a": 1, "A": 2}', b"1" * 5000]
)
def test_a_key_in_two_objects_is_not_taken_for_one_twice(text: bytes) -> None:
    assert find_repeated_key(text) is None


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", '{"a": 1}'.encode("utf-16")])
def test_what_is_no_json_in_utf_8_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|decode"):
        find_repeated_key(text)
