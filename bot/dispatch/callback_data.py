"""Tokens of buttons: which question a button belongs to, and which of its answers it is.

A token holds no text: the number of the question, a proof that the button was made here for this
question in this chat, and the place of the answer. Two are valid everywhere and for ever, because
help and a way out must be one press away from any screen, however old: danger and bye. So is, as
danger, an answer that says that someone is not safe (`URGENT_END`).
"""

from __future__ import annotations

from binascii import b2a_base64
from functools import lru_cache
from secrets import compare_digest
from typing import TYPE_CHECKING

from bot.messages import GLOBAL_PREFIX

if TYPE_CHECKING:
    from bot.vault import Vault

DANGER_BUTTON = f"{GLOBAL_PREFIX}d"
BYE_BUTTON = f"{GLOBAL_PREFIX}b"
ON_CALL_BUTTON = f"{GLOBAL_PREFIX}o"
"""Under a call in the private chat of a caseworker; it means nothing in another chat."""
URGENT_END = "u"
"""Ends the token of an answer that says that someone is in danger. Pressed where its question is
not known any more, as after a restore, it shows the numbers and leads to a caseworker."""
NO_QUESTION = "0:"
"""What tokens begin with that belong to no question of a flow: questions are counted from 1."""
CACHE_SIZE = 4096
"""Prefixes kept in memory: a person who is asked now presses soon."""


@lru_cache(maxsize=CACHE_SIZE)
def token_prefix(vault: Vault, chat_key: bytes, question_count: int, where: str) -> str:
    """Return what the tokens of one question begin with.

    Args:
        vault: makes the proof.
        chat_key: the chat.
        question_count: how many questions were asked before.
        where: flow and step of the question.
    """
    proof = vault.button_mac(b"%b|%d|%b" % (chat_key, question_count, where.encode()))
    text = b2a_base64(proof, newline=False).rstrip(b"=").decode()
    return f"{question_count:x}:{text}:"


def has_prefix(token: str, prefix: str) -> bool:
    """Tell in constant time whether a token begins with a prefix, which holds a proof."""
    return compare_digest(token[: len(prefix)].encode(), prefix.encode())


def says_danger(token: str) -> bool:
    """Tell whether a token is of an answer that says that someone is in danger, of any question."""
    return token.endswith(URGENT_END) and question_number(token) is not None


def question_number(token: str) -> int | None:
    """Return the number of the question a token claims to belong to; None if it is no token."""
    try:
        return int(token.split(":", 1)[0], 16)
    except ValueError:
        return None
