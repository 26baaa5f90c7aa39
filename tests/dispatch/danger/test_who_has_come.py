"""Who writes that he has come is shown the numbers, in every language and at every question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import current_step, place_at, reachable_positions

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

HAS_COME = {
    "id": ("dia sudah datang", "dia datang"),
    "vi": ("ông ấy đến rồi", "ong ay ve roi"),
    "en": ("he has come", "he has arrived"),
    "zh_Hant": ("他來了", "他回來了"),
    "fil": ("dumating na siya", "dumating na po siya", "bumalik na sya"),
    "th": ("เขามาแล้ว", "เขากลับมาแล้ว"),
    "km": ("គាត់មកហើយ", "គាត់មកដល់ហើយ"),
    "my": ("သူလာပြီ", "သူ ရောက်လာပြီ", "သူ လာနေပြီ"),
    "zh_Hans": ("他来了", "他回来了"),
    "ja": ("彼が来た", "彼が来ました", "彼が着いた"),
}
ARRIVED_OTHERWISE = {
    "id": "gaji sudah datang", "vi": "lương đã về", "en": "my salary has arrived",
    "zh_Hant": "薪水來了", "fil": "dumating na ang sahod ko", "th": "เงินเดือนมาแล้ว",
    "km": "ប្រាក់ខែមកហើយ", "my": "လစာ ရပြီ", "zh_Hans": "工资来了", "ja": "給料が来ました",
}  # fmt: skip
PLACES = (("report", "safe"), ("report", "county"), ("report", "what"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
def test_that_he_has_come_begins_the_danger_flow(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    for text in HAS_COME[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        person.says(text)
        assert current_step(person) == ("danger", "tell"), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_something_else_has_come_begins_none(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()["report", "what"], language=language)
    person.says(ARRIVED_OTHERWISE[language])
    assert current_step(person) != ("danger", "tell")
