"""A synthetic release: invented rows that keep the counts of real ones, with differential privacy.

Made by `pac-synth` (the extra `synthetic`): it counts every attribute and every pair of attributes,
adds noise to each count, and invents rows from the noisy counts alone. Whether one case was among
them changes the odds of any result by at most e to the epsilon, apart from a chance of delta.

How far the rows are from the real counts is measured, and shown to the supervisors who decide. That
measure is computed from real cases, so it is not in the release; what is there is computed from the
noisy counts alone.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.errors import HavenError
from bot.exports.synthetic_attributes import ATTRIBUTES, JOINED_BY, SEVERAL
from bot.optional_imports import pip_install

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.exports.synthetic_attributes import AttributeRow

MIN_CASES: Final = 100
"""Fewer cases make no release: the noise would be larger than most counts."""
ROUNDED_TO: Final = 50
DELTA: Final = 1e-6
EPSILONS: Final = (0.5, 1.0, 2.0, 4.0)
"""What a release may spend of the budget."""
FOR_THE_TOTAL: Final = 0.1
"""The part of epsilon for the number of cases. pac-synth takes 0.005, with which the noise is often
larger than a hundred cases, and the library then ends without a result."""
LONGEST: Final = 2
"""Attributes that are counted together at most."""
FORMAT: Final = "haven-synthetic"
SEED_POLICY = (
    "The noise is drawn by pac-synth, which takes no seed. None is set, kept or recorded, so that "
    "no one can draw the same noise again and take it off."
)
ERROR_NOTE = (
    "No row describes a person. Each count is a real count with noise; the rows were invented from "
    "such counts. Small numbers are unreliable: a combination of attributes may be here that never "
    "occurred, or be missing though it did. Use shares of large groups; look for no single row. "
    "rows_against_noisy_counts says how far the rows are from the noisy counts, on average. How "
    "far they are from the real ones is not said, because that depends on real cases."
)
NOT_INSTALLED = "no synthetic release can be made: pac-synth is not installed. Run: " + pip_install(
    "pac-synth>=0.0.8"
)


class SyntheticError(HavenError):
    """No synthetic release can be made. The text says why."""


@dataclass(frozen=True, slots=True)
class MarginalError:
    """Mean absolute differences of counts: of one attribute, and of pairs."""

    ones: float
    pairs: float
    mean_one: float
    """The mean of the counts that were compared, to judge the difference by."""
    mean_pair: float


@dataclass(frozen=True, slots=True)
class SyntheticRelease:
    """Invented rows with what a reader has to know, and what only those who decide are shown."""

    published: dict[str, Any]
    measured: MarginalError
    """Against the real counts: never published."""


def is_installed() -> bool:
    """Tell whether `pac-synth` is installed."""
    return importlib.util.find_spec("pacsynth") is not None


def make_release(
    rows: Sequence[AttributeRow], epsilon: float, about: Mapping[str, Any]
) -> SyntheticRelease:
    """Return a release made from the attributes of cases; `about` is published with it.

    Raises:
        SyntheticError: there are too few cases, `pac-synth` is not installed, or the noise was
            larger than the number of cases.
    """
    if len(rows) < MIN_CASES:
        raise SyntheticError(f"a release takes {MIN_CASES} cases at least")
    if not is_installed():
        raise SyntheticError(NOT_INSTALLED)
    library = importlib.import_module("pacsynth")
    real = _dataset(library, [[row[it] for it in ATTRIBUTES] for row in rows])
    noisy, invented = _invent(library, real, epsilon)
    made = _counts(library, invented)
    published = {
        "format": FORMAT, "version": 1, **about, "epsilon": epsilon, "delta": DELTA,
        "seed_policy": SEED_POLICY,
        "input_rows_about": round(len(rows) / ROUNDED_TO) * ROUNDED_TO,
        "note": ERROR_NOTE,
        "rows_against_noisy_counts": _as_dict(_difference(noisy, made)),
        "noisy_counts": dict(sorted(noisy.items())),
        "columns": list(ATTRIBUTES), "rows": sorted(invented),
    }  # fmt: skip
    return SyntheticRelease(published, _difference(_counts_of(real), made))


def _invent(library: Any, real: Any, epsilon: float) -> tuple[dict[str, int], list[list[str]]]:
    """Return the noisy counts and the invented rows.

    Raises:
        SyntheticError: the noise was larger than the number of cases.
    """
    builder = library.DpAggregateSeededParametersBuilder()
    builder.reporting_length(LONGEST).epsilon(epsilon).delta(DELTA)
    builder.number_of_records_epsilon_proportion(FOR_THE_TOTAL)
    builder.accuracy_mode(library.AccuracyMode.prioritize_short_combinations())
    synthesizer = library.DpAggregateSeededSynthesizer(builder.build())
    try:
        synthesizer.fit(real)
        total = synthesizer.get_dp_number_of_records()
        header, *invented = synthesizer.sample(total, join_multi_value_columns=True)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # no subclass of Exception
            raise
        raise SyntheticError("the noise was larger than the number of cases") from None
    named = [dict(zip(header, row, strict=True)) for row in invented]
    rows = [[row.get(it, "") for it in ATTRIBUTES] for row in named]  # it drops empty columns
    return dict(synthesizer.get_dp_aggregates(JOINED_BY)), rows


def as_csv(published: Mapping[str, Any]) -> str:
    """Return the rows as CSV: codes alone, none of which starts a formula."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerows([published["columns"], *published["rows"]])
    return out.getvalue()


def as_json(published: Mapping[str, Any]) -> str:
    """Return what is published, as JSON."""
    return json.dumps(published, indent=1, ensure_ascii=True) + "\n"


def _dataset(library: Any, rows: Sequence[Sequence[str]]) -> Any:
    several = dict.fromkeys(SEVERAL, JOINED_BY)
    return library.Dataset([list(ATTRIBUTES), *map(list, rows)], multi_value_columns=several)


def _counts(library: Any, rows: Sequence[Sequence[str]]) -> dict[str, int]:
    return _counts_of(_dataset(library, rows)) if rows else {}


def _counts_of(dataset: Any) -> dict[str, int]:
    return dict(dataset.get_aggregates(LONGEST, JOINED_BY))


def _difference(wanted: Mapping[str, int], found: Mapping[str, int]) -> MarginalError:
    """Return the mean absolute difference over every combination that either has."""
    by_length: dict[int, list[tuple[int, int]]] = {1: [], 2: []}
    for key in {*wanted, *found}:
        pair = wanted.get(key, 0), found.get(key, 0)
        by_length[key.count(JOINED_BY) + 1].append(pair)
    errors = [_mean([abs(one - two) for one, two in by_length[it]]) for it in (1, 2)]
    means = [_mean([one for one, _two in by_length[it]]) for it in (1, 2)]
    return MarginalError(*errors, *means)


def _mean(numbers: Sequence[int]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def _as_dict(it: MarginalError) -> dict[str, float]:
    return {"one_attribute": round(it.ones, 1), "two_attributes": round(it.pairs, 1)}
