"""Makes `locales/answers.model` and `questions.model` from examples; the same make the same files.

Run `python -m tests.support.content.answer_model` after examples were changed. It takes four
minutes for the answers and two for the questions; a name (`answers`, `questions`) makes one.
"""

from __future__ import annotations

import math
import random
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.progress import track

from bot.languages import LANGUAGES, LOCALES
from bot.languages.answer_model import MASK, MODEL, NONE, AnswerTable, offset_of
from bot.languages.questions import KINDS, LABELS
from bot.languages.questions import MODEL as QUESTIONS_MODEL
from bot.languages.urgency import features
from tests.languages.scores import LEARNT_SETS, sentences
from tests.support.content.urgency_model import (
    COUNTED,
    SEED,
    SMOOTHING,
    STEPS,
    digest_of,
    in_bytes,
    read_answers,
    read_details,
    read_examples,
    write_weights,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

EPOCHS, RATE = 12, 0.25
LEAST_SEEN = 2
"""Examples a feature must be in: what is seen once says little and takes the place of others."""
CERTAIN = 0.99
"""An answer understood this well teaches nothing more in this epoch."""
URGENT_QUESTIONS = frozenset(
    {"I am not safe", "They are in danger", "Needs a doctor now", "Locked in", "No place tonight",
     "Someone can see", "Within a day"}
)  # fmt: skip
"""Buttons an urgent sentence may well mean: such a sentence is no example of "none" there."""
QUESTIONS_EACH = 4
"""Questions of which an ordinary sentence is an example of "none"."""
MOST_URGENT = 300
"""Urgent sentences of a language that are examples of "none" at other questions."""


NO_QUESTION = "none"
MOST_CALM, MOST_CRIES, MOST_ANSWERS = 500, 600, 500
"""Ordinary and urgent sentences and typed answers of a language that ask nothing."""
LIST_TESTS = Path(__file__).parents[2] / "languages" / "questions"
"""Questions by which the lists are tested: they are examples too."""
HELD_QUESTIONS = LIST_TESTS.with_name("questions_held")
"""Questions by which the model is measured."""


class AnswerExample(NamedTuple):
    """What was typed, at which buttons, and which is meant (`NONE`: none of them)."""

    words: str
    labels: tuple[str, ...]
    meant: str


def load_answer_examples() -> list[AnswerExample]:
    """Return every example: answers to each question, and other sentences that answer nothing."""
    found: list[AnswerExample] = []
    chance = random.Random(SEED)
    for tag in LANGUAGES:
        asked = [tuple(labels) for labels in read_answers(tag).values()]
        for labels in read_answers(tag).values():
            for label, listed in labels.items():
                found += [AnswerExample(it, tuple(labels), label) for it in listed]
        known = {label for labels in asked for label in labels}
        for name in LEARNT_SETS:
            for it in sentences(name, tag).get("typed", ()):
                beside = next((a for a in map(set, asked) if it["means"] in a), None)
                if it["means"] in known and beside is not None:
                    found.append(AnswerExample(it["text"], tuple(sorted(beside)), it["means"]))
        sentences_of_tag = read_examples(tag)
        calm = [it.words for it in sentences_of_tag if not it.is_urgent]
        urgent = [it.words for it in sentences_of_tag if it.is_urgent]
        found += [
            AnswerExample(it, labels, NONE)
            for it in calm
            for labels in chance.sample(asked, QUESTIONS_EACH)
        ]
        found += [AnswerExample(it, labels, NONE) for it in read_details(tag) for labels in asked]
        quiet = [labels for labels in asked if not URGENT_QUESTIONS & {*labels}]
        sample = chance.sample(urgent, min(MOST_URGENT, len(urgent)))
        found += [AnswerExample(it, chance.choice(quiet), NONE) for it in sample]
    return found


def load_question_examples() -> list[AnswerExample]:
    """Return what people ask in place of an answer, and sentences that ask nothing."""
    found: list[AnswerExample] = []
    chance, labels, held = random.Random(SEED), tuple(LABELS), _held_questions()
    for tag in LANGUAGES:
        listed = read_questions(tag)
        for name, label in [(NO_QUESTION, NONE), *((kind, it) for it, kind in LABELS.items())]:
            found += [AnswerExample(it, labels, label) for it in listed[name]]
        other = [it for it in read_examples(tag) if it.words.casefold() not in held]
        calm = [it.words for it in other if not it.is_urgent]
        cries = [it.words for it in other if it.is_urgent]
        answers = [it for by in read_answers(tag).values() for texts in by.values() for it in texts]
        typed = [it for it in answers if it.casefold() not in held]
        for texts, most in ((calm, MOST_CALM), (cries, MOST_CRIES), (typed, MOST_ANSWERS)):
            drawn = chance.sample(texts, min(most, len(texts)))
            found += [AnswerExample(it, labels, NONE) for it in drawn]
    return found


def _held_questions() -> set[str]:
    """Return the texts by which the model is measured, none of which it may learn from.

    Chinese of both kinds and Japanese share some: "半年".
    """
    files = [(HELD_QUESTIONS / f"{tag}.tsv").read_text("utf-8") for tag in LANGUAGES]
    return {line.split("\t")[1].casefold() for it in files for line in it.splitlines()}


def read_questions(tag: str) -> dict[str, list[str]]:
    """Return example questions by kind; what is none of them stands under `NO_QUESTION`."""
    content = tomllib.loads((LOCALES / tag / "question_examples.toml").read_text("utf-8"))
    found = {kind: list(content[kind]) for kind in (*KINDS, NO_QUESTION)}
    for line in (LIST_TESTS / f"{tag}.tsv").read_text("utf-8").splitlines():
        kind, text = line.split("\t")
        found[kind].append(text)
    return found


def make_answer_table(examples: list[AnswerExample], *, is_silent: bool = False) -> AnswerTable:
    """Return the weights learnt from examples: a softmax over the buttons of each question."""
    weights, seen = [0.0] * (MASK + 1), [1e-6] * (MASK + 1)
    biases: dict[str, float] = {}
    heard = [features(it.words) for it in examples]
    often = Counter(feature for found in heard for feature in found)
    rows = [
        (
            sorted(it for it in found if often[it] >= LEAST_SEEN),
            (*example.labels, NONE),
            (*example.labels, NONE).index(example.meant),
        )
        for found, example in zip(heard, examples, strict=True)
    ]
    chance = random.Random(SEED)
    for _epoch in track(range(EPOCHS), "answers", disable=is_silent):
        chance.shuffle(rows)
        for found, labels, meant in rows:
            if not found:
                continue
            share = 1 / math.sqrt(len(found))
            places = [[(it + offset_of(label)) & MASK for it in found] for label in labels]
            totals = [
                sum([weights[it] for it in place]) * share + biases.get(label, 0.0)
                for place, label in zip(places, labels, strict=True)
            ]
            most = max(totals)
            powers = [math.exp(it - most) for it in totals]
            whole = sum(powers)
            if powers[meant] / whole > CERTAIN:
                continue
            for n, (place, label) in enumerate(zip(places, labels, strict=True)):
                error = powers[n] / whole - (n == meant)
                biases[label] = biases.get(label, 0.0) - 0.01 * error
                step = error * share
                square = step * step
                for it in place:
                    seen[it] += square
                    weights[it] -= RATE * step / math.sqrt(seen[it])
    add_counts(weights, rows)
    scale = max(map(abs, weights)) / STEPS
    return AnswerTable(
        digest_of(examples), scale, in_bytes(weights, scale), dict(sorted(biases.items()))
    )


def add_counts(weights: list[float], rows: list[tuple[list[int], tuple[str, ...], int]]) -> None:
    """Add how much more often a feature is with a button than usual: see `COUNTED`."""
    usual: Counter[int] = Counter()
    by_label: dict[str, Counter[int]] = defaultdict(Counter)
    answers: Counter[str] = Counter()
    for found, labels, meant in rows:
        usual.update(found)
        by_label[labels[meant]].update(found)
        answers[labels[meant]] += 1
    for label, counted in by_label.items():
        for it, often in counted.items():
            here = math.log((often + SMOOTHING) / (answers[label] + 2 * SMOOTHING))
            anywhere = math.log((usual[it] + SMOOTHING) / (len(rows) + 2 * SMOOTHING))
            weights[(it + offset_of(label)) & MASK] += COUNTED * (here - anywhere)


MODELS = {
    "answers": (MODEL, load_answer_examples),
    "questions": (QUESTIONS_MODEL, load_question_examples),
}
"""By name: the file, and what it is made of."""


def main(names: Sequence[str]) -> int:
    """Write the models of these names; all, if none is given."""
    for name in names or MODELS:
        path, examples = MODELS[name]
        write_weights(path, make_answer_table(examples()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
