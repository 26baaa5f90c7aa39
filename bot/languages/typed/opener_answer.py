"""What a person writes where an opener asked whether this is a good moment to write."""

from __future__ import annotations

from bot.languages.typed.alone_again import says_alone_again
from bot.languages.typed.other_hands import says_other_hands
from bot.languages.typed.someone_near import find_someone_near
from bot.languages.typed.typed_answers import TypedAnswer

CAN_WRITE, NOT_NOW, WHO = "I can write now", "Not now", "Who is this?"
"""The labels of the opener's buttons."""
LONGEST = 40
"""Characters of a text that asks who this is: to look at longer ones costs time."""
_REFUSALS = (NOT_NOW, "No")


def asks_who_writes(text: str, language: str) -> bool:
    """Tell whether words ask who this is, and nothing else."""
    if len(text) > LONGEST:
        return False
    return TypedAnswer(text).label_of({WHO}, language, whole=True) is not None


def says_good_moment(text: str, language: str) -> bool | None:
    """Tell whether words say that this is a good moment; None where they say neither.

    Only a text that says it and nothing else counts: "yes, but he is here" begins with a yes, and
    he would read what comes next. Where someone is near, or someone else writes, it is none.
    """
    if find_someone_near(text) is not None or says_other_hands(text):
        return False
    typed = TypedAnswer(text)
    if any(typed.label_of({it}, language, whole=True) for it in (*_REFUSALS, WHO)):
        return False
    if typed.has_question_mark:
        return None
    if says_alone_again(text):
        return True
    is_yes = any(typed.label_of({it}, language, whole=True) for it in (CAN_WRITE, "Yes"))
    return True if is_yes else None
