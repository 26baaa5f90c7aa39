"""A hand that a machine has pressed is an injury; that he lay on her is sexual violence."""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import find_listed

INJURIES = ("手被機器壓到 三天了 腫很大 老闆不讓我去", "手被机器压到 老板不让我去看医生")
VIOLENCE = ("老闆壓在我身上", "他壓住我 摸我胸", "雇主壓我身上", "老板把我压在床上")


@pytest.mark.parametrize("text", INJURIES)
def test_a_hand_in_a_machine_is_an_injury_and_no_sexual_violence(text: str) -> None:
    assert find_listed(text) - {"held"} == {"medical"}


@pytest.mark.parametrize("text", VIOLENCE)
def test_that_he_lay_on_her_is_sexual_violence(text: str) -> None:
    assert "sexual_violence" in find_listed(text)
