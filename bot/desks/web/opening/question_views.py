"""The questions of a call as a page shows them: in the person's language, and in that of staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation import Ask, AskPlace, AskWhen, ChooseMany
from bot.conversation.questions.choice import ListQuestion
from bot.hotline.origins.opening import ANSWER_PREFIX, WORDS_STEP, questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.desks.web.request import DeskRequest
    from bot.text import Text

SAFE, THEY_SAFE, ABOUT = "safe", "they_safe", "about"
ASKED_FIRST = frozenset({SAFE, THEY_SAFE, ABOUT, WORDS_STEP})
"""Steps that do not stand under the further questions."""


@dataclass(frozen=True, slots=True)
class ReadAloud:
    """A sentence: as the person hears it, and as the caseworker understands it."""

    person: str
    staff: str
    """Empty where both are the same."""


@dataclass(frozen=True, slots=True)
class SpokenChoice:
    """One answer of a question, with its number key."""

    code: str
    number: int
    said: ReadAloud


@dataclass(frozen=True, slots=True)
class SpokenQuestion:
    """One question."""

    name: str
    """Of its field."""
    said: ReadAloud
    choices: tuple[SpokenChoice, ...] = ()
    is_many: bool = False
    """Whether several answers can be ticked: then each is a field, `name.code`."""
    takes_words: bool = False
    """Whether words can be typed instead."""


class SpokenPage:
    """Makes the questions of one page."""

    def __init__(self, request: DeskRequest, language: str) -> None:
        self._registry = request.context.flow_registry
        self._text: Callable[[Text, str], str] = request.context.person_text
        self._person, self._staff = language, request.locale.language

    def say(self, text: Text) -> ReadAloud:
        """Return a sentence in both languages."""
        person, staff = self._text(text, self._person), self._text(text, self._staff)
        return ReadAloud(person, "" if person == staff else staff)

    def choices(self, offered: Iterable[tuple[str, Text]]) -> tuple[SpokenChoice, ...]:
        """Return answers with their number keys."""
        return tuple(
            SpokenChoice(code, number, self.say(text))
            for number, (code, text) in enumerate(offered, 1)
        )

    def ask(
        self, name: str, text: Text, offered: Mapping[str, Text] | None = None, *,
        takes_words: bool = False,
    ) -> SpokenQuestion:  # fmt: skip
        """Return a question that belongs to no flow."""
        choices = self.choices((offered or {}).items())
        return SpokenQuestion(name, self.say(text), choices, takes_words=takes_words)

    def of_report(self) -> dict[str, SpokenQuestion]:
        """Return the questions of the report by step, but for that of free words."""
        found = {}
        for step, question in questions(self._registry):
            if step == WORDS_STEP:
                continue
            offered = question.choices.items() if isinstance(question, ListQuestion) else ()
            many = isinstance(question, ChooseMany)
            found[step] = SpokenQuestion(
                ANSWER_PREFIX + step, self.say(question.prompt), self.choices(offered), many,
                isinstance(question, Ask | AskPlace | AskWhen),
            )  # fmt: skip
        return found


def merged_values(form: Mapping[str, str], asked: Iterable[SpokenQuestion]) -> dict[str, str]:
    """Return one value for each question: codes with commas, typed words before a choice."""
    found = {}
    for it in asked:
        if it.is_many:
            ticked = [each.code for each in it.choices if form.get(f"{it.name}.{each.code}")]
            found[it.name] = ",".join(ticked)
        else:
            words = form.get(f"{it.name}.words", "").strip()
            found[it.name] = words or form.get(it.name, "").strip()
    return {name: value for name, value in found.items() if value}


def field_names(asked: Iterable[SpokenQuestion]) -> frozenset[str]:
    """Return the names of all fields of some questions."""
    names: set[str] = set()
    for it in asked:
        names |= {it.name, f"{it.name}.words"}
        names |= {f"{it.name}.{each.code}" for each in it.choices}
    return frozenset(names)
