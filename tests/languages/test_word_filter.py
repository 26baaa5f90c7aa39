"""A quick look at a text drops no line that the lists of words would have found."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.languages import LANGUAGES
from bot.languages.typed import someone_near
from bot.languages.typed.word_filter import WordFilter
from tests.languages.scores import HELD_SETS, sentences
from tests.languages.word_readers import READERS

if TYPE_CHECKING:
    from typing import Any

ENTRIES = sorted(
    {
        word.replace("/", " ").replace("@", "").replace("...", " ")
        for reader in READERS.values()
        for tag in LANGUAGES
        for words in reader.load(tag).values()
        for word in words
    }
)


def _found(text: str) -> dict[str, Any]:
    return {name: reader.find(text) for name, reader in READERS.items()}


def _without_filter(monkeypatch: pytest.MonkeyPatch, text: str) -> dict[str, Any]:
    with monkeypatch.context() as patched:
        patched.setattr(WordFilter, "may_hold", lambda _self, _folded: True)
        return _found(text)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_sentence_is_read_otherwise_without_the_quick_look(
    tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not with a clause of another sentence next to it."""
    sets = [sentences(name, tag) for name in HELD_SETS]
    texts = [it for each in sets for kind in ("urgent", "ordinary") for it in each[kind]]
    for text, other in pairwise(texts):
        for written in (text, f"{text}, {other}"):
            expected = _without_filter(monkeypatch, written)
            assert _found(written) == expected, written


@given(st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=4), st.sampled_from([" ", ", ", ""]))
def test_no_mixture_of_words_of_the_lists_is_read_otherwise(words: list[str], parted: str) -> None:
    """Most lines of a person are of such words, in some order."""
    text = parted.join(words)
    with pytest.MonkeyPatch.context() as patched:
        expected = _without_filter(patched, text)
    assert _found(text) == expected


def test_a_quick_look_that_sees_too_little_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that lets nothing through finds no one near."""
    assert _without_filter(monkeypatch, "do not write, the boss is here")["near"] is not None
    monkeypatch.setattr(WordFilter, "may_hold", lambda _self, _folded: False)
    assert someone_near.find_someone_near("do not write, the boss is here") is None


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("he is nearby now", False),  # a part of a word is another word
        ("he is near now", True),
        ("the boss stands behind", True),
        ("老闆在旁邊", True),  # written together, any place counts
        ("nothing at all", False),
    ],
)
def test_words_count_whole_where_they_are_written_apart(text: str, *, is_found: bool) -> None:
    """Each entry is looked for by its longest word, in any of its spellings."""
    assert WordFilter(["is near", "sits/stands behind", "旁邊"]).may_hold(text) is is_found
