"""A password is the same however a keyboard composes its letters."""

from __future__ import annotations

import unicodedata

from bot.vault.keys.passwords import PasswordCost, derive_key

CHEAP = PasswordCost(memory=8, passes=1)
SALT = b"0123456789abcdef"
WORDS = "c\u00e2y tr\u00e0m \u0111\u1ecf b\u00ean s\u00f4ng"


def test_one_password_from_two_keyboards_opens_the_same_keys() -> None:
    composed, apart = (unicodedata.normalize(form, WORDS) for form in ("NFC", "NFD"))
    assert composed != apart
    assert derive_key(composed, SALT, CHEAP) == derive_key(apart, SALT, CHEAP)


def test_another_password_or_salt_gives_another_key() -> None:
    assert derive_key(WORDS, SALT, CHEAP) != derive_key(WORDS + ".", SALT, CHEAP)
    assert derive_key(WORDS, SALT, CHEAP) != derive_key(WORDS, SALT[::-1], CHEAP)
