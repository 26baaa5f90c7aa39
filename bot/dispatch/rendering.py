"""Rendering of replies in one language: text, buttons, and the rows of buttons.

What does not change from turn to turn (which labels in which rows) is computed once for each
question and language; a turn only fills in the tokens.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.dispatch import callback_data
from bot.languages import LANGUAGES, catalogue
from bot.messages import Button, SendText
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation import Choice, Reply
    from bot.dispatch.system_texts import SystemTexts
    from bot.text import Catalogue, Text

    Layout = tuple[tuple[Button, ...], ...]

DANGER_COMMAND, BYE_COMMAND = "danger", "bye"
"""The commands of the two buttons below every question."""
ROW_WIDTH = 24
"""Columns of a row: buttons share a row if each fits into an equal part of it."""
CHOICES_PER_ROW, CONTROLS_PER_ROW = 2, 3
MAX_MESSAGE_UNITS = 4096
"""UTF-16 units in one message. A channel splits a longer one, but returns only the last id."""
TICK = "\N{CHECK MARK} "
ZERO_WIDTH_CATEGORIES = frozenset({"Mn", "Me", "Cf"})
"""Unicode categories of characters without width: marks above and below, joiners."""
WIDE_BURMESE = frozenset("ကဃဆညတထဘယလသဟအဏ")
"""Burmese letters that are drawn with two circles, as wide as two others."""
STACKING_SIGNS = frozenset("\u17d2\u1039")
"""Characters that put the next letter below the one before."""
CACHE_SIZE = 4096
URGENT_CODES = frozenset({"not_safe", "danger"})
"""Answers that say that someone is in danger."""
COUNTY_SUFFIXES = "\u5e02\u7e23"
"""City and county, as Chinese writes them after a name: people leave them out."""


@lru_cache(maxsize=2 * len(LANGUAGES))
def folded_labels(read_in: Catalogue, labels: tuple[Text, ...]) -> frozenset[str]:
    """Return how labels are typed in a language, counties with and without their suffix.

    It takes ten milliseconds, and an `App` that begins again after a fault has the same labels.
    """
    names = [fold_accents(label.render(read_in)) for label in labels]
    return frozenset([*names, *(name.rstrip(COUNTY_SUFFIXES) for name in names)])


@lru_cache(maxsize=CACHE_SIZE)
def display_width(label: str) -> int:
    """Return how wide a label is on a screen: two for wide letters, none for marks.

    A letter that stands below the one before, as in Khmer and Burmese, takes no room of its own.
    """
    return sum(
        2 if sign in WIDE_BURMESE or unicodedata.east_asian_width(sign) in "WF" else 1
        for before, sign in pairwise(f" {label}")
        if before not in STACKING_SIGNS and unicodedata.category(sign) not in ZERO_WIDTH_CATEGORIES
    )


class Renderer:
    """Renders replies in every language, with the deployment's own blanks filled in."""

    def __init__(self, texts: SystemTexts) -> None:
        self._texts = texts
        self._control_ends = {name: f"k{place}" for place, name in enumerate(texts.controls)}
        """The ends of tokens of controls: the same under every question and in every release.

        In 0.2.0 they were c0, c1 ..., by their place under the question, and mean nothing now.
        """
        self._blanks: dict[str, dict[str, str]] = {}
        self._blanks_of: object = None
        """What the blanks were computed from."""
        self._all_labels: dict[str, frozenset[str]] = {}
        self._control_labels: dict[str, dict[str, str]] = {}
        self._fixed_texts: dict[tuple[str, int], tuple[Text, str]] = {}
        self._layouts: dict[tuple[str, int, tuple[str, ...]], tuple[object, Layout]] = {}
        self._labels: dict[tuple[str, int, tuple[str, ...]], tuple[object, dict[str, str]]] = {}
        self._token_codes: dict[tuple[int, tuple[str, ...]], tuple[object, dict[str, str]]] = {}

    def text(self, text: Text, language: str) -> str:
        """Return a text in a language."""
        return text.render(catalogue(language), self.blanks(language))

    def render(
        self, reply: Reply, language: str, prefix: str, extra: Mapping[str, str]
    ) -> SendText:
        """Return a reply as a message.

        Args:
            reply: what the engine says.
            language: a tag of an offered language.
            prefix: what the tokens of this question begin with.
            extra: values of blanks known only now, for example the reference.
        """
        blanks = self.blanks(language)
        if extra or reply.values or reply.lines:
            text = reply.render(catalogue(language), {**blanks, **extra})
        else:
            text = self._fixed_text(reply.text, language)
        return (
            SendText(text, self._layout(reply, language), prefix)
            if reply.is_question
            else SendText(text)
        )

    def _fixed_text(self, text: Text, language: str) -> str:
        """Return a text that does not change from turn to turn."""
        key = (language, id(text))
        found = self._fixed_texts.get(key)
        if found is None or found[0] is not text:
            found = (text, self.text(text, language))
            self._cache(self._fixed_texts, key, found)
        return found[1]

    def split_message(self, message: SendText) -> list[SendText]:
        """Return a message in as many parts as it needs, the buttons under the last."""
        *before, last = _split_text(message.text)
        return [*(SendText(text) for text in before), SendText(last, message.rows, message.prefix)]

    def code_of_token(self, reply: Reply, end: str) -> str | None:
        """Return the code a token's end stands for at this question; None for none."""
        key = (id(reply.choices), reply.controls)
        found = self._token_codes.get(key)
        if found is None or found[0] is not reply.choices:
            ends = {str(place): choice.code for place, choice in enumerate(reply.choices)}
            ends |= {_end(place, choice): choice.code for place, choice in enumerate(reply.choices)}
            ends.update({self._control_ends[name]: name for name in reply.controls})
            found = (reply.choices, ends)
            self._cache(self._token_codes, key, found)
        return found[1].get(end)

    def may_be_label(self, language: str, typed: str) -> bool:
        """Tell whether any button in this language has this label: most texts are none."""
        found = self._all_labels.get(language)
        if found is None:
            below = (self._texts.danger, self._texts.bye)
            labels = (*self._texts.controls.values(), *self._texts.labels, *below)
            found = self._all_labels[language] = folded_labels(catalogue(language), labels)
        return fold_accents(typed) in found

    def command_of_label(self, language: str, typed: str) -> str | None:
        """Return the command of the button below every question with this label."""
        found = self._control_labels.get(language)
        if found is None:
            read_in = catalogue(language)
            phrases = {DANGER_COMMAND: self._texts.danger, BYE_COMMAND: self._texts.bye}
            found = {fold_accents(label.render(read_in)): flow for flow, label in phrases.items()}
            self._control_labels[language] = found
        return found.get(fold_accents(typed))

    def code_of_label(self, reply: Reply, language: str, typed: str) -> str | None:
        """Return the code of the button of a question whose label was typed; None for none."""
        key = (language, id(reply.choices), reply.controls)
        found = self._labels.get(key)
        if found is None or found[0] is not reply.choices:
            read_in = catalogue(language)
            labels = _by_label(
                {c.code: fold_accents(c.label.render(read_in)) for c in reply.choices}
            )
            hidden = () if not reply.controls else tuple(self._texts.controls)
            for name in (*reply.controls, *hidden):  # those that found no room can be typed
                labels.setdefault(fold_accents(self._texts.controls[name].render(read_in)), name)
            found = (reply.choices, labels)
            self._cache(self._labels, key, found)
        return found[1].get(fold_accents(typed))

    def blanks(self, language: str) -> dict[str, str]:
        """Return the values of the blanks every text may have."""
        found = self._blanks.get(language)
        if found is None:
            found = dict(self._texts.blanks(catalogue(language)))
            self._blanks[language] = found
        return found

    def clear_blanks(self) -> None:
        """Compute blanks again from now on: a number that people are shown may have expired."""
        self._blanks, self._fixed_texts = {}, {}

    def use_blanks_of(self, source: object) -> None:
        """Compute blanks again if they come from another object than before."""
        if source is not self._blanks_of:
            self._blanks_of = source
            self.clear_blanks()

    def _layout(self, reply: Reply, language: str) -> Layout:
        key = (language, id(reply.choices), reply.controls)
        found = self._layouts.get(key)
        # The tuple is kept with its layout, so that its id() cannot be reused for another.
        if found is None or found[0] is not reply.choices:
            found = (reply.choices, self._arrange(reply, language))
            self._cache(self._layouts, key, found)
        return found[1]

    def _cache(self, among: dict, key: object, found: object) -> None:  # type: ignore[type-arg]
        if len(among) >= CACHE_SIZE:
            among.clear()
        among[key] = found

    def _arrange(self, reply: Reply, language: str) -> Layout:
        read_in = catalogue(language)
        labels = [
            Button(_label(choice, choice.label.render(read_in)), _end(place, choice))
            for place, choice in enumerate(reply.choices)
            if choice.offered
        ]
        rows = list(_rows(labels, CHOICES_PER_ROW))
        controls = [
            Button(self._texts.controls[name].render(read_in), self._control_ends[name])
            for name in reply.controls
        ]
        rows += _rows(sorted(controls, key=lambda it: display_width(it.label)), CONTROLS_PER_ROW)
        ways_out = [
            Button(self._texts.danger.render(read_in), callback_data.DANGER_BUTTON),
            Button(self._texts.bye.render(read_in), callback_data.BYE_BUTTON),
        ]
        rows += _rows(ways_out, CONTROLS_PER_ROW)
        return tuple(rows)

    def clear_rows(self, language: str) -> tuple[tuple[Button, ...], ...]:
        """Return the button that clears the chat, alone, in a language."""
        label = self._texts.bye.render(catalogue(language))
        return ((Button(label, callback_data.BYE_BUTTON),),)


def _split_text(text: str) -> list[str]:
    """Return a text in parts a channel takes, split at blank lines, else by length."""
    found = [""]
    for paragraph in text.split("\n\n"):
        together = f"{found[-1]}\n\n{paragraph}" if found[-1] else paragraph
        if _units(together) <= MAX_MESSAGE_UNITS:
            found[-1] = together
            continue
        step = (
            MAX_MESSAGE_UNITS if _units(paragraph) <= MAX_MESSAGE_UNITS else MAX_MESSAGE_UNITS // 2
        )
        pieces = [paragraph[at : at + step] for at in range(0, len(paragraph), step)]
        found += pieces
    return [part for part in found if part] or [""]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _by_label(labels: dict[str, str]) -> dict[str, str]:
    """Return codes by label; a city or county also without the character that says which it is."""
    found = {label: code for code, label in labels.items()}
    short = Counter(label.rstrip(COUNTY_SUFFIXES) for label in labels.values())
    for code, label in labels.items():
        name = label.rstrip(COUNTY_SUFFIXES)
        if short[name] == 1:
            found.setdefault(name, code)
    return found


def _end(place: int, choice: Choice) -> str:
    """Return the end of a choice's token."""
    return f"{place}{callback_data.URGENT_END if choice.code in URGENT_CODES else ''}"


def _label(choice: Choice, text: str) -> str:
    return f"{TICK if choice.ticked else ''}{choice.number} {text}"


def _rows(buttons: list[Button], most: int) -> Layout:
    """Put buttons into rows, in order; a phone makes all buttons of a row equally wide.

    A tick is not measured: it must not move a button away from under a finger.
    """
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        row = (*rows[-1], button) if rows else ()
        widest = max((display_width(it.label.removeprefix(TICK)) for it in row), default=0)
        if 0 < len(row) <= most and widest <= ROW_WIDTH // len(row):
            rows[-1] = row
        else:
            rows.append((button,))
    return tuple(rows)
