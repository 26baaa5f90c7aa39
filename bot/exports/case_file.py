"""A prosecutor's case file as data: only what the person agreed to pass on for a prosecution.

Of the record it holds the standing values that the person allowed for this use, each with its
source; what was not decided or was refused is left out and not counted. Values about companions,
children and who told us are left out always: those people were not asked. Nothing of the chat is in
it.

Files of the case are named by number, SHA-256, size and times. They are not embedded, and neither
are their names and captions: a file that a stranger sent can be made to harm the program that shows
it. The archive of the evidence hands them over as bytes; `case_file_check.py` compares the two.

The whole is signed like a receipt (Ed25519): the signed text holds the SHA-256 of the contents as
JSON with sorted keys and without spaces.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from bot.cases.evidence.bundle import ORIGINALS
from bot.cases.evidence.custody_log import chain_links
from bot.cases.record.display import county_text, display_value
from bot.cases.record.entries import SOURCE_NAMES
from bot.cases.record.fields import SUBJECT_NAMES, SubjectKind, ValueType
from bot.clock import SECOND, to_utc
from bot.places.duties import DutyState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bot.cases.evidence.custody_log import CustodyEntry
    from bot.cases.evidence.files import EvidenceFile
    from bot.cases.receipts import Receipt
    from bot.cases.record.entries import RecordEntry
    from bot.cases.record.record import CaseRecord, FieldState, RecordSubject
    from bot.hotline.duties import DutyRecord
    from bot.places.duties import ReportDuty
    from bot.text import Catalogue, Text
    from bot.vault.vault import Signer

FORMAT, VERSION, USE = "haven-case-file", 1, "prosecution"
OTHER_PEOPLE = frozenset({SubjectKind.COMPANION, SubjectKind.CHILD, SubjectKind.INFORMANT})
"""Subjects who were not asked; who told us is in no export at all."""
HAPPENINGS = frozenset({SubjectKind.EVENT, SubjectKind.JOURNEY, SubjectKind.PAYMENT})
CHAT, CASEWORKER = "the person's chat", "a caseworker"
"""Sources of what is no value of the record."""


@dataclass(frozen=True, slots=True)
class CaseFileReader:
    """A language in which values are written."""

    language: str
    staff: Catalogue
    people: Catalogue
    counties: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class CaseFileOrigin:
    """Who makes a case file, when and why."""

    copy: str
    reference: str
    organisation: str
    contact: str
    prepared_by: str
    ground: str
    """What the person said, or what the prosecutor asked for, as the caseworker wrote it."""
    made_at: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class CaseFileContent:
    """What is known of a case, before anything is left out."""

    record: CaseRecord
    reports: Sequence[tuple[int, str]] = ()
    """When each was sent, and what it is."""
    files: Sequence[EvidenceFile] = ()
    custody: Sequence[CustodyEntry] = ()
    custody_head: str = ""
    receipts: Sequence[Receipt] = ()
    duties: Sequence[DutyRecord] = ()
    known_duties: Mapping[str, ReportDuty] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AllowedValues:
    """How many standing values the person decided how about; of people who can be asked."""

    allowed: int
    refused: int
    undecided: int


def count_values(record: CaseRecord) -> AllowedValues:
    """Return how many values a case file has, and how many it leaves out."""
    decided = [
        entry.content.uses.get(USE)
        for subject in record.subjects
        if subject.kind not in OTHER_PEOPLE
        for state in subject.fields
        for entry in state.standing
    ]
    return AllowedValues(*(sum(it is one for it in decided) for one in (True, False, None)))


def build_case_file(
    content: CaseFileContent, origin: CaseFileOrigin, readers: Sequence[CaseFileReader]
) -> dict[str, Any]:
    """Return the contents, ready for JSON; labels and values stand in each reader's language."""
    subjects = list(_subjects(content.record, readers))
    return {
        "format": FORMAT,
        "version": VERSION,
        "use": USE,
        "copy": origin.copy,
        "case": origin.reference,
        "made_at": _moment(origin.made_at),
        "made_by": {
            "organisation": origin.organisation,
            "contact": origin.contact,
            "name": origin.prepared_by,
        },
        "ground": origin.ground,
        "record": subjects,
        "events": _events(content, subjects, origin.zone),
        "reports_to_authorities": list(_reports_made(content, readers)),
        "receipts": [_receipt(it) for it in content.receipts],
        "files": [_file(it) for it in content.files if it.is_saved],
        "custody": _custody(content),
    }


def sign_case_file(contents: dict[str, Any], signer: Signer) -> bytes:
    """Return a case file as JSON in ASCII: contents, the signed text and its signature."""
    text = signed_text(contents)
    signature = base64.b64encode(signer.sign(text)).decode()
    whole = {
        "contents": contents, "signed_text": text, "signature": signature,
        "public_key": signer.public_pem,
    }  # fmt: skip
    return json.dumps(whole, indent=1).encode() + b"\n"


def signed_text(contents: Mapping[str, Any]) -> str:
    """Return the exact text that is signed."""
    digest = contents_digest(contents)
    return (
        f"Haven case file {VERSION}\ncopy: {contents['copy']}\nmade: {contents['made_at']}\n"
        f"SHA-256: {digest}\n"
    )


def contents_digest(contents: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the contents, in hexadecimal digits."""
    plain = json.dumps(contents, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(plain.encode()).hexdigest()


def _subjects(record: CaseRecord, readers: Sequence[CaseFileReader]) -> Iterator[dict[str, Any]]:
    for subject in record.subjects:
        fields = [] if subject.kind in OTHER_PEOPLE else list(_fields(subject, readers))
        if fields:
            names = [SUBJECT_NAMES[subject.kind].render(it.staff) for it in readers]
            yield {
                "kind": subject.kind.value, "number": subject.number, "label": names,
                "fields": fields,
            }  # fmt: skip


def _fields(subject: RecordSubject, readers: Sequence[CaseFileReader]) -> Iterator[dict[str, Any]]:
    for state in subject.fields:
        allowed = [it for it in state.standing if it.content.uses.get(USE) is True]
        if allowed:
            yield {
                "code": state.field.code, "type": state.field.type.value,
                "label": [state.field.text.render(it.staff) for it in readers],
                "values": [_value(state, it, readers) for it in allowed],
            }  # fmt: skip


def _value(
    state: FieldState, entry: RecordEntry, readers: Sequence[CaseFileReader]
) -> dict[str, Any]:
    content = entry.content
    return {
        "text": _once(_in_language(state, entry, it) for it in readers),
        "typed": content.typed,
        "parsed": content.parsed,
        "source": content.source.value,
        "source_label": [SOURCE_NAMES[content.source].render(it.staff) for it in readers],
        "message": content.message,
        "recorded_at": _moment(entry.at),
    }


def _in_language(state: FieldState, entry: RecordEntry, reader: CaseFileReader) -> str:
    county = ""
    if state.field.name == "county":
        county = county_text(entry.content, reader.counties, reader.people)
    return county or display_value(state.field, entry.content, reader.staff, reader.language)


def _events(
    content: CaseFileContent, subjects: Iterable[dict[str, Any]], zone: ZoneInfo
) -> list[dict[str, str]]:
    """Return what happened, in order; what has no known day stands last."""
    found = [
        _event(_local(at, zone), "report_received", kind, CHAT) for at, kind in content.reports
    ]
    found += [
        _event(_local(it.arrived_at, zone), "file_received", f"file {it.number}", CHAT)
        for it in content.files
        if it.is_saved
    ]
    found += [
        _event(it.moment, "reported_to_authority", it.duty, CASEWORKER)
        for it in _told(content.duties)
    ]
    found += [event for it in subjects for event in _dated(it)]
    return sorted(found, key=lambda it: (not it["at"], it["at"]))


def _event(at: str, what: str, about: str, source: str) -> dict[str, str]:
    return {"at": at, "what": what, "about": about, "source": source}


def _dated(subject: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the dates of a subject that the person allowed, with what else a happening says."""
    said = [subject["kind"], str(subject["number"])]
    if subject["kind"] in HAPPENINGS:
        said += [
            value["typed"]
            for state in subject["fields"]
            for value in state["values"]
            if state["type"] != ValueType.DATE
        ]
    about = " ".join(said)
    for state in subject["fields"]:
        for value in state["values"] if state["type"] == ValueType.DATE else ():
            at, code = value["parsed"], state["code"]
            yield _event(at, code, f"{about}: {value['typed']}", value["source"])


def _told(duties: Iterable[DutyRecord]) -> list[DutyRecord]:
    return [it for it in duties if it.state is DutyState.TOLD and not it.is_added]


def _reports_made(
    content: CaseFileContent, readers: Sequence[CaseFileReader]
) -> Iterator[dict[str, Any]]:
    """Yield what was reported to authorities by law; without notes, which may hold more."""
    for it in _told(content.duties):
        duty = content.known_duties.get(it.duty)
        yield {
            "duty": it.duty, "at": it.moment, "to": it.to, "way": it.way, "number": it.number,
            "label": _once(duty.name.render(one.staff) for one in readers) if duty else [it.duty],
            "proof_sha256": it.proof.digest if it.proof else "",
        }  # fmt: skip


def _receipt(it: Receipt) -> dict[str, str]:
    signature = base64.b64encode(it.signature).decode()
    return {"number": it.reference, "signed_text": it.signed_text, "signature": signature}


def _file(it: EvidenceFile) -> dict[str, Any]:
    return {
        "number": it.number,
        "path": f"{ORIGINALS}/{it.number:04}.bin",
        "sha256": it.digest,
        "size": it.size,
        "looks_like": it.detected_type,
        "came_at": _moment(it.arrived_at),
        "reached_case_at": _moment(it.reached_case_at),
        "channel_date": _moment(it.sent_at) if it.sent_at else "",
        "channel_number": it.message,
    }


def _custody(content: CaseFileContent) -> dict[str, Any]:
    rows = [
        {"row": msgspec.to_builtins(row), "link": link.hex()}
        for row, link in zip(content.custody, chain_links(content.custody), strict=True)
    ]
    return {"head": content.custody_head, "rows": rows}


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _moment(at: int) -> str:
    return to_utc(at).isoformat(timespec="seconds")


def _local(at: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, zone):%Y-%m-%d %H:%M}"
