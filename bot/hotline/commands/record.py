"""Commands that add to the record of a case: a value, a correction, a withdrawal.

The bot cannot open the entries of a case. It checks that the field exists and the choice is one;
what an entry replaces is judged when staff read the record (`bot.cases.record.record`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.record.catalogue import USES
from bot.cases.record.entries import (
    MAX_VALUE,
    SEPARATOR,
    EntryContent,
    EntrySource,
    entry_for,
    subject_kind,
)
from bot.cases.record.fields import CHOSEN, RecordField
from bot.cases.record.store import MAX_ENTRIES
from bot.cases.state_machine import CaseAction
from bot.hotline.commands.texts import DONE
from bot.hotline.events import EventKind
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.hotline.commands.context import CommandContext

NEW = "new"
"""In place of the token of a subject: one that the record does not have yet."""
MAX_REPLACED, MAX_ID = 20, 120
_SOURCES = frozenset(EntrySource) - {EntrySource.ANSWER, EntrySource.IMPORT}
"""What staff can name: an answer is read from the report itself, a file when it is imported."""

NO_SUCH_FIELD = _("Say what it is: choose a field of the record.")
NOTHING_TO_RECORD = _("There is nothing to write down: fill in the value.")
NO_SUCH_CHOICE = _("Choose one of: {codes}.")
VALUE_TOO_LONG = _(
    "That is longer than {most} characters. Write the fact here, and the rest as a note."
)
RECORD_IS_FULL = _("The record has {most} entries, the most it can have. Write it as a note.")
NO_SUCH_SOURCE = _("Say how you know it: one of {codes}.")
NOTHING_TO_WITHDRAW = _("Say which value is to be withdrawn.")


def record(context: CommandContext) -> None:
    """Add a value to the record, or correct one: `code` is subject and field, `text` the value.

    `values` may hold `source`, the number of the `message` that says it, the entries it `replaces`,
    `reason`, and for each use `yes` or `no` as `use_referral`.
    """
    command, (subject, field) = context.command, _parse_code(context)
    typed = command.text.strip()
    source = command.values.get("source") or EntrySource.CASEWORKER
    if field is None:
        context.refuse(NO_SUCH_FIELD)
    elif not typed:
        context.refuse(NOTHING_TO_RECORD)
    elif len(typed) > MAX_VALUE:
        context.refuse(VALUE_TOO_LONG, most=str(MAX_VALUE))
    elif field.type in CHOSEN and typed not in (field.choices or {}):
        context.refuse(NO_SUCH_CHOICE, codes=", ".join(field.choices or ()))
    elif source not in _SOURCES:
        context.refuse(NO_SUCH_SOURCE, codes=", ".join(sorted(_SOURCES)))
    else:
        content = entry_for(
            field, subject, typed, EntrySource(source), by=context.by.id,
            region=context.services.record_entries.country,
            message=_number(command.values.get("message", "")),
            supersedes=_replaced(command.values),
        )  # fmt: skip
        reason = command.values.get("reason", "")[:MAX_VALUE]
        _add(context, replace(content, uses=_uses(command.values), reason=reason))


def withdraw_entry(context: CommandContext) -> None:
    """Withdraw values of a field, which stay in the history; `text` says why."""
    command, (subject, field) = context.command, _parse_code(context)
    replaced = _replaced(command.values)
    if field is None:
        context.refuse(NO_SUCH_FIELD)
    elif not replaced:
        context.refuse(NOTHING_TO_WITHDRAW)
    else:
        content = EntryContent(
            subject=subject, field=field.code, by=context.by.id, supersedes=replaced,
            is_withdrawal=True, reason=command.text.strip()[:MAX_VALUE],
        )  # fmt: skip
        _add(context, content)


def _add(context: CommandContext, content: EntryContent) -> None:
    entries = context.services.record_entries
    if entries.count(context.work, context.case) >= MAX_ENTRIES:
        context.refuse(RECORD_IS_FULL, most=str(MAX_ENTRIES))
    elif context.move(CaseAction.NOTE, detail="record"):
        (entry,) = entries.add(context.work, context.case, [content], context.now)
        context.services.connections.add_entry(context.work, context.case, entry, content)
        context.add_event(EventKind.RECORD_CHANGED)
        context.reply(DONE)


def _parse_code(context: CommandContext) -> tuple[str, RecordField | None]:
    """Return the subject and the field that a code names: `suspect:new/phone`."""
    subject, _slash, name = context.command.code.partition("/")
    if subject.endswith(f"{SEPARATOR}{NEW}"):
        subject = subject.removesuffix(NEW) + secrets.token_hex(4)
    kind = subject_kind(subject)
    return subject, context.services.record_entries.fields.get(f"{kind}.{name}") if kind else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(2**63)) else 0


def _replaced(values: Mapping[str, str]) -> tuple[str, ...]:
    named = values.get("replaces", "").split()
    return tuple(it for it in named[:MAX_REPLACED] if len(it) <= MAX_ID)


def _uses(values: Mapping[str, str]) -> dict[str, bool]:
    decided = {use: values.get(f"use_{use}", "") for use in USES}
    return {use: it == "yes" for use, it in decided.items() if it in {"yes", "no"}}
