from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.parsing.fix_unicode import fix_json, fix_text

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@given(ANY_TEXT)
def test_mended_words_can_be_written_anywhere(text: str) -> None:
    mended = fix_text(text)
    mended.encode()
    assert fix_text(mended) == mended


@given(st.text())
def test_whole_words_stay_as_they_are(text: str) -> None:
    assert fix_text(text) == text
    assert json.loads(fix_json(json.dumps(text).encode())) == text


@given(ANY_TEXT)
def test_mended_json_says_what_mended_words_say(text: str) -> None:
    assert json.loads(fix_json(json.dumps(text).encode())) == fix_text(text)


def test_halves_side_by_side_become_the_character_they_are() -> None:
    assert fix_text("\ud83d\ude00") == "😀"
