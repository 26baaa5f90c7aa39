"""What anybody would try first is no password, however long; words of one's own are."""

from __future__ import annotations

import random

import pytest

from bot.vault.keys.passwords import MIN_LENGTH
from bot.vault.keys.weak_passwords import is_guessable
from tests.desks.web.auth.test_enrolment import CHOSEN
from tests.support.database.key_store_fixtures import PASSWORD

FIRST_TRIED = (
    "passwordpassword",
    "Password12345678",
    "P@ssw0rdP@ssw0rd",
    "123456789012345",
    "qwertyuiopasdfgh",
    "1qaz2wsx3edc4rfv",
    "abcabcabcabcabcabc",
    "aaaaaaaaaaaaaaaa",
    "iloveyouiloveyou",
    "abcdefghijklmnop",
    "qwerty1234567890",
    "Welcome to Haven 2026",
    "adminadminadmin!",
    "LetMeInPlease123",
    "zxcvbnmasdfghjkl",
    "9876543210987654",
    "Summer2026Summer",
    "111111222222333333",
    "hope house taipei",
    "lin mei-hua 1234",
    "Lin Mei-hua, Hope House",
    "my secret password",
    "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44 password",
)
KNOWN = ("Lin Mei-hua", "Hope House")
OWN = (
    PASSWORD,
    CHOSEN,
    "seven kettles under a bridge",
    "Ik eet graag vlierbessen",
    "七隻白鷺飛過舊橋天剛亮的時候石頭",
    "nhà tôi có bốn con mèo",
    "x7Kq9vLm2RtW4pZs",
    "829304716250394",
    "a password with herons in it",
    "7 Kettles, 4 Bridges",
)


@pytest.mark.parametrize("password", FIRST_TRIED)
def test_guessable_passwords_are_refused(password: str) -> None:
    assert len(password) >= MIN_LENGTH
    assert is_guessable(password, KNOWN)


@pytest.mark.parametrize("password", OWN)
def test_words_of_ones_own_are_one(password: str) -> None:
    assert not is_guessable(password, KNOWN)


def test_what_was_drawn_by_lot_is_one() -> None:
    dice = random.Random(7)
    signs = "abcdefghijkmnpqrstuvwxyz23456789-"
    drawn = ["".join(dice.choices(signs, k=MIN_LENGTH)) for _each in range(2000)]
    assert [it for it in drawn if is_guessable(it, KNOWN)] == []


@pytest.mark.parametrize(("password", "is_refused"), [
    ("wqzkhvzqwhkvqzhw", False), ("wqzkhhzqwhkhqzhw", True),
])  # fmt: skip
def test_six_different_signs_are_enough_and_five_are_not(password: str, is_refused: bool) -> None:
    assert len(set(password)) == 5 + (not is_refused)
    assert is_guessable(password, KNOWN) is is_refused


def test_runs_of_four_neighbours_are_no_words_of_ones_own() -> None:
    assert is_guessable("abcd-uiop-hjkl-4321", KNOWN)
    assert not is_guessable("abc-uio-hjk-xw-gpt", KNOWN)
