"""The part of a case's timeline that a page shows: the latest messages, earlier ones, or changes.

A page opens with the latest messages, however many there are. It then asks for what is newer than
its cursor, and for earlier messages when the caseworker wants them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from bot.clock import MINUTE, SECOND
from bot.desks.web.assist.machine_view import MachineHelpView, load_machine_help
from bot.desks.web.case import case_events, looks
from bot.desks.web.case.file import shown_reports
from bot.desks.web.case.message_view import (
    add_renderings,
    file_numbers,
    message_file,
    sent_words,
)
from bot.desks.web.case.timeline import (
    FIRST,
    LAST,
    EntryKind,
    TimelineEntry,
    arrange,
    changed_since,
    order_of,
)
from bot.desks.web.case.view import CaseView, load_message_views, load_shared_texts
from bot.desks.web.interpreting.renderings import (
    count_interpreted,
    interpreted_entries,
)
from bot.hotline.chat.messages import CaseMessages, MessageSide
from bot.languages.typed.someone_near import warns_of_someone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.cases.queries import AnswerView, CaseDetails, ReportView
    from bot.conversation import FileRef
    from bot.desks.web.case.case_events import CaseEvent
    from bot.desks.web.case.message_view import MessageFile, MessageView
    from bot.desks.web.request import DeskRequest
    from bot.hotline.chat.messages import CaseMessage, MessagePage
    from bot.store.writer import Work

PAGE_SIZE = 100
"""Messages that a page opens with, and that are added when earlier ones are wanted."""
ABOUT, LINK, OTHER = "about", "link", "other"
"""The questions whom a report is about and how the writer knows them, and the answer that it is
another person."""
SLIM_ANSWERS = 2
"""Answers of a report that fit in one line."""
_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,6})\.(\d{1,18})")
_PLACE = re.compile(r"(\d{1,19})\.(\d{1,18})")
_IDS = re.compile(r"(?:\d{1,18},){0,39}\d{1,18}")


class PageCursor(NamedTuple):
    """What a page has of a case."""

    message: int
    """The highest id among its messages."""
    event: int
    """The highest id among its events in the audit log."""
    reports: int
    """How many reports."""
    interpreted: int = 0
    """Grows with every text that is shared with an interpreter, and with every rendering."""

    def __str__(self) -> str:
        return ".".join(map(str, self))


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the timeline a page asks for."""

    after: PageCursor | None = None
    """Only what is new since then; None: everything."""
    before: tuple[int, int] | None = None
    """Only messages before this one, named by when it was seen and its id."""
    unsettled: frozenset[int] = frozenset()
    """Messages that had not arrived, or whose files had not, when the page was drawn: they are
    always drawn again."""
    looked_at: int | None = None
    """What the page was opened with, so that the line for what is new stays where it is."""
    is_first: bool = False
    """Whether the page is being opened."""

    @classmethod
    def of(cls, request: DeskRequest) -> Window:
        """Return what the query of a request asks for; what is malformed is left out."""
        given = request.http.query_params
        after = _CURSOR.fullmatch(given.get("after", ""))
        before = _PLACE.fullmatch(given.get("before", ""))
        unsettled, looked = given.get("unsettled", ""), given.get("looked", "")
        return cls(
            PageCursor(*map(int, after.groups())) if after else None,
            (int(before[1]), int(before[2])) if before else None,
            frozenset(map(int, unsettled.split(","))) if _IDS.fullmatch(unsettled) else frozenset(),
            int(looked) if looked.isdecimal() and len(looked) <= looks.MAX_DIGITS else None,
            is_first=not given.keys() & {"after", "before"},
        )


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A report as the timeline shows it."""

    number: int
    """From 1, in the order in which they were sent."""
    kind: str
    sent_at: int
    answers: tuple[AnswerView, ...]
    """Those that were chosen, or hold a time and the like."""
    words: tuple[AnswerView, ...]
    """What the person wrote in words of their own."""
    attached: tuple[tuple[AnswerView, tuple[MessageFile, ...]], ...]
    """Answers with a place or files."""
    is_about_other: bool
    """Whether the writer reports about another person."""
    link: str
    """How the writer knows that person; empty where they did not say."""

    @property
    def near_steps(self) -> frozenset[str]:
        """Where the person wrote that someone is near, or that nothing should be written."""
        return frozenset(it.step for it in self.words if warns_of_someone(it.answer))

    @property
    def is_slim(self) -> bool:
        """Whether there is little to show."""
        return not self.words and not self.attached and len(self.answers) <= SLIM_ANSWERS


@dataclass(slots=True)
class ShownConversation:
    """What is drawn."""

    entries: list[TimelineEntry] = field(default_factory=list)
    cursor: PageCursor | None = None
    earlier: int = 0
    """How many messages come before those that are drawn."""
    earlier_from: str = ""
    """The message before which they stand, for the next request."""
    looked_at: int | None = None
    until: int = FIRST
    """The moment of the newest entry."""
    is_whole: bool = True
    """Whether it is the page's first part, not an addition to it."""
    machine: MachineHelpView = field(default_factory=MachineHelpView)


@dataclass(slots=True)
class LoadedWindow:
    """What was read for a window."""

    page: MessagePage
    views: list[MessageView]
    events: list[CaseEvent]
    consents: list[TimelineEntry]
    cursor: PageCursor
    looked_at: int | None
    interpreted: list[TimelineEntry] = field(default_factory=list)
    """Words that are no message, with what an interpreter rendered."""
    machine: MachineHelpView = field(default_factory=MachineHelpView)


async def load_conversation(
    request: DeskRequest, view: CaseView, window: Window, opened: CaseDetails | None = None
) -> ShownConversation:
    """Return the part of the timeline of a readable case that a page asks for.

    Args:
        request: the request.
        view: the case.
        window: the part.
        opened: the case with its reports, if it is open already.

    Raises:
        CaseNotReadableError: a colleague has just claimed it.
        DecryptionError: something was altered.
    """
    found = await request.read(lambda work: _load(work, request, view, window))
    if window.after is not None and _has_gap(found.page, window.after):
        window = Window(looked_at=window.looked_at)
    cards: list[ReportCard] = []
    if window.before is None and (
        window.after is None or window.after.reports != found.cursor.reports
    ):
        if opened is None:
            reader = request.context.case_reader(request.locale.language)
            opened = await reader.open(view.access.summary.reference, request.keyring())
        if opened is not None:
            numbers = await request.read(lambda work: _file_numbers(work, request, view))
            cards = report_cards(view, shown_reports(opened), numbers)
    return _assemble(request, view, window, found, cards)


async def load_words(request: DeskRequest, view: CaseView, message: int) -> str:
    """Return what the person wrote in a message of a readable case; empty if it is no such one."""
    case = view.access.case

    def load(work: Work) -> str:
        opener = request.context.vault.cases.opener(case, request.keyring())
        page = CaseMessages.page(work, case, opener, 1, also=(message,))
        written = sorted((*page.messages, *page.edits), key=lambda it: it.id)
        views = load_message_views(work, request, view, written)
        return next((it.raw for it in views if it.id == message), "")

    return await request.read(load)


async def load_report_words(
    request: DeskRequest, view: CaseView, number: int, step: str
) -> str:  # fmt: skip
    """Return what the person wrote in a report, by its number in the conversation and its step.

    Empty if there is no such report, or the answer is not in words of their own.
    """
    reader = request.context.case_reader(request.locale.language)
    opened = await reader.open(view.access.summary.reference, request.keyring())
    reports = shown_reports(opened) if opened is not None else ()
    answers = reports[number - 1].answers if 0 < number <= len(reports) else ()
    return next((it.answer for it in answers if it.step == step and it.is_own_words), "")


def _has_gap(page: MessagePage, after: PageCursor) -> bool:
    """Return whether messages may be missing between what a page has and the latest ones."""
    return page.earlier > 0 and all(it.id > after.message for it in page.messages)


def _load(work: Work, request: DeskRequest, view: CaseView, window: Window) -> LoadedWindow:
    case, context = view.access.case, request.context
    opener = context.vault.cases.opener(case, request.keyring())
    page = CaseMessages.page(
        work, case, opener, PAGE_SIZE, window.before, () if window.before else window.unsettled
    )
    written = sorted((*page.messages, *_edits_shown(page, window)), key=lambda it: it.id)
    events = case_events.load_case_events(work, case)
    looked_at = window.looked_at
    if window.is_first:
        looked_at = looks.looked_at(work, case, request.caseworker.id)
    shared = load_shared_texts(work, request, view)
    cursor = PageCursor(
        CaseMessages.newest_id(work, case), max((it.id for it in events), default=0),
        case_events.count_reports(work, case), count_interpreted(shared),
    )  # fmt: skip
    views = load_message_views(work, request, view, written)
    add_renderings(views, shared)
    view.sent_words = sent_words(written, views)
    consents = case_events.consent_entries(request, view, work)
    entries = interpreted_entries(request, view, shared)
    machine = load_machine_help(work, request, view)
    return LoadedWindow(page, views, events, consents, cursor, looked_at, entries, machine)


def _edits_shown(page: MessagePage, window: Window) -> list[CaseMessage]:
    """Return the edits that belong to a part: of its messages, or made in its time.

    An edit of a message that is on an earlier page stands where it was made as well: it is news.
    """
    theirs = {it.content.message for it in page.messages if it.side is MessageSide.PERSON} - {0}
    letters = {it.letter for it in page.messages} - {None}
    begin = page.messages[0].seen_at if page.earlier and page.messages else FIRST
    end = window.before[0] if window.before else LAST
    found = []
    for it in page.edits:
        known = theirs if it.side is MessageSide.PERSON else letters
        if it.content.message in known or begin <= it.seen_at < end:
            found.append(it)
    return found


def _file_numbers(work: Work, request: DeskRequest, view: CaseView) -> dict[str, int]:
    opener = request.context.vault.cases.opener(view.access.case, request.keyring())
    return file_numbers(work, view.access.case, opener)


def report_cards(
    view: CaseView, reports: Sequence[ReportView], numbers: Mapping[str, int]
) -> list[ReportCard]:
    """Return reports as cards; `numbers` are those of the evidence files, by their unique id."""
    items = {it.number: it for it in view.evidence_items}

    def file_of(note: FileRef) -> MessageFile:
        number = numbers.get(note.unique, 0)
        item = items.get(number)
        return replace(message_file(note.kind, number, item), caption=item.caption if item else "")

    return [_report_card(number, it, file_of) for number, it in enumerate(reports, 1)]


def _report_card(
    number: int, report: ReportView, file_of: Callable[[FileRef], MessageFile]
) -> ReportCard:
    parts = {part.step: part for part in report.answers}
    about, link = parts.get(ABOUT), parts.get(LINK)
    is_about_other = about is not None and about.code == OTHER
    words = tuple(part for part in report.answers if part.is_own_words)
    attached = tuple(part for part in report.answers if part.files or part.point)
    elsewhere = {part.step for part in (*words, *attached)}
    if is_about_other:
        elsewhere |= {ABOUT, LINK}
    return ReportCard(
        number, report.kind, round(report.sent_at.timestamp() * SECOND),
        tuple(part for part in report.answers if part.step not in elsewhere), words,
        tuple((part, tuple(map(file_of, part.files))) for part in attached),
        is_about_other, link.answer if is_about_other and link else "",
    )  # fmt: skip


def _assemble(
    request: DeskRequest,
    view: CaseView,
    window: Window,
    found: LoadedWindow,
    cards: list[ReportCard],
) -> ShownConversation:
    """Put the entries of a window together, and leave out what the page has already."""
    page = found.page
    begin = page.messages[0].seen_at if page.earlier and page.messages else FIRST
    end = window.before[0] if window.before else LAST
    events = [it for it in found.events if begin <= it.at < end]
    entries = [
        *(_report_entry(it) for it in cards),
        *(found.consents if window.before is None else ()),
        *case_events.event_entries(request, view, events),
        *(it for it in found.interpreted if begin <= it.order.moment < end),
        *map(message_entry, found.views),
    ]
    arranged = arrange(entries, looked_at=found.looked_at, zone=request.context.zone)
    cursor = found.cursor
    if any(each.is_coming for it in cards for _part, files in it.attached for each in files):
        cursor = cursor._replace(reports=0)  # so that they are drawn again
    shown = ShownConversation(
        arranged, cursor, page.earlier, looked_at=found.looked_at,
        until=max((it.happened_at for it in entries), default=FIRST),
        is_whole=window.after is None and window.before is None, machine=found.machine,
    )  # fmt: skip
    if page.messages and window.after is None:
        first = page.messages[0]
        shown.earlier_from = f"{first.seen_at}.{first.id}"
    if window.after is not None:
        keys = changed_keys(window.after, window.unsettled, found, cards)
        shown.entries = changed_since(arranged, keys)
    return shown


def changed_keys(
    after: PageCursor, unsettled: frozenset[int], found: LoadedWindow, cards: Iterable[ReportCard]
) -> list[str]:
    """Return the keys of the entries that a page with this cursor does not have as they are."""
    keys = [
        _message_key(it)
        for it in found.views
        if max(it.id, it.newest_edit) > after.message or it.is_unsettled or it.id in unsettled
    ]
    keys += [f"event-{it.id}" for it in found.events if it.id > after.event]
    keys += [_report_key(it) for it in cards]
    has_sent = any(_message_key(it) in keys and it.side != "person" for it in found.views)
    if has_sent or after.interpreted != found.cursor.interpreted:  # a rendering may be sent now
        keys += [_message_key(it) for it in found.views if it.shared]
        keys += [it.key for it in found.interpreted]
    if after[1:] != found.cursor[1:]:  # every change of a consent comes with one of these
        keys += [it.key for it in found.consents]
    return keys


def _report_entry(it: ReportCard) -> TimelineEntry:
    """Return the entry of a report; the first one is always the first of the case."""
    moment = FIRST if it.number == 1 else it.sent_at
    order = order_of(EntryKind.REPORT, moment, it.number)
    return TimelineEntry(_report_key(it), EntryKind.REPORT, order, it, happened_at=it.sent_at)


def message_entry(it: MessageView) -> TimelineEntry:
    """Return the entry of a message: where it arrived, or last while it waits."""
    moment = LAST + it.at if it.is_waiting else it.seen_at
    sender = f"{it.side}/{it.author}/{it.is_unconfirmed}/{it.question}"
    if it.is_later:  # a group says once when it was written
        sender += f"/{it.at // MINUTE}"
    if it.is_automatic or it.is_choice:
        sender = ""
    return TimelineEntry(
        _message_key(it), EntryKind.MESSAGE, order_of(EntryKind.MESSAGE, moment, it.id), it,
        sender, it.at if it.is_waiting else it.seen_at, it.is_mine or it.is_automatic,
    )  # fmt: skip


def _report_key(it: ReportCard) -> str:
    return f"report-card-{it.number}"


def _message_key(it: MessageView) -> str:
    return f"message-{it.id}"
