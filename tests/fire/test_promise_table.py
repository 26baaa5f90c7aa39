"""The table of promises names a check for each promise, and says when one is broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.fire import __main__ as fire
from tests.fire import promise_table
from tests.fire.promise_table import BROKEN, CHECKS, PromiseCheck, rows_of_table
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

README = (TESTS / "README.md").read_text("utf-8")
_PROMISE = re.compile(r"P\d+")


def test_every_promise_has_a_check_that_is_there() -> None:
    promised = set(re.findall(r"^\| (P\d+) \| [A-Z`]", README, re.MULTILINE))
    checked = {it for check in CHECKS for it in _PROMISE.findall(check.promises)}
    assert len(promised) > 20
    assert checked == promised
    for check in CHECKS:
        assert check.drill in fire.MODULES or check.tests
        assert all((TESTS / it).exists() for it in check.tests)


def test_the_table_in_the_readme_is_the_one_that_is_printed() -> None:
    for check in CHECKS:
        assert f"\n| {check.promises} | {check.named} | " in README


@pytest.mark.parametrize("faults", [{}, {"lost": 3}])
def test_a_row_counts_and_says_whether_a_promise_is_broken(
    monkeypatch: pytest.MonkeyPatch, faults: dict[str, int]
) -> None:
    monkeypatch.setattr(promise_table, "CHECKS", (PromiseCheck("P1", "kill", ("kills",)),))

    def burn(_name: str) -> list[dict[str, Any]]:
        row = {"kills": 1000, "faults": faults}
        return [row, row | {"database": "postgresql"}]

    (promise, named, counted, result), other = rows_of_table(burn)
    assert (promise, named, counted) == ("P1", "`./run fire kill`", "kills 1,000")
    assert other == (promise, f"{named} on PostgreSQL", counted, result)
    assert (BROKEN in result) == bool(faults)


def test_a_test_that_fails_breaks_its_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    check = PromiseCheck("P1", tests=("vault/test_seal_and_open.py", "vault/nothing_there.py"))
    monkeypatch.setattr(promise_table, "CHECKS", (check,))
    ((*_, result),) = rows_of_table(lambda _: [])
    assert BROKEN in result


def test_a_row_is_printed_before_the_next_check_begins(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole table takes hours: whoever stops it keeps what was had."""

    def rows() -> Iterator[tuple[str, ...]]:
        yield "P1", "kill", "kills 1,000", "holds"
        assert "| P1 | kill | kills 1,000 | holds |" in capsys.readouterr().out
        yield "P2", "power", "cuts 5", f"{BROKEN}: lost 1"

    assert fire.print_table(rows()) == 1
    assert "power" in capsys.readouterr().out
