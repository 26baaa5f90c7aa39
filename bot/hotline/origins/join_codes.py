"""Codes by which a chat joins a case that staff opened: spoken on the phone, written in the chat.

The code alone opens nothing. Each phone that writes one is shown two words, whether the code is
right or not; a caseworker hears the words from the person and chooses the phone that shows them.
So one who overhears the code gains nothing without the voice that the caseworker knows.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.cases.sealed_fields import open_address
from bot.clock import DAY, MINUTE
from bot.store.statements import delete_by, select_by, select_one, update_by, upsert
from bot.store.tables.main import cases
from bot.store.tables.origins import join_codes, join_requests, join_tries
from bot.vault import Purpose

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import Vault

LENGTH = 8
FIRST_DIGITS = "49"
"""No date and no number of a telephone in Taipei begins with one of these."""
CODE_LIFETIME = DAY
PRESENT_WITHIN = 30 * MINUTE
"""A request counts for so long: later another may hold the phone."""
MAX_TRIES = 5
"""Codes that one chat may try in a day; more are answered in the same way and not looked up."""
MAX_REQUESTS = 3
"""Phones that may ask to join one case; with more, a new code has to be made."""
WORD_COUNT = 24
"""How many words there are (`flows.texts.spoken.WORDS`)."""
_BETWEEN = frozenset({"Pd", "Zs", "Cc", "Cf", "Mn", "Me"})
"""Categories of characters that people write between digits."""
_ALSO_BETWEEN = frozenset(".,/_·•")
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""The quasigroup of H. Michael Damm: every wrong digit and every swap of two is noticed."""

_STORE_CODE = upsert(join_codes, "case_id", "digest", "made_by", "until", key="case_id")
_BY_DIGEST = select_one(join_codes, "case_id", by=("digest", join_codes.c.until > bindparam("now")))
_CODE_OF_CASE = select_one(
    join_codes, "digest", "until", by=("case_id", join_codes.c.until > bindparam("now"))
)
_DELETE_CODE = delete_by(join_codes, by="case_id")
_STORE_REQUEST = upsert(
    join_requests, "case_id", "chat_key", "sealed", "at", key=("case_id", "chat_key")
)
_REQUESTS = select_by(
    join_requests, "id", "chat_key", "sealed", "at",
    by=("case_id", join_requests.c.at > bindparam("since")), order_by="id",
)  # fmt: skip
_DELETE_REQUESTS = delete_by(join_requests, by="case_id")
_TRIES = select_one(join_tries, "tries", "tried_at", by="chat_key", lock=True)
_STORE_TRIES = upsert(join_tries, "chat_key", "tries", "tried_at", key="chat_key")
_JOIN = update_by(cases, "chat_key", "address", by="id")
_EXPIRE_CODES = delete_by(join_codes, join_codes.c.until <= bindparam("now"))
_EXPIRE_REQUESTS = delete_by(join_requests, join_requests.c.at < bindparam("before"))
_EXPIRE_TRIES = delete_by(join_tries, join_tries.c.tried_at < bindparam("before"))

WordPair = tuple[int, int]
"""The places of two words in the list."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A phone in which the code of a case was written."""

    id: int
    chat_key: bytes
    chat: int
    words: WordPair
    """The two words that it shows."""
    at: int


class JoinCodes:
    """Codes and requests, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def make(self, work: Work, case: str, by: str, now: int) -> str:
        """Return a new code of a case, eight digits; an earlier code and its requests end."""
        code = new_code()
        while work.rows(_BY_DIGEST, self._digest(code), now):
            code = new_code()
        work.run(_DELETE_REQUESTS, case)
        work.run(_STORE_CODE, case, self._digest(code), by, now + CODE_LIFETIME)
        return code

    @staticmethod
    def end(work: Work, case: str) -> None:
        """End the code of a case and what was asked with it."""
        work.run(_DELETE_REQUESTS, case)
        work.run(_DELETE_CODE, case)

    @staticmethod
    def valid_until(work: Work, case: str, now: int) -> int | None:
        """Return until when the code of a case can be used; None without one."""
        rows = work.rows(_CODE_OF_CASE, case, now)
        return int(rows[0][1]) if rows else None

    def ask(self, work: Work, chat_key: bytes, chat: int, code: str, now: int) -> str:
        """Record that a code was written in a chat; return the case, empty for none.

        A chat may try a few codes a day. What it is answered does not depend on any of this.
        """
        if not self._count_try(work, chat_key, now):
            return ""
        rows = work.rows(_BY_DIGEST, self._digest(code), now)
        case = str(rows[0][0]) if rows else ""
        if not case:
            return ""
        others = {bytes(key) for _id, key, *_rest in work.rows(_REQUESTS, case, 0)} - {chat_key}
        if len(others) >= MAX_REQUESTS:
            return ""
        sealed = self._vault.seal(Purpose.ADDRESS, case.encode(), b"%d" % chat)
        work.run(_STORE_REQUEST, case, chat_key, sealed, now)
        return case

    def words(self, chat_key: bytes, code: str) -> WordPair:
        """Return the two words that a chat is shown for a code, right or wrong."""
        return self._words(self._digest(code), chat_key)

    def requests(self, work: Work, case: str, now: int) -> list[JoinRequest]:
        """Return the phones that ask to join a case and were there a moment ago, oldest first."""
        codes = work.rows(_CODE_OF_CASE, case, now)
        if not codes:
            return []
        digest = bytes(codes[0][0])
        return [
            JoinRequest(
                row, bytes(key), open_address(self._vault, case, bytes(sealed)),
                self._words(digest, bytes(key)), at,
            )
            for row, key, sealed, at in work.rows(_REQUESTS, case, now - PRESENT_WITHIN)
        ]  # fmt: skip

    def join(self, work: Work, case: str, request: JoinRequest) -> None:
        """Give a chat to a case; the code is used up."""
        sealed = self._vault.seal(Purpose.ADDRESS, case.encode(), b"%d" % request.chat)
        work.run(_JOIN, request.chat_key, sealed, case)
        self.end(work, case)

    @staticmethod
    def expire(work: Work, now: int) -> int:
        """Delete old codes, requests and counts; return how many rows that were."""
        count = work.run(_EXPIRE_CODES, now) + work.run(_EXPIRE_REQUESTS, now - DAY)
        return count + work.run(_EXPIRE_TRIES, now - DAY)

    def _count_try(self, work: Work, chat_key: bytes, now: int) -> bool:
        rows = work.rows(_TRIES, chat_key)
        tries, tried_at = rows[0] if rows else (0, 0)
        tries = tries if now - tried_at < DAY else 0
        if tries >= MAX_TRIES:
            return False
        work.run(_STORE_TRIES, chat_key, tries + 1, now)
        return True

    def _digest(self, code: str) -> bytes:
        return self._vault.join_digest(b"code/%b" % code.encode())

    def _words(self, digest: bytes, chat_key: bytes) -> WordPair:
        mixed = int.from_bytes(self._vault.join_digest(b"words/%b%b" % (digest, chat_key)))
        first, rest = mixed % WORD_COUNT, mixed // WORD_COUNT
        second = rest % (WORD_COUNT - 1)
        return first, second + (second >= first)


def new_code() -> str:
    """Return a random code: eight digits, the last of them a check digit."""
    digits = secrets.choice(FIRST_DIGITS) + "".join(
        secrets.choice("0123456789") for _each in range(LENGTH - 2)
    )
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Return the check digit of some digits."""
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return str(state)


def parse_code(typed: str) -> str:
    """Return the code that a text is, in the digits of any script; empty if it is none.

    Spaces, dashes and points may stand anywhere; a text with anything else is no code.
    """
    digits = ""
    for sign in typed.strip():
        value = unicodedata.numeric(sign, -1.0)
        if value in range(10):
            digits += str(int(value))
        elif unicodedata.category(sign) not in _BETWEEN and sign not in _ALSO_BETWEEN:
            return ""
        if len(digits) > LENGTH:
            return ""
    is_code = len(digits) == LENGTH and digits[0] in FIRST_DIGITS
    return digits if is_code and check_digit(digits[:-1]) == digits[-1] else ""


def spoken_code(code: str) -> str:
    """Return a code as it is read aloud: in two groups, its digits apart."""
    half = LENGTH // 2
    return f"{' '.join(code[:half])} \u2013 {' '.join(code[half:])}"
