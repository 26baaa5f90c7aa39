"""The sheet of a referral: exactly what the person agreed to, in Chinese and English.

It names no case, no caseworker and no chat; only the number of the copy leads back to the desk. A
person's own words stay as they were written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from bot.clock import SECOND
from bot.desks.consent_text import referral_answers
from bot.documents.content import PrintedDocument, PrintedEntry, PrintedSection
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from bot.cases.queries import AnswerRenderer
    from bot.desks.locale import StaffLocale
    from bot.hotline.referrals.model import Referral
    from bot.places.directory import Recipient
    from bot.text import Text

SHEET_LANGUAGES = ("zh_Hant", "en")
TITLE, FROM, TO = _("Referral"), _("From"), _("To")
AGREED_AT = _("The person agreed to this")
COPY = _("Copy")
PARTS = _("What the person agreed to tell you")
ONLY_THIS = _(
    "The person agreed that you read exactly this. They can take it back; we tell you then. Ask us "
    "before you pass it on."
)
OWN_WORDS = _("Words in another language are the person's own; we have not changed them.")
CONTENT_DIGEST = _("SHA-256 of the parts")


@dataclass(frozen=True, slots=True)
class SheetReader:
    """One language of a sheet."""

    locale: StaffLocale
    renderer: AnswerRenderer


@dataclass(frozen=True, slots=True)
class SheetSender:
    """Who sends a sheet, and when."""

    organisation: str
    contact: str
    zone: ZoneInfo
    copy: str
    made_at: int


def build_sheet(
    referral: Referral, recipient: Recipient, sender: SheetSender, readers: Sequence[SheetReader]
) -> PrintedDocument:
    """Return the sheet of a referral. The caller has checked that it may be made."""

    def both(text: Text) -> tuple[str, ...]:
        return tuple(reader.locale(text) for reader in readers)

    names = (recipient.name.render(it.locale.flow_catalogue) for it in readers)
    agreed_at = referral.answered_at or referral.offered_at
    parts = agreed_parts(referral, readers)
    facts = (
        PrintedEntry(both(FROM), (sender.organisation, sender.contact)),
        PrintedEntry(both(TO), tuple(dict.fromkeys(names))),
        PrintedEntry(both(AGREED_AT), (_format_time(agreed_at, sender.zone),)),
        PrintedEntry(both(COPY), (sender.copy, _format_time(sender.made_at, sender.zone))),
    )
    notes = (*both(ONLY_THIS), *both(OWN_WORDS))
    footer = (
        f"{sender.organisation} · {sender.contact}",
        f"{' '.join(both(COPY))} {sender.copy}",
        f"{' '.join(both(CONTENT_DIGEST))}: {parts_digest(parts)}",
    )
    section = PrintedSection(both(PARTS), parts, notes)
    return PrintedDocument(both(TITLE), facts, (section,), footer)


def agreed_parts(referral: Referral, readers: Sequence[SheetReader]) -> tuple[PrintedEntry, ...]:
    """Return exactly the agreed parts: the same consent always gives the same entries."""
    read = [referral_answers(referral, it.renderer, it.locale) for it in readers]
    return tuple(
        PrintedEntry(
            tuple(dict.fromkeys(it.question for it in one)),
            tuple(dict.fromkeys(it.answer for it in one)),
        )
        for one in zip(*read, strict=True)
    )


def parts_digest(parts: Sequence[PrintedEntry]) -> str:
    """Return the SHA-256 of the agreed parts, in hexadecimal digits."""
    return sha256(msgspec.json.encode(parts)).hexdigest()


def _format_time(moment: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(moment / SECOND, zone):%Y-%m-%d %H:%M}"
