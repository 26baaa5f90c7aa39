"""What a typed text means where a place or an age is asked: an age, a year of birth, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import to_utc
from bot.conversation import AskPlace
from bot.dispatch.turn.flow_names import STREET_QUESTION
from bot.languages.birth_years import ADULT, find_birth_ages
from bot.languages.typed.alone_again import says_alone_again
from bot.languages.typed.bare_age import find_bare_age
from bot.languages.typed.comes_back import says_comes_back
from bot.languages.typed.typed_answers import TypedAnswer

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.dispatch.turn.context import TurnContext

UNDER_18_LABELS = frozenset({"Under 18", "Someone is under 18"})
ADULT_LABELS = frozenset({"Age 18 or over", "All 18 or over"})
AGE_LABELS = UNDER_18_LABELS | ADULT_LABELS


@dataclass(frozen=True, slots=True, eq=False)
class TypedPlace:
    """Tells what a text means at the open question, if that asks for a place or an age."""

    turn: TurnContext

    def takes_place(self) -> bool:
        """Tell whether the open question asks for a place."""
        frames = self.turn.frames
        if not frames:
            return False
        question = self.turn.services.registry.question(frames[-1].flow, frames[-1].step)
        is_street = (frames[-1].flow, frames[-1].step) == STREET_QUESTION
        return is_street or isinstance(question, AskPlace)

    def age_in_place(self, text: str) -> int | None:
        """Return the age that was typed where a place is asked; None for anything else.

        A county may be chosen by its number. What comes a second time is taken: it may be a number
        of a house.
        """
        if not self.takes_place():
            return None
        frame = self.turn.frames[-1]
        question = self.turn.services.registry.question(frame.flow, frame.step)
        is_county = isinstance(question, AskPlace) and question.code_of(text) is not None
        if is_county or self.is_explained(frame.step):
            return None
        return find_bare_age(text, self.this_year())

    def is_no_place(self, text: str) -> bool:
        """Tell whether a place is asked, and a text says "wait", an age, good news or a lost job.

        "They let me go" and "he fired me" belong to the story, and "he is gone" and "wait" name no
        place either. Like an age, such words are taken where they come a second time.
        """
        if not self.takes_place() or self.is_explained(self.turn.frames[-1].step):
            return False
        typed, language = TypedAnswer(text), self.turn.conversation.language
        is_story = typed.is_good_news(language) or typed.is_dismissal(language)
        puts_off = typed.only_puts_off(language)
        if says_comes_back(text):
            return True
        if puts_off and self.turn.services.texts.find_question(text, language) is not None:
            return False  # a goodbye is answered as one
        is_none = is_story or puts_off or says_alone_again(text)
        return is_none or self.age_in_place(text) is not None

    def this_year(self) -> int:
        """Return the year it is; in UTC, which is never ahead of Taiwan."""
        return to_utc(self.turn.now).year

    def birth_ages(self, offered: Collection[str], text: str) -> frozenset[int] | None:
        """Return the ages a year of birth may mean; None for no such year, or no such question."""
        is_age = not AGE_LABELS.isdisjoint(offered)
        return find_birth_ages(text, self.this_year()) if is_age else None

    def is_explained(self, step: str) -> bool:
        """Tell whether the person's own question was answered at this step."""
        return self.turn.conversation.explained_at == f"{self.turn.frames[-1].flow}.{step}"


def age_label(offered: Collection[str], ages: frozenset[int]) -> str | None:
    """Return the label that all ages of a year of birth mean: who turns 18 this year is no adult.

    None where they differ: then the question is asked again.
    """
    if not ages or ADULT in ages:
        return None
    meant = {UNDER_18_LABELS if it < ADULT else ADULT_LABELS for it in ages}
    if len(meant) > 1:
        return None
    return next(iter(meant.pop().intersection(offered)), None)
