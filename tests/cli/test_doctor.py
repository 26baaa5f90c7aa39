"""What the doctor looks at grows old: numbers, and whom a case can be passed on to."""

from __future__ import annotations

from datetime import date, timedelta
from shutil import copy
from typing import TYPE_CHECKING

import pytest

from bot.cli.doctor import expired_recipients, run_checks
from bot.cli.health.models import check_learnt_models
from bot.errors import HavenError
from bot.languages import LOCALES
from bot.places.taiwan.recipients import EXPIRES_ON, RECIPIENTS
from bot.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

LAST_DAY = EXPIRES_ON - timedelta(days=1)


@pytest.mark.parametrize(("today", "old"), [(LAST_DAY, []), (EXPIRES_ON, list(RECIPIENTS))])
def test_expired_recipients_are_named(today: date, old: list[str]) -> None:
    assert expired_recipients(RECIPIENTS, today) == old


def test_the_doctor_looks_at_both() -> None:
    faults = dict(run_checks(Settings()))
    assert faults.keys() >= {"place", "facts of the place", "recipients of referrals"}
    assert faults["place"] is None


def test_a_place_that_does_not_exist_is_named_with_those_that_do() -> None:
    fault = dict(run_checks(Settings(place="nowhere")))["place"]
    assert fault == "HAVEN_PLACE: there is no such place; one of: taiwan"


def test_the_doctor_looks_for_the_models_that_understand_people() -> None:
    assert dict(run_checks(Settings()))["what people type is understood"] is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("urgency.model", None, "cannot be read (No such file or directory)"),
        ("answers.model", b"", "is no model"),
        ("questions.model", b"of another program", "is no model"),
    ],
)
def test_a_model_that_is_missing_or_broken_is_named_with_the_fix(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    for path in LOCALES.glob("*.model"):
        copy(path, tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(HavenError) as refused:
        check_learnt_models(tmp_path)
    assert f"{tmp_path / name} {said}" in str(refused.value)
    assert "install this release again" in str(refused.value)
