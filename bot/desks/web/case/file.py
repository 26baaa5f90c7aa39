"""The file of a case: what was sent, what the law says, what was agreed, who did what."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import Agreements
from bot.cases.evidence.custody_log import Custody
from bot.conversation import Choose, ChooseMany
from bot.desks.consent_text import told_of
from bot.desks.web.auth.case_access import sight
from bot.desks.web.case.law import Lawful, lawful
from bot.desks.web.request import NotThere
from bot.dispatch.staff_actions import can_be_filled
from bot.errors import DoesNotOpen, NotYours
from bot.hotline.case_links import Links
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import told
from bot.hotline.referrals.model import Stage
from bot.vault import Audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cases.evidence.custody_log import Broken, Entry
    from bot.cases.queries import Opened, Told
    from bot.desks.web.case.view import View
    from bot.desks.web.request import Visit
    from bot.hotline.referrals.model import Referral
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.audit.log import Row
    from bot.vault.keys.keyring import Keyring

MOST_ROWS = 60
AGREED_TO = frozenset({Stage.AGREED, Stage.SENT})
"""Stages in which the person has said yes to exactly what is shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the bot, and how it can be answered for the person."""

    code: str
    """`flow.step`; empty where only the person answers."""
    name: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """Another case that belongs to this one."""

    reference: str
    kind: str
    """What it is to this one, a key of `words.LINK_KINDS`."""
    is_open: bool = False
    """Whether whoever looks may see it; the rest is empty otherwise."""
    priority: int = 0
    state: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that was to be told to somebody else, and how far that has come."""

    it: Referral
    parts: Sequence[Told] = ()
    """What may be told, or was: empty while nobody has agreed to it."""


@dataclass(slots=True)
class CaseFile:
    """What stands beside a conversation."""

    opened: Opened | None = None
    answered: list[Asked] = field(default_factory=list)
    skipped: list[Asked] = field(default_factory=list)
    missing: list[Asked] = field(default_factory=list)
    ledger: Sequence[Entry] = ()
    custody_head: str = ""
    broken: Broken | None = None
    referrals: list[Passed] = field(default_factory=list)
    asks_no_more: bool = False
    """Whether the person took back that others may be told."""
    links: list[Linked] = field(default_factory=list)
    hour: str = ""
    """At which hour the person wants to be heard from, in a line; empty: none is agreed on."""
    law: Lawful = field(default_factory=Lawful)
    deeds: list[Row] = field(default_factory=list)
    """Who did what to it, the newest first."""


async def file_of(visit: Visit, view: View) -> CaseFile:
    """Return the file of a case, as far as whoever looks may read it."""
    keyring = visit.keyring()
    found = await visit.front.reads.run(lambda work: _read(work, visit, view, keyring))
    if view.is_readable and keyring is not None:
        reader = visit.front.reader(visit.tongue.language)
        try:
            found.opened = await reader.open(view.sight.glance.reference, keyring)
        except NotYours:  # it was claimed by somebody else a moment ago
            view.is_sealed = True
    return found


def _read(work: Work, visit: Visit, view: View, keyring: Keyring | None) -> CaseFile:
    front, case = visit.front, view.sight.case
    found = CaseFile()
    found.deeds = list(reversed(front.audit.about(work, case)))[:MOST_ROWS]
    found.links = _links(work, visit, case)
    mark = view.chat.mark
    if mark is not None:
        found.answered = [_asked(visit, mark.flow, step) for step in mark.answered]
        found.skipped = [_asked(visit, mark.flow, step) for step in mark.skipped]
        found.missing = [_asked(visit, mark.flow, step) for step in mark.missing]
    if view.is_readable:
        _open(work, front.vault, case, keyring, found)
        found.referrals = _referrals(work, visit, case)
        found.asks_no_more = Agreements(front.vault).nobody_since(work, case) is not None
        found.hour = _hour(work, visit, case)
        found.law = lawful(work, visit, case)
    return found


def _hour(work: Work, visit: Visit, case: str) -> str:
    front, tongue = visit.front, visit.tongue
    try:
        kept = CheckIns(front.vault, front.audit).of_case(work, case)
    except DoesNotOpen:  # altered: whoever waits for the person hears that from the bot
        return ""
    return told(kept.it, tongue.staff, front.zone) if kept else ""


def _links(work: Work, visit: Visit, case: str) -> list[Linked]:
    """Return the cases one is linked to; of one that is not theirs to see, its number alone."""
    found = []
    for link in Links.of(work, case):
        linked = Linked(link.reference, link.kind.value)
        with contextlib.suppress(NotThere):
            other = sight(work, visit, link.reference).glance
            linked = Linked(
                link.reference, link.kind.value, is_open=True, priority=other.priority,
                state=other.state.value, language=other.language,
            )  # fmt: skip
        found.append(linked)
    return found


def _open(work: Work, vault: Vault, case: str, keyring: Keyring | None, found: CaseFile) -> None:
    custody = Custody(vault, Audit(vault), keyring)
    found.broken = custody.verify(work, case)
    if found.broken is None:
        found.ledger = custody.of_case(work, case)
        found.custody_head = custody.head(work, case)


def _referrals(work: Work, visit: Visit, case: str) -> list[Passed]:
    try:
        found = visit.front.referrals.ledger(work, case)
    except DoesNotOpen:  # altered, or of another key: nothing of it may be told to anybody
        return []
    telling = visit.front.telling(visit.tongue.language)
    return [
        Passed(it, told_of(it, telling, visit.tongue) if it.stage in AGREED_TO else ())
        for it in found
    ]


def can_be_told(visit: Visit, view: View) -> list[Asked]:
    """Return the open questions that somebody's own words can answer, for whoever may fill in."""
    mark = view.chat.mark
    if mark is None or not (view.sight.is_mine and view.chat.is_held):
        return []
    found = (_asked(visit, mark.flow, step) for step in (*mark.missing, *mark.skipped))
    return [it for it in found if it.code and not it.choices]


def _asked(visit: Visit, flow: str, step: str) -> Asked:
    book, tongue = visit.front.book, visit.tongue
    question = book.question(flow, step)
    name = question.short.read_in(tongue.flows).replace("\n", " ") if question else step
    if not can_be_filled(book, flow, step):
        return Asked("", name)
    labels = question.choices.items() if isinstance(question, Choose | ChooseMany) else ()
    return Asked(
        f"{flow}.{step}", name, tuple((code, it.read_in(tongue.flows)) for code, it in labels)
    )
