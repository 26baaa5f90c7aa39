"""Drafts of papers at the command line: for whoever signs in, marked, and with nothing guessed."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, SystemClock
from bot.languages.format_date import format_minguo
from bot.places.forms import BLANK
from bot.places.taiwan.deadlines import DEADLINE_RULES
from bot.places.taiwan.forms import OFFICE_FORMS as PAPERS
from tests.cli.test_basic_commands import WORDS, as_, case, deployment
from tests.support.cli_runner import run_haven

if TYPE_CHECKING:
    from collections.abc import Mapping

    Deployed = Mapping[str, Path | str]

__all__ = ["case", "deployment"]


def test_an_objection_is_drafted_with_its_last_day_and_what_was_said(
    deployment: Deployed, case: Mapping[str, str]
) -> None:
    reader = (Path(deployment["data"]) / "reader").read_text()
    served = DEADLINE_RULES.date_of(SystemClock().now() - 5 * DAY)
    added = run_haven(
        "deadlines", "add", case["reference"], "not_identified", "--on", served.isoformat(),
        "--by", reader, **deployment,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    done = run_haven(
        "draft", case["reference"], "objection", *as_(deployment, "reader"), **deployment
    )
    assert done.returncode == 0, done.stderr
    last = DEADLINE_RULES.date_of(SystemClock().now() + 15 * DAY)
    assert format_minguo(served) in done.stdout
    assert format_minguo(last) in done.stdout
    assert f"{WORDS}」" in done.stdout
    assert BLANK in done.stdout
    assert done.stdout.startswith(PAPERS.draft_notice)


@pytest.mark.parametrize("kind", ["residence", "work"])
def test_an_application_holds_no_word_of_the_person(
    kind: str, deployment: Deployed, case: Mapping[str, str], tmp_path: Path
) -> None:
    to = tmp_path / "draft.txt"
    typed = ("draft", case["reference"], kind, "--to", str(to), *as_(deployment, "reader"))
    done = run_haven(*typed, **deployment)
    assert done.returncode == 0, done.stderr
    text = to.read_text(encoding="utf-8")
    assert WORDS not in text
    assert case["reference"] in text
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    again = run_haven(*typed, **deployment)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


def test_a_draft_form_needs_access_to_the_case(
    deployment: Deployed, case: Mapping[str, str]
) -> None:
    for who, file in (("stranger", "password"), ("reader", "wrong")):
        done = run_haven(
            "draft", case["reference"], "objection", *as_(deployment, who, file), **deployment
        )
        assert done.returncode == 1
        assert "草稿" not in done.stdout


def test_an_unknown_paper_or_case_is_said(deployment: Deployed, case: Mapping[str, str]) -> None:
    reader = as_(deployment, "reader")
    done = run_haven("draft", case["reference"], "visa", *reader, **deployment)
    assert "residence, work, objection" in " ".join(done.stderr.split())
    done = run_haven("draft", "AAAAAA", "work", *reader, **deployment)
    assert "haven cases list" in done.stderr
