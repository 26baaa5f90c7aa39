"""What reads a line by lists of words, and the lists that each of them loads for a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bot.languages.typed import (
    alone_again,
    clear_requests,
    comes_back,
    no_danger,
    one_other,
    other_hands,
    someone_near,
    taken_back,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class WordReader(NamedTuple):
    """A function that looks for such a line."""

    find: Callable[[str], Any]
    load: Callable[[str], dict[str, list[str]]]
    """Returns its words in a language, by list."""


READERS: Final = {
    "near": WordReader(someone_near.find_someone_near, someone_near.load_near_words),
    "arrives": WordReader(someone_near.says_someone_arrives, someone_near.load_near_words),
    "alone": WordReader(alone_again.says_alone_again, alone_again.load_alone_words),
    "return": WordReader(comes_back.says_comes_back, comes_back.load_comes_back),
    "later": WordReader(comes_back.puts_off, comes_back.load_comes_back),
    "clear": WordReader(clear_requests.find_clear_request, clear_requests.load_clear_requests),
    "back": WordReader(taken_back.find_taken_back, taken_back.load_taking_back),
    "plea": WordReader(one_other.find_plea_about_other, one_other.load_one_other),
    "hands": WordReader(other_hands.says_other_hands, other_hands.load_other_hands),
    "danger": WordReader(no_danger.find_denied_danger, no_danger.load_no_danger_words),
}
