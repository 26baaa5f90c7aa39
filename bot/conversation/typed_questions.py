"""Questions for facts that have a shape of their own: files, a place, a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.answers import Answer, FileNote, Moment, Where
from bot.conversation.choice_questions import Listed, labels
from bot.conversation.guards import ALWAYS, Guard
from bot.conversation.inputs import Files, Heard, Located, Pressed, Words
from bot.conversation.parse_input import read_day
from bot.conversation.questions import Beside, Held, Parts, Question, Reading, Said
from bot.conversation.replies import POINT_SHARED, RECEIVED
from bot.conversation.text_questions import captioned, files_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text


class Collect(Question[tuple[str | FileNote, ...]]):
    """Ask for any number of files, voice messages and photos, then "Done"."""

    gathers = True

    def __init__(
        self, prompt: Text, *, why: Text | None, short: Text | None = None, when: Guard = ALWAYS
    ) -> None:
        super().__init__(prompt, why=why, short=short, when=when)

    def read(self, heard: Heard, held: Parts) -> Reading:
        """Take files until "Done"; words written between them are kept beside."""
        if isinstance(heard, Files):
            return Held((*held, *captioned(heard)))
        if isinstance(heard, Pressed):
            return Said(held) if heard.code == "done" and held else Beside(None)
        return Beside(RECEIVED)

    def told(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return what kinds of files there are."""
        return files_told(answer) if isinstance(answer, tuple) else ()


class Place(Listed[Where]):
    """Ask where: a county from the list, a point on the map, or words."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        counties: Mapping[str, Text],
        short: Text | None = None,
        when: Guard = ALWAYS,
    ) -> None:
        super().__init__(prompt, why=why, choices=counties, short=short, when=when)

    def read(self, heard: Heard, held: Parts) -> Reading:  # noqa: ARG002 - nothing is put together
        """Take a county, its number, a point on the map, or any words."""
        if isinstance(heard, Located):
            return Said(Where(latitude=heard.latitude, longitude=heard.longitude))
        if isinstance(heard, Pressed):
            return Said(Where(heard.code)) if heard.code in self.choices else Beside(None)
        if isinstance(heard, Words) and heard.text.strip():
            code = self.code_of(heard.text)
            return Said(Where(code) if code else Where(words=heard.text.strip()))
        return Beside()

    def told(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the county's name, the words, or that a point was shared."""
        if not isinstance(answer, Where):
            return ()
        county = labels(self.choices, (answer.county,)) if answer.county else ()
        words = (answer.words,) if answer.words else ()
        return (*county, *words, *((POINT_SHARED,) if answer.latitude is not None else ()))


class When(Listed[Moment]):
    """Ask when: "about then" by a button, or a day in the person's words."""

    def __init__(
        self,
        prompt: Text,
        *,
        why: Text | None,
        short: Text | None = None,
        when: Guard = ALWAYS,
        choices: Mapping[str, Text] | None = None,
        **about: Text,
    ) -> None:
        super().__init__(
            prompt, why=why, choices={**(choices or {}), **about}, short=short, when=when
        )

    def read(self, heard: Heard, held: Parts) -> Reading:  # noqa: ARG002 - nothing is put together
        """Take a button, its number, a day, or any words."""
        if isinstance(heard, Pressed):
            return Said(Moment(heard.code)) if heard.code in self.choices else Beside(None)
        if isinstance(heard, Words) and heard.text.strip():
            words = heard.text.strip()
            code = self.code_of(words)
            return Said(Moment(code) if code else Moment(date=read_day(words), words=words))
        return Beside()

    def told(self, answer: Answer) -> tuple[Text | str, ...]:
        """Return the label, or the words."""
        if not isinstance(answer, Moment):
            return ()
        return labels(self.choices, (answer.code,)) if answer.code else (answer.words,)
