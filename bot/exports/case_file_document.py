"""A prosecutor's case file on paper: the same contents as the data, in Chinese and English.

Every text of a person is escaped, so that no control or direction character reaches the page; the
typesetter takes it as data and never as markup.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.cases.escape_text import escape_line, escape_text
from bot.documents.content import PrintedDocument, PrintedEntry, PrintedSection
from bot.exports.case_file import CHAT, contents_digest
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bot.exports.case_file import CaseFileReader

TITLE = _("Case file for a prosecutor")
CASE, PREPARED_BY, MADE_AT = _("Case"), _("Prepared by"), _("Prepared on")
GROUND, COPY = _("What the person agreed to, or what was asked for"), _("Copy")
ONLY_AGREED = _(
    "This file holds only what the person agreed to pass on for a prosecution. What they did not "
    "agree to, or were not asked about, is not in it. They can take their consent back."
)
RECORD, EVENTS, FILES = _("What is known"), _("Events in order"), _("Files")
AUTHORITIES, RECEIPTS, CUSTODY = _("Reported to authorities"), _("Receipts"), _("Custody log")
NO_FILES, NO_REPORTS = _("The person sent no file."), _("Nothing was reported to an authority.")
FILES_APART = _(
    "Files are named by their SHA-256 and are not part of this document. The archive of the "
    "evidence holds them as they were received; check_case_file.py compares the two."
)
HEAD, DIGEST = _("End of the custody log"), _("SHA-256 of the contents")
NO_DAY = _("day not known")
EVENT_NAMES: Mapping[str, Text] = {
    "report_received": pgettext("case file", "a report arrived"),
    "file_received": pgettext("case file", "a file arrived"),
    "reported_to_authority": pgettext("case file", "reported to an authority"),
}
PLAIN_SOURCES: Mapping[str, Text] = {
    CHAT: pgettext("case file", "the person's chat"),
    "a caseworker": pgettext("case file", "a caseworker"),
}


def case_file_document(
    contents: Mapping[str, Any], readers: Sequence[CaseFileReader], zone: ZoneInfo
) -> PrintedDocument:
    """Return a case file, as `build_case_file` made it, as a document with times of a zone."""
    say = _BothLanguages(readers, zone)
    made_by = contents["made_by"]
    facts = (
        say.entry(CASE, contents["case"]),
        say.entry(
            PREPARED_BY, made_by["organisation"], made_by["contact"], escape_line(made_by["name"])
        ),
        say.entry(GROUND, *_lines(contents["ground"])),
        say.entry(MADE_AT, say.moment(contents["made_at"])),
        say.entry(COPY, contents["copy"]),
    )
    sections = (
        PrintedSection(say(RECORD), tuple(_record(contents, say)), say(ONLY_AGREED)),
        PrintedSection(say(EVENTS), tuple(_events(contents, say))),
        _or_none(say, AUTHORITIES, list(_authorities(contents)), NO_REPORTS),
        _or_none(say, FILES, list(_files(contents, say)), NO_FILES, FILES_APART),
        PrintedSection(say(CUSTODY), tuple(_custody(contents, say))),
        PrintedSection(say(RECEIPTS), tuple(_receipts(contents))),
    )
    footer = (
        f"{made_by['organisation']} · {made_by['contact']}",
        f"{contents['case']} · {' '.join(say(COPY))} {contents['copy']}",
        f"{' '.join(say(DIGEST))}: {contents_digest(contents)}",
    )
    used = tuple(it for it in sections if it.entries or it.notes)
    return PrintedDocument(say(TITLE), facts, used, footer)


class _BothLanguages:
    """Texts in every language of the document."""

    def __init__(self, readers: Sequence[CaseFileReader], zone: ZoneInfo) -> None:
        self._readers, self._zone = readers, zone

    def __call__(self, text: Text) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text.render(it.staff) for it in self._readers))

    def moment(self, iso: str) -> str:
        """Return a moment as it is read on paper, with the distance from UTC."""
        at = datetime.fromisoformat(iso).astimezone(self._zone)
        return at.isoformat(" ", timespec="minutes")

    def entry(self, label: Text, *text: str, is_code: bool = False) -> PrintedEntry:
        return PrintedEntry(self(label), text, is_code)


def _or_none(
    say: _BothLanguages, heading: Text, entries: list[PrintedEntry], none: Text, *notes: Text
) -> PrintedSection:
    found = notes if entries else (none,)
    return PrintedSection(
        say(heading), tuple(entries), tuple(it for one in found for it in say(one))
    )


def _lines(text: str) -> list[str]:
    return escape_text(text).splitlines() or [""]


def _record(contents: Mapping[str, Any], say: _BothLanguages) -> Iterator[PrintedEntry]:
    for subject in contents["record"]:
        title = " / ".join(subject["label"])
        for state in subject["fields"]:
            label = (f"{title} {subject['number']}", *state["label"])
            lines = [line for it in state["values"] for line in _value_lines(it, say)]
            yield PrintedEntry(label, tuple(lines))


def _value_lines(value: Mapping[str, Any], say: _BothLanguages) -> Iterator[str]:
    for text in value["text"]:
        yield from _lines(text)
    is_plain = not value["parsed"] or value["parsed"] in value["text"]
    parsed = "" if is_plain else f" = {escape_line(value['parsed'])}"
    yield f"({' / '.join(value['source_label'])}; {say.moment(value['recorded_at'])}{parsed})"


def _events(contents: Mapping[str, Any], say: _BothLanguages) -> Iterator[PrintedEntry]:
    labels = {state["code"]: state["label"] for it in contents["record"] for state in it["fields"]}
    sources = {
        value["source"]: value["source_label"]
        for it in contents["record"]
        for state in it["fields"]
        for value in state["values"]
    }
    for it in contents["events"]:
        at = (escape_line(it["at"]),) if it["at"] else say(NO_DAY)
        what = say(EVENT_NAMES[it["what"]]) if it["what"] in EVENT_NAMES else labels[it["what"]]
        plain = PLAIN_SOURCES.get(it["source"])
        source = say(plain) if plain else sources[it["source"]]
        about = f"{' / '.join(what)}: {escape_line(it['about'])}"
        yield PrintedEntry(at, (about, f"({' / '.join(source)})"))


def _authorities(contents: Mapping[str, Any]) -> Iterator[PrintedEntry]:
    for it in contents["reports_to_authorities"]:
        told = (it["at"], it["to"], it["way"], it["number"], it["proof_sha256"])
        yield PrintedEntry(tuple(it["label"]), tuple(escape_line(one) for one in told if one))


def _files(contents: Mapping[str, Any], say: _BothLanguages) -> Iterator[PrintedEntry]:
    for it in contents["files"]:
        size = f"{it['path']}, {it['size']} bytes, {it['looks_like']}"
        lines = (say.moment(it["came_at"]), size, f"SHA-256 {it['sha256']}")
        yield PrintedEntry((f"{it['number']}.",), lines, is_code=True)


def _custody(contents: Mapping[str, Any], say: _BothLanguages) -> Iterator[PrintedEntry]:
    custody = contents["custody"]
    numbers = {row["file"] for row in (it["row"] for it in custody["rows"])}
    if numbers:
        yield say.entry(HEAD, custody["head"], is_code=True)
        yield say.entry(CUSTODY, *_custody_lines(custody["rows"]), is_code=True)


def _custody_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for it in rows:
        row = it["row"]
        yield f"{row['number']}. {row['deed']} {row['actor']} {row['file'][:8]} {it['link'][:16]}"


def _receipts(contents: Mapping[str, Any]) -> Iterator[PrintedEntry]:
    for it in contents["receipts"]:
        lines = (*it["signed_text"].splitlines(), it["signature"])
        yield PrintedEntry((it["number"],), lines, is_code=True)
