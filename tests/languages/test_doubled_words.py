"""No text can keep us busy: words of our lists, doubled until the text is full, are read at once.

A pattern that can read "later" and "talk later" in two ways reads each more of them in twice as
many: one line of 120 characters stopped all conversations for half a minute.
"""

from __future__ import annotations

import random
import signal
from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
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
    from collections.abc import Callable, Iterator
    from typing import Any

LISTS: dict[Callable[[str], Any], Callable[[str], dict[str, list[str]]]] = {
    someone_near.find_someone_near: someone_near.load_near_words,
    alone_again.says_alone_again: alone_again.load_alone_words,
    clear_requests.find_clear_request: clear_requests.load_clear_requests,
    clear_requests.says_arrival: clear_requests.load_clear_requests,
    comes_back.puts_off: comes_back.load_comes_back,
    someone_near.says_someone_arrives: someone_near.load_near_words,
    taken_back.find_taken_back: taken_back.load_taking_back,
    one_other.find_plea_about_other: one_other.load_one_other,
    other_hands.says_other_hands: other_hands.load_other_hands,
    no_danger.find_denied_danger: no_danger.load_no_danger_words,
}
TEXTS, CHARACTERS = 60, 120
ENDLESS = 5.0
"""Seconds of the processor after which a text counts as one that is never read."""
READ_LONG = (
    "啦晚點再說" * 23 + "x", "男友看著我" * 23 + "x", "組長正在看" * 23 + "x",
    "刪掉" + "聊天紀錄這個" * 19 + "x",
)  # fmt: skip
"""Texts that took 13 seconds and more."""


class EndlessError(Exception):
    """A text is read for too long."""


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    def end(*_: object) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGVTALRM, end)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def reads(find: Callable[[str], Any], text: str) -> bool:
    """Tell whether a text is read before its time is over."""
    signal.setitimer(signal.ITIMER_VIRTUAL, ENDLESS)
    try:
        find(text)
    except EndlessError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return True


def doubled(words: dict[str, list[str]], seed: str) -> Iterator[str]:
    """Yield texts of a few words of these lists again and again, and a sign that fits nothing."""
    chance = random.Random(seed)
    entries = [entry for listed in words.values() for entry in listed]
    space = " " if all(it.isascii() for it in words[next(iter(words))]) else ""
    for _ in range(TEXTS):
        parts = chance.choices(entries, k=chance.choice((1, 2, 2, 3)))
        unit = space.join(space.join(w.split("/")[0] for w in it.split()) for it in parts) + space
        yield (unit * CHARACTERS)[: CHARACTERS - 2] + "x"


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("find", LISTS, ids=lambda it: it.__name__)
def test_doubled_words_are_read_at_once(find: Callable[[str], Any], tag: str) -> None:
    find("he is gone")  # what is read once takes its time
    texts = doubled(LISTS[find](tag), f"{find.__name__} {tag}")
    assert [it for it in texts if not reads(find, it)] == []


@pytest.mark.parametrize("text", READ_LONG)
def test_a_text_that_took_long_is_read_at_once(text: str) -> None:
    assert len(text) <= CHARACTERS
    assert [find.__name__ for find in LISTS if not reads(find, text)] == []
