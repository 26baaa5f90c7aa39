"""Synthetic releases: what they hold, how they are measured, and the budget that ends them."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from typing import TYPE_CHECKING
from unittest.mock import MagicMock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.record.catalogue import FIELDS
from bot.cases.record.entries import EntryContent, EntrySource, RecordEntry
from bot.cases.record.record import fold_entries
from bot.exports import synthetic
from bot.exports.synthetic import SyntheticError, make_release
from bot.exports.synthetic_attributes import ATTRIBUTES, attributes_of
from bot.exports.synthetic_releases import SyntheticReleases
from bot.places.taiwan.counties import REGIONS
from flows.texts.counties import COUNTIES
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from bot.exports.synthetic_attributes import AttributeRow

needs_library = pytest.mark.skipif(not synthetic.is_installed(), reason=synthetic.NOT_INSTALLED)


def cases(count: int = 300) -> list[AttributeRow]:
    dice = random.Random(7)
    return [
        {
            "age": dice.choice(["18_24", "25_34", ""]), "sex": dice.choice(["female", "male"]),
            "nationality": dice.choice(["ID", "VN", "PH"]),
            "sector": dice.choice(["factories", "households"]),
            "region": dice.choice(["north", ""]),
            "control": ";".join(sorted(dice.sample(["money", "documents", "threats"], 2))),
            "kind": "labour",
        }
        for _ in range(count)
    ]  # fmt: skip


@needs_library
def test_a_release_holds_invented_rows_its_parameters_and_no_exact_number() -> None:
    real = cases(317)
    made = make_release(real, 2.0, {"release": "one"})
    published = made.published
    assert (published["epsilon"], published["delta"]) == (2.0, synthetic.DELTA)
    assert published["input_rows_about"] == 300
    assert published["columns"] == list(ATTRIBUTES)
    assert "no seed" in published["seed_policy"]
    assert json.loads(synthetic.as_json(published)) == published
    known = [{"", *(code for row in real for code in row[it].split(";"))} for it in ATTRIBUTES]
    for row in published["rows"]:
        assert all(set(code.split(";")) <= known[at] for at, code in enumerate(row))
    assert synthetic.as_csv(published).splitlines()[0] == ",".join(ATTRIBUTES)
    without_noisy = published | {"noisy_counts": {}}  # one of them may be 317 by chance
    for number in asdict(made.measured).values():
        assert f"{number}" not in synthetic.as_json(published)
    assert "317" not in synthetic.as_json(without_noisy)


@needs_library
def test_the_measured_error_is_small_for_groups_and_grows_with_less_epsilon() -> None:
    real = cases(600)
    errors = [make_release(real, it, {}).measured for it in (0.5, 20.0)]
    assert errors[1].ones < errors[0].ones
    assert errors[1].ones < 0.2 * errors[1].mean_one


@needs_library
def test_two_releases_of_the_same_cases_have_different_noise() -> None:
    one, two = (make_release(cases(), 1.0, {}).published["noisy_counts"] for _ in range(2))
    assert one != two


@needs_library
def test_too_few_cases_make_no_release() -> None:
    with pytest.raises(SyntheticError, match="100 cases"):
        make_release(cases(99), 1.0, {})


def test_noise_that_is_larger_than_the_number_of_cases_is_an_error_with_a_reason() -> None:
    class PanicException(BaseException):
        """What pac-synth ends with when the noisy number of cases is negative."""

    library = MagicMock()
    library.DpAggregateSeededSynthesizer().fit.side_effect = PanicException
    with pytest.raises(SyntheticError, match="noise was larger"):
        synthetic._invent(library, None, 0.5)
    library.DpAggregateSeededSynthesizer().fit.side_effect = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        synthetic._invent(library, None, 0.5)


def test_without_pac_synth_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(SyntheticError, match="pip install"):
        make_release(cases(), 1.0, {})


def entry(number: int, field: str, typed: str, parsed: str = "", **uses: bool) -> RecordEntry:
    content = EntryContent(
        subject=field.partition(".")[0], field=field, typed=typed, parsed=parsed, uses=uses,
        source=EntrySource.SPOKEN,
    )  # fmt: skip
    return RecordEntry(str(number), 0, content, number)


def test_attributes_are_fixed_codes_and_leave_out_what_was_refused_for_statistics() -> None:
    said = [
        entry(1, "person.born", "May 1999", "1999-05"),
        entry(2, "person.gender", "NonConforming"),
        entry(3, "person.nationality", "Laos", "LA"),
        entry(4, "exploitation.control", "DebtBondage"),
        entry(5, "exploitation.control", "WithholdsDocuments", statistics=False),
        entry(6, "exploitation.control", "PhysicalAbuse", statistics=True),
        entry(7, "exploitation.industry", "A_AgricultureForestryAndFishing", prosecution=False),
        entry(8, "person.name", "Siti"),
    ]
    row = attributes_of(fold_entries(said, FIELDS), REGIONS, 2026)
    assert row == {
        "age": "25_34", "sex": "other", "nationality": "other", "sector": "farms_and_fishing",
        "region": "", "control": "money;violence", "kind": "",
    }  # fmt: skip
    assert set(REGIONS) == set(COUNTIES)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([0.1, 0.5, 1.0, 2.0, 4.0]), max_size=12))
def test_releases_never_spend_more_than_the_budget(wanted: list[float]) -> None:
    budget, spent = 3.0, 0.0

    class Ledger:
        """The table, as a list of the rows that were added."""

        def __init__(self) -> None:
            self.epsilons: list[int] = []

        def rows(self, _statement: object) -> list[tuple[int]]:
            return [(sum(self.epsilons),)]

        def run(self, _statement: object, *row: object) -> int:
            self.epsilons.append(int(str(row[2])))
            return 1

    class NoLog:
        def record(self, *_given: object) -> None:
            pass

    work, releases = Ledger(), SyntheticReleases(VAULT, NoLog(), budget)  # type: ignore[arg-type]
    for epsilon in wanted:
        fits = round(spent + epsilon, 6) <= budget
        try:
            releases.begin(work, epsilon, "hua", 1)  # type: ignore[arg-type]
        except SyntheticError:
            assert not fits
        else:
            assert fits
            spent = round(spent + epsilon, 6)
