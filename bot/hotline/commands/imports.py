"""The command that opens a case from a file of another system, e.g. in HTCDS.

The desk reads the file and sends entries of the record. They are checked here as if a stranger had
sent them: each has a field that exists and a choice that is one, and every source says *imported*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from bot.cases.record.entries import MAX_VALUE, EntryContent, EntrySource, subject_kind
from bot.cases.record.fields import CHOSEN
from bot.cases.record.store import MAX_ENTRIES
from bot.clock import to_utc
from bot.hotline.commands import texts
from bot.hotline.commands.context import find_contact
from bot.hotline.commands.origins import claim_opened, store_case
from bot.hotline.events import EventKind
from bot.hotline.origins.model import OPENING_ROLES, TOLD_BY_OTHERS, CallBack, Teller
from bot.hotline.origins.opening import (
    ABOUT,
    ABOUT_OTHER,
    ALARMS,
    CHANNEL,
    CHOOSE_LANGUAGE,
    KEEP,
    LANGUAGE,
    MINE,
    TELLER,
    TELLER_AT,
    WORDS_STEP,
    CaseToOpen,
)
from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.conversation import Answer
    from bot.hotline.commands.context import CommandContext
    from bot.text import Text

ENTRIES, ROW = "entries", "row"
"""Names of the values: the entries as JSON, and their row in the file."""
UNDER_18, IS_UNDER = "they_under_18", "under"
AGE_OF_MAJORITY = 18

CHOOSE_SENDER = _("Say who sent the file: a partner organisation, an officer, or by letter.")
CANNOT_IMPORT = _("The file does not fit the record of this release. Nothing was imported.")
CASE_IMPORTED = _("Case {reference} is open with {count} imported values, and it is yours.")
CASE_IMPORTED_IN_QUEUE = _(
    "Case {reference} is open with {count} imported values and waits in the queue."
)

_decode = msgspec.json.Decoder(list[EntryContent]).decode
encode_entries = msgspec.json.Encoder().encode


def import_case(context: CommandContext) -> None:
    """Open a case from the entries of a file, and claim it for the caseworker if they want it."""
    contents = _entries(context)
    found = _read(context, contents)
    if not isinstance(found, CaseToOpen):
        context.refuse(found)
        return
    case = store_case(context, found)
    context.contact = find_contact(context.services.vault, context.work, case.id)
    _add(context, case.id, contents)
    context.services.audit.record(
        context.work, context.now, context.by.id, "import_case", case.id, found.channel.value
    )
    context.add_event(EventKind.OPENED)
    is_mine = found.is_for_opener and claim_opened(context, case.id)
    said = CASE_IMPORTED if is_mine else CASE_IMPORTED_IN_QUEUE
    context.reply(said, reference=case.reference, count=str(len(contents)))


def _read(context: CommandContext, contents: Sequence[EntryContent]) -> CaseToOpen | Text:
    """Return the case that the values describe, or why it cannot be opened."""
    values = context.command.values
    channel = next((it for it in TOLD_BY_OTHERS if it.value == values.get(CHANNEL)), None)
    language = values.get(LANGUAGE, "")
    if context.by.role not in OPENING_ROLES:
        return texts.MAY_NOT_OPEN
    if channel is None:
        return CHOOSE_SENDER
    if language not in LANGUAGES:
        return CHOOSE_LANGUAGE
    if not contents:
        return CANNOT_IMPORT
    teller = Teller(
        name=values.get(TELLER, "").strip()[:MAX_VALUE],
        reached_at=values.get(TELLER_AT, "").strip()[:MAX_VALUE],
    )
    return CaseToOpen(
        channel, language, _answers(context, contents), CallBack(), teller, None, "",
        values.get(KEEP) == MINE, _signs(contents, context.now),
    )  # fmt: skip


def _answers(context: CommandContext, contents: Sequence[EntryContent]) -> dict[str, Answer]:
    """Return what stands in the report of the case: a remark, and words that mean danger."""
    words = context.command.text.strip()
    found: dict[str, Answer] = {ABOUT: ABOUT_OTHER}
    if words:
        found[WORDS_STEP] = words
    typed = [words, *(it.typed for it in contents if _is_free_text(context, it))]
    if alarms := frozenset[str]().union(*map(find_alarms, typed)):
        found[ALARMS] = tuple(sorted(alarms))
    return found


def _signs(contents: Iterable[EntryContent], now: int) -> dict[str, Answer]:
    """Return what no one answered and the file says: someone under 18 comes first."""
    return {UNDER_18: IS_UNDER} if _is_under_18(contents, now) else {}


def _is_free_text(context: CommandContext, it: EntryContent) -> bool:
    return context.services.record_entries.fields[it.field].type not in CHOSEN


def _is_under_18(contents: Iterable[EntryContent], now: int) -> bool:
    today = to_utc(now).date()
    born = (it.parsed for it in contents if it.field == "person.born")
    ages = (it.parsed for it in contents if it.field == "person.age")
    return any(_age(day, today.isoformat()) < AGE_OF_MAJORITY for day in born if day) or any(
        int(age) < AGE_OF_MAJORITY for age in ages if age.isdecimal()
    )


def _age(born: str, today: str) -> int:
    """Return the age of one born on a day; the most it can be, of a month or a year."""
    is_day = len(born) == len(today)
    return int(today[:4]) - int(born[:4]) - (is_day and born[4:] > today[4:])


def _entries(context: CommandContext) -> list[EntryContent]:
    """Return the entries, each marked as imported; none if one does not fit the record."""
    try:
        found = _decode(context.command.values.get(ENTRIES, ""))
    except msgspec.MsgspecError:
        return []
    is_whole = len(found) <= MAX_ENTRIES and all(_fits(context, it) for it in found)
    if not is_whole:
        return []
    return [
        replace(
            it, source=EntrySource.IMPORT, by=context.by.id, message=0, uses={}, supersedes=(),
            is_withdrawal=False, reason="",
        )
        for it in found
    ]  # fmt: skip


def _fits(context: CommandContext, it: EntryContent) -> bool:
    field = context.services.record_entries.fields.get(it.field)
    if field is None or subject_kind(it.subject) is not field.kind:
        return False
    is_choice = field.type not in CHOSEN or it.typed in (field.choices or {})
    return is_choice and bool(it.typed.strip()) and len(it.typed) <= MAX_VALUE


def _add(context: CommandContext, case: str, contents: Sequence[EntryContent]) -> None:
    entries, connections = context.services.record_entries, context.services.connections
    ids = entries.add(context.work, case, contents, context.now)
    for entry, content in zip(ids, contents, strict=True):
        connections.add_entry(context.work, case, entry, content)
