"""Makes `locales/urgency.model` from the example sentences; the same examples make the same file.

Run `python -m tests.support.content.urgency_model` after examples were changed. It takes a minute.
The sets `first` to `ninth` of `tests/languages/sentences` are examples too; later sets are never
learnt from: they measure what strangers will see.
"""

from __future__ import annotations

import hashlib
import math
import random
import sys
import tomllib
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from rich.progress import track

from bot.languages import LANGUAGES, LOCALES
from bot.languages.alarms.phrases import CATEGORIES
from bot.languages.urgency import CATEGORY_MASK, MASK, MODEL, UrgencyTable, features
from tests.languages.scores import LEARNT_SETS, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SEED = 1
EPOCHS = 12
RATE = 0.2
CERTAIN = 0.01
"""A sentence understood this well teaches nothing more in this epoch."""
COUNTED, SMOOTHING = 0.3, 0.1
"""Share of the weights by counting (naive Bayes), and what is added to every count. Counting and
gradients make different mistakes: together they found 88 of 100 unseen urgent sentences where
either alone found 80, with 3 of 100 false alarms."""
STEPS = 127
"""Largest weight in a byte."""
CALM_ANSWERS = frozenset(
    {
        "Nobody can see",
        "Stop for now",
        "Go on now",
        "Go on",
        "Begin again",
        "About me",
        "About someone else",
        "About me and others",
        "I am safe here",
        "Not at this moment",
        "Age 18 or over",
        "All 18 or over",
        "Nobody hurt or ill",
        "Free to go out",
        "No sign of that",
        "Working in Taiwan",
        "Studying in Taiwan",
        "Spouse from Taiwan",
        "Visiting Taiwan",
        "From Taiwan",
        "Working at sea",
        "Outside Taiwan",
        "Family",
        "Friend",
        "We work together",
        "I live nearby",
        "Through my work",
        "Only online",
        "They know",
        "They do not know",
        "It can wait",
        "Safe for tonight",
        "Only when I write",
        "At certain hours",
        "Any time",
    }
)
"""Buttons whose typed answers are ordinary sentences too."""
MOST_ANSWERS = 6
"""Answers to one button that are taken, in each language: they are short, and many."""


class Example(NamedTuple):
    """A sentence, and what it is."""

    words: str
    is_urgent: bool
    category: str
    """Empty for ordinary sentences and where none is known."""


def load_examples() -> list[Example]:
    """Return every example of every language."""
    found: dict[str, Example] = {}
    for tag in LANGUAGES:
        for name in LEARNT_SETS:
            known = sentences(name, tag)
            for kind in ("urgent", "ordinary"):
                found |= {it: Example(it, kind == "urgent", "") for it in known[kind]}
        found |= {it.words: it for it in read_examples(tag)}
    return sorted(found.values())


def read_examples(tag: str) -> list[Example]:
    """Return the examples that a language lists."""
    content = tomllib.loads((LOCALES / tag / "alarm_examples.toml").read_text("utf-8"))
    found = [
        Example(it, is_urgent=True, category=category)
        for category, listed in content["urgent"].items()
        for it in listed
    ]
    ordinary = content["ordinary"]
    calm = [*ordinary["near"], *ordinary["plain"]] + [
        it
        for labels in read_answers(tag).values()
        for label, listed in labels.items()
        if label in CALM_ANSWERS
        for it in listed[:MOST_ANSWERS]
    ]
    return found + [Example(it, is_urgent=False, category="") for it in calm]


def read_details(tag: str) -> list[str]:
    """Return addresses, names and numbers: they answer no question with buttons."""
    content = tomllib.loads((LOCALES / tag / "alarm_examples.toml").read_text("utf-8"))
    return list(content["ordinary"]["details"])


def read_answers(tag: str) -> dict[str, dict[str, list[str]]]:
    """Return what is typed in place of pressing a button: by question, and by label."""
    return tomllib.loads((LOCALES / tag / "answer_examples.toml").read_text("utf-8"))


def digest_of(examples: Iterable[NamedTuple]) -> bytes:
    """Return what changes when an example does."""
    return hashlib.sha256(msgspec.msgpack.encode(list(examples))).digest()


def learn(rows: Sequence[tuple[list[int], bool]], size: int, epochs: int = EPOCHS) -> list[float]:
    """Return the weights of a logistic regression, by stochastic gradients (AdaGrad).

    Args:
        rows: the features of a sentence, below `size`, and whether it is what is looked for.
        size: number of weights; the last is the bias.
        epochs: how often every sentence is looked at.
    """
    weights, seen = [0.0] * (size + 1), [1e-6] * (size + 1)
    order, chance = list(range(len(rows))), random.Random(SEED)
    for _epoch in range(epochs):
        chance.shuffle(order)
        for place in order:
            found, is_it = rows[place]
            share = 1 / math.sqrt(len(found) or 1)
            total = sum([weights[it] for it in found]) * share + weights[size]
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - is_it
            if abs(error) < CERTAIN:
                continue
            step = error * share
            square = step * step
            for it in found:
                seen[it] += square
                weights[it] -= RATE * step / math.sqrt(seen[it])
            seen[size] += error * error
            weights[size] -= RATE * error / math.sqrt(seen[size])
    return weights


def count(rows: Sequence[tuple[list[int], bool]], size: int) -> list[float]:
    """Return how much more often each feature is in what is looked for: logarithms of ratios."""
    seen = {True: [SMOOTHING] * size, False: [SMOOTHING] * size}
    total = {True: 2 * SMOOTHING, False: 2 * SMOOTHING}
    for found, is_it in rows:
        total[is_it] += 1
        for each in found:
            seen[is_it][each] += 1
    usual = math.log(total[True] / total[False])
    return [
        0.0 if it == other == SMOOTHING else math.log(it / other) - usual
        for it, other in zip(seen[True], seen[False], strict=True)
    ]


def make_table(examples: Sequence[Example], *, is_silent: bool = False) -> UrgencyTable:
    """Return the weights learnt from examples."""
    known = [(features(it.words), it) for it in examples]
    rows = [(sorted({n & MASK for n in found}), it.is_urgent) for found, it in known]
    *learnt, bias = learn(rows, MASK + 1)
    counted = count(rows, MASK + 1)
    listed = [COUNTED * one + other for one, other in zip(counted, learnt, strict=True)]
    scale = max(map(abs, listed)) / STEPS
    urgent = [
        (sorted({n & CATEGORY_MASK for n in found}), it.category)
        for found, it in known
        if it.category
    ]
    tables = [
        learn([(found, it == category) for found, it in urgent], CATEGORY_MASK + 1)[:-1]
        for category in track(CATEGORIES, "categories", disable=is_silent)
    ]
    category_scale = max(abs(it) for table in tables for it in table) / STEPS
    return UrgencyTable(
        digest_of(examples),
        scale,
        in_bytes(listed, scale),
        bias,
        category_scale,
        [in_bytes(it, category_scale) for it in tables],
    )


def write_weights(path: Path, table: msgspec.Struct) -> None:
    """Write a file of weights in place of the one that running processes have mapped."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(msgspec.msgpack.encode(table))
    partial.replace(path)


def in_bytes(weights: Iterable[float], scale: float) -> memoryview:
    """Return weights as bytes; `scale` is what one step is worth."""
    return memoryview(bytes(round(it / scale) & 0xFF for it in weights))


def main() -> int:
    """Write the model."""
    write_weights(MODEL, make_table(load_examples()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
