"""A check for guessable passwords, whatever their length.

There is no list of leaked passwords: those of 15 characters or more consist of a few patterns, and
the check looks for these. Passwords of several unrelated words pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_DISTINCT = 6
"""Different characters a password must have, and characters that must remain without patterns."""
MIN_RUN = 4
"""Length of a run of neighbours on a keyboard or in an alphabet."""
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
              "qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p")  # fmt: skip
_COMMON_WORDS = (
    "password passwort passphrase welcome administrator admin letmein iloveyou monkey dragon "
    "sunshine princess football baseball master shadow superman batman trustno secret login "
    "changeme default hello test guest root user pass word taiwan taipei hotline haven caseworker "
    "supervisor summer winter spring autumn january february march april june july august "
    "september october november december monday friday sunday mypassword mima woaini zhanghao "
    "please computer internet whatever nothing starwars pokemon jordan michael jesus love"
)
_LEET_LETTERS = str.maketrans("0134578@$!+", "oieastbasit")
"""Digits and symbols that stand for letters."""


def is_guessable(password: str, personal_words: Iterable[str] = ()) -> bool:
    """Tell whether a password is easy to guess for one who knows `personal_words`."""
    plain = _normalize(password)
    if len(set(plain)) < MIN_DISTINCT or _is_repetition(plain):
        return True
    known = [*_COMMON_WORDS.split(), *map(_normalize, personal_words)]
    words = sorted((it for it in known if len(it) >= MIN_RUN), key=len, reverse=True)
    spellings = (plain, _normalize(fold(password).translate(_LEET_LETTERS)))
    return any(_is_too_little(_strip_common(it, words), it) for it in spellings)


def _normalize(words: str) -> str:
    return "".join(sign for sign in fold(words) if sign.isalnum())


def _is_too_little(left: str, whole: str) -> bool:
    """Tell whether what remains of a password without patterns is too little.

    A year after a word is; random digits are not, if the whole password is made of them.
    """
    letters = sum(sign.isalpha() for sign in left)
    return len(left) < MIN_DISTINCT or (left != whole and letters < MIN_RUN)


def _is_repetition(plain: str) -> bool:
    """Tell whether a text is one part, repeated."""
    return any(
        (plain[:size] * (len(plain) // size + 1)).startswith(plain)
        for size in range(1, len(plain) // 2 + 1)
    )


def _strip_common(left: str, words: Iterable[str]) -> str:
    for word in words:
        left = left.replace(word, "")
    longest = max(map(len, _ALPHABETS))
    for size in range(min(len(left), longest), MIN_RUN - 1, -1):
        for run in {left[at : at + size] for at in range(len(left) - size + 1)}:
            if any(run in each or run in each[::-1] for each in _ALPHABETS):
                left = left.replace(run, "")
    return left
