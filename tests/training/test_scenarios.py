"""Fictional people: every scene can be read, fits the flows, and says what was there to be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import HavenError
from bot.text import fold
from bot.training.debrief import SIGN_ORDER, Debrief, parse_signs
from bot.training.scenarios import PARTS, SCENARIOS, Scenario, load_scenario, load_scenarios
from bot.training.session import APP_LANGUAGES, label_lookup
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

ALL = load_scenarios()
SITI = next(scene for scene in ALL if scene.title == "siti")


def test_people_come_one_after_the_other_and_not_everybody_is_exploited() -> None:
    assert [scene.after for scene in ALL] == sorted({scene.after for scene in ALL})
    assert {bool(scene.signs) for scene in ALL} == {True, False}
    assert min(scene.urgency for scene in ALL) == 0


@pytest.mark.parametrize("scene", ALL, ids=lambda scene: scene.title)
def test_a_scene_comes_to_the_queue_and_answers_a_caseworker(scene: Scenario) -> None:
    begins_with_own_words = "Give it to a person" in scene.opening_lines
    assert (scene.opening_lines[0] == "/start") is not begins_with_own_words
    assert scene.replies[0] == "I can write now"
    assert scene.about.endswith(".")


def test_twelve_people_over_four_ps_come_no_less_urgent_than_they_are(tmp_path: Path) -> None:
    """Each through the real flows, in their own language."""
    home = HotlineHarness(tmp_path)
    find_labels = label_lookup(home.settings)
    found: dict[str, tuple[str, int]] = {}
    for scene in ALL:
        person = home.person(APP_LANGUAGES.get(scene.language, scene.language))
        for line in scene.opening_lines:
            labels = find_labels(scene.language, line)
            if not labels:
                person.says(line)
                continue
            named = [it for it in person.labels() if fold(it.lstrip("\u2713 0123456789")) in labels]
            assert named, (scene.title, line, person.labels())
            person.presses(named[0])
        rows = home.ask("SELECT language, priority FROM cases ORDER BY opened_at DESC, id DESC")
        assert rows[0][1] <= scene.urgency, scene.title
        found[scene.title] = (rows[0][0], len(rows))
    assert found == {it.title: (it.language, number) for number, it in enumerate(ALL, 1)}
    assert len(ALL) == 12
    assert {it.part for it in ALL} == set(PARTS)
    home.close()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# urgency: 1\n", "", "urgency at the beginning"),
        ("# urgency: 1", "# urgency: 9", "urgency one of 0 to 4"),
        ("# after: 0", "# after: soon", "after is a number"),
        ("# part: protection", "# part: police", "part is one of: prosecution"),
        ("signs: documents", "signs: papers", "signs has papers; one of: vulnerability"),
        ("language: id", "language: xx", "language is one of"),
        ("== comes", "== went", "one line says == comes"),
    ],
)
def test_a_broken_scene_is_named_with_its_fault(
    old: str, new: str, fault: str, tmp_path: Path
) -> None:
    text = (SCENARIOS / "siti.chat").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "broken.chat"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(HavenError, match=f"broken.chat: .*{fault}"):
        load_scenario(path)


def test_signs_that_were_not_named_were_missed_and_others_are_unfounded() -> None:
    it = Debrief(SITI)
    assert it.missed(["documents"]) == ["movement", "wages"]
    assert it.missed(SITI.signs) == []
    assert it.unfounded([*SITI.signs, "violence"]) == ["violence"]
    assert it.unfounded(SITI.signs) == []


def test_signs_are_named_by_their_numbers() -> None:
    assert parse_signs("1, 11 1") == [SIGN_ORDER[0], SIGN_ORDER[10], SIGN_ORDER[0]]
    assert parse_signs("") == []
    for wrong in ("0", "12", "x", "1.5"):
        with pytest.raises(ValueError, match="none of 1 to 11"):
            parse_signs(wrong)


def test_a_case_that_stands_lower_than_it_should_is_said() -> None:
    it = Debrief(SITI, "K7M4Q2", priority=3, response_minutes=1440, waited=10.0)
    assert (it.is_underrated, it.is_in_time) == (True, True)
    assert not replace(it, priority=SITI.urgency).is_underrated
    assert not replace(it, waited=1441.0).is_in_time
