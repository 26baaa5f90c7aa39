"""Put a turn's replies into one language: words, buttons, and where the buttons stand.

What does not change from turn to turn (which labels in which rows) is worked out once for each
question and language; a turn only fills in the tokens.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.dispatch import callback_data
from bot.languages import catalogue
from bot.messages import Button, Say
from bot.text import bare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation import Choice, Reply
    from bot.dispatch.system_texts import Phrasing
    from bot.text import Text

    Layout = tuple[tuple[Button, ...], ...]

DANGER, BYE = "danger", "bye"
"""The commands of the two buttons below every question."""
WIDEST = 24
"""Columns of a row: buttons share it when each fits into its equal part."""
CHOICES_IN_A_ROW, CONTROLS_IN_A_ROW = 2, 3
LONGEST = 4096
"""UTF-16 units in one message. A channel cuts what is longer, but tells us only the last number."""
TICK = "\N{CHECK MARK} "
UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Kinds of signs that take no room of their own: marks above and below, joiners."""
TWO_CIRCLES = frozenset("ကဃဆညတထဘယလသဟအဏ")
"""Burmese letters that are drawn with two circles, and are as wide as two of the others."""
STACKS = frozenset("\u17d2\u1039")
"""Signs that put the letter behind them below the one before."""
MOST_LAYOUTS = 4096
COUNTY_SIGNS = "\u5e02\u7e23"
"""City and county, as Chinese writes them behind a name: people leave them out."""


@lru_cache(maxsize=MOST_LAYOUTS)
def columns(label: str) -> int:
    """Return how wide a label is on a screen: two for wide letters, none for marks.

    A letter that stands below the one before, as in Khmer and Burmese, takes no room of its own.
    """
    return sum(
        2 if sign in TWO_CIRCLES or unicodedata.east_asian_width(sign) in "WF" else 1
        for before, sign in pairwise(f" {label}")
        if before not in STACKS and unicodedata.category(sign) not in UNSEEN
    )


class Screens:
    """Renders replies in every language, with the deployment's own blanks filled in."""

    def __init__(self, phrasing: Phrasing) -> None:
        self._phrasing = phrasing
        self._blanks: dict[str, dict[str, str]] = {}
        self._all_labels: dict[str, frozenset[str]] = {}
        self._below: dict[str, dict[str, str]] = {}
        self._fixed_words: dict[tuple[str, int], tuple[Text, str]] = {}
        self._layouts: dict[tuple[str, int, tuple[str, ...]], tuple[object, Layout]] = {}
        self._labels: dict[tuple[str, int, tuple[str, ...]], tuple[object, dict[str, str]]] = {}
        self._places: dict[tuple[int, tuple[str, ...]], tuple[object, dict[str, str]]] = {}

    def words(self, text: Text, language: str) -> str:
        """Return a phrase of ours in a language."""
        return text.read_in(catalogue(language), self.blanks(language))

    def say(self, reply: Reply, language: str, prefix: str, extra: Mapping[str, str]) -> Say:
        """Return a reply as a message.

        Args:
            reply: what the engine says.
            language: a tag of an offered language.
            prefix: what the tokens of this question begin with.
            extra: blanks known only now, e.g. the reference.
        """
        blanks = self.blanks(language)
        if extra or reply.values or reply.lines:
            text = reply.read_in(catalogue(language), {**blanks, **extra})
        else:
            text = self._fixed(reply.text, language)
        return Say(text, self._layout(reply, language), prefix) if reply.question else Say(text)

    def _fixed(self, text: Text, language: str) -> str:
        """Return a phrase in which nothing changes from turn to turn."""
        key = (language, id(text))
        found = self._fixed_words.get(key)
        if found is None or found[0] is not text:
            found = (text, self.words(text, language))
            self._remember(self._fixed_words, key, found)
        return found[1]

    def parts(self, say: Say) -> list[Say]:
        """Return a message in as many as it takes, the buttons under the last."""
        *before, last = _parts(say.text)
        return [*(Say(text) for text in before), Say(last, say.rows, say.prefix)]

    def code(self, reply: Reply, end: str) -> str | None:
        """Return the code a token's end stands for at this question, None for none of it."""
        key = (id(reply.choices), reply.controls)
        found = self._places.get(key)
        if found is None or found[0] is not reply.choices:
            ends = {str(place): choice.code for place, choice in enumerate(reply.choices)}
            ends.update({f"c{place}": name for place, name in enumerate(reply.controls)})
            found = (reply.choices, ends)
            self._remember(self._places, key, found)
        return found[1].get(end)

    def may_be_label(self, language: str, words: str) -> bool:
        """Tell whether any button in this language is called like that: most words are not."""
        found = self._all_labels.get(language)
        if found is None:
            read_in = catalogue(language)
            below = (self._phrasing.danger, self._phrasing.bye)
            labels = [*self._phrasing.controls.values(), *self._phrasing.labels, *below]
            names = [bare(label.read_in(read_in)) for label in labels]
            found = frozenset([*names, *(name.rstrip(COUNTY_SIGNS) for name in names)])
            self._all_labels[language] = found
        return bare(words) in found

    def below(self, language: str, words: str) -> str | None:
        """Return the command of the button below every question that is called like that."""
        found = self._below.get(language)
        if found is None:
            read_in = catalogue(language)
            phrases = {DANGER: self._phrasing.danger, BYE: self._phrasing.bye}
            found = {bare(label.read_in(read_in)): flow for flow, label in phrases.items()}
            self._below[language] = found
        return found.get(bare(words))

    def pressed(self, reply: Reply, language: str, words: str) -> str | None:
        """Return the code of the button whose label was typed, None when it was none."""
        key = (language, id(reply.choices), reply.controls)
        found = self._labels.get(key)
        if found is None or found[0] is not reply.choices:
            read_in = catalogue(language)
            labels = _by_label({c.code: bare(c.label.read_in(read_in)) for c in reply.choices})
            for name in reply.controls:
                labels.setdefault(bare(self._phrasing.controls[name].read_in(read_in)), name)
            found = (reply.choices, labels)
            self._remember(self._labels, key, found)
        return found[1].get(bare(words))

    def blanks(self, language: str) -> dict[str, str]:
        """Return what fills the blanks every message may have."""
        found = self._blanks.get(language)
        if found is None:
            found = dict(self._phrasing.blanks(catalogue(language)))
            self._blanks[language] = found
        return found

    def renew(self) -> None:
        """Fill blanks anew from here on: a number that people are shown may have expired."""
        self._blanks = {}

    def _layout(self, reply: Reply, language: str) -> Layout:
        key = (language, id(reply.choices), reply.controls)
        found = self._layouts.get(key)
        # The tuple is kept beside its layout, so that its id cannot come to mean another.
        if found is None or found[0] is not reply.choices:
            found = (reply.choices, self._arrange(reply, language))
            self._remember(self._layouts, key, found)
        return found[1]

    def _remember(self, among: dict, key: object, found: object) -> None:  # type: ignore[type-arg]
        if len(among) >= MOST_LAYOUTS:
            among.clear()
        among[key] = found

    def _arrange(self, reply: Reply, language: str) -> Layout:
        read_in = catalogue(language)
        labels = [
            Button(_label(choice, choice.label.read_in(read_in)), str(place))
            for place, choice in enumerate(reply.choices)
            if choice.offered
        ]
        rows = list(_rows(labels, CHOICES_IN_A_ROW))
        controls = [
            Button(self._phrasing.controls[name].read_in(read_in), f"c{place}")
            for place, name in enumerate(reply.controls)
        ]
        rows += _rows(sorted(controls, key=lambda it: columns(it.label)), CONTROLS_IN_A_ROW)
        ways_out = [
            Button(self._phrasing.danger.read_in(read_in), callback_data.DANGER),
            Button(self._phrasing.bye.read_in(read_in), callback_data.BYE),
        ]
        rows += _rows(ways_out, CONTROLS_IN_A_ROW)
        return tuple(rows)


def _parts(text: str) -> list[str]:
    """Return a text in parts a channel takes, cut at blank lines, else where the room ends."""
    found = [""]
    for paragraph in text.split("\n\n"):
        together = f"{found[-1]}\n\n{paragraph}" if found[-1] else paragraph
        if _units(together) <= LONGEST:
            found[-1] = together
            continue
        step = LONGEST if _units(paragraph) <= LONGEST else LONGEST // 2
        pieces = [paragraph[at : at + step] for at in range(0, len(paragraph), step)]
        found += pieces
    return [part for part in found if part] or [""]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _by_label(labels: dict[str, str]) -> dict[str, str]:
    """Return codes by label; a city or county also without the sign that says which it is."""
    found = {label: code for code, label in labels.items()}
    short = Counter(label.rstrip(COUNTY_SIGNS) for label in labels.values())
    for code, label in labels.items():
        name = label.rstrip(COUNTY_SIGNS)
        if short[name] == 1:
            found.setdefault(name, code)
    return found


def _label(choice: Choice, words: str) -> str:
    return f"{TICK if choice.ticked else ''}{choice.number} {words}"


def _rows(buttons: list[Button], most: int) -> Layout:
    """Put buttons into rows, in order; a phone gives all of a row the same room.

    A tick is not measured: it must move no button from under a finger.
    """
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        row = (*rows[-1], button) if rows else ()
        widest = max((columns(it.label.removeprefix(TICK)) for it in row), default=0)
        if 0 < len(row) <= most and widest <= WIDEST // len(row):
            rows[-1] = row
        else:
            rows.append((button,))
    return tuple(rows)
