"""What the answers of a report already say stands in the record without anyone typing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.record.catalogue import FIELDS
from bot.cases.record.entries import EntrySource, RecordEntry, entry_for
from bot.cases.record.fields import CHOSEN
from bot.cases.record.from_answers import SAME_CODES, SentAnswers, entries_from
from bot.cases.record.record import fold_entries
from bot.conversation import FlowRegistry, PlaceAnswer, TimeAnswer
from flows import ALL_FLOWS
from flows.texts import phrases

if TYPE_CHECKING:
    from bot.conversation import Answer

TOLD_OF = (
    *SAME_CODES, "situation", "they_situation", "under_18", "they_under_18", "since",
)  # fmt: skip
"""Steps whose codes are choices of a field."""
UNSURE = {"unsure", "prefer_not", "unsaid", "nothing"}
"""Codes that name no fact."""


def values(
    *reports: dict[str, Answer], later: tuple[RecordEntry, ...] = ()
) -> dict[str, list[str]]:
    """Return the standing values by field."""
    sent = [SentAnswers(f"r{number}", number, it) for number, it in enumerate(reports)]
    record = fold_entries([*entries_from(sent), *later], FIELDS)
    found: dict[str, list[str]] = {}
    for subject in record.subjects:
        for state in subject.fields:
            found.setdefault(state.field.code, []).extend(it.content.typed for it in state.standing)
    return found


def test_answers_say_who_where_since_when_and_what_is_done() -> None:
    found = values({
        "about": "me", "under_18": "adult", "situation": "works_here", "work": "fishing_boat",
        "signs": ("documents", "debt", "threats", "isolation"), "who": "broker", "people": "few",
        "needs": ("doctor", "papers"), "county": PlaceAnswer(county="TAO"),
        "since": TimeAnswer(text="last year before Tet"), "what": "He keeps my passport.",
    })  # fmt: skip
    assert found == {
        "person.under_18": ["no"],
        "person.situation": ["works_here"],
        "exploitation.industry": ["A_AgricultureForestryAndFishing"],
        "exploitation.control": ["RestrictsMovement", "WithholdsDocuments", "DebtBondage"],
        "exploitation.began": ["last year before Tet"],
        "exploitation.people": ["few"],
        "suspect.relation": ["broker"],
        "place.county": ["TAO"],
        "need.needs": ["medical", "papers"],
    }


def test_a_report_about_another_is_about_them_and_names_who_told_us() -> None:
    other = values({"about": "other", "they_under_18": "under", "link": "coworker"})
    assert other == {"person.under_18": ["yes"], "informant.relation": ["coworker"]}
    several = values({"about": "several", "under_18": "adult", "they_under_18": "under"})
    assert several == {"person.under_18": ["no"], "companion.under_18": ["yes"]}


def test_a_later_answer_replaces_the_earlier_one_and_staff_can_correct_both() -> None:
    first: dict[str, Answer] = {"about": "me", "under_18": "under", "needs": ("doctor",)}
    second: dict[str, Answer] = {"about": "me", "under_18": "adult"}
    assert values(first, second) == {"person.under_18": ["no"], "need.needs": ["medical"]}
    answered = entries_from([SentAnswers("r0", 0, first)])
    (told,) = [it for it in answered if it.content.field == "person.under_18"]
    content = entry_for(
        FIELDS["person.under_18"], "person", "no", EntrySource.DOCUMENT, supersedes=(told.id,)
    )
    by_staff = RecordEntry("e1", 9, content, 1)
    assert values(first, later=(by_staff,))["person.under_18"] == ["no"]


def test_every_choice_of_a_mapped_question_is_a_choice_of_its_field() -> None:
    registry = FlowRegistry(ALL_FLOWS)
    made = 0
    for flow in ("report", "ask_for_help"):
        for step in TOLD_OF:
            question = registry.question(flow, step)
            for code in getattr(question, "codes", ()):
                answer: Answer = TimeAnswer(code=code) if step == "since" else code
                said = entries_from([SentAnswers("r", 0, {"about": "me", step: answer})])
                wrong = [
                    it for it in said
                    if FIELDS[it.content.field].type in CHOSEN
                    and it.content.typed not in (FIELDS[it.content.field].choices or {})
                ]  # fmt: skip
                assert not wrong
                assert bool(said) or code in UNSURE or step == "they_under_18", (flow, step, code)
                made += len(said)
    assert made > len(phrases.SITUATION)
