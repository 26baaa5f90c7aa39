"""Load the lists of words that are read lazily, before someone waits for an answer."""

from __future__ import annotations

from bot.languages.typed.alone_again import says_alone_again
from bot.languages.typed.comes_back import says_comes_back
from bot.languages.typed.no_danger import find_denied_danger
from bot.languages.typed.one_other import find_plea_about_other
from bot.languages.typed.other_hands import says_other_hands
from bot.languages.typed.someone_near import find_someone_near
from bot.languages.typed.taken_back import find_taken_back


def load_lists() -> None:
    """Read them by using each once: it takes most of a second."""
    find_someone_near("do not write")
    says_alone_again("he is gone")
    says_comes_back("he comes back soon")
    find_plea_about_other("do not tell my boss")
    says_other_hands("I am her boss")
    find_denied_danger("no danger")
    find_taken_back("stop letting them read")
