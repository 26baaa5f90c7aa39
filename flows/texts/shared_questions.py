"""Questions that several flows ask in the same words."""

from bot.conversation import ALWAYS, Choose, Decide, Fact, Guard
from flows.texts import phrases


def safety(when: Guard = ALWAYS) -> Choose:
    """Ask whether the person is safe where they are."""
    return Choose(
        phrases.SAFE_QUESTION,
        why=phrases.SAFE_WHY,
        choices=phrases.SAFE_NOW,
        reassuring=("safe",),
        when=when,
    )


def their_safety(when: Guard) -> Choose:
    """Ask whether the one whom it is about is in danger."""
    return Choose(
        phrases.THEIR_DANGER_QUESTION,
        why=phrases.THEIR_DANGER_WHY,
        choices=phrases.THEIR_DANGER,
        reassuring=("no_danger",),
        when=when,
    )


def to_keep(safe: Choose, they_safe: Choose) -> Decide:
    """Ask whether answers may be kept; danger does not wait for that."""
    is_urgent = safe.was("not_safe") | they_safe.was("danger")
    return Decide(
        phrases.KEEP_QUESTION,
        why=phrases.KEEP_WHY,
        choices=phrases.KEEP,
        when=~(Fact("told") | Fact("alarmed") | is_urgent),
    )


def age(when: Guard) -> Choose:
    """Ask whether the person is under 18."""
    return Choose(
        phrases.OWN_AGE_QUESTION, why=phrases.OWN_AGE_WHY, choices=phrases.OWN_AGE, when=when
    )


def their_age(when: Guard) -> Choose:
    """Ask whether another one is under 18."""
    return Choose(
        phrases.THEIR_AGE_QUESTION, why=phrases.THEIR_AGE_WHY, choices=phrases.THEIR_AGE, when=when
    )


def situation(when: Guard, *, of_another: bool = False) -> Choose:
    """Ask why the person, or the one whom it is about, is in Taiwan."""
    question = phrases.THEIR_SITUATION_QUESTION if of_another else phrases.SITUATION_QUESTION
    return Choose(question, why=phrases.SITUATION_WHY, choices=phrases.SITUATION, when=when)
