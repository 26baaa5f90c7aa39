"""The runner of mutants notices one that tests kill and one that they do not."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.mutation.__main__ import MUTATED, TESTS
from tests.mutation.mutants import mutants_of
from tests.mutation.report import equivalents
from tests.mutation.runner import paths_in
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
MOST = 3

def is_many(count: int) -> bool:
    return count > MOST

def next_of(count):
    return count + 1

def wait(count, rest):
    while count > 0:
        rest()
        count -= 1

def forgotten(count):
    return count - 1
"""
TEST = """
from time import sleep
from sample.counting import is_many, next_of, wait

def test_many():
    assert is_many(4)
    assert not is_many(3)

def test_next():
    assert next_of(1) is not None

def test_wait():
    wait(2, lambda: sleep(0.01))
"""
RUN = """
import json, sys
import hypothesis.stateful, pytest_asyncio, xdist
from pathlib import Path
from tests.mutation import runner
from tests.mutation.__main__ import try_all
from tests.mutation.mutants import mutants_of
runner.SPARE_SECONDS = 6.0
root = Path(sys.argv[1])
run = runner.MutationRun(["sample/counting.py"], ["checks"], root, "sample")
run.record(root / "tests.json")
sys.path.insert(0, str(root))
mutants = mutants_of(root, "sample/counting.py")
found = try_all(run, mutants, lambda *_: None)
print(json.dumps({f"{it.function}: {it.before} -> {it.after}": found[it] for it in mutants}))
"""


@pytest.fixture
def outcomes(tmp_path: Path) -> dict[str, str]:
    """What became of every mutant of a small program with tests that see some of them."""
    for folder in ("sample", "checks"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sample" / "__init__.py").touch()
    (tmp_path / "sample" / "counting.py").write_text(PROGRAM, "utf-8")
    (tmp_path / "checks" / "test_counting.py").write_text(TEST, "utf-8")
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", RUN, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, str] = json.loads(ran.stdout)
    return found


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="mutants are run by `sys.monitoring`, new in Python 3.12"
)
def test_a_killed_a_surviving_a_hanging_and_an_untested_mutant_are_told_apart(
    outcomes: dict[str, str],
) -> None:
    assert outcomes["is_many: count > MOST -> count >= MOST"] == "killed"
    assert outcomes["is_many: return count > MOST -> return None"] == "killed"
    assert outcomes[": 3 -> 4"] == "killed", "what runs at import"
    assert outcomes["next_of: count + 1 -> count - 1"] == "survived"
    assert outcomes["wait: count -= 1 -> pass"] == "hung"
    assert outcomes["forgotten: count - 1 -> count + 1"] == "untested"


def test_every_mutant_of_the_program_has_a_name_of_its_own_and_the_tests_are_there() -> None:
    mutants = [it for path in paths_in(ROOT, MUTATED) for it in mutants_of(ROOT, path)]
    assert len(mutants) > 1000
    assert len({it.name for it in mutants}) == len(mutants)
    assert all((ROOT / it).exists() for it in TESTS)


def test_what_is_called_equivalent_is_a_mutant_and_has_a_reason() -> None:
    names = {it.name for path in paths_in(ROOT, MUTATED) for it in mutants_of(ROOT, path)}
    listed = equivalents()
    assert listed.keys() <= names
    assert all(reason.endswith(".") for reason in listed.values())
