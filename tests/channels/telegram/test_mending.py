from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.fix_unicode import mend, mend_json

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@given(ANY_TEXT)
def test_mended_words_can_be_written_anywhere(text: str) -> None:
    mended = mend(text)
    mended.encode()
    assert mend(mended) == mended


@given(st.text())
def test_whole_words_stay_as_they_are(text: str) -> None:
    assert mend(text) == text
    assert json.loads(mend_json(json.dumps(text).encode())) == text


@given(ANY_TEXT)
def test_mended_json_says_what_mended_words_say(text: str) -> None:
    assert json.loads(mend_json(json.dumps(text).encode())) == mend(text)


def test_halves_side_by_side_become_the_character_they_are() -> None:
    assert mend("\ud83d\ude00") == "😀"
