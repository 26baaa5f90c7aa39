"""What people are told of a place: only what was read, never too much of it, never nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from gettext import NullTranslations
from typing import TYPE_CHECKING

import pytest

from bot.cli.directory import directory_rows, todo_rows
from bot.errors import SettingError
from bot.languages import LANGUAGES
from bot.places.directory import RECHECK_AFTER, SourceQuality
from bot.places.place import MAX_NUMBERS, SENTENCES, SITUATIONS, Place, all_blanks, number_fact
from bot.places.registry import find_place
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import EXPIRES_ON, VERIFIED_ON
from flows import ALL_FLOWS
from tests.support.content.catalogue_files import read_in
from tests.support.content.fictional_country import FARAWAY, TAIWANS
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

WORDS = NullTranslations()
LAST_DAY = EXPIRES_ON - timedelta(days=1)


def numbers_in(words: str) -> set[str]:
    return set(re.findall(r"\d+", words))


# --- What is shown --------------------------------------------------------------------------


def unread(place: Place, today: date) -> set[str]:
    """Return codes of what people see and nobody has read, today's list looked at."""
    seen = {entry for it in SITUATIONS for entry in map(id, place.numbers(it, today))}
    return {
        code
        for code, entry in place.directory.items()
        if id(entry) in seen and (entry.quality is not SourceQuality.READ or entry.missing)
    }


@pytest.mark.parametrize("today", [VERIFIED_ON, LAST_DAY, EXPIRES_ON, date(2099, 1, 1)])
def test_only_what_was_read_is_ever_shown(today: date) -> None:
    assert unread(TAIWAN, today) == set()


def test_an_unverified_number_cannot_be_shown() -> None:
    shows = {**TAIWAN.numbers_by_situation, "sea": ("165",)}
    with pytest.raises(ValueError, match="an unknown or unverified number for sea"):
        replace(TAIWAN, numbers_by_situation=shows)


@pytest.mark.parametrize("situation", sorted(SITUATIONS))
def test_there_are_one_to_three_numbers_for_every_situation(situation: str) -> None:
    for today in (VERIFIED_ON, EXPIRES_ON):
        assert 1 <= len(TAIWAN.numbers(situation, today)) <= MAX_NUMBERS


def test_questions_about_pay_do_not_lead_to_the_police() -> None:
    assert [entry.number for entry in TAIWAN.numbers("work", VERIFIED_ON)] == ["1955"]
    assert "110" in {entry.number for entry in TAIWAN.numbers("danger", VERIFIED_ON)}


def test_a_longer_list_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 3 numbers for work"):
        replace(
            TAIWAN,
            numbers_by_situation={
                **TAIWAN.numbers_by_situation,
                "work": ("110", "112", "113", "119"),
            },
        )


def test_what_has_expired_is_hidden_and_danger_never_shows_an_empty_card() -> None:
    young = [entry.number for entry in TAIWAN.numbers("young", LAST_DAY)]
    assert young == ["113", "110", "119"]
    danger = [entry.number for entry in TAIWAN.numbers("danger", EXPIRES_ON)]
    assert danger == ["110", "112", "119"]
    assert [entry.number for entry in TAIWAN.numbers("young", EXPIRES_ON)] == danger


def test_despair_never_leads_to_the_police_number() -> None:
    lately = TAIWAN.numbers("despair", LAST_DAY)
    assert TAIWAN.numbers("despair", EXPIRES_ON) == lately
    assert "110" not in {entry.number for entry in lately}


def test_an_expired_line_is_hidden_and_emergency_numbers_stay() -> None:
    before, after = (TAIWAN.blanks(WORDS, today) for today in (LAST_DAY, EXPIRES_ON))
    assert "113" in before["young_line"]
    assert "113" not in after["young_line"]
    for line in SENTENCES - {"young_line"}:
        assert after[line] == before[line]


def test_one_expired_number_leaves_the_others() -> None:
    assert [entry.number for entry in FARAWAY.numbers("work", VERIFIED_ON)] == ["777"]


def test_what_has_expired_is_named_to_staff() -> None:
    assert TAIWAN.expired(LAST_DAY) == []
    assert {"110", "1955", "language_line"} <= set(TAIWAN.expired(EXPIRES_ON))


def test_a_law_that_has_expired_is_not_known() -> None:
    assert TAIWAN.known_facts(LAST_DAY) == frozenset(
        {
            *map(number_fact, SITUATIONS),
            *(name for name, it in TAIWAN.chapters.items() if it.is_verified),
        }
    )
    assert TAIWAN.known_facts(EXPIRES_ON) == frozenset()


def test_numbers_found_wrong_hide_those_of_their_situations_alone() -> None:
    shown = TAIWAN.numbers_by_situation
    wrong = set(shown["sea"])
    directory = {
        code: replace(entry, is_wrong=code in wrong) for code, entry in TAIWAN.directory.items()
    }
    known = replace(TAIWAN, directory=directory).known_facts(LAST_DAY)
    for situation in SITUATIONS:
        assert (number_fact(situation) in known) == bool(set(shown[situation]) - wrong), situation
    assert number_fact("sea") not in known
    assert {number_fact("work"), number_fact("papers")} <= known


# --- What somebody has to do ------------------------------------------------------------------


def done(place: Place, today: date) -> dict[str, str]:
    return {row["code"]: row["do"] for row in todo_rows(place, today)}


def test_whatever_is_not_shown_is_to_be_done() -> None:
    waiting = done(TAIWAN, VERIFIED_ON)
    hidden = {row["code"] for row in directory_rows(TAIWAN, VERIFIED_ON) if not row["shown"]}
    assert hidden == {code for code in waiting if code in TAIWAN.directory}
    assert {"165", "china", "legal_aid"} <= hidden


def test_what_grows_old_is_to_be_read_again_before_it_is_hidden() -> None:
    assert "110" not in done(TAIWAN, VERIFIED_ON + RECHECK_AFTER)
    later = VERIFIED_ON + RECHECK_AFTER + timedelta(days=1)
    assert done(TAIWAN, later)["110"] == "read it again soon"
    assert done(TAIWAN, EXPIRES_ON)["110"] == "expired and hidden: read it again"


# --- What flows are filled with -----------------------------------------------------------------


def asked_for() -> set[str]:
    texts = [text.source for flow in ALL_FLOWS for step in flow.steps for text in step.phrases()]
    return {blank for text in texts for blank in re.findall(r"\{(\w+)\}", text)}


@pytest.mark.parametrize("place", [TAIWAN, FARAWAY], ids=lambda place: place.name)
@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_place_fills_every_blank_it_names(place: Place, tag: str) -> None:
    filled = place.blanks(read_in(tag), VERIFIED_ON)
    assert filled.keys() == all_blanks()
    assert all(filled.values())
    assert not any("{" in words for words in filled.values())


def test_a_place_that_leaves_something_out_is_refused() -> None:
    lines = {name: line for name, line in TAIWAN.sentences.items() if name != "silent_line"}
    with pytest.raises(ValueError, match="lines silent_line"):
        replace(TAIWAN, sentences=lines)
    with pytest.raises(ValueError, match="numbers for sea"):
        replace(
            TAIWAN,
            numbers_by_situation={
                k: v for k, v in TAIWAN.numbers_by_situation.items() if k != "sea"
            },
        )


def test_no_number_to_call_stands_in_a_flow() -> None:
    texts = [text.source for flow in ALL_FLOWS for step in flow.steps for text in step.phrases()]
    dialled = {entry.number for entry in TAIWAN.directory.values()}
    assert [text for text in texts if numbers_in(text) & dialled] == []


# --- Another country is another file --------------------------------------------------------------


def test_an_unknown_place_is_refused_with_those_that_exist() -> None:
    with pytest.raises(SettingError, match="HAVEN_PLACE: there is no such place; one of: taiwan"):
        find_place("faraway")


def test_an_unknown_place_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="HAVEN_PLACE"):
        HotlineHarness(tmp_path, place="faraway")


@pytest.mark.parametrize("tag", ["en", "th"])
def test_the_whole_bot_speaks_of_another_country(
    fictional_country: HotlineHarness, tag: str
) -> None:
    person = fictional_country.person(tag)
    person.says("/start")
    person.says("/danger")
    said = "\n".join(person.texts)
    assert "777 - the guard" in said
    assert "In Faraway call 777." in said
    assert numbers_in(said).isdisjoint(TAIWANS)


def test_in_taiwan_the_same_words_show_taiwans_numbers(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path)
    person = home.person()
    person.says("/danger")
    assert numbers_in("\n".join(person.texts)) >= {"110", "112", "119"}
    home.close()


@pytest.mark.parametrize(
    ("situation", "first"),
    [("sea", "118"), ("despair", "1925"), ("abroad", "0800-085-095"), ("papers", "1990")],
)
def test_whoever_answers_for_that_situation_stands_first(situation: str, first: str) -> None:
    assert TAIWAN.numbers(situation, VERIFIED_ON, "zh_Hant")[0].number == first


def test_abroad_only_numbers_that_work_from_there_are_shown_also_when_old() -> None:
    for today in (VERIFIED_ON, EXPIRES_ON):
        shown = [entry.number for entry in TAIWAN.numbers("abroad", today, "id")]
        assert shown == ["0800-085-095", "+886-800-085-095"]


def test_the_line_for_workers_is_not_shown_for_every_boat() -> None:
    assert "1955" not in {entry.number for entry in TAIWAN.numbers("sea", VERIFIED_ON, "id")}


@pytest.mark.parametrize(
    ("tag", "night", "despair"),
    [
        ("id", ["1955", "113"], ["113", "1925", "119"]),
        ("fil", ["1955", "113"], ["113", "1925", "119"]),
        ("km", ["113", "1955"], ["113", "1925", "119"]),
        ("ja", ["113", "1955"], ["113", "1925", "119"]),
        ("my", ["1955", "113"], ["1925", "119", "113"]),
        ("zh_Hans", ["1955", "113"], ["1925", "119", "113"]),
    ],
)
def test_numbers_that_speak_the_language_stand_first(
    tag: str, night: list[str], despair: list[str]
) -> None:
    shown = {it: TAIWAN.numbers(it, VERIFIED_ON, tag) for it in ("night", "despair", "danger")}
    numbers = {it: [entry.number for entry in entries] for it, entries in shown.items()}
    assert numbers == {"night": night, "despair": despair, "danger": ["110", "112", "119"]}


def test_a_language_spoken_for_some_hours_is_not_counted_on() -> None:
    line = TAIWAN.directory["1990"]
    assert [line.foreignness(tag) for tag in ("ja", "id", "my")] == [0, 1, 2]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_place_fills_its_blanks_in_the_order_of_the_language(tag: str) -> None:
    filled = TAIWAN.blanks(read_in(tag), VERIFIED_ON)["numbers_night"].splitlines()
    numbers = [entry.number for entry in TAIWAN.numbers("night", VERIFIED_ON, tag)]
    assert [line.split()[1] for line in filled] == numbers


@pytest.mark.parametrize(("tag", "speaks"), [("vi", "1955"), ("fil", "1955"), ("km", "113")])
def test_numbers_beside_a_question_are_who_can_come_and_who_speaks(tag: str, speaks: str) -> None:
    filled = TAIWAN.blanks(read_in(tag), VERIFIED_ON)
    assert filled["digits"] == f"\u260e 110 · 112 · {speaks}"
    assert filled["digits_other"].split(" ")[1] == speaks
    assert all(number in filled["numbers_night"] for number in ("1955", "113"))
