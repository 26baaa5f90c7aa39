"""Rows of the audit log as a page shows them: names, references and words in place of codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.routing import QUEUE_NAMES
from bot.cases.state_machine import Role
from bot.desks.web import texts
from bot.desks.web.audit_texts import (
    AUDIT_ACTIONS,
    AUDIT_ACTORS,
    AUDIT_DETAILS,
    SEARCHED_TEXTS,
)
from bot.desks.web.interpreting.names import pseudonyms
from bot.store.statements import select_in
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.audit.log import AuditRow

SHORT = 8
"""Digits of an id that are shown; the whole id is there on hover."""
_ID = re.compile(r"[0-9a-f]{32,}")
_SEPARATOR = re.compile(r"[:/,]")
_REFERENCES = select_in(cases, "id", "reference", among="id")


@dataclass(frozen=True, slots=True)
class AuditPart:
    """A part of a row: what is shown, and what is stored."""

    text: str
    stored: str
    is_code: bool = False
    """Whether there are no words for it."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A row of the audit log."""

    id: int
    at: int
    actor: AuditPart
    action: AuditPart
    subject: AuditPart
    details: tuple[AuditPart, ...]


def staff_names(request: DeskRequest, staff: Iterable[Caseworker]) -> dict[str, str]:
    """Return the names of staff; an auditor sees role and id instead."""
    shows_names = request.caseworker.role is not Role.AUDITOR
    return {
        it.id: (shows_names and it.name) or f"{request.locale(texts.ROLES[it.role.value])} {it.id}"
        for it in staff
    }


def audit_lines(work: Work, request: DeskRequest, rows: Sequence[AuditRow]) -> list[AuditLine]:
    """Return rows as a page shows them, in their order."""
    words = _words(work, request, rows)
    return [
        AuditLine(
            row.id, row.at, words.part(row.actor), words.action(row.action),
            words.part(row.subject),
            tuple(words.detail(row.action, it) for it in _parts(row.detail)),
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Words:
    """The words for what stands in a log, in the language of the request."""

    request: DeskRequest
    known: Mapping[str, str]

    def action(self, code: str) -> AuditPart:
        return self._said(AUDIT_ACTIONS.get(code), code)

    def detail(self, action: str, stored: str) -> AuditPart:
        if action == "search" and stored.isdecimal():
            return AuditPart(self.request.locale(SEARCHED_TEXTS, count=stored), stored)
        return self.part(stored)

    def part(self, stored: str) -> AuditPart:
        if stored in self.known:
            return AuditPart(_shortened(self.known[stored]), stored)
        if _ID.fullmatch(stored):
            return AuditPart(_shortened(stored), stored, is_code=True)
        if stored.isdecimal():
            return AuditPart(stored, stored)
        return self._said(AUDIT_DETAILS.get(stored), stored)

    def _said(self, text: Text | None, code: str) -> AuditPart:
        if text is None:
            return AuditPart(code, code, is_code=True)
        return AuditPart(self.request.locale(text), code)


def _words(work: Work, request: DeskRequest, rows: Sequence[AuditRow]) -> _Words:
    context, locale = request.context, request.locale
    stored = [it for row in rows for it in (row.subject, *_parts(row.detail))]
    ids = list(dict.fromkeys(it for it in stored if _ID.fullmatch(it)))
    people = context.place.directory
    return _Words(request, {
        **{code: locale(name) for code, name in context.dispositions.items()},
        **{code: locale(name) for code, name in QUEUE_NAMES.items()},
        **{code: locale(name) for code, name in texts.ROLES.items()},
        **{code: locale(name) for code, name in AUDIT_ACTORS.items()},
        **{code: it.render(locale.flow_catalogue) for code, it in context.recipients.items()},
        **{code: it.number for code, it in people.items()},
        **staff_names(request, context.staff.all(work)),
        **(pseudonyms(work, locale) if request.caseworker.role is Role.CASEWORKER else {}),
        **{str(case): str(it) for case, it in (work.rows_in(_REFERENCES, ids) if ids else ())},
    })  # fmt: skip


def _parts(detail: str) -> list[str]:
    """Return the codes of a detail; an address of the desk is one."""
    return [detail] if detail.startswith("/") else [it for it in _SEPARATOR.split(detail) if it]


def _shortened(text: str) -> str:
    """Return a text with its ids shortened."""
    return _ID.sub(lambda found: f"{found[0][:SHORT]}…", text)
