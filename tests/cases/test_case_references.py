"""The number a person keeps: hard to mishear, hard to guess, never given twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.intake import CaseOpening
from bot.cases.reference import ALPHABET, LENGTH, new_reference, parse_reference
from bot.cases.urgency import Priority
from tests.support.harnesses.case_store_harness import CHAT, CHAT_KEY

if TYPE_CHECKING:
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

LOOK_OR_SOUND_ALIKE = "01OILZ25SBUVG"


def test_no_sign_looks_or_sounds_like_another() -> None:
    assert set(ALPHABET).isdisjoint(LOOK_OR_SOUND_ALIKE)
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert ALPHABET.isascii()


def test_references_use_every_sign_everywhere_and_hardly_repeat() -> None:
    made = [new_reference() for _ in range(3000)]
    assert {len(reference) for reference in made} == {LENGTH}
    for place in range(LENGTH):
        assert {reference[place] for reference in made} == set(ALPHABET)
    assert len(set(made)) > 2990


@pytest.mark.parametrize(
    "typed", ["K7M4Q9", "k7m4q9", " K7M 4Q9 ", "k7m-4q9", "K7M\n4Q9", "k 7 m 4 q 9", "K7M\u00a04Q9"]
)
def test_a_reference_is_found_however_it_was_typed(typed: str) -> None:
    assert parse_reference(typed) == "K7M4Q9"


class Crowded:
    """A unit of work in which somebody else takes a reference just before it is looked up."""

    def __init__(self, work: Any, desk: CaseStoreHarness, times: int) -> None:
        self.work = work
        self.desk = desk
        self.left = times
        self.taken: list[str] = []

    def rows(self, statement: Any, *values: Any) -> Any:
        if self.left:
            self.left -= 1
            (reference,) = values
            other = self.desk.intake.open_case(
                self.work, CaseOpening("talk", "en", CHAT_KEY, CHAT, {}, Priority.STANDARD, 1)
            )
            other.reference = reference
            self.desk.intake.store(self.work, [other], [])
            self.taken.append(reference)
        return self.work.rows(statement, *values)


def test_a_reference_that_is_taken_is_not_given_again(case_store: CaseStoreHarness) -> None:
    def unit(work: Any) -> tuple[str, list[str]]:
        crowded: Any = Crowded(work, case_store, times=3)
        case = case_store.intake.open_case(
            crowded, CaseOpening("talk", "en", CHAT_KEY, CHAT, {}, Priority.STANDARD, 1)
        )
        case_store.intake.store(work, [case], [])
        return case.reference, crowded.taken

    reference, taken = case_store.database.writer.run_sync(unit)
    assert len(taken) == 3
    assert reference not in taken


async def test_a_case_is_opened_by_its_reference_as_people_say_it(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens({"safe": "safe"})
    spoken = f" {case.reference[:3].lower()}-{case.reference[3:].lower()} "
    assert (await case_store.reads(spoken)).case.reference == case.reference
