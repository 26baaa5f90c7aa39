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
from bot.languages.typed.clear_requests import load_clear_requests, says_arrival
from tests.languages.word_readers import READERS, WordReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

WATCHED = READERS | {"arrival": WordReader(says_arrival, load_clear_requests)}
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
@pytest.mark.parametrize("name", WATCHED)
def test_doubled_words_are_read_at_once(name: str, tag: str) -> None:
    find, load = WATCHED[name]
    find("he is gone")  # what is read once takes its time
    assert [it for it in doubled(load(tag), f"{name} {tag}") if not reads(find, it)] == []


@pytest.mark.parametrize("text", READ_LONG)
def test_a_text_that_took_long_is_read_at_once(text: str) -> None:
    assert len(text) <= CHARACTERS
    assert [name for name, it in WATCHED.items() if not reads(it.find, text)] == []
