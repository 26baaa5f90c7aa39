"""What the answers of reports already say, as entries of the record. Pure.

Nothing is stored: the entries are made of the answers each time a record is read, with ids of their
own, so that staff can correct them as any other. A later answer to a question replaces the earlier
one. Answers that name no fact ("not sure", "rather not say") make no entry, and a code that several
values of the standard fit makes none either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cases.indicators import find_indicators
from bot.cases.record.catalogue import FIELDS
from bot.cases.record.entries import SEPARATOR, EntryContent, EntrySource, RecordEntry
from bot.cases.record.fields import SINGLE, SubjectKind
from bot.conversation import PlaceAnswer, TimeAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.conversation import Answer

    _Said = tuple[str, str, str, str]
    """Step, field, value, and its parsed form."""

OTHER, SEVERAL = "other", "several"
"""Answers to "Who is this about?" with which others are meant: alone, or as well."""
ANSWERED = "answered"
"""The token of subjects that answers tell of."""
NEED_CODES: Mapping[str, str] = {
    "sleep": "shelter", "doctor": "medical", "interpreter": "interpreting", "legal": "legal_aid",
    "listen": "counselling",
}  # fmt: skip
"""Codes of the short question about needs, as the field has them."""
SAME_CODES: Mapping[str, str] = {
    "needs": "need.needs", "people": "exploitation.people", "who": "suspect.relation",
    "link": "informant.relation",
}  # fmt: skip
"""Steps whose codes are those of the field."""
OF_THE_WRITER: Mapping[str, str] = {"under_18": "under_18", "situation": "situation"}
OF_ANOTHER: Mapping[str, str] = {"they_under_18": "under_18", "they_situation": "situation"}
"""Steps about the writer and about others, and the field of the human they are about."""
UNDER_18 = {"under": "yes", "adult": "no"}
IN_WORDS: Mapping[str, str] = {"speaks_other": "person.language", "call_me": "person.alias"}
"""Steps whose answer is the value, in the person's own words."""
_HTCDS_FIELDS = {
    "x_MethodsOfControlDetail": "exploitation.control",
    **{path: it.code for it in FIELDS.values() if it.kind is SubjectKind.EXPLOITATION
       for path in it.htcds},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentAnswers:
    """The answers of one report."""

    report: str
    """Its id."""
    at: int
    """When it was sent."""
    answers: Mapping[str, Answer]


def entries_from(reports: Iterable[SentAnswers]) -> list[RecordEntry]:
    """Return what reports, oldest first, say about the fields of a record."""
    found: list[RecordEntry] = []
    latest: dict[tuple[str, str], list[str]] = {}
    for sent in reports:
        by_step: dict[tuple[str, str], list[_Said]] = {}
        for said in dict.fromkeys(_read(sent.answers)):
            by_step.setdefault(said[:2], []).append(said)
        for about, values in by_step.items():
            earlier = tuple(latest.get(about, ()))
            made = [_entry(sent, said, place, earlier) for place, said in enumerate(values)]
            latest[about] = [it.id for it in made]
            found += made
    return [replace(it, number=place - len(found)) for place, it in enumerate(found)]


def _entry(sent: SentAnswers, said: _Said, place: int, earlier: tuple[str, ...]) -> RecordEntry:
    step, field, typed, parsed = said
    content = EntryContent(
        subject=subject_of(field), field=field, typed=typed, parsed=parsed,
        source=EntrySource.ANSWER, supersedes=earlier,
    )  # fmt: skip
    return RecordEntry(f"{sent.report}.{step}.{field}.{place}", sent.at, content)


def subject_of(field: str) -> str:
    """Return the subject that an answer tells of."""
    kind = field.partition(".")[0]
    return kind if kind in SINGLE else f"{kind}{SEPARATOR}{ANSWERED}"


def _read(answers: Mapping[str, Answer]) -> Iterator[_Said]:
    for step, answer in answers.items():
        for code in answer if isinstance(answer, tuple) else (answer,):
            if isinstance(code, str):
                yield from _read_code(answers, step, code)
        if isinstance(answer, PlaceAnswer):
            yield from _read_place(step, answer)
        elif isinstance(answer, TimeAnswer) and step == "since":
            yield from _read_time(step, answer)
    yield from _read_signs(answers)


def _read_code(answers: Mapping[str, Answer], step: str, code: str) -> Iterator[_Said]:
    if step in IN_WORDS:
        yield step, IN_WORDS[step], code, ""
    elif step == "speaks" and code != OTHER:
        yield step, "person.language", code, code
    elif step in SAME_CODES:
        known = NEED_CODES.get(code, code) if step == "needs" else code
        yield from _if_choice(step, SAME_CODES[step], known)
    elif field := _of_human(answers.get("about"), step):
        yield from _if_choice(step, field, UNDER_18.get(code, code))


def _of_human(about: Answer, step: str) -> str:
    """Return the field that an answer about the writer, or about others, belongs to."""
    if step in OF_THE_WRITER and about != OTHER:
        return f"person.{OF_THE_WRITER[step]}"
    if step in OF_ANOTHER:
        return f"{'person' if about == OTHER else 'companion'}.{OF_ANOTHER[step]}"
    return ""


def _if_choice(step: str, field: str, code: str) -> Iterator[_Said]:
    """Yield a value if the field has that choice: "not sure" is none."""
    known = FIELDS.get(field)
    if known is not None and code in (known.choices or ()):
        yield step, field, code, ""


def _read_place(step: str, answer: PlaceAnswer) -> Iterator[_Said]:
    if answer.county:
        yield step, "place.county", answer.county, ""
    if answer.text:
        yield step, "place.street", answer.text, ""
    if answer.latitude is not None and answer.longitude is not None:
        yield step, "place.latitude", str(answer.latitude), str(answer.latitude)
        yield step, "place.longitude", str(answer.longitude), str(answer.longitude)


def _read_time(step: str, answer: TimeAnswer) -> Iterator[_Said]:
    if typed := answer.text or answer.date:
        yield step, "exploitation.began", typed, answer.date or ""
    elif answer.code:
        yield from _if_choice(step, "exploitation.began", answer.code)


def _read_signs(answers: Mapping[str, Answer]) -> Iterator[_Said]:
    """Yield the codes of HTCDS 2.0 that the answers point to without an alternative."""
    for indicator in find_indicators(answers):
        step = next(iter(indicator.condition.looks_at())).step
        for codes in indicator.htcds:
            field, value = codes[0]
            if len(codes) == 1 and value != "Other" and field in _HTCDS_FIELDS:
                yield from _if_choice(step, _HTCDS_FIELDS[field], value)
