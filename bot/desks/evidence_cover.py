"""The cover page of an evidence bundle: what is in it, by digest, and who handled it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.cases.intake import MISSING
from bot.clock import SECOND
from bot.documents.content import PrintedDocument, PrintedEntry, PrintedSection
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bot.cases.evidence.bundle import BundledFile, Manifest
    from bot.desks.locale import StaffLocale

TITLE = _("Evidence and case file")
CASE, PREPARED_BY, GROUND = _("Case"), _("Prepared by"), _("On what ground")
HEAD = _("End of the custody log")
FILES, CUSTODY = _("Files"), _("Custody log")
NO_FILES = _("The person sent no file.")
VERIFY = _("How to verify")
HOW_TO_VERIFY = _(
    "Unpack the archive and run: sha256sum -c SHA256SUMS. It names every file that was changed. "
    "manifest.json holds the custody log; README.txt says how its links are computed."
)
NOT_ENCRYPTED = _("Nothing in this archive is encrypted. Store it where no one else can read it.")
HANDED_OVER = _("Handed over")
GIVEN_BY = _("Handed over by (name, date, signature)")
TAKEN_BY = _("Received by (name, date, signature)")
ARRIVED = pgettext("file", "arrived")
# Translators: followed by the date of a message in Telegram, and its number.
CHANNEL = pgettext("file", "sent in Telegram, message number")
CAPTION = pgettext("file", "words sent with it")
NOT_SAVED = _("not in the archive: it could not be downloaded")
WAS_LOST = _("not in the archive: it was lost from the storage of files")
GROUNDS: Mapping[str, Text] = {
    "order": pgettext("ground", "order of a court or a prosecutor, or a duty by law"),
    "wish": pgettext("ground", "the person asked for it"),
}
LINE = "_" * 60


@dataclass(frozen=True, slots=True)
class CoverDetails:
    """What the cover says besides the manifest."""

    organisation: str
    contact: str
    prepared_by: str
    ground: str
    zone: ZoneInfo
    names: Mapping[str, str]
    """Names of staff, by id."""
    actions: Mapping[str, Text]
    """Names of what can be done to a file."""


def build_cover(
    manifest: Manifest, about: CoverDetails, locales: Sequence[StaffLocale]
) -> PrintedDocument:
    """Return the cover page of a bundle, in each of the languages."""

    def both(text: Text) -> tuple[str, ...]:
        return tuple(it(text) for it in locales)

    def entry(label: Text, *text: str, is_code: bool = False) -> PrintedEntry:
        return PrintedEntry(both(label), text, is_code)

    at = datetime.fromisoformat(manifest.exported_at).astimezone(about.zone)
    facts = (
        entry(CASE, manifest.reference),
        entry(PREPARED_BY, about.organisation, about.contact, escape_line(about.prepared_by)),
        entry(GROUND, *both(GROUNDS[about.ground])),
        entry(_AT, f"{at:%Y-%m-%d %H:%M}"),
        entry(HEAD, manifest.head, is_code=True),
    )
    files = tuple(_file_entry(it, about.zone, both) for it in manifest.files)
    log = PrintedEntry(both(CUSTODY), tuple(_custody_lines(manifest, about, locales)), is_code=True)
    sections = (
        PrintedSection(both(FILES), files, () if files else both(NO_FILES)),
        PrintedSection(both(CUSTODY), (log,) if log.text else ()),
        PrintedSection(both(VERIFY), (), (*both(HOW_TO_VERIFY), *both(NOT_ENCRYPTED))),
        PrintedSection(both(HANDED_OVER), (entry(GIVEN_BY, LINE), entry(TAKEN_BY, LINE))),
    )
    footer = (f"{about.organisation} · {about.contact}", f"{manifest.reference} · {manifest.head}")
    return PrintedDocument(both(TITLE), facts, sections, footer)


def _file_entry(
    it: BundledFile, zone: ZoneInfo, both: Callable[[Text], tuple[str, ...]]
) -> PrintedEntry:
    label = (f"{it.number}. {escape_line(it.kind)}",)
    arrival = f"{' / '.join(both(ARRIVED))} {_moment(it.came_at, zone)}"
    if it.channel_date:
        sent = " / ".join(both(CHANNEL))
        arrival += f"; {sent} {_moment(it.channel_date, zone)}, {it.channel_number}"
    name = (*((escape_line(it.stated_name),) if it.stated_name else ()), arrival)
    if it.caption:
        name += (f"{' / '.join(both(CAPTION))}: {escape_line(it.caption)}",)
    if it.original is None:
        why = WAS_LOST if it.state == MISSING else NOT_SAVED
        return PrintedEntry(label, (*name, *both(why)))
    size = f"{it.original.path}, {it.original.size} bytes, {it.looks or it.stated_type}"
    return PrintedEntry(label, (*name, size, f"SHA-256 {it.original.sha256}"), is_code=True)


def _moment(iso: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _custody_lines(
    manifest: Manifest, about: CoverDetails, locales: Sequence[StaffLocale]
) -> list[str]:
    numbers = {it.id: it.number for it in manifest.files}
    found = []
    for row in (it.row for it in manifest.ledger):
        at = datetime.fromtimestamp(row.at / SECOND, about.zone)
        action = about.actions.get(row.deed)
        names = " / ".join(it(action) for it in locales) if action else row.deed
        who = escape_line(about.names.get(row.actor, row.actor))
        found.append(
            f"{row.number}. {at:%Y-%m-%d %H:%M} {who}: {names}"
            + (f" ({numbers.get(row.file, '?')})" if row.file else "")
        )
    return found


_AT = _("Prepared on")
