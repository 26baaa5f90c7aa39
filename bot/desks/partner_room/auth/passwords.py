"""What is wrong with a password that a member chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.partner_room import texts
from bot.vault.keys.passwords import MIN_LENGTH
from bot.vault.keys.weak_passwords import is_guessable

if TYPE_CHECKING:
    from bot.text import Text


def password_problem(password: str, again: str, *related: str) -> Text | None:
    """Return why a password cannot be used; None if it can. `related`: names around it."""
    if len(password) < MIN_LENGTH:
        return texts.PASSWORD_TOO_SHORT
    if is_guessable(password, tuple(it for it in related if it)):
        return texts.PASSWORD_TOO_SIMPLE
    return None if again == password else texts.PASSWORDS_DIFFER
