"""How likely a message is urgent, learnt from the sentences of `locales/*/alarm_examples.toml`.

The lists of `alarms` hold what is known to be urgent; most people say it in other words. This is a
linear model over the words, pairs of words and short runs of characters of a sentence, one for all
languages, because people mix them. Every feature has a weight of one byte, found by a checksum of
the feature; the sum says how likely a sentence is urgent, and of which category. Nothing is sent
anywhere, and nothing is learnt from what people write.

The weights lie in `locales/urgency.model`, made from the examples by
`python -m tests.support.content.urgency_model`; native speakers review the examples, not the
weights.
"""

from __future__ import annotations

import math
import mmap
import re
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from bot.languages import LOCALES
from bot.languages.alarms.phrases import CATEGORIES, in_list_spelling
from bot.text import fold, fold_accents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Weights = TypeVar("Weights")
"""What a file of weights holds."""
MODEL = LOCALES / "urgency.model"
MASK = (1 << 20) - 1
"""Features have a weight in a table of this many bytes, and one."""
CATEGORY_MASK = (1 << 15) - 1
"""The same for each category."""
LONGEST_SENTENCE = 180
"""Characters that are looked at together: about 30 words."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_LONG_WORDS = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff]")
"""Thai, Burmese and Khmer write a word with about twice as many signs as others."""
_HAN_OR_KANA = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ENDS = ".!\u3002\uff01\u104b\u17d4"
_SENTENCE = re.compile(f"[^{_ENDS}]{{1,{LONGEST_SENTENCE - 3}}}[{_ENDS}]{{0,3}}")


class UrgencyTable(msgspec.Struct, frozen=True):
    """The file of weights.

    A weight is a signed byte as the number 0 to 255 that Python reads of it.
    """

    digest: bytes
    """SHA-256 of the examples it was made from."""
    scale: float
    """What one step of a weight is worth."""
    weights: memoryview
    bias: float
    category_scale: float
    category_weights: list[memoryview]
    """In the order of `CATEGORIES`."""

    def model(self) -> UrgencyModel:
        """Return the weights, ready to be summed."""
        categories = tuple(it.cast("b") for it in self.category_weights)
        return UrgencyModel(self.weights.cast("b"), self.scale, self.bias, categories)


class Likelihood(NamedTuple):
    """How likely a sentence is urgent."""

    odds: float
    """Their logarithm, about: 0 is even, above 2 is likely, below -2 is not."""
    evidence: int
    """Features it rests on, half of them in Thai, Burmese and Khmer: about 25 for four words."""


@dataclass(frozen=True, slots=True)
class UrgencyModel:
    """Weights of features, ready to be summed."""

    weights: Sequence[int]
    scale: float
    bias: float
    category_weights: tuple[Sequence[int], ...]

    def likelihood(self, sentence: str) -> Likelihood:
        """Return how likely a sentence is urgent."""
        weights, found = self.weights, features(sentence)
        if not found:
            return Likelihood(0.0, 0)
        total = sum([weights[it & MASK] for it in found])
        evidence = len(found) // 2 if _LONG_WORDS.search(sentence) else len(found)
        return Likelihood(total * self.scale / len(found) ** 0.5 + self.bias, evidence)

    def category(self, sentence: str, but: str = "") -> str:
        """Return the category an urgent sentence most likely has, of all but one."""
        totals = zip(self._category_totals(sentence), CATEGORIES, strict=True)
        return max((it for it in totals if it[1] != but), key=lambda it: it[0])[1]

    def lead(self, sentence: str, category: str) -> float:
        """Return how far a category is ahead of all others; 0 is even, -50 is far behind."""
        totals = dict(zip(CATEGORIES, self._category_totals(sentence), strict=True))
        own = totals.pop(category)
        return (own - max(totals.values())) / math.sqrt(len(features(sentence)) or 1)

    def _category_totals(self, sentence: str) -> list[int]:
        found = [it & CATEGORY_MASK for it in features(sentence)]
        return [sum([table[it] for it in found]) for table in self.category_weights]


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, at most `LONGEST_SENTENCE` long.

    What follows a question belongs to it: "Call the police? No, I only ask about my pay".
    """
    return [it for it in _SENTENCE.findall(text) if it.strip()]


def features(sentence: str) -> set[int]:
    """Return the features of a sentence, as checksums."""
    folded = fold(sentence)
    found: list[str] = []
    if not folded.isascii():
        tight = in_list_spelling(folded)
        for run in _UNSPACED.findall(tight):
            lengths = (1, 2, 3) if _HAN_OR_KANA.search(run) else (3, 4)
            for n in lengths:
                found += [run[at : at + n] for at in range(len(run) - n + 1)]
        folded = _UNSPACED.sub(" ", tight)
    words: list[str] = _WORD.findall(folded)
    plain = words if folded.isascii() else [fold_accents(it) for it in words]
    found += [f"={it}" for it in plain]
    if plain is not words:
        found += [f"~{it}" for it in words if not it.isascii()]
    found += [f"{one} {other}" for one, other in pairwise(plain)]
    found += [f"{one}  {other}" for one, other in zip(plain, plain[2:], strict=False)]
    for word in plain:
        marked = f"_{word}_"
        found += [marked[at : at + 4] for at in range(len(marked) - 3)]
    if not found:
        return set()
    # One string is encoded many times as fast as its parts; no part has the separator.
    return set(map(zlib.crc32, "\0".join(found).encode(errors="replace").split(b"\0")))


@cache
def load_model(path: Path = MODEL) -> UrgencyModel:
    """Return the model.

    Raises:
        OSError: the file cannot be read.
        msgspec.DecodeError: it is no model.
    """
    return read_weights(path, UrgencyTable).model()


def read_weights(path: Path, kind: type[Weights]) -> Weights:
    """Return what a file of weights holds; raises as `load_model`.

    The file is mapped: what no message asked for yet takes no memory, and processes share the rest.
    """
    with path.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    return msgspec.msgpack.decode(mapped, type=kind)
