"""What stands behind a button: which question it belongs to, and which of its answers it is.

A token says nothing in words: a number of the question, a proof that the button was made here for
this question in this chat, and the place of the answer. Two are valid for ever and everywhere,
because help and an end must be one press away from any screen, however old: danger and bye.
"""

from __future__ import annotations

from binascii import b2a_base64
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.messages import GLOBAL_PREFIX

if TYPE_CHECKING:
    from bot.vault import Vault

DANGER_BUTTON = f"{GLOBAL_PREFIX}d"
BYE_BUTTON = f"{GLOBAL_PREFIX}b"
NO_QUESTION = "0:"
"""What tokens begin with that belong to no question of a flow: questions count from one."""
CACHE_SIZE = 4096
"""Beginnings kept in memory: whoever is asked now presses soon, and it need not be made again."""


@lru_cache(maxsize=CACHE_SIZE)
def token_prefix(vault: Vault, chat_key: bytes, question_count: int, where: str) -> str:
    """Return what all buttons of one question begin with.

    Args:
        vault: whose key vouches.
        chat_key: the chat.
        question_count: how many questions were asked before.
        where: flow and step of the question.
    """
    proof = vault.button_mac(b"%b|%d|%b" % (chat_key, question_count, where.encode()))
    text = b2a_base64(proof, newline=False).rstrip(b"=").decode()
    return f"{question_count:x}:{text}:"


def question_number(token: str) -> int | None:
    """Return the number of the question a token claims to belong to; None for no token of ours."""
    try:
        return int(token.split(":", 1)[0], 16)
    except ValueError:
        return None
