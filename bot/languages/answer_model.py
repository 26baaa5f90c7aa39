"""Which button a typed answer most likely means, learnt from `locales/*/answer_examples.toml`.

`typed_answers` knows words that mean a button; people also answer with what is so: "he is outside
my door" is *I am not safe*. This model compares the buttons of a question, and "none of them", by
the features of `urgency`. It is asked only where the lists find nothing, never for a consent, and
what it takes for an answer is kept in the person's words as well.

The weights lie in `locales/answers.model`, made by
`python -m tests.support.content.answer_model`.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.languages import LOCALES
from bot.languages.urgency import features, read_weights

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

MODEL = LOCALES / "answers.model"
MASK = (1 << 22) - 1
"""A feature of a button has a weight in a table of this many bytes, and one."""
NONE = ""
"""Stands for "this answers nothing"."""
LONGEST = 100
"""Characters of an answer; a longer message is a story."""
LEAST_EVIDENCE = 6
"""Features of a text that says anything: a number has fewer."""
LIKELY, SURE = 0.7, 0.9
"""Probability from where on a button is meant; and one that would let us worry less."""


class AnswerTable(msgspec.Struct, frozen=True):
    """The file of weights, as in `urgency.UrgencyTable`."""

    digest: bytes
    scale: float
    weights: memoryview
    biases: dict[str, float]
    """By the English label of a button; `NONE` is one."""

    def model(self) -> AnswerModel:
        """Return the weights, ready to be summed."""
        return AnswerModel(self.weights.cast("b"), self.scale, self.biases)


class LikelyAnswer(NamedTuple):
    """The button that is most likely meant."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """Weights of the features of each button, ready to be summed."""

    weights: Sequence[int]
    scale: float
    biases: Mapping[str, float]

    def most_likely(self, text: str, labels: Collection[str]) -> LikelyAnswer | None:
        """Return which of these buttons a text means most likely; None for none, or if unknown.

        Args:
            text: what was typed.
            labels: English labels of the buttons of one question.
        """
        if len(text) > LONGEST or not self.biases.keys() >= set(labels):
            return None
        found = features(text)
        if len(found) < LEAST_EVIDENCE:
            return None
        share = self.scale / len(found) ** 0.5
        totals = {
            label: self._sum(found, label) * share + self.biases[label] for label in (*labels, NONE)
        }
        label, most = max(totals.items(), key=lambda it: it[1])
        rest = sum(math.exp(it - most) for it in totals.values())
        return None if label == NONE else LikelyAnswer(label, 1 / rest)

    def _sum(self, found: Collection[int], label: str) -> int:
        weights, offset = self.weights, offset_of(label)
        return sum([weights[(it + offset) & MASK] for it in found])


@cache
def offset_of(label: str) -> int:
    """Return where the weights of a button begin, as it were: they lie mixed in one table."""
    return zlib.crc32(f"label {label}".encode())


@cache
def load_answer_model(path: Path = MODEL) -> AnswerModel:
    """Return the model.

    Raises:
        OSError: the file cannot be read.
        msgspec.DecodeError: it is no model.
    """
    return read_weights(path, AnswerTable).model()
